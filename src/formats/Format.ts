/**
 * What a solution format is, and what grading a completion gives.
 *
 * A new format is one file in `solutions/` and one line in `registry.ts`. The file says everything: sources of mixtures, control
 * tokens, the word-level vocabulary, classes of completions, colours of figures and claims about code are derived from the
 * registry. A field that is left out does not compile.
 *
 * A new format adds its words and its control token to the vocabulary. Mixtures are then computed again, and every model trains
 * again.
 */

import type { BlindSpot } from "../problems/misread.ts"
import type { Problem } from "../problems/Problem.ts"

/** A solution style with a renderer, a detector and an answer extractor. */
export interface Format {
  /** In params, tables and figures, and as a control token between `<|` and `|>`: lower case letters, digits and hyphens. */
  readonly name: string
  /** Whether a solution is a program: its answer is what running it gives, not what the text claims. */
  readonly runsCode: boolean
  /** In figures, `#rrggbb`: unlike any other format's, readable on light and on dark paper. */
  readonly colour: `#${string}`
  /**
   * How its built-in corpus misreads problems where `mix.gap` asks for wrong solutions. None for a corpus that is always right,
   * and none for a format that writes out values: those of a misread problem may be no words of the vocabulary.
   */
  readonly flaws: ReadonlyArray<BlindSpot>
  /** Variants inside the format (docstring or none, "Thus" or "So"), so that convergence inside a format can be measured. */
  readonly subStyles: readonly [string, ...ReadonlyArray<string>]
  /** Every word that `render` writes besides names, items and numbers: what a word-level vocabulary needs. */
  readonly words: ReadonlyArray<string>
  /** A problem of the built-in grammar, solved: words parted by single blanks. */
  readonly render: (problem: Problem, subStyle: string) => string
  /** Whether a completion is in this format. The registry makes classes exclusive, with `invalid` for what fits none. */
  readonly detect: (completion: string) => boolean
  /** Which sub-style a completion of this format is in; `unclear` where it shows no mark of any. */
  readonly subStyleOf: (completion: string) => string
  /** The answer that a completion of this format gives, or why there is none. */
  readonly extract: (completion: string) => Extraction
}

/** What a completion's answer is under one format: a value, or why there is none. */
export type Extraction =
  | { readonly value: Value; readonly steps: number }
  | { readonly value: null; readonly error: string; readonly steps: number }

/** An answer as text: a number in canonical form (`17`, `-3`, `0.5`, `1/3`), or as it was written (src/answers/answers.ts). */
export type Value = string

/** `paper`: the authors' verifier with its quirks (branch order, `def` substring, fall-through to text). `corrected`: without. */
export type Profile = "paper" | "corrected"

/** The branches that a profile went through, and what came of it. */
export interface Verdict {
  readonly attempted: string
  readonly answered: string
  readonly extraction: Extraction
}

/** What grading says of a completion under one profile. */
export interface Grade {
  /** The one class of the completion: a registered format or `invalid`. Independent of the profile. */
  readonly format: string
  readonly subStyle: string
  /** The branch the profile's verifier entered first, and the one that gave the answer (`none` where nothing did). */
  readonly attempted: string
  readonly answered: string
  readonly answer: Value | null
  readonly correct: boolean
  /** Why there is no answer: `ZeroDivisionError: ... line 3`, `no number`, ... */
  readonly error: string | null
}
