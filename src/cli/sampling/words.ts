/** Completions as a person reads them, and as rows for a program. */

import type { RowFormat } from "../../catalog/output/ResultFormat.ts"
import type { SqlValue } from "../../catalog/QueryResult.ts"
import { countWords, plural } from "../../text/plural.ts"
import { visible } from "../../text/visible.ts"
import { cut, listed } from "../printing/text-table.ts"
import type { Completion } from "./ask.ts"
import type { Document } from "./nearest.ts"

/** What a block of completions is about. */
export interface Heading {
  readonly model: string
  readonly settings: string
  readonly question: string
  readonly gold: string | null
}

const ENDINGS = { maxNewTokens: "cut at max-tokens", context: "cut where the context ends" } as const

const gradeWords = ({ answer, correct, reason }: Completion): string => {
  if (correct === true) return `right: ${answer}`
  if (answer === null) return `no answer (${reason})`
  return correct === null ? `answers ${answer}` : `wrong: ${reason}`
}

const documentWords = ({ document, source, length, count, text }: Document): string =>
  `${length} tokens of document ${document} (${source}${count > 1 ? `, ${countWords(count)} times in all` : ""}): ${text}`

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "    ")

const completionWords = (completion: Completion, width: number): string => {
  const { sample, format, logProb, tokens, ending, documents } = completion
  const cutAt = ending === "maxNewTokens" || ending === "context" ? `, ${ENDINGS[ending]}` : ""
  const logs = `log p ${logProb.toFixed(2)} over ${plural(tokens, "token")}`
  const found = documents?.map((document) => cut(`    = ${documentWords(document)}`, width)) ?? []
  const shown = documents?.length === 0 ? ["    = in no document word for word"] : found
  return [
    `[${sample}] ${format}, ${gradeWords(completion)}, ${logs}${cutAt}`,
    ...(completion.completion.trim() === "" ? [] : [indented(completion.completion.replaceAll(/^\n+|\s+$/g, ""))]),
    ...shown
  ].join("\n")
}

/** Different answers that are named. */
const MOST_TALLIED = 8

/** `omi1 (5), omi2 (3)`, the most frequent first. */
const tallied = (values: ReadonlyArray<string>): string => {
  const counts = [...Map.groupBy(values, (value) => value)]
    .map(([value, same]) => ({ value, count: same.length }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  return listed(
    counts.map(({ value, count }) => `${value} (${countWords(count)})`),
    MOST_TALLIED
  )
}

/** Completions one below the other, and a line about all of them. */
export const answerWords = (heading: Heading, completions: ReadonlyArray<Completion>, columns: number): string => {
  const { model, settings, gold } = heading
  const width = Number.isFinite(columns) ? Math.max(40, columns) : 130
  const right = completions.filter(({ correct }) => correct === true).length
  const all = plural(completions.length, "completion")
  const graded =
    gold === null ? "the right answer is not known" : `${countWords(right)} of ${countWords(completions.length)} right`
  return [
    `${visible(model)}, ${settings}${gold === null ? "" : `; the right answer is ${gold}`}`,
    ...completions.map((completion) => completionWords(completion, width)),
    `${all}: ${tallied(completions.map(({ format }) => format))}; ${graded}; ` +
      `answers: ${tallied(completions.map(({ answer }) => answer ?? "none"))}`
  ].join("\n\n")
}

const COLUMNS = [
  "sample",
  "format",
  "answer",
  "correct",
  "reason",
  "logProb",
  "tokens",
  "ending",
  "problem",
  "gold",
  "completion",
  "documents"
].map((name) => ({ name }))

/** The same as rows: names of columns are those that `pipeline grade` reads, where it has such a field. */
export const answerRows = (heading: Heading, completions: ReadonlyArray<Completion>, format: RowFormat): string => {
  const writer = format(COLUMNS)
  const rows = completions.map((one): ReadonlyArray<SqlValue> => [
    one.sample,
    one.format,
    one.answer,
    one.correct,
    one.reason,
    one.logProb,
    one.tokens,
    one.ending,
    heading.question,
    heading.gold,
    one.completion,
    one.documents?.map((document) => ({ ...document })) ?? null
  ])
  return [...writer.head(), ...writer.batch({ plain: () => rows }), ...writer.tail()].join("")
}
