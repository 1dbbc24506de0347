/** A program inside a completion is run whole, whatever stands at its margin, and nothing else is run with it. */

import { describe, expect, it } from "vitest"

import { grade } from "../../src/formats/grade.ts"
import { cpythonVersion, runCPython } from "../python/cpython.ts"
import { randomProgram } from "../python/random-programs.ts"

const Q = '"""'
const entry = "simple_math_problem"
const head = `def ${entry}() -> int:`

/** What each is an example of, the program, and what calling its function gives. */
const programs: ReadonlyArray<readonly [name: string, source: string, value: string]> = [
  ["a constant above the function", `RATE = 4\n\n${head}\n    return RATE * 6`, "24"],
  ["several constants, one from another", `A = 4\nB = A * 2\n\n\n${head}\n    return A * 4 + B`, "24"],
  ["a tuple of constants", `a, b = 4, 6\n${head}\n    return a * b`, "24"],
  ["a constant with a type", `RATE: int = 4\n${head}\n    return RATE * 6`, "24"],
  [
    "a constant over several lines",
    `PRICES = {\n"cart": 4,\n"wheel": 6,\n}\n${head}\n    return PRICES["cart"] * PRICES["wheel"]`,
    "24"
  ],
  ["a constant that is changed", `N = 20\nN += 4\n${head}\n    return N`, "24"],
  ["an element that is set", `xs = [0, 0]\nxs[1] = 24\n${head}\n    return xs[1]`, "24"],
  ["a list that is filled by a call", `xs = []\nxs.append(24)\n${head}\n    return xs[0]`, "24"],
  ["a loop above the function", `total = 0\nfor n in range(4):\n    total += 6\n\n${head}\n    return total`, "24"],
  ["a choice above the function", `if 2 > 1:\n    n = 24\nelse:\n    n = 3\n${head}\n    return n`, "24"],
  ["an attempt above the function", `try:\n    n = 1 // 0\nexcept ZeroDivisionError:\n    n = 24\n\n${head}\n    return n`, "24"],
  ["a loop whose names are used below", `for n in range(25):\n    last = n\nm = last\n${head}\n    return m`, "24"],
  ["a comment at column 0 above", `# Wheels.\nn = 24\n# Carts.\n${head}\n    return n`, "24"],
  ["comments at column 0 in the body", `${head}\n# Six carts.\n    carts = 6\n# Four wheels each.\n    return carts * 4`, "24"],
  ["a docstring at column 0", `${head}\n    ${Q}\nHow many wheels have six carts?\n    ${Q}\n    return 24`, "24"],
  ["a docstring with blank lines", `${head}\n    ${Q}\n\nHow many?\n\n\nSix carts.\n${Q}\n    return 24`, "24"],
  ["a docstring that holds a program", `${head}\n    ${Q}\ndef ${entry}():\n    return 3\n${Q}\n    return 24`, "24"],
  ["a docstring of single quotes", `${head}\n    '''\nIt's "six" carts.\n'''\n    return 24`, "24"],
  ["a docstring with a quote escaped", `${head}\n    ${Q}\nA \\""" b\n(c\n${Q}\n    return 24`, "24"],
  ["a docstring of the module", `${Q}\nWheels and carts.\n\nx = 3\n${Q}\n\n${head}\n    return 24`, "24"],
  ["a text over lines, measured", `${head}\n    text = ${Q}ab\n\n  cd\n${Q}\n    return len(text)`, "9"],
  ["a list continued at column 0", `${head}\n    xs = [\n1,\n2,\n\n21,\n]\n    return sum(xs)`, "24"],
  ["a call continued at column 0", `${head}\n    return max(\n3,\n24,\n)`, "24"],
  ["a sum continued in parentheses", `${head}\n    n = (4\n+ 8 # and\n+ 12\n)\n    return n`, "24"],
  ["a bracket in a comment and in a text", `${head}\n    a = "(" # [\n    b = ')'\n    return 24`, "24"],
  ["a number sign in a text", `${head}\n    a = "#" + '"'\n    return 22 + len(a)`, "24"],
  ["a line carried by a backslash", `${head}\n    n = 4 + \\\n20\n    return n`, "24"],
  ["a text carried by a backslash", `${head}\n    n = "ab\\\ncd"\n    return 20 + len(n)`, "24"],
  ["a signature over several lines", `def ${entry}(\n    a=4,\n    b=6,\n) -> int:\n    return a * b`, "24"],
  ["another function before", `def wheels(carts):\n    return carts * 4\n\n${head}\n    return wheels(6)`, "24"],
  ["another function after", `${head}\n    return wheels(6)\n\ndef wheels(carts):\n    return carts * 4`, "24"],
  ["a constant after", `${head}\n    return RATE * 6\n\nRATE = 4`, "24"],
  ["a decorator", `def twice(f):\n    def g():\n        return 2 * f()\n    return g\n\n@twice\n${head}\n    return 12`, "24"],
  ["decorators with comments between", `def same(f):\n    return f\n\n@same\n# once more\n@same\n\n${head}\n    return 24`, "24"],
  [
    "a decorator over several lines",
    `def times(n):\n    return lambda f: lambda: n * f()\n\n@times(\n4\n)\n${head}\n    return 6`,
    "24"
  ],
  ["an import", `import math\nfrom math import floor\n\n${head}\n    return math.ceil(22.5) + floor(1.5)`, "24"],
  ["a function set up by a call", `n = 0\ndef begin():\n    global n\n    n = 24\n\nbegin()\n\n${head}\n    return n`, "24"],
  ["a body on the line of the def", `n = 24\n${head} return n`, "24"],
  ["a function of tabs", `${head}\n\tn = 4\n\tif n > 3:\n\t\tn = 24\n\treturn n`, "24"],
  ["statements on one line", `a = 4; b = 6\n${head}\n    return a * b`, "24"],
  ["an inner function", `${head}\n    def inner(n):\n        return n * 4\n\n    return inner(6)`, "24"],
  ["a generator and a lambda", `double = lambda n: 2 * n\n${head}\n    return sum(double(n) for n in (4, 8))`, "24"],
  ["something that happens while it prints", `xs = [24, 3]\nprint(xs.pop(),\n"popped")\n${head}\n    return xs[-1]`, "24"],
  ["a name printed on the way", `n = 24\nprint(n)\nm = n\n${head}\n    return m`, "24"]
]

/** What may follow a program. */
const followers: ReadonlyArray<readonly [kind: string, text: string]> = [
  ["nothing", ""],
  ["a line end", "\n"],
  ["prose", "\n\nThe function returns 18, doesn't it?"],
  ["prose on the next line", "\nThis gives (roughly 18."],
  ["prose that opens like Python", "\n\nif the rate were 3, for each cart (and with no wheel), we'd import 18"],
  ["prose with an equation", "\n\nSo total = 3 * 6 = 18.\nThus x = 18 wheels"],
  ["an equation between words", "\n\ntotal = price * count"],
  ["a sentence with a colon", "\n\nAnswer: 18\nExplanation: carts\nTotal: cost = 18"],
  ["a code fence", "\n```\n\nIt returns 18."],
  ["a fence with an output", "\n```\n```output\n18\n```"],
  ["a box", "\n\nSo the answer is \\boxed{18}."],
  ["the output of a block", "\n</llm-code>\n<llm-code-output>\n18\n</llm-code-output>"],
  ["a mark of GSM8K", "\n#### 18"],
  ["prose that opens like a clause", "\n\nexcept for the wheels: 18\nelse we get 18"],
  ["prose that begins with return", "\nreturn value is 18"],
  ["a helper's name in prose", "\nwheels(6) gives 18"],
  ["a bare value", "\n\n18"],
  ["a bare name", "\n\nDone"],
  ["a list", "\n\n- carts: 6\n* wheels: 3\n1. 18"],
  ["a call of it, printed", `\n\nprint(${entry}())\nprint("The answer is", result)`],
  ["a call of it", `\n\n${entry}()\nanswer = ${entry}()`],
  ["a run as a script", `\n\nif __name__ == "__main__":\n    print(missing)\n    ${entry}(1)`],
  ["a prompt and its output", `\n\n>>> ${entry}()\n18`],
  ["an apostrophe and three quotes", `\n\nIt's done ${Q} (and [more`]
]

const answerOf = (completion: string) => grade(completion, "24", "corrected")

describe("a program that is run whole", () => {
  it.each(programs)("with %s", (_, source, value) => {
    for (const [kind, text] of followers)
      expect(answerOf(source + text), kind).toMatchObject({ format: "tinygsm", answer: value })
  })

  it.each(programs)("in a fence, indented, with other line ends: %s", (_, source, value) => {
    const lines = source.split("\n")
    expect(answerOf(`Let's compute, it's easy (really:\n\n\`\`\`python\n${source}\n\`\`\`\nDone.`)).toMatchObject({
      answer: value
    })
    expect(answerOf(lines.join("\r\n"))).toMatchObject({ answer: value })
    // A text over several lines would hold the margin too.
    if (!/"""|\\\n/.test(source))
      expect(answerOf(`1. As code:\n${lines.map((line) => `   ${line}`).join("\n")}\nDone.`)).toMatchObject({ answer: value })
  })

  const version = cpythonVersion()
  if (version !== "3.11") console.warn("CPython 3.11 is not here: programs are not compared with it.")
  it.skipIf(version !== "3.11")("gives what CPython 3.11 gives", () => {
    const observed = runCPython(programs.map(([, source]) => `${source}\nprint(${entry}())`))
    expect(observed.map(({ output, error }) => [output.trim().split("\n").at(-1), error])).toEqual(
      programs.map(([, , value]) => [value, null])
    )
  })
})

/** Made up of parts of which every other one stands at column 0: no two are alike. */
describe("programs put together from parts", () => {
  const above = [
    "",
    "RATE = 4\n",
    "A = [\n1,\n2]\n",
    `${Q}\nNote: (x\n${Q}\n`,
    "# it's a note\nB = {'(': 2}\n",
    "def two():\n  return 2\n"
  ]
  const openings = ["", `    ${Q}\nIt's (\n\n${Q}\n`, "# note )\n", "    t = 'it\\'s'\n", "    '''one\n\"\"\" ' two'''\n"]
  const bodies = [
    "    r = (3\n+ 4)\n",
    "    r = sum([n\nfor n in range(4)\n])\n",
    "    r = 0\n    for n in range(3):\n# count\n        r += n\n",
    `    r = len(${Q}a\n\nb(${Q})\n`,
    "    r = 1 + \\\n2\n",
    "    r = {1: 2,\n3: 4}[\n3]\n"
  ]
  const below = ["", "\nE = 2\n", "\n\ndef three(n):\n    return (n\n)\n", "\n# end\n", "\nC = (\n3)\n"]
  const all = above.flatMap((a) =>
    openings.flatMap((o) => bodies.flatMap((b) => below.map((z) => `${a}def ${entry}():\n${o}${b}    return r + 1\n${z}`)))
  )

  const version = cpythonVersion()
  it.skipIf(version !== "3.11")(`give what CPython 3.11 gives, all ${all.length} of them`, () => {
    const observed = runCPython(all.map((source) => `${source}\nprint(${entry}())`))
    const wrong = all.filter((source, i) => {
      const { answer } = answerOf(`Some words.\n${source}\nSo the result isn't ${i}.`)
      return observed[i]!.error !== null || answer !== observed[i]!.output.trim()
    })
    expect(wrong.slice(0, 3)).toEqual([])
  })
})

describe("random programs above a function", () => {
  it.skipIf(cpythonVersion() !== "3.11")("end as in CPython 3.11, all 400 of them", () => {
    const all = Array.from({ length: 400 }, (_, i) => `${randomProgram(777, i)}\n${head}\n    return 24`)
    const observed = runCPython(all)
    const wrong = all.filter((source, i) => {
      const { answer, error } = answerOf(`Some words.\n${source}\n\nSo it's (24.`)
      const kind = observed[i]!.error?.[0]
      // A statement that is no Python is text here, and what stands around it is run.
      if (kind === "SyntaxError") return false
      return kind === undefined ? answer !== "24" : error?.startsWith(kind) !== true
    })
    expect(wrong.slice(0, 2)).toEqual([])
  })
})

describe("a function of another name", () => {
  it.each([
    ["is called", "def solution():\n    return 24"],
    ["is the last one", "def first():\n    return 3\n\ndef solution():\n    return 24"],
    [
      "is the last one that needs no arguments",
      "def solution():\n    return wheels(6)\n\ndef wheels(carts):\n    return carts * 4"
    ],
    [
      "may have arguments with values",
      "def solution(carts=6,\n  wheels=4):\n    return carts * wheels\n\ndef other(n, m=1):\n    return n"
    ],
    ["is none where simple_math_problem is defined", `${head}\n    return 24\n\ndef test():\n    return 3`]
  ])("%s", (_, source) => expect(answerOf(source)).toMatchObject({ format: "tinygsm", answer: "24" }))
})

describe("several programs", () => {
  it.each([
    ["the last one answers", `${head}\n    return 31\n\nNo, that forgot the discount.\n\n${head}\n    return 24`, "24"],
    ["in fences", `\`\`\`python\n${head}\n    return 31\n\`\`\`\nBetter:\n\`\`\`python\n${head}\n    return 24\n\`\`\``, "24"],
    ["the last one uses what the first one defined", `RATE = 4\n\`\`\`\nand\n\`\`\`\n${head}\n    return RATE * 6`, "24"],
    ["a helper, words, and the function", `def four():\n    return 4\n\nNow:\n\n${head}\n    return four() * 6`, "24"],
    ["the first one is broken", `${head}\n    return (31\n\nOnce more:\n${head}\n    return 24`, "24"],
    ["the first one raises", `x = 1 // 0\n${head}\n    return 31\n\nOnce more:\n${head}\n    return 24`, "24"],
    ["the first one cannot be run here", `class A:\n    pass\n\nOnce more:\n${head}\n    return 24`, "24"],
    [
      "words that only look like a program come last",
      `${head}\n    return 24\n\nIn other words:\n\ntotal = 3\nmore = missing`,
      "24"
    ],
    ["the last one is cut off", `${head}\n    return 24\n\nNo:\n${head}\n    return (3 +`, null],
    ["the last one is cut off in its docstring", `${head}\n    return 24\n\nNo:\n${head}\n    ${Q}\nHow many`, null],
    ["the last one is cut off before it returns", `${head}\n    return 24\n\nNo:\n${head}\n    n = 3`, null],
    ["the last one is cut off behind its name", `${head}\n    return 24\n\nNo:\ndef ${entry}`, null]
  ])("%s", (_, completion, answer) => expect(answerOf(completion)).toMatchObject({ format: "tinygsm", answer }))

  it("of the paper's verifier: what follows the last def is run", () => {
    const paper = (completion: string) => grade(completion, "24", "paper")
    expect(paper(`${head}\n    return 31\n\nNo.\n\n${head}\n    return 24`)).toMatchObject({
      answered: "tinygsm-code",
      answer: "24"
    })
    expect(paper(`${head}\n    return 24\n\n${head}\n    return (3 +`)).toMatchObject({
      answered: "text",
      attempted: "tinygsm-code"
    })
    expect(paper(`RATE = 4\n\n${head}\n    return RATE * 6`)).toMatchObject({ answered: "text", correct: false })
  })
})

describe("several blocks", () => {
  const block = (code: string, output = "") =>
    `<llm-code>\n${code}\n</llm-code>\n<llm-code-output>\n${output}\n</llm-code-output>\n`
  const paper = (completion: string) => grade(completion, "24", "paper")

  it.each([
    [
      "the last one answers, with the names of the first",
      `${block("n = 4\nn", "4")}Now times six.\n${block("n * 6")}So \\boxed{31}.`,
      "24"
    ],
    ["three of them", block("a = 2") + block("b = a * 3") + block("b * 4"), "24"],
    ["one that raises is mended by the next", block("n = 24\nm = n / 0\nm", "ZeroDivisionError") + block("n"), "24"],
    ["one that is no Python", block("n = (4") + block("24"), "24"],
    ["one that cannot be run here", block("import sympy\nclass A: pass") + block("24"), "24"],
    ["one that raises inside a function", block("def f():\n    return 1 / 0\nf()") + block("def f():\n    return 24\nf()"), "24"],
    ["functions of one are called in the next", block("def f(n):\n    return n * 6") + block("f(4)"), "24"],
    ["the last one raises", block("24") + block("1 / 0"), null],
    ["the last one ends in no value", block("24") + block("n = 3"), null],
    ["the last one is empty", block("24") + block(""), null],
    ["the last one is cut off", `${block("n = 4\nn")}Now:\n<llm-code>\nn * (3 +`, null],
    ["the last one has just been opened", `${block("24")}No:\n<llm-code>`, null],
    ["a block whose end is forgotten ends before its output", "<llm-code>\n24\n<llm-code-output>\n31\n</llm-code-output>", "24"]
  ])("%s", (_, completion, answer) => expect(answerOf(completion)).toMatchObject({ format: "omi1", answer }))

  it("share one budget: a loop without end in the first is the end", () =>
    expect(answerOf(block("while True: pass") + block("24")).error).toMatch(/BudgetExceeded/))

  it("of the paper's verifier: the first one is run", () => {
    expect(paper(block("n = 4\nn") + block("n * 6"))).toMatchObject({ answered: "llm-code", answer: "4", correct: false })
    expect(paper(block("24") + block("1 / 0"))).toMatchObject({ answered: "llm-code", correct: true })
    expect(paper(`${block("1 / 0")}${block("3")}\\boxed{24}`)).toMatchObject({ answered: "text", correct: true })
  })

  it.each([
    ["blank lines in a text", `len(${Q}a\n\n\nb${Q}) + 19`],
    ["a margin, and a text at column 0", `    t = ${Q}\nx\n${Q}\n    t.count("x") + 23`],
    ["a margin, and brackets at column 0", "    t = [\n1,\n\n23]\n    sum(t)"],
    ["a margin, and a comment at column 0", "# note\n    a = 24\n# it's (\n    a"],
    ["a function with a text at column 0", `def f():\n    ${Q}\nNote.\n    ${Q}\n    return 24\n\nf()`]
  ])("keep %s", (_, code) => expect(answerOf(block(code))).toMatchObject({ format: "omi1", answer: "24" }))
})

describe("a long text of what programs are made of", () => {
  it.each([
    "x = (\n",
    "x = [\n1\n",
    `${Q}\n`,
    "@a\n",
    "if x:\n",
    "def f(:\n",
    "for\n",
    "x = 1\n",
    "a(\n",
    "else:\n",
    "'\\\n",
    "print(\n",
    "<llm-code>",
    "x = y\n",
    "x = 1\ny = z\n"
  ])("is read at once: %j", (piece) => {
    for (const opening of ["", `${head}\n    return 24\n`]) {
      const text = opening + piece.repeat(Math.ceil(40_000 / piece.length))
      const before = process.cpuUsage()
      answerOf(text)
      expect(process.cpuUsage(before).user / 1e6).toBeLessThan(2)
    }
  })
})
