/** What an answer can be, read: a value or a shape of values. */

import type { Expression } from "./mathematics/Expression.ts"

export type Answer =
  /** One value. `number`: its canonical text where it is rational (`17`, `0.5`, `1/3`). */
  | {
      readonly kind: "value"
      readonly expression: Expression
      readonly number: string | null
      /** "" for none; `%`, or as `unitIn` writes it. */
      readonly unit: string
      /** The words of what it counts, as they are kept (`vocabulary/kept-words.ts`). */
      readonly counted: ReadonlyArray<string>
      /** Whether that number stands in it, and no words make it another: not of `7 million` and `3 hours 20 minutes`. */
      readonly plain: boolean
      /** What it was called before the equals sign: `x`, `f(2)`; null for nothing. */
      readonly name: string | null
    }
  | { readonly kind: "words"; readonly text: string }
  /** A letter of a multiple choice, in capitals, with what stands behind it. `variable`: the letter as it may be one, `(a)`. */
  | { readonly kind: "choice"; readonly letter: string; readonly variable: string; readonly says: Answer | null }
  /** Digits in a base: `1011_2`. `number`: what they are where the digits alone do not stand for them, `0x1F`; else null. */
  | { readonly kind: "based"; readonly digits: string; readonly base: number; readonly number: string | null }
  /** `3:4`, `4:30`, `1:2:3`. */
  | { readonly kind: "ratio"; readonly parts: ReadonlyArray<Expression> }
  /** In no order: a set, or values with commas or words between them. `members`: each once. */
  | {
      readonly kind: "set"
      readonly items: ReadonlyArray<Answer>
      readonly members: ReadonlyArray<Answer>
      readonly written: Written
    }
  /** In order: a tuple, a point, an interval. `of`: the variable that an inequality says it of, `VECTOR`, or null for neither. */
  | {
      readonly kind: "sequence"
      readonly open: "(" | "["
      readonly close: ")" | "]"
      readonly items: ReadonlyArray<Answer>
      readonly of: string | null
    }
  | { readonly kind: "union"; readonly parts: ReadonlyArray<Answer> }
  /** Said twice, `\frac43 \approx 1.33`: a value and what it is nearly. */
  | { readonly kind: "rounded"; readonly exact: Answer; readonly as: Answer }
  /** What `of` is with any constants, or numbers `over` which a word goes, for its letters: `x^2 + C` (`families.ts`). */
  | { readonly kind: "family"; readonly of: Answer; readonly letters: ReadonlyArray<string>; readonly over: string }
  /** Whole numbers of a kind in ranges, `3 to oo`, as `relations/whole-numbers.ts` writes them. `name`: the unknown, or null. */
  | { readonly kind: "among"; readonly numbers: string; readonly ranges: string; readonly name: string | null }
  /** What a value of another kind than one number is called: `A = (1, 2)`. */
  | { readonly kind: "called"; readonly name: string; readonly of: Answer }
  /** What holds under a condition: `2 \text{ if } x > 0`. */
  | { readonly kind: "conditional"; readonly value: Answer; readonly condition: Answer }
  /** `bars`: how many columns stand before each bar between them. */
  | {
      readonly kind: "matrix"
      readonly rows: ReadonlyArray<ReadonlyArray<Expression>>
      readonly bars: ReadonlyArray<number>
    }
  /** `left - right = 0`, or `< 0`, or `<= 0`. */
  | { readonly kind: "relation"; readonly sign: "=" | "<" | "<="; readonly left: Expression; readonly right: Expression }
  /** `x = 1, y = 4`, `f(2x) = x`: values by name. */
  | { readonly kind: "named"; readonly values: ReadonlyMap<string, Answer> }

/**
 * How a set is written: in `braces`, as a `list` with commas, which may be in order as well, as values of which `either` is meant
 * (`1 or 2`, `\pm 1`), or as `statements` of several unknowns of which one holds (`x = 1 or y = 2`).
 */
export type Written = "braces" | "list" | "either" | "statements"

/** What stands in angle brackets, `\langle 1, 2\rangle`: a point, and an interval of nothing. */
export const VECTOR = "\\langle"

/** A column, or what is one: a point, but no values by name. */
export const COLUMN = "\\begin"
