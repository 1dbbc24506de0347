import type { Problem } from "../problems/Problem.ts"

/** A solution style with a renderer, a detector and an answer extractor. One file per format, registered in `registry.ts`. */
export interface Format {
  readonly name: string
  /** Variants inside the format (docstring or none, "Thus" or "So"), so that convergence inside a format can be measured. */
  readonly subStyles: ReadonlyArray<string>
  /** Every word that `render` writes besides names, items and numbers: what a word-level vocabulary needs. */
  readonly words: ReadonlyArray<string>
  readonly render: (problem: Problem, subStyle: string) => string
  /** Whether a completion is written in this format. The registry makes the classes exclusive, with `invalid` for what fits none. */
  readonly detect: (completion: string) => boolean
  /** Which sub-style a completion of this format is in. */
  readonly subStyleOf: (completion: string) => string
  readonly extract: (completion: string) => Extraction
}

/** What a completion's answer is under one format: a value, or why there is none. */
export type Extraction =
  | { readonly value: Value; readonly steps: number }
  | { readonly value: null; readonly error: string; readonly steps: number }

/** An answer as text in canonical form: `17`, `-3`, `0.5`, `1/3`; numeric comparison in `equal.ts`. */
export type Value = string

/** `paper`: the authors' verifier with its quirks (branch order, `def` substring, fall-through to text). `corrected`: without. */
export type Profile = "paper" | "corrected"

/** The branches that a profile went through, and what came of it. */
export interface Verdict {
  readonly attempted: string
  readonly answered: string
  readonly extraction: Extraction
}

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
