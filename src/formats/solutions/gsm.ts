/**
 * GSM8K (Cobbe et al. 2021, arXiv 2110.14168): sentences with calculator marks, `20 + 2 = <<20+2=22>>22`. The last line is
 * `#### 17`. The marks are text like any other here: no calculator is run. The solutions published with GSM8K end in `A: 17`
 * instead, which is read as well.
 *
 * Sub-styles: `marks` and `plain`, with and without calculator marks.
 */

import { gsmLine } from "../answers/lines.ts"
import { lastStated } from "../answers/stated-answer.ts"
import type { Format } from "../Format.ts"
import { equationOf, newline, operatorWords, phraseOf, phraseWords } from "./phrases.ts"
import { unclear } from "./sub-style.ts"

export const gsm: Format = {
  name: "gsm",
  runsCode: false,
  colour: "#d55e00",
  flaws: [],
  subStyles: ["marks", "plain"],
  words: ["First", "has", ".", "=", "<<", ">>", "####", newline, ...operatorWords, ...phraseWords],
  render: (problem, subStyle) => {
    const { answer, start, trace } = problem
    const lines = trace.map((step) => {
      const equation = equationOf(step)
      const [left] = equation.split(" = ")
      return `${phraseOf(step)} ${subStyle === "plain" ? equation : `${left} = << ${equation} >> ${step.value}`} .`
    })
    return [`First ${start.name} has ${start.count} ${start.item} .`, ...lines, `#### ${answer}`].join(` ${newline} `)
  },
  detect: (completion) => gsmLine(completion) !== null || marks.test(completion) || /^\s*First \w+ has \d/.test(completion),
  subStyleOf: (completion) => {
    if (marks.test(completion)) return "marks"
    return gsmLine(completion) === null ? unclear : "plain"
  },
  extract: (completion) =>
    gsmLine(completion) === null ? { value: null, error: "no #### line", steps: 0 } : lastStated(completion, "no #### line")
}

/** `<<48/2=24>>`, spaced or not. */
const marks = /<<\s*[-+\d(.][^<>\n=]{0,80}=[^<>\n]{0,80}>>/
