/**
 * OpenMathInstruct-2 (Toshniwal et al. 2024, arXiv 2410.01560): steps in prose, each with its equation, and the answer in
 * `\boxed{}`. Nothing is run: every intermediate result is the model's own arithmetic. MetaMathQA's prose (`The answer is: 42`)
 * counts as this format too.
 *
 * Sub-styles: `thus` and `so` by the last sentence; `equations` leaves the words out and concludes with `Thus`.
 */

import { lastBoxed } from "../../answers/boxed.ts"
import { statedAnswer } from "../answers/stated-answer.ts"
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
    completion.includes("\\boxed") ||
    builtInOpening.test(completion) ||
    equation.test(completion) ||
    lastLine(completion) !== null,
  subStyleOf: (completion) => {
    if (/^\s*We have \d/.test(completion)) return "equations"
    return conclusionOf(completion) ?? unclear
  },
  extract: (completion) => {
    const text = lastBoxed(completion) ?? lastLine(completion)
    if (text === null) return { value: null, error: "no \\boxed{} answer", steps: 0 }
    return statedAnswer(text, "the boxed answer cannot be read, it")
  }
}

const builtInOpening = /^\s*We (?:start with|have) \d/
/** `20 + 2 = 22`, also as `$20+2=22$` and `20 \times 2 = 40`: what makes prose a worked solution. */
const equation = /(?<![\d,.%])\d[\d,.%]*\s*(?:[-+*/×÷x]|\\times|\\cdot|\\div)\s*\\?\$?\d[\d,.%]*[^=\n]{0,40}=\s*\\?\$?-?\d/

/** MetaMathQA's last line. */
const lastLine = (completion: string): string | null => completion.match(/The answer is: ?([^\n]+)\s*$/)?.[1] ?? null
