/**
 * OpenMathInstruct-1 (Toshniwal et al. 2024, arXiv 2402.10176): a sentence, a block of Python between `<llm-code>` tags whose
 * last line is a bare expression, the value that the author's interpreter printed, and a sentence with the answer in a box.
 *
 * The block is run and its last expression is the answer; of several blocks, which are one session, that of the last one. The
 * written output and the box are the model's own claims and are not read. As rendered here literals stand in the operations, so
 * that only results are named.
 *
 * Sub-styles: `thus` and `so` by the last sentence, `comments` where the block has them.
 */

import type { Operand, Problem } from "../../problems/Problem.ts"
import { evaluateCached } from "../../python/evaluate.ts"
import { indentation, logicalLineEnd } from "../answers/logical-lines.ts"
import { fromOutcome } from "../answers/program.ts"
import type { Format } from "../Format.ts"
import { boxedSentence, boxedWords, newline, phraseOf, phraseWords, pythonOperator, pythonOperatorWords } from "./phrases.ts"
import { conclusionOf, hasComments } from "./sub-style.ts"

export const omi1: Format = {
  name: "omi1",
  runsCode: true,
  colour: "#e69f00",
  flaws: [],
  subStyles: ["thus", "so", "comments"],
  words: [
    ..."Let's solve this problem using Python code . <llm-code> </llm-code> <llm-code-output> </llm-code-output> = #".split(" "),
    newline,
    ..."x1 x2 x3 x4 x5 x6".split(" "),
    ...pythonOperatorWords,
    ...phraseWords,
    ...boxedWords
  ],
  render: (problem, subStyle) =>
    [
      "Let's solve this problem using Python code .",
      "<llm-code>",
      ...block(problem, subStyle === "comments"),
      "</llm-code>",
      "<llm-code-output>",
      String(problem.answer),
      "</llm-code-output>",
      boxedSentence(subStyle === "so" ? "So" : "Thus", problem)
    ].join(` ${newline} `),
  detect: (completion) => completion.includes(open) || leadIn.test(completion),
  subStyleOf: (completion) => {
    if (hasComments(firstBlock(completion) ?? "")) return "comments"
    return conclusionOf(completion)
  },
  extract: (completion) => {
    const blocks = blocksOf(completion).map(dedent)
    const last = blocks.at(-1)
    if (last === undefined) return { value: null, error: "no <llm-code> block", steps: 0 }
    return fromOutcome(evaluateCached(last, { before: blocks.slice(0, -1) }))
  }
}

const open = "<llm-code>"
/** A solution cut off before its block is still known by its first words. */
const leadIn = /^\s*Let's solve [^\n]{0,60}\bPython\b/
const close = "</llm-code>"

/** What stands between the first pair of tags; a block that is never closed runs to the end. Null where there is no tag. */
export const firstBlock = (completion: string): string | null => {
  const start = completion.indexOf(open)
  if (start < 0) return null
  const end = completion.indexOf(close, start)
  return completion.slice(start + open.length, end < 0 ? undefined : end)
}

/** Every block, in order; one that is never closed ends where other tags begin, or with the text. */
const blocksOf = (completion: string): ReadonlyArray<string> =>
  completion
    .split(open)
    .slice(1)
    .map((text) => text.split(/<\/?llm-code/, 1)[0]!)

/**
 * Blank lines and the common margin removed: built-in text has a space after each newline, which Python must not see as
 * indentation. Nothing is removed inside strings and brackets that go on over several lines, and comments have no margin.
 */
export const dedent = (code: string): string => {
  const lines = code.split("\n")
  const kept: Array<string> = []
  /** Where in them each statement begins, and how far it is indented. */
  const statements: Array<{ readonly at: number; readonly indent: number }> = []
  let margin = Number.POSITIVE_INFINITY
  for (let at = 0; at < lines.length;) {
    const first = lines[at]!
    const indent = indentation(first)
    if (indent === first.length) {
      at++
      continue
    }
    if (indent < margin && first[indent] !== "#") margin = indent
    statements.push({ at: kept.length, indent })
    for (const end = logicalLineEnd(lines, at); at <= end; at++) kept.push(lines[at]!)
  }
  for (const { at, indent } of statements) kept[at] = kept[at]!.slice(Math.min(margin, indent))
  return kept.join("\n")
}

const block = (problem: Problem, comments: boolean): ReadonlyArray<string> => {
  const text = (operand: Operand) => ("constant" in operand ? String(operand.constant) : `x${operand.step + 1}`)
  const lines = problem.trace.flatMap((step, i) => {
    const assignment = `x${i + 1} = ${text(step.left)} ${pythonOperator(step)} ${text(step.right)}`
    return comments ? [`# ${phraseOf(step)}`, assignment] : [assignment]
  })
  // A misread trace can be empty: what the story opens with is the answer.
  return [...lines, problem.trace.length === 0 ? String(problem.start.count) : `x${problem.trace.length}`]
}
