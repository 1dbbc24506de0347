/**
 * OpenMathInstruct-2 (Toshniwal et al. 2024, arXiv 2410.01560): steps in prose, each with its equation, and the answer in
 * `\boxed{}`. Nothing is run: every intermediate result is the model's own arithmetic. MetaMathQA's prose (`The answer is: 42`)
 * counts as this format too.
 *
 * Sub-styles: `thus` and `so` by the last sentence; `equations` leaves the words out and concludes with `Thus`.
 */

import { answerSentence } from "../answers/lines.ts"
import { lastStated } from "../answers/stated-answer.ts"
import type { Format } from "../Format.ts"
import { boxedSentence, boxedWords, equationOf, operatorWords, phraseOf, phraseWords } from "./phrases.ts"
import { conclusionOf, unclear } from "./sub-style.ts"

export const omi2: Format = {
  name: "omi2",
  runsCode: false,
  colour: "#009e73",
  flaws: [],
  subStyles: ["thus", "so", "equations"],
  words: ["We", "start", "with", "have", "Then", "=", ...operatorWords, ...phraseWords, ...boxedWords],
  render: (problem, subStyle) => {
    const { start, trace } = problem
    const steps =
      subStyle === "equations" && trace.length > 0
        ? [`We have ${trace.map((step) => `${equationOf(step)} .`).join(" ")}`]
        : [`We start with ${start.count} ${start.item} .`, ...trace.map((step) => `Then ${phraseOf(step)} ${equationOf(step)} .`)]
    return [...steps, boxedSentence(subStyle === "so" ? "So" : "Thus", problem)].join(" ")
  },
  detect: (completion) =>
    completion.includes("\\boxed") || builtInOpening.test(completion) || equation.test(completion) || endsInSentence(completion),
  subStyleOf: (completion) => {
    if (/^\s*We have \d/.test(completion)) return "equations"
    return conclusionOf(completion) ?? unclear
  },
  extract: (completion) => lastStated(completion, "no \\boxed{} answer")
}

const builtInOpening = /^\s*We (?:start with|have) \d/
/** `20 + 2 = 22`, also as `$20+2=22$` and `20 \times 2 = 40`: what makes prose a worked solution. */
const equation = /(?<![\d,.%])\d[\d,.%]*\s*(?:[-+*/×÷x]|\\times|\\cdot|\\div)\s*\\?\$?\d[\d,.%]*[^=\n]{0,40}=\s*\\?\$?-?\d/

/** Whether the last line is MetaMathQA's, with an answer in it. */
const endsInSentence = (completion: string): boolean => {
  const said = answerSentence(completion)
  return said !== null && said.text !== "" && !completion.trimEnd().includes("\n", said.start)
}
