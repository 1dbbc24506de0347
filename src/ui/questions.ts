/**
 * The questions that the page's views ask, as SQL. Constant filters on `run` and `node` keep all files but theirs closed. Pages
 * of a table are cut with LIMIT and OFFSET and without an order: the rows of one node come in the order in which they were
 * written, step by step, so that nothing is sorted and no more is read than up to the page's end.
 */

import { literal, quote } from "../catalog/duckdb/sql-text.ts"
import type { Completions, Measure } from "./wire.ts"

/** Points that a curve is drawn with at most. */
export const MOST_POINTS = 500

const list = (texts: ReadonlyArray<string>): string => texts.map(literal).join(", ")

/** One measure over the steps of runs, thinned to what a screen can show: means over equal stretches of steps. */
export const curves = (runs: ReadonlyArray<string>, { table, name: measure }: Measure): string => `
  with points as (
    select run, node, step, ${quote(measure)}::double as value from ${quote(table)} where run in (${list(runs)})
  ), wide as (
    select run, node, step, value, greatest(1, ceil((max(step) over (partition by run, node) + 1) / ${MOST_POINTS}))::int as width
    from points where value is not null and isfinite(value)
  )
  select w.run, n.label, (w.step // width) * width as step, avg(value) as value
  from wide w join (select run, node, label from nodes where run in (${list(runs)})) n using (run, node)
  group by all order by 1, 2, 3`

/** How the completions of each RL run are spread over formats, step by step. */
export const formats = (runs: ReadonlyArray<string>): string => `
  select f.run, n.label, f.step, f.format, f.share
  from (select run, node, step, format, share from formatShares where run in (${list(runs)})) f
  join (select run, node, label from nodes where run in (${list(runs)})) n using (run, node) order by 1, 2, 3, 4`

/** Which completions of a node are shown. */
export interface Wanted {
  readonly table: Completions
  readonly run: string
  readonly node: string
  readonly format: string | null
  readonly correct: boolean | null
  readonly step: number | null
}

const ofNode = (run: string, node: string): string => `run = ${literal(run)} and node = ${literal(node)}`

const filters = ({ table, format, correct, step }: Wanted): string =>
  [
    "true",
    ...(format === null ? [] : [`format = ${literal(format)}`]),
    ...(correct === null ? [] : [correct ? "correct" : "not correct"]),
    ...(step === null || table === "scores" ? [] : [`step = ${step}`])
  ].join(" and ")

/** The node's rows with their numbers, by which attribution knows them. */
const numbered = ({ table, run, node }: Wanted, columns: string): string =>
  `(select row as number, ${columns} from ${table} where ${ofNode(run, node)})`

const SHOWN: Readonly<Record<Completions, string>> = {
  rollouts: "step, prompt, sample, problem, format, correct, reward, answer, gold, text",
  scores: "suite, decoding, problem, sample, format, correct, answer, gold, text"
}

/** A page of them. */
export const completions = (wanted: Wanted, rows: number, offset: number): string =>
  `select * replace (left(text, 300) as text) from ${numbered(wanted, SHOWN[wanted.table])} ` +
  `where ${filters(wanted)} limit ${rows} offset ${offset}`

/** How many there are, by format and whether right, whatever of these is wanted: what one can filter by. */
export const completionCounts = (wanted: Wanted): string =>
  `select format, correct, count(*) as completions from ${wanted.table} where ${ofNode(wanted.run, wanted.node)} ` +
  `and ${filters({ ...wanted, format: null, correct: null })} group by all order by 3 desc`

/** The first and last step of a node's rollouts. */
export const stepsOf = (run: string, node: string): string =>
  `select min(step) as first, max(step) as last from rollouts where ${ofNode(run, node)}`

/** One completion with all that is known of it but its token lists. */
export const completion = (wanted: Wanted, number: number): string =>
  `select * from ${numbered(wanted, `${SHOWN[wanted.table]}, question, subStyle, ending, error`)} ` +
  `where number = ${number} limit 1`

/** What attribution gives of a completion to each source, by method. */
export const attributed = (run: string, nodes: ReadonlyArray<string>, number: number): string =>
  `select method, source, score from attributions where run = ${literal(run)} and node in (${list(nodes)}) ` +
  `and target = ${number} order by method, score desc`

/** The training documents that hold the longest pieces of a completion word for word. */
export const documents = (run: string, nodes: ReadonlyArray<string>, corpora: ReadonlyArray<string>, number: number): string => `
  select m.source, m.document, m.length as tokens, m.count, m.text as span, d.format, d.problem, d.text
  from (select * from matchedSpans where run = ${literal(run)} and node in (${list(nodes)}) and target = ${number}
        order by length desc limit 20) m
  left join (select * from documents where run = ${literal(run)} and node in (${list(corpora)})) d using (document)
  order by m.length desc`
