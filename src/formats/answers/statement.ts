/** What a text states as its answer. */

/**
 * What is said to be the answer; `text` is null where a box is never closed. `end`: behind what it says, where that is known.
 * `name`: of the box or line, in words. `why` it is no answer, where that is known.
 */
export interface Statement {
  readonly start: number
  readonly end?: number
  readonly text: string | null
  readonly name: string
  readonly why?: string
}
