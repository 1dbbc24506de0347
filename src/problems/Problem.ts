/** A word problem of the built-in grammar, with the chain of operations that solves it. */
export interface Problem {
  /** Stable across machines and versions of the grammar: `grammar version/split seed/index` and a hash of the content. */
  readonly id: string
  readonly question: string
  readonly answer: number
  /** Number of binary operations: the difficulty, K. */
  readonly steps: number
  /** The operations in order; what renderers write out in their format. */
  readonly trace: ReadonlyArray<Step>
  /** Step kinds in order, with a mark for a distractor: what the unseen-template split hashes. */
  readonly template: string
  readonly distractor: boolean
  /** What the distractor says, `{name} has {count} {item}`, or null: no operation of the trace uses it. */
  readonly aside: Quantity | null
  readonly split: Split
  readonly start: Quantity
}

/** So many of a thing that someone has. */
export interface Quantity {
  readonly name: string
  readonly item: string
  readonly count: number
}

/** Whether training may see a problem, or what it must not have seen of it (`split.ts`). */
export type Split = "train" | "unseen-values" | "unseen-template"

/** `left op right = value`; an operand is a constant of the question or the value of an earlier step. */
export interface Step {
  readonly kind: string
  readonly left: Operand
  readonly operator: "+" | "-" | "*" | "/"
  readonly right: Operand
  readonly value: number
  /** Whom the step speaks of, for prose renderings. */
  readonly who: string
}
/** A constant of the question, or the value of an earlier step, by its index in the trace. */
export type Operand = { readonly constant: number } | { readonly step: number; readonly value: number }
