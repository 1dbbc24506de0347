/**
 * What the completions of one problem vote for. One answer can be written in several ways (`0.5`, `1/2`, `50%`), and its votes
 * belong together whether it is right or wrong: merged among the right ones alone, majority@k would come out too high.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import type { Answer } from "./majority.ts"

/** A completion's answer as its profile reads it, and what the profile says of it. */
export interface Voter {
  readonly answer: Answer
  readonly correct: boolean
}

/**
 * A text for each completion, equal where the answers are: the reference for every right one; of wrong ones the spelling that
 * most of them have, of as many the first in alphabetical order. Equality of answers is not quite transitive (docs/answers.md);
 * that a spelling joins the most frequent one it equals makes the votes those of the answers, in whatever order they come.
 */
export const votesOf = (voters: ReadonlyArray<Voter>, reference: string): ReadonlyArray<Answer> => {
  const counts = new Map<string, number>()
  for (const { answer, correct } of voters) if (answer !== null && !correct) counts.set(answer, (counts.get(answer) ?? 0) + 1)
  const spellings = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([answer]) => answer)
  const elected = new Map<string, string>()
  const first: Array<string> = []
  for (const spelling of spellings) {
    const same = first.find((other) => isSameAnswer(other, spelling))
    if (same === undefined) first.push(spelling)
    elected.set(spelling, same ?? spelling)
  }
  return voters.map(({ answer, correct }) => (correct ? reference : answer === null ? null : elected.get(answer)!))
}
