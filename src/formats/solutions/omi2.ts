/**
 * OpenMathInstruct-2 (Toshniwal et al. 2024, arXiv 2410.01560): steps in prose, each with its equation, and the answer in
 * `\boxed{}`. Nothing is run: every intermediate result is the model's own arithmetic. MetaMathQA's prose (`The answer is: 42`)
 * counts as this format too.
 *
 * Sub-styles: `thus` and `so` by the last sentence; `equations` leaves the words out and concludes with `Thus`.
 */

import { lastBox } from "../../answers/boxed.ts"
import { statedAnswer, unfinishedBox } from "../answers/stated-answer.ts"
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
    (lastLine(completion)?.text ?? "") !== "",
  subStyleOf: (completion) => {
    if (/^\s*We have \d/.test(completion)) return "equations"
    return conclusionOf(completion) ?? unclear
  },
  extract: (completion) => {
    const box = lastBox(completion)
    const line = lastLine(completion)
    if (line !== null && line.start > (box?.start ?? -1))
      return statedAnswer(line.text, "the answer of the last line cannot be read, it")
    if (box === null) return { value: null, error: "no \\boxed{} answer", steps: 0 }
    if (box.contents === null) return { value: null, error: unfinishedBox, steps: 0 }
    return statedAnswer(box.contents, "the boxed answer cannot be read, it")
  }
}

const builtInOpening = /^\s*We (?:start with|have) \d/
/** `20 + 2 = 22`, also as `$20+2=22$` and `20 \times 2 = 40`: what makes prose a worked solution. */
const equation = /(?<![\d,.%])\d[\d,.%]*\s*(?:[-+*/×÷x]|\\times|\\cdot|\\div)\s*\\?\$?\d[\d,.%]*[^=\n]{0,40}=\s*\\?\$?-?\d/

/** MetaMathQA's last line, also where it ends before its answer. */
const lastLine = (completion: string): { readonly start: number; readonly text: string } | null => {
  const start = completion.lastIndexOf(statement)
  const text = completion.slice(start + statement.length).trimEnd()
  return start < 0 || text.includes("\n") ? null : { start, text: text.trimStart() }
}
const statement = "The answer is:"
