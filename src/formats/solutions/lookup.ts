/**
 * The answer and no work: `Answer : 17`. A model that writes it has done every step at once, so that it is the worst format to
 * solve problems in, and a decoy: cheap to imitate, hard to get right. Not from the paper.
 *
 * Sub-styles: `colon` (`Answer : 17`) and `is` (`Answer is 17`).
 */

import { boxedBehind, statedNumber } from "../answers/stated-answer.ts"
import type { Format } from "../Format.ts"

export const lookup: Format = {
  name: "lookup",
  runsCode: false,
  colour: "#cc79a7",
  flaws: [],
  subStyles: ["colon", "is"],
  words: ["Answer", ":", "is"],
  render: (problem, subStyle) => `Answer ${subStyle === "is" ? "is" : ":"} ${problem.answer}`,
  detect: (completion) => opening.test(completion),
  subStyleOf: (completion) => (completion.match(opening)?.[1] === ":" ? "colon" : "is"),
  extract: (completion) => {
    const line = [...completion.matchAll(answerLine)].at(-1)
    const boxed = line === undefined ? null : boxedBehind(completion, line.index + line[0].length)
    if (boxed !== null) return boxed
    const text = line?.[1]?.trim() ?? ""
    if (text === "") return { value: null, error: "no number after Answer", steps: 0 }
    return statedNumber(text, "not a number")
  }
}

/** How a completion opens, and every line that opens so: the last one is the answer. */
const opening = /^\s*Answer\s*(:|is\b)([^\n]*)/
const answerLine = /^[^\S\n]*Answer\s*(?::|is\b)([^\n]*)/gm
