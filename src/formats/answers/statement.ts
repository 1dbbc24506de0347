/** What a text states as its answer. */

/**
 * What is said to be the answer; `text` is null where a box or a tag is never closed. `from`: where its notation begins, `start`
 * and `end`: where what it says does. `name`: of the box or line, in words. `why` it is no answer, where that is known.
 */
export interface Statement {
  readonly from: number
  readonly start: number
  readonly end: number
  readonly text: string | null
  readonly name: string
  readonly why?: string
  /** Of several that are joined the last. */
  readonly last?: { readonly from: number; readonly text: string }
}
