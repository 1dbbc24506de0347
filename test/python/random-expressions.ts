/**
 * Random expressions of a wanted type over the variables in scope, from the part of Python that models write.
 *
 * They are mostly well typed, so that programs run deep before they fail.
 * Now and then an expression of another type slips in, so that errors are compared too.
 */

import type { Draws } from "../../src/random/philox.ts"

export type Type = "int" | "float" | "str" | "bool" | "list" | "words" | "dict" | "tuple"

export const types: ReadonlyArray<Type> = ["int", "float", "str", "bool", "list", "words", "dict", "tuple"]

/** Variables in scope by type: `list` holds ints, `words` strings, `dict` maps strings to ints, `tuple` is two ints. */
export type Variables = ReadonlyArray<{ readonly name: string; readonly type: Type }>

const words = ["apple", "Bob", "pear tree", "x", "", "10", "3.5", "naïve", "a,b,c", "  pad ", "it's"]
const fills = ["", "", "*<", ">", "^", "0>", "_^"]

export class Expressions {
  readonly random: Draws
  private readonly variables: Variables
  constructor(random: Draws, variables: Variables) {
    this.random = random
    this.variables = variables
  }

  private chance(probability: number): boolean {
    return this.random.uniform() < probability
  }

  /** One of several ways to write an expression; only the chosen one is made. */
  private oneOf(...ways: ReadonlyArray<() => string>): string {
    return this.random.pick(ways)()
  }

  /** An expression of `type`, at most `depth` levels deep. */
  of(type: Type, depth: number): string {
    if (this.chance(0.012)) return this.of(this.random.pick(types), depth)
    const known = this.variables.filter((variable) => variable.type === type)
    if (known.length > 0 && this.chance(depth <= 0 ? 0.8 : 0.3)) return this.random.pick(known).name
    if (depth <= 0) return this.literal(type)
    const text = this.composed(type, depth - 1)
    return this.chance(0.06) ? `(${text} if ${this.of("bool", depth - 1)} else ${this.of(type, depth - 1)})` : text
  }

  private literal(type: Type): string {
    const { random } = this
    const int = () => String(random.between(-9, 20))
    switch (type) {
      case "int":
        return this.oneOf(
          int,
          int,
          () => String(random.between(0, 100_000)),
          () => `${random.between(1, 9)}${"0".repeat(random.below(22))}`
        )
      case "float":
        return this.oneOf(
          () => `${random.between(-20, 20)}.${random.between(0, 999)}`,
          () => `${random.between(1, 9)}e${random.between(-12, 20)}`,
          () => random.pick(["0.5", "2.5", "0.125", "1.005", "0.1", "100.0", "1e16", "-0.0"])
        )
      case "str":
        return JSON.stringify(random.pick(words))
      case "bool":
        return random.pick(["True", "False"])
      case "list":
        return `[${Array.from({ length: random.below(5) }, int).join(", ")}]`
      case "words":
        return `[${Array.from({ length: random.below(4) }, () => JSON.stringify(random.pick(words))).join(", ")}]`
      case "dict":
        return `{${Array.from({ length: random.below(4) }, () => `${JSON.stringify(random.pick(words))}: ${int()}`).join(", ")}}`
      case "tuple":
        return `(${int()}, ${int()})`
    }
  }

  private composed(type: Type, depth: number): string {
    switch (type) {
      case "int":
        return this.int(depth)
      case "float":
        return this.float(depth)
      case "str":
        return this.str(depth)
      case "bool":
        return this.bool(depth)
      case "list":
        return this.list(depth)
      case "words":
        return this.wordList(depth)
      case "dict":
        return this.dict(depth)
      case "tuple":
        return this.tuple(depth)
    }
  }

  private number(depth: number): string {
    return this.of(this.chance(0.7) ? "int" : "float", depth)
  }

  private int(depth: number): string {
    const int = () => this.of("int", depth)
    const operator = () => this.random.pick(["+", "-", "*", "//", "%", "&", "|", "^"])
    return this.oneOf(
      () => `(${int()} ${operator()} ${int()})`,
      () => `(${int()} ${operator()} ${int()})`,
      () => `${int()} ${this.random.pick(["+", "-", "*"])} ${int()}`,
      () => `abs(${int()}) ** ${this.random.below(6)}`,
      () => `(${int()} ${this.random.pick(["<<", ">>"])} ${this.random.below(70)})`,
      () => `${this.random.pick(["-", "~", "+"])}(${int()})`,
      () => `len(${this.of(this.random.pick(["str", "list", "dict", "words"]), depth)})`,
      () => `int(${this.of("float", depth)})`,
      () => `int("${this.random.between(0, 300)}")`,
      () => `${this.random.pick(["max", "min"])}(${int()}, ${int()})`,
      () => `${this.random.pick(["max", "min", "sum"])}(${this.of("list", depth)} or [3])`,
      () => `(${this.of("list", depth)} or [1, 2, 3, 4])[${this.random.between(-1, 0)}]`,
      () => `${this.of("list", depth)}[${this.random.between(-3, 3)}]`,
      () => `${this.of("tuple", depth)}[${this.random.between(0, 1)}]`,
      () => `${this.of("dict", depth)}.get(${this.of("str", 0)}, ${int()})`,
      () => `${this.of("str", depth)}.${this.random.pick(["count", "find", "rfind"])}(${this.of("str", 0)})`,
      () => `round(${this.of("float", depth)})`,
      () => `round(${int()}, ${this.random.between(-3, 2)})`,
      () => `sum(${this.generator(depth)})`,
      () => `pow(${int()}, ${this.random.below(9)}, ${this.random.between(-5, 40)})`,
      () => `divmod(${int()}, ${int()})[${this.random.below(2)}]`,
      () => `math.${this.random.pick(["floor", "ceil", "trunc"])}(${this.of("float", depth)})`,
      () => `math.${this.random.pick(["gcd", "lcm", "comb"])}(${int()}, ${int()} % 50)`,
      () => `(lambda a, b=${int()}: a * 2 - b)(${int()})`,
      () => `ord((${this.of("str", depth)} or "?")[${this.random.between(-1, 0)}])`
    )
  }

  private float(depth: number): string {
    const float = () => this.of("float", depth)
    const number = () => this.number(depth)
    return this.oneOf(
      () => `(${number()} / ${number()})`,
      () => `(${float()} ${this.random.pick(["+", "-", "*", "/", "//", "%"])} ${number()})`,
      () => `(${number()} ${this.random.pick(["+", "-", "*", "/"])} ${float()})`,
      () => `round(${float()}, ${this.random.between(-2, 6)})`,
      () => `float(${this.of("int", depth)})`,
      () => `abs(${float()})`,
      () => `-${float()}`,
      () => `math.sqrt(abs(${number()}))`,
      () => `(${float()} ** ${this.random.between(0, 4)})`,
      () => `sum(${this.of("list", depth)}) / ${this.random.between(1, 9)}`,
      () => `max(${float()}, ${number()})`,
      () => `float(f"{${float()}:.${this.random.below(5)}f}")`
    )
  }

  private spec(type: Type): string {
    const width = this.chance(0.5) ? String(this.random.between(1, 14)) : ""
    const fill = width === "" ? "" : this.random.pick(fills)
    if (type === "str") return `${fill}${width}${this.chance(0.3) ? `.${this.random.below(5)}` : ""}`
    const sign = this.random.pick(["", "", "+", " ", "-"])
    const comma = this.random.pick(["", "", ",", "_"])
    const zero = width !== "" && fill === "" && this.chance(0.3) ? "0" : ""
    if (type === "int")
      return `${fill}${sign}${zero}${width}${this.random.pick([comma, `${comma}d`, "x", "b", "#x", `${comma}.2f`])}`
    const digits = this.random.below(8)
    const ends = [`${comma}.${digits}f`, `.${digits}e`, `.${digits}g`, `${comma}`, `.${digits}`, `.${digits}%`]
    return `${fill}${sign}${zero}${width}${this.random.pick(ends)}`
  }

  /** A field's expression: f-strings of Python 3.11 take no quotes of their own kind and no backslash inside. */
  private field(depth: number): string {
    const type = this.random.pick(["int", "float", "str"] as const)
    const value = this.of(type, depth).replaceAll('"', "'")
    if (/[\\{]|lambda|it's/.test(value)) return `{${this.random.between(0, 99)}}`
    return this.chance(0.4) ? `{${value}}` : `{${value}${this.chance(0.1) ? "!r" : `:${this.spec(type)}`}}`
  }

  private str(depth: number): string {
    const str = () => this.of("str", depth)
    return this.oneOf(
      () => `${str()} + ${str()}`,
      () => `(${str()} * ${this.random.between(-1, 3)})`,
      () => `str(${this.of(this.random.pick(types), depth)})`,
      () => `repr(${this.of(this.random.pick(types), depth)})`,
      () => `f"${this.field(depth)} and ${this.field(depth)}"`,
      () => `${str()}.${this.random.pick(["upper", "lower", "title", "strip", "capitalize", "swapcase", "lstrip", "rstrip"])}()`,
      () => `${str()}.replace(${this.of("str", 0)}, ${this.of("str", 0)})`,
      () => `${str()}${this.slice()}`,
      () => `${this.of("str", 0)}.join(${this.of("words", depth)})`,
      () => `"%d|%5.2f|%s" % (${this.of("int", depth)}, ${this.of("float", depth)}, ${str()})`,
      () => `"{:${this.spec("int")}} {}".format(${this.of("int", depth)}, ${str()})`,
      () => `format(${this.of("float", depth)}, "${this.spec("float")}")`,
      () => `${str()}.${this.random.pick(["center", "ljust", "rjust", "zfill"])}(${this.random.between(0, 12)})`,
      () => `${this.of("words", depth)}[${this.random.between(-2, 2)}]`,
      () => `max(${this.of("words", depth)}, key=len, default="none")`
    )
  }

  private bool(depth: number): string {
    const order = () => this.random.pick(["<", "<=", ">", ">=", "==", "!="])
    return this.oneOf(
      () => `${this.number(depth)} ${order()} ${this.number(depth)}`,
      () => `(${this.of("int", depth)} ${order()} ${this.of("int", depth)} ${order()} ${this.of("int", depth)})`,
      () => `(${this.of("bool", depth)} ${this.random.pick(["and", "or"])} ${this.of("bool", depth)})`,
      () => `(not ${this.of("bool", depth)})`,
      () => `${this.of("str", depth)} ${order()} ${this.of("str", depth)}`,
      () => `(${this.of("list", depth)} ${order()} ${this.of("list", depth)})`,
      () => `(${this.of("tuple", depth)} ${order()} ${this.of("tuple", depth)})`,
      () => `(${this.of("int", depth)} ${this.random.pick(["in", "not in"])} ${this.of("list", depth)})`,
      () => `(${this.of("str", 0)} in ${this.of(this.random.pick(["str", "words", "dict"]), depth)})`,
      () => `${this.random.pick(["any", "all"])}(${this.generator(depth)})`,
      () => `isinstance(${this.of(this.random.pick(types), depth)}, (int, str))`,
      () => `bool(${this.of(this.random.pick(types), depth)})`,
      () => `${this.of("str", depth)}.${this.random.pick(["isdigit", "isalpha", "isupper", "isspace"])}()`,
      () => `(${this.of("float", depth)}).is_integer()`
    )
  }

  private slice(): string {
    const bound = () => (this.chance(0.4) ? "" : String(this.random.between(-4, 5)))
    return this.chance(0.3) ? `[${bound()}:${bound()}:${this.random.pick(["-1", "2", "-2", "3"])}]` : `[${bound()}:${bound()}]`
  }

  private range(depth: number): string {
    return this.oneOf(
      () => `range(${this.random.below(8)})`,
      () => `range(${this.random.between(-3, 3)}, ${this.random.between(0, 9)})`,
      () => `range(${this.random.between(-9, 9)}, ${this.random.between(-9, 9)}, ${this.random.pick(["2", "-1", "-3", "4"])})`,
      () => `range(abs(${this.of("int", depth)}) % 9)`
    )
  }

  /** Something that gives ints when iterated. */
  ints(depth: number): string {
    return this.oneOf(
      () => this.range(depth),
      () => this.of("list", depth),
      () => `${this.of("dict", depth)}.values()`,
      () => this.of("tuple", depth),
      () => `sorted(set(${this.of("list", depth)}), key=repr)`
    )
  }

  private inner(name: string, type: Type): Expressions {
    return new Expressions(this.random, [...this.variables.filter((variable) => variable.name !== name), { name, type }])
  }

  private generator(depth: number): string {
    const inner = this.inner("q", "int")
    const condition = this.chance(0.4) ? ` if ${inner.of("bool", depth - 1)}` : ""
    return `${inner.of("int", depth - 1)} for q in ${this.ints(depth - 1)}${condition}`
  }

  private list(depth: number): string {
    const list = () => this.of("list", depth)
    return this.oneOf(
      () => `[${this.generator(depth)}]`,
      () => `[${this.of("int", depth)}, ${this.of("int", depth)}]`,
      () => `[*${this.ints(depth)}, ${this.of("int", depth)}]`,
      () => `${list()} + ${list()}`,
      () => `${list()}${this.slice()}`,
      () => `sorted(${list()}${this.random.pick(["", ", reverse=True", ", key=abs", ", key=lambda v: -v"])})`,
      () => `list(map(lambda v: ${this.inner("v", "int").of("int", depth - 1)}, ${this.ints(depth)}))`,
      () => `list(filter(None, ${list()}))`,
      () => `list(${this.range(depth)})`,
      () => `list(reversed(${list()}))`,
      () => `(${list()} * ${this.random.between(-1, 2)})`,
      () => `[a * b for a, b in zip(${this.ints(depth)}, ${this.ints(depth)})]`,
      () => `[i + v for i, v in enumerate(${list()}, ${this.random.below(3)})]`,
      () => `[x * y for x in ${this.range(depth)} for y in ${this.range(depth)} if x != y]`
    )
  }

  private wordList(depth: number): string {
    return this.oneOf(
      () => `${this.of("str", depth)}.split(${this.random.pick(["", '","', '" "', "None, 1", '"a", 1'])})`,
      () => `sorted(${this.of("words", depth)})`,
      () => `[w.upper() for w in ${this.of("words", depth)}]`,
      () => `list(${this.of("str", depth)})`,
      () => `[str(n) for n in ${this.ints(depth)}]`,
      () => `${this.of("words", depth)}${this.slice()}`,
      () => `list(${this.of("dict", depth)})`
    )
  }

  private dict(depth: number): string {
    return this.oneOf(
      () => `{k: v for k, v in ${this.of("dict", depth)}.items() if v ${this.random.pick(["<", ">"])} ${this.of("int", 0)}}`,
      () => `dict(zip(${this.of("words", depth)}, ${this.ints(depth)}))`,
      () => `{w: len(w) for w in ${this.of("words", depth)}}`,
      () => `{**${this.of("dict", depth)}, ${this.of("str", 0)}: ${this.of("int", depth)}}`,
      () => `(${this.of("dict", depth)} | ${this.of("dict", depth)})`,
      () => `dict(sorted(${this.of("dict", depth)}.items()))`
    )
  }

  private tuple(depth: number): string {
    return this.oneOf(
      () => `(${this.of("int", depth)}, ${this.of("int", depth)})`,
      () => `divmod(${this.of("int", depth)}, ${this.of("int", depth)})`,
      () => `tuple(${this.of("list", depth)}[:2])`,
      () => `${this.of("tuple", depth)}[::-1]`
    )
  }
}
