/**
 * The syntax tree: Python's own abstract grammar, less what this evaluator leaves out (classes, `with`, `match`, `async`).
 *
 * Names are bound to scopes while parsing (`Scope.bind`) and resolved to slots while compiling. Every node carries its line.
 */

import type { PyValue } from "../values/objects.ts"
import type { ParameterKind } from "../values/PyFunction.ts"

interface Declaration {
  readonly as: "global" | "nonlocal"
  readonly line: number
}

/** The names that one function, comprehension or module binds, each with its slot in the frame. */
export class Scope {
  readonly kind: "module" | "function" | "comprehension"
  readonly slots = new Map<string, number>()
  /** Names declared `global` or `nonlocal`; made when there are any. */
  declared: Map<string, Declaration> | null = null
  /** Set while compiling: comprehensions are recognised only after their element has been parsed. */
  parent: Scope | null = null
  /** The statements that hold a `yield` of this function's own; null where there is none: then it is no generator. */
  yielding: Set<Stmt> | null = null

  constructor(kind: "module" | "function" | "comprehension") {
    this.kind = kind
  }

  declare(name: string, as: "global" | "nonlocal", line: number): void {
    this.declared ??= new Map()
    this.declared.set(name, { as, line })
  }

  bind(name: string): number {
    const known = this.slots.get(name)
    if (known !== undefined) return known
    const slot = this.slots.size
    this.slots.set(name, slot)
    return slot
  }
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**" | "<<" | ">>" | "&" | "|" | "^" | "@"
export type Comparison = "<" | ">" | "<=" | ">=" | "==" | "!=" | "in" | "not in" | "is" | "is not"

interface Node {
  readonly line: number
}

export interface Parameter {
  readonly name: string
  readonly kind: ParameterKind
  readonly fallback: Expr | null
}

/** What `def` and `lambda` share. */
export interface FunctionNode extends Node {
  readonly name: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly body: ReadonlyArray<Stmt>
  readonly scope: Scope
}

export interface Clause {
  readonly target: Expr
  readonly iterable: Expr
  readonly conditions: ReadonlyArray<Expr>
}

export interface Argument {
  /** `f(x)`, `f(*xs)`, `f(k=x)`, `f(**kw)`. */
  readonly kind: "positional" | "unpack" | "keyword" | "unpack-keywords"
  readonly name: string
  readonly value: Expr
}

export type FStringPart =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "field"
      readonly value: Expr
      readonly conversion: "r" | "s" | "a" | ""
      readonly spec: ReadonlyArray<FStringPart> | null
    }

export type Expr =
  | (Node & { readonly kind: "Constant"; readonly value: PyValue })
  | (Node & { readonly kind: "Name"; readonly name: string })
  | (Node & { readonly kind: "FString"; readonly parts: ReadonlyArray<FStringPart> })
  | (Node & { readonly kind: "List" | "Tuple" | "Set"; readonly items: ReadonlyArray<Expr> })
  | (Node & { readonly kind: "Dict"; readonly entries: ReadonlyArray<readonly [key: Expr | null, value: Expr]> })
  | (Node & { readonly kind: "Unary"; readonly operator: "-" | "+" | "~" | "not"; readonly operand: Expr })
  | (Node & { readonly kind: "Binary"; readonly operator: BinaryOperator; readonly left: Expr; readonly right: Expr })
  | (Node & { readonly kind: "Logical"; readonly operator: "and" | "or"; readonly operands: ReadonlyArray<Expr> })
  | (Node & {
      readonly kind: "Compare"
      readonly first: Expr
      readonly rest: ReadonlyArray<{ readonly operator: Comparison; readonly operand: Expr }>
    })
  | (Node & { readonly kind: "Conditional"; readonly test: Expr; readonly whenTrue: Expr; readonly otherwise: Expr })
  | (Node & { readonly kind: "Lambda"; readonly function: FunctionNode })
  | (Node & { readonly kind: "Call"; readonly callee: Expr; readonly args: ReadonlyArray<Argument> })
  | (Node & { readonly kind: "Attribute"; readonly object: Expr; readonly name: string })
  | (Node & { readonly kind: "Subscript"; readonly object: Expr; readonly index: Expr })
  | (Node & { readonly kind: "Slice"; readonly lower: Expr | null; readonly upper: Expr | null; readonly step: Expr | null })
  | (Node & { readonly kind: "Starred"; readonly value: Expr })
  | (Node & { readonly kind: "Named"; readonly name: string; readonly value: Expr })
  | (Node & {
      readonly kind: "Comprehension"
      readonly form: "list" | "set" | "dict" | "generator"
      /** The element, or the key of a dict. */
      readonly element: Expr
      readonly value: Expr | null
      readonly clauses: ReadonlyArray<Clause>
      readonly scope: Scope
    })
  | (Node & { readonly kind: "Yield"; readonly value: Expr | null; readonly from: boolean })

export interface Handler extends Node {
  readonly type: Expr | null
  readonly name: string | null
  readonly body: ReadonlyArray<Stmt>
}

export interface Imported {
  readonly name: string
  readonly as: string
}

export type Stmt =
  | (Node & { readonly kind: "Expression"; readonly value: Expr })
  | (Node & { readonly kind: "Assign"; readonly targets: ReadonlyArray<Expr>; readonly value: Expr })
  | (Node & { readonly kind: "Augment"; readonly operator: BinaryOperator; readonly target: Expr; readonly value: Expr })
  | (Node & {
      readonly kind: "If"
      readonly branches: ReadonlyArray<{ readonly test: Expr; readonly body: ReadonlyArray<Stmt> }>
      readonly otherwise: ReadonlyArray<Stmt>
    })
  | (Node & {
      readonly kind: "While"
      readonly test: Expr
      readonly body: ReadonlyArray<Stmt>
      readonly otherwise: ReadonlyArray<Stmt>
    })
  | (Node & {
      readonly kind: "For"
      readonly target: Expr
      readonly iterable: Expr
      readonly body: ReadonlyArray<Stmt>
      readonly otherwise: ReadonlyArray<Stmt>
    })
  | (Node & { readonly kind: "Function"; readonly function: FunctionNode; readonly decorators: ReadonlyArray<Expr> })
  | (Node & { readonly kind: "Return"; readonly value: Expr | null })
  | (Node & { readonly kind: "Pass" | "Break" | "Continue" })
  | (Node & { readonly kind: "Import"; readonly module: string; readonly as: string })
  | (Node & { readonly kind: "ImportFrom"; readonly module: string; readonly names: ReadonlyArray<Imported> })
  | (Node & { readonly kind: "Assert"; readonly test: Expr; readonly message: Expr | null })
  | (Node & { readonly kind: "Raise"; readonly exception: Expr | null; readonly cause: Expr | null })
  | (Node & {
      readonly kind: "Try"
      readonly body: ReadonlyArray<Stmt>
      readonly handlers: ReadonlyArray<Handler>
      readonly otherwise: ReadonlyArray<Stmt>
      readonly ending: ReadonlyArray<Stmt>
    })
  | (Node & { readonly kind: "Delete"; readonly targets: ReadonlyArray<Expr> })

export interface Module {
  readonly body: ReadonlyArray<Stmt>
  readonly scope: Scope
}
