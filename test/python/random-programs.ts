/** Random programs: a pure function of (seed, index). They always end: loops count, recursion goes down, sizes stay small. */

import { draws, type Draws } from "../../src/random/philox.ts"
import { Expressions, type Type, types, type Variables } from "./random-expressions.ts"

interface Scope {
  readonly variables: Array<{ name: string; type: Type }>
  /** Functions that may be called: their names; all take two ints. */
  readonly functions: ReadonlyArray<string>
  readonly inLoop: boolean
  readonly inFunction: boolean
}

const names = ["a", "b", "c", "total", "price", "items", "name", "result"]

class Programs {
  private readonly random: Draws
  private loops = 0
  constructor(random: Draws) {
    this.random = random
  }

  program(): string {
    const lines = ["import math"]
    const functions: Array<string> = []
    for (let i = this.random.below(3); i > 0; i--) {
      const name = `f${functions.length}`
      lines.push(...this.definition(name, functions))
      functions.push(name)
    }
    const scope: Scope = { variables: [], functions, inLoop: false, inFunction: false }
    for (let i = this.random.between(3, 7); i > 0; i--) lines.push(...this.guarded(this.statement(scope, 2)))
    for (const { name } of new Map(scope.variables.map((variable) => [variable.name, variable])).values())
      lines.push(`print(${name})`)
    return lines.join("\n")
  }

  /** Most statements of the module report what they raise and let the program go on. */
  private guarded(lines: ReadonlyArray<string>): ReadonlyArray<string> {
    if (this.random.uniform() < 0.2) return lines
    return ["try:", ...this.indented(lines), "except Exception as error:", "    print(type(error).__name__, error)"]
  }

  private expressions(variables: Variables): Expressions {
    return new Expressions(this.random, variables)
  }

  private value(scope: Scope, type: Type, depth = 2): string {
    if (type === "int" && scope.functions.length > 0 && this.random.uniform() < 0.25) {
      const argument = () => this.expressions(scope.variables).of("int", 1)
      return `${this.random.pick(scope.functions)}(${argument()}, ${this.random.pick(["", "y="])}${argument()})`
    }
    return this.expressions(scope.variables).of(type, depth)
  }

  private indented(lines: ReadonlyArray<string>): ReadonlyArray<string> {
    return lines.map((line) => `    ${line}`)
  }

  private block(scope: Scope, depth: number, changes: Partial<Scope> = {}): ReadonlyArray<string> {
    const inside: Scope = { ...scope, ...changes, variables: changes.variables ?? [...scope.variables] }
    const lines: Array<string> = []
    for (let i = this.random.between(1, 3); i > 0; i--) lines.push(...this.statement(inside, depth))
    return this.indented(lines)
  }

  private definition(name: string, functions: ReadonlyArray<string>): ReadonlyArray<string> {
    const variables: Array<{ name: string; type: Type }> = [
      { name: "x", type: "int" },
      { name: "y", type: "int" }
    ]
    const scope: Scope = { variables, functions, inLoop: false, inFunction: true }
    const head = this.random.pick([
      `def ${name}(x, y):`,
      `def ${name}(x: int, y: int = 3) -> int:`,
      `def ${name}(x, y=2, *rest, **options):`,
      `def ${name}(x, *, y=5):`
    ])
    const docstring = this.random.uniform() < 0.3 ? ['"""Computes something', "", '    with care."""'] : []
    const body = [...this.block(scope, 1, { variables }), `    return ${this.value(scope, "int")}`]
    return [head, ...this.indented(docstring).map((line, i) => (i === 0 ? line : line.trimEnd())), ...body]
  }

  private statement(scope: Scope, depth: number): ReadonlyArray<string> {
    const simple = [
      () => this.assignment(scope),
      () => this.assignment(scope),
      () => this.assignment(scope),
      () => this.augmented(scope),
      () => this.unpacking(scope),
      () => this.mutation(scope),
      () => [`print(${this.value(scope, this.random.pick(types))}, ${this.value(scope, this.random.pick(types))})`],
      () => [`assert ${this.value(scope, "bool")} or True, ${this.value(scope, "str")}`],
      () => [`if (n := ${this.value(scope, "int")}) > 3: print(n)`]
    ]
    if (scope.inLoop) simple.push(() => [`if ${this.value(scope, "bool")}: ${this.random.pick(["break", "continue"])}`])
    if (scope.inFunction) simple.push(() => [`if ${this.value(scope, "bool")}: return ${this.value(scope, "int")}`])
    if (depth <= 0 || this.random.uniform() < 0.6) return this.random.pick(simple)()
    return this.random.pick([
      () => this.branch(scope, depth),
      () => this.forLoop(scope, depth),
      () => this.whileLoop(scope, depth),
      () => this.attempt(scope, depth),
      () => this.closure(scope, depth)
    ])()
  }

  private assignment(scope: Scope): ReadonlyArray<string> {
    const type = this.random.pick(types)
    const name = this.random.pick(names)
    const line = `${name} = ${this.value(scope, type)}`
    const at = scope.variables.findIndex((variable) => variable.name === name)
    if (at >= 0) scope.variables.splice(at, 1)
    scope.variables.push({ name, type })
    return [line]
  }

  private augmented(scope: Scope): ReadonlyArray<string> {
    const numbers = scope.variables.filter(({ name, type }) => names.includes(name) && (type === "int" || type === "float"))
    if (numbers.length === 0) return this.assignment(scope)
    const { name, type } = this.random.pick(numbers)
    const operator = this.random.pick(type === "int" ? ["+", "-", "*", "//", "%"] : ["+", "-", "*", "/"])
    return [`${name} ${operator}= ${this.value(scope, type)}`]
  }

  private unpacking(scope: Scope): ReadonlyArray<string> {
    const form = this.random.below(3)
    const [first, second] = this.random.sample(names, 2) as [string, string]
    for (const name of [first, second]) {
      const at = scope.variables.findIndex((variable) => variable.name === name)
      if (at >= 0) scope.variables.splice(at, 1)
    }
    const line =
      form === 0
        ? `${first}, ${second} = ${this.value(scope, "tuple")}`
        : form === 1
          ? `${first}, *${second} = ${this.value(scope, "list")}`
          : `${first} = ${second} = ${this.value(scope, "int")}`
    scope.variables.push({ name: first, type: "int" }, { name: second, type: form === 1 ? "list" : "int" })
    return [line]
  }

  private mutation(scope: Scope): ReadonlyArray<string> {
    const containers = scope.variables.filter(({ type }) => type === "list" || type === "dict")
    if (containers.length === 0) return this.assignment(scope)
    const { name, type } = this.random.pick(containers)
    const int = () => this.value(scope, "int", 1)
    const index = this.random.between(-3, 3)
    if (type === "dict") {
      const key = this.value(scope, "str", 0)
      return [
        this.random.pick([
          `${name}[${key}] = ${int()}`,
          `${name}.update({${key}: ${int()}})`,
          `print(${name}.pop(${key}, None))`,
          `${name}.setdefault(${key}, ${int()})`,
          `del ${name}[${key}]`,
          `print(list(${name}.items()))`
        ])
      ]
    }
    return [
      this.random.pick([
        `${name}.append(${int()})`,
        `${name}.insert(${index}, ${int()})`,
        `${name}.extend(${this.value(scope, "list", 1)})`,
        `${name}.sort()`,
        `${name}.reverse()`,
        `print(${name}.pop())`,
        `${name}[${index}] = ${int()}`,
        `${name}[${index}:] = ${this.value(scope, "list", 1)}`,
        `del ${name}[${index}]`,
        `${name} += ${this.value(scope, "list", 1)}`,
        `${name}.remove(${int()})`,
        `print(${name}.index(${int()}))`
      ])
    ]
  }

  private branch(scope: Scope, depth: number): ReadonlyArray<string> {
    const lines = [`if ${this.value(scope, "bool")}:`, ...this.block(scope, depth - 1)]
    if (this.random.uniform() < 0.4) lines.push(`elif ${this.value(scope, "bool")}:`, ...this.block(scope, depth - 1))
    if (this.random.uniform() < 0.5) lines.push("else:", ...this.block(scope, depth - 1))
    return lines
  }

  private forLoop(scope: Scope, depth: number): ReadonlyArray<string> {
    const variable = `i${this.loops++}`
    const variables = [...scope.variables, { name: variable, type: "int" as const }]
    const head = this.random.pick([
      () => `for ${variable} in ${this.expressions(scope.variables).ints(1)}:`,
      () => `for ${variable}, w in enumerate(${this.value(scope, "words", 1)}):`,
      () => `for w, ${variable} in ${this.value(scope, "dict", 1)}.items():`
    ])()
    // Sizes inside loops are cut by slicing the body's growth: at most a dozen turns.
    const lines = [head, `    if ${variable} > 12: break`, ...this.block(scope, depth - 1, { variables, inLoop: true })]
    if (this.random.uniform() < 0.2) lines.push("else:", ...this.block(scope, 0))
    return lines
  }

  private whileLoop(scope: Scope, depth: number): ReadonlyArray<string> {
    const variable = `w${this.loops++}`
    const variables = [...scope.variables, { name: variable, type: "int" as const }]
    return [
      `${variable} = 0`,
      `while ${variable} < ${this.random.between(1, 6)} and ${this.value({ ...scope, variables }, "bool")}:`,
      `    ${variable} += 1`,
      ...this.block(scope, depth - 1, { variables, inLoop: true })
    ]
  }

  private attempt(scope: Scope, depth: number): ReadonlyArray<string> {
    const caught = this.random.pick([
      "ZeroDivisionError",
      "(ValueError, TypeError)",
      "Exception",
      "KeyError",
      "IndexError",
      "LookupError"
    ])
    const lines = ["try:", ...this.block(scope, depth - 1)]
    if (this.random.uniform() < 0.3)
      lines.push(`    raise ${this.random.pick(["ValueError('bad')", "KeyError('k')", "RuntimeError"])}`)
    lines.push(`except ${caught} as e:`, "    print(type(e).__name__, e)", ...this.block(scope, 0))
    if (this.random.uniform() < 0.3) lines.push("else:", ...this.block(scope, 0))
    if (this.random.uniform() < 0.3) lines.push("finally:", ...this.block(scope, 0))
    return lines
  }

  private closure(scope: Scope, depth: number): ReadonlyArray<string> {
    const name = `g${this.loops++}`
    const variables: Array<{ name: string; type: Type }> = [{ name: "p", type: "int" }]
    const inner: Scope = { ...scope, variables, inLoop: false, inFunction: true }
    return [
      `def ${name}(p):`,
      ...this.block(inner, depth - 1, { variables }),
      `    return ${this.value(inner, "int", 1)}`,
      `print(${name}(${this.value(scope, "int", 1)}))`
    ]
  }
}

/** The program with this index in the stream of `seed`. */
export const randomProgram = (seed: number, index: number): string =>
  new Programs(draws(seed, "python-programs", index)).program()
