/** The language, part by part: what programs print and how they fail, as CPython 3.11 does. */

import { describe, expect, it } from "vitest"

import { evaluate } from "../../src/python/evaluate.ts"

/** What a program printed, or its error as `Kind: message (line n)`. Expectations are what CPython 3.11 prints. */
const run = (source: string): string => {
  const outcome = evaluate(source)
  if (outcome.ok) return outcome.output.trimEnd()
  const { kind, message, line } = outcome.error
  return `${outcome.output}${kind}: ${message}${line === null ? "" : ` (line ${line})`}`
}

describe("numbers", () => {
  it.each([
    ["7 // -2, -7 // 2, 7 % -2, -7 % 2, divmod(-7, 2)", "(-4, -4, -1, 1, (-4, 1))"],
    ["7.5 // -2, -7.5 % 2, -0.0, 0 * -1", "(-4.0, 0.5, -0.0, 0)"],
    ["2 ** 64, (-3) ** 3, 2 ** -2, 0 ** 0", "(18446744073709551616, -27, 0.25, 1)"],
    ["9007199254740992 + 1, 9007199254740993 - 9007199254740992", "(9007199254740993, 1)"],
    ["10 ** 25 // 7, -(10 ** 25) % 7, 10 ** 25 / 3", "(1428571428571428571428571, 4, 3.3333333333333333e+24)"],
    ["1e16, 123456789012345.0, 1e-5, 0.0001, 1e22, 5e-324", "(1e+16, 123456789012345.0, 1e-05, 0.0001, 1e+22, 5e-324)"],
    ["round(0.5), round(1.5), round(2.5), round(-0.5)", "(0, 2, 2, 0)"],
    ["round(2.675, 2), round(0.125, 2), round(1e300, 2), round(15, -1), round(25, -1)", "(2.67, 0.12, 1e+300, 20, 20)"],
    ["1.05 ** 10, 1.1 ** 20, 0.9 ** -3", "(1.628894626777442, 6.727499949325611, 1.371742112482853)"],
    ["1 == 1.0 == True, 2 ** 53 == 2.0 ** 53, 2 ** 53 + 1 == 2.0 ** 53", "(True, True, False)"],
    ["int('-12'), int(' 7 '), int('ff', 16), int(-3.9), float('1e3'), float('-inf')", "(-12, 7, 255, -3, 1000.0, -inf)"],
    ["10 ** 300 / 1, 3 / 2 ** 1074, -(10 ** 308) / 7", "(1e+300, 1.5e-323, -1.4285714285714286e+307)"],
    ["0x1f, 0b101, 0o17, 1_000_000, 1e3", "(31, 5, 15, 1000000, 1000.0)"]
  ])("print(%s)", (expression, expected) => {
    expect(run(`print((${expression}))`)).toBe(expected)
  })
})

describe("text", () => {
  it.each([
    ["f'{3.14159:.2f}|{1234567:,}|{0.256:.1%}|{5:>4}|{5:04d}|{-5:+d}'", "3.14|1,234,567|25.6%|   5|0005|-5"],
    ["f'{1e10:g}|{1234.5:e}|{255:x}|{255:#b}|{\"ab\":*^6}|{True}'", "1e+10|1.234500e+03|ff|0b11111111|**ab**|True"],
    ["f'{2 + 3 = }|{\"q\"!r}|{{}}'", "2 + 3 = 5|'q'|{}"],
    ["'%05.1f|%s|%x|%%' % (3.14159, [1], 255)", "003.1|[1]|ff|%"],
    ["'{0} {1} {0} {name}'.format('a', 'b', name=3)", "a b a 3"],
    [String.raw`repr("it's"), repr('\n\x00é\u200b')`, String.raw`"it's" '\n\x00é\u200b'`],
    ["'a,b,,c'.split(','), ' a  b '.split(), 'abc'[::-1], 'abc'[-2:]", "['a', 'b', '', 'c'] ['a', 'b'] cba bc"],
    ["len('😀é'), '😀x'[0], '😀x'[::-1]", "2 😀 x😀"]
  ])("print(%s)", (expressions, expected) => {
    expect(run(`print(${expressions})`)).toBe(expected)
  })
})

describe("functions", () => {
  it("bind positions, names, defaults, *args and **kwargs", () => {
    const head = "def f(a, /, b, c=3, *rest, d, e=5, **more): print(a, b, c, rest, d, e, more)\n"
    expect(run(`${head}f(1, 2, d=4)`)).toBe("1 2 3 () 4 5 {}")
    expect(run(`${head}f(1, 2, 9, 8, 7, d=4, z=0)`)).toBe("1 2 9 (8, 7) 4 5 {'z': 0}")
    expect(run(`${head}f(*[1, 2], **{'d': 6})`)).toBe("1 2 3 () 6 5 {}")
  })

  it.each([
    ["f()", "f() missing 2 required positional arguments: 'a' and 'b'"],
    ["f(1, 2, 3, 4)", "f() takes from 2 to 3 positional arguments but 4 were given"],
    ["f(1, 2, a=3)", "f() got multiple values for argument 'a'"],
    ["f(1, 2, z=3)", "f() got an unexpected keyword argument 'z'"]
  ])("complain as CPython does: %s", (call, message) => {
    expect(run(`def f(a, b, c=0):\n  pass\n${call}`)).toBe(`TypeError: ${message} (line 3)`)
  })

  it("close over variables, with nonlocal and global", () => {
    const counter = [
      "def make():",
      "  n = 0",
      "  def up():",
      "    nonlocal n",
      "    n += 1",
      "    return n",
      "  return up",
      "f = make()",
      "print(f(), f(), make()())"
    ].join("\n")
    expect(run(counter)).toBe("1 2 1")
    expect(run("x = 1\ndef f():\n  global x, y\n  x, y = 2, 3\nf()\nprint(x, y)")).toBe("2 3")
    expect(run("fs = [lambda: i for i in range(3)]\nprint([f() for f in fs])")).toBe("[2, 2, 2]")
  })

  it("evaluate defaults once, where the function is defined", () => {
    expect(run("def f(x, seen=[]):\n  seen.append(x)\n  return seen\nf(1)\nprint(f(2))")).toBe("[1, 2]")
  })

  it("generate values on demand", () => {
    const source = [
      "def count():",
      "  n = 0",
      "  while True:",
      "    yield n",
      "    n += 1",
      "c = count()",
      "print(next(c), next(c), [x for _, x in zip(range(3), c)])"
    ].join("\n")
    expect(run(source)).toBe("0 1 [2, 3, 4]")
    expect(
      run(
        [
          "def walk(t):",
          "  if isinstance(t, list):",
          "    for s in t: yield from walk(s)",
          "  else: yield t",
          "print(list(walk([1, [2, [3]], 4])))"
        ].join("\n")
      )
    ).toBe("[1, 2, 3, 4]")
  })
})

describe("control flow", () => {
  it("runs else of a loop only where nothing broke out", () => {
    expect(run("for n in [4, 6]:\n  if n % 2: break\nelse: print('even')\nwhile False: pass\nelse: print('done')")).toBe(
      "even\ndone"
    )
  })

  it("runs finally on every way out, and lets it override a return", () => {
    expect(run("def f():\n  try:\n    return 'try'\n  finally:\n    print('finally')\nprint(f())")).toBe("finally\ntry")
    expect(
      run(
        [
          "def f():",
          "  for i in range(3):",
          "    try:",
          "      continue",
          "    finally:",
          "      print(i)",
          "  try:",
          "    1/0",
          "  finally:",
          "    return 'kept'",
          "print(f())"
        ].join("\n")
      )
    ).toBe("0\n1\n2\nkept")
  })

  it("matches handlers by type, unbinds the name and re-raises with a bare raise", () => {
    expect(
      run("try:\n  {}['k']\nexcept (ValueError, LookupError) as e:\n  print(repr(e), e)\ntry: e\nexcept NameError as x: print(x)")
    ).toBe("KeyError('k') 'k'\nname 'e' is not defined")
    expect(
      run("try:\n  try:\n    int('x')\n  except ValueError:\n    raise\nexcept Exception as e:\n  print(type(e).__name__)")
    ).toBe("ValueError")
  })

  it("unpacks, also with a star and nested, and chains comparisons once per operand", () => {
    expect(run("a, (b, *c), d = 1, (2, 3, 4), 5\nprint(a, b, c, d)")).toBe("1 2 [3, 4] 5")
    expect(run("def f(x):\n  print(x)\n  return x\nprint(f(1) < f(3) < f(2) < f(9))")).toBe("1\n3\n2\nFalse")
  })

  it("binds a walrus of a comprehension outside of it, and its variable inside", () => {
    expect(run("x = 'kept'\nprint([last := x * 2 for x in (1, 2)], last, x)")).toBe("[2, 4] 4 kept")
  })
})

describe("errors", () => {
  it.each([
    ["x = 1\ny = x +\n", "SyntaxError: invalid syntax (line 2)"],
    ["def f():\nreturn 1", "IndentationError: expected an indented block after function definition on line 1 (line 2)"],
    ["x = (1,\n2\ny = 3", "SyntaxError: '(' was never closed (line 1)"],
    ["divmod(10 ** 400, [])", "TypeError: unsupported operand type(s) for divmod(): 'int' and 'list' (line 1)"],
    ["{1: 2}.pop([], {}.pop([], 3))", "TypeError: unhashable type: 'list' (line 1)"],
    ["x = (1 +", "SyntaxError: '(' was never closed (line 1)"],
    ["x = (;", "SyntaxError: invalid syntax (line 1)"],
    ["if 1 / 1.isupper():\n  pass", "SyntaxError: invalid syntax (line 1)"],
    ["if 1 < 2\n  pass", "SyntaxError: expected ':' (line 1)"],
    ["if 1: pass\nelse 2: pass", "SyntaxError: expected ':' (line 2)"],
    ["print 'hello'", "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)? (line 1)"],
    ["a = 1\nb = a + undefined_name", "NameError: name 'undefined_name' is not defined (line 2)"],
    ["def f(x):\n  return 10 / x\n\nf(0)", "ZeroDivisionError: division by zero (line 2)"],
    ["x = [1,\n  2,\n  3 + 'a']", "TypeError: unsupported operand type(s) for +: 'int' and 'str' (line 3)"],
    ["'3' + 4", 'TypeError: can only concatenate str (not "int") to str (line 1)'],
    ["int('3.5')", "ValueError: invalid literal for int() with base 10: '3.5' (line 1)"],
    ["[1, 2][5]", "IndexError: list index out of range (line 1)"],
    [
      "def f():\n  print(x)\n  x = 1\nf()",
      "UnboundLocalError: cannot access local variable 'x' where it is not associated with a value (line 2)"
    ],
    ["(1).append(2)", "AttributeError: 'int' object has no attribute 'append' (line 1)"],
    ["a, b = 1, 2, 3", "ValueError: too many values to unpack (expected 2) (line 1)"],
    ["assert 1 == 2, 'no'", "AssertionError: no (line 1)"]
  ])("%j", (source, expected) => {
    expect(run(source)).toBe(expected)
  })

  it("refuse by name what this Python leaves out", () => {
    expect(run("class A: pass")).toBe("Unsupported: 'class' is outside this evaluator's Python (line 1)")
    for (const subject of ["x", "(x)", "x, 2", "{1: 2}", "[\n1]", "-x", "match"])
      expect(run(`x = match = 1\nmatch ${subject}:\n    case 1:\n        y = 2\n    case _:\n        y = 3`)).toMatch(
        /^Unsupported: 'match' is outside this evaluator's Python \(line 2\)$/
      )
    for (const source of ["type X = int", "type Pair[T] = tuple[T, T]", "type Of = list[int]"])
      expect(run(source)).toBe("Unsupported: 'type' is outside this evaluator's Python (line 1)")
    expect(run("import numpy as np")).toBe("ImportError: No module named 'numpy' (line 1)")
  })
})

describe("a name that is a word of Python only in its place", () => {
  it.each([
    ["match = 5\nprint(match)", "5"],
    ["match = [5]\nprint(match[0])", "5"],
    ["def match(case): return case\nprint(match(5))", "5"],
    ["match: int = 5\nprint(match)", "5"],
    ["case = 2\nmatch = 3\nprint(match * case)", "6"],
    ["type = 5\nprint(type)", "5"],
    ["print(type(5) == int)", "True"],
    ["match = {1: 2}\nprint(match[\n1])", "2"]
  ])("%j", (source, printed) => expect(run(source)).toBe(printed))

  it("is no statement without a block of cases", () => {
    for (const source of ["x = 1\nmatch x:\n    pass", "x = 1\nmatch x:", "match x"])
      expect(run(source)).toMatch(/^(?:Syntax|Indentation)Error/)
  })
})

describe("budgets", () => {
  it("stop a program at exactly the step that was allowed", () => {
    const outcome = evaluate("while True: pass", { budget: { steps: 1234 } })
    expect(outcome).toMatchObject({ ok: false, steps: 1234, error: { kind: "BudgetExceeded" } })
  })

  it("hold for memory, output, integers and depth, each by its own name", () => {
    const message = (source: string, budget: object) => {
      const outcome = evaluate(source, { budget })
      return outcome.ok ? "ok" : `${outcome.error.kind}: ${outcome.error.message}`
    }
    expect(message("'x' * 5000", { memory: 1000 })).toBe(
      "BudgetExceeded: the program used more than its 1000 bytes of memory (budget: memory)"
    )
    expect(message("print('x' * 50)", { output: 10 })).toBe(
      "BudgetExceeded: the program used more than its 10 characters of output (budget: output)"
    )
    expect(message("2 ** 2000", { integerBits: 1500 })).toBe(
      "BudgetExceeded: the program used more than its 1500 bits in an integer (budget: integerBits)"
    )
    expect(message("def f(n): return n and f(n - 1)\nf(20)", { depth: 10 })).toBe(
      "RecursionError: maximum recursion depth exceeded"
    )
    expect(message("def f(n): return n and f(n - 1)\nf(20)", { depth: 40 })).toBe("ok")
  })

  it("let a program go on after it catches the depth limit, but never after a budget", () => {
    expect(run("def f(): return f()\ntry: f()\nexcept RecursionError: print('caught')")).toBe("caught")
    expect(run("try:\n  while True: pass\nexcept BaseException: print('no')")).toMatch(/^BudgetExceeded/)
  })
})
