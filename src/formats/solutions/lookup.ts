/**
 * The answer and no work: `Answer : 17`. A model that writes it has done every step at once, so that it is the worst format to
 * solve problems in, and a decoy: cheap to imitate, hard to get right. Not from the paper.
 *
 * Sub-styles: `colon` (`Answer : 17`) and `is` (`Answer is 17`).
 */

import { lastStated } from "../answers/stated-answer.ts"
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
  extract: (completion) => lastStated(completion, "no Answer line")
}

/** How a completion opens. */
const opening = /^\s*(?:Answer|ANSWER)\s*(:|is\b)([^\n]*)/
