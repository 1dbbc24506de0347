/**
 * What guessing alone would give: the same completions held against the references of other problems.
 *
 * With many samples a problem is solved by luck: where answers are small numbers, 64 guesses hit one in two. A curve of pass@k is
 * read beside this one; where they meet at large k, coverage says little about what can be solved.
 */

import { isSameAnswer } from "../../answers/answers.ts"
import { permutation } from "../../random/philox.ts"

/** Other problems whose references each problem's completions are held against. */
const OTHERS = 4

/**
 * How many of each problem's completions give the answer of another problem, `[others][problems]`: problems stand in a circle in
 * keyed random order, and each takes the references of the next few. None where there is one problem only.
 */
export const guessedRight = (
  answers: ReadonlyArray<ReadonlyArray<string | null>>,
  references: ReadonlyArray<string>,
  seed: number
): ReadonlyArray<Int32Array> => {
  const n = references.length
  const circle = permutation(n, seed, "guessing")
  return Array.from({ length: Math.min(OTHERS, n - 1) }, (_, shift) => {
    const right = new Int32Array(n)
    for (let place = 0; place < n; place++) {
      const [problem, other] = [circle[place]!, circle[(place + shift + 1) % n]!]
      for (const answer of answers[problem]!) if (answer !== null && isSameAnswer(answer, references[other]!)) right[problem]!++
    }
    return right
  })
}
