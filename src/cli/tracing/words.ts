/** A trace as a person reads it: one screen, from the completion down to documents. */

import { percentWords } from "../../text/percent.ts"
import { countWords, plural } from "../../text/plural.ts"
import { visible } from "../../text/visible.ts"
import { cut, labelWords, shortDigest, textTable } from "../printing/text-table.ts"
import type { Rollout, Score } from "./completion.ts"
import type { LinePolicy } from "./origin.ts"
import type { Trace } from "./trace.ts"

/** Lines of the completion, and rows of a list, that are shown: the whole is in the other format, and in SQL. */
const MOST_LINES = 10
const MOST_ROWS = 6
/** Sources of a method that are shown. */
const MOST_SOURCES = 4

/** `columns`: of the terminal; infinite: no terminal, and 130. */
export const traceWords = (trace: Trace, columns: number): string => {
  const width = Number.isFinite(columns) ? Math.max(40, columns) : 130
  return [
    headWords(trace, width),
    section("Policies, each with what it was made from", policyRows(trace)),
    section("Made from", lineageRows(trace)),
    section("Mixture", mixtureRows(trace)),
    section("Sources by method", sourceRows(trace)),
    section("Documents that it repeats", documentRows(trace, width))
  ].join("\n\n")
}

const section = (title: string, rows: ReadonlyArray<ReadonlyArray<string>> | string): string =>
  `${title}\n${typeof rows === "string" ? `  ${rows}` : textTable([], rows)}`

const headWords = ({ run, node, label, table, completion }: Trace, width: number): string => {
  const lines = completion.text.replaceAll(/^\n+|\s+$/g, "").split("\n")
  const more = lines.length - MOST_LINES
  const facts = [
    ["run", run],
    ["node", node],
    ["problem", `${completion.problem}: ${cut(completion.question.replaceAll(/\s+/g, " "), 3 * width)}`],
    ["where", placeWords(completion)],
    ["grade", gradeWords(completion)]
  ]
  return [
    `Row ${completion.row} of ${table}, ${labelWords(label)}`,
    textTable([], facts, { width }),
    ...lines.slice(0, MOST_LINES).map((line) => cut(`    ${visible(line)}`, width)),
    ...(more > 0 ? [`    and ${plural(more, "more line")}`] : [])
  ].join("\n")
}

const placeWords = (completion: Rollout | Score): string =>
  "step" in completion
    ? `step ${completion.step}, ${plural(completion.tokens, "token")}${completion.used ? ", learnt from" : ", not learnt from"}`
    : `${completion.suite}, ${completion.decoding}, sample ${completion.sample}, ${plural(completion.tokens, "token")}`

const gradeWords = (completion: Rollout | Score): string => {
  const { answer, correct, error, format, subStyle, gold } = completion
  const judged =
    answer === null ? `no answer (${error ?? "none"})` : correct ? `right: ${answer}` : `wrong: ${answer}, not ${gold}`
  const numbers =
    "reward" in completion
      ? `reward ${completion.reward.toPrecision(3)}, advantage ${completion.advantage.toPrecision(3)}`
      : `log p ${completion.logProb.toFixed(2)}`
  return `${judged}; ${format}${subStyle === "" ? "" : `/${subStyle}`}; ${numbers}`
}

/** The policy that sampled it, and of each node behind it the first and last of the line. */
const policyRows = ({ policies }: Trace): ReadonlyArray<ReadonlyArray<string>> | string => {
  if (policies.length === 0)
    return "The store does not tell: its nodes were computed before policies were kept. Run the study again to have them."
  const ofNode = [...Map.groupBy(policies, ({ node }) => node).values()]
  return ofNode.flatMap((line) => {
    const [newest, oldest] = [line[0]!, line.at(-1)!]
    if (line.length === 1) return [policyRow(newest)]
    const between = line.length - 2
    return [policyRow(newest), ...(between > 0 ? [["", `and ${countWords(between)} between`]] : []), policyRow(oldest)]
  })
}

const policyRow = ({ node, step, digest, parent }: LinePolicy): ReadonlyArray<string> => [
  node,
  `step ${countWords(step)}`,
  digest,
  parent === null ? "" : `from ${parent}`
]

const lineageRows = ({ lineage }: Trace): ReadonlyArray<ReadonlyArray<string>> =>
  lineage.map(({ depth, ancestor, label, artifact }) => [
    String(depth),
    label,
    ancestor,
    artifact === null ? "no result" : `artifact ${shortDigest(artifact)}`
  ])

const mixtureRows = ({ mixture }: Trace): ReadonlyArray<ReadonlyArray<string>> | string =>
  mixture.length === 0
    ? "None: its policy comes from a model that was imported."
    : mixture.map(({ mixture: node, source, share, tokens, documents, readBy }) => [
        node,
        source,
        percentWords(share),
        `${countWords(tokens)} tokens`,
        plural(documents, "document"),
        `read by ${readBy}`
      ])

const sourceRows = ({ sources, attributions, table }: Trace): ReadonlyArray<ReadonlyArray<string>> | string => {
  if (sources.length > 0)
    return [...Map.groupBy(sources, ({ method }) => method)].map(([method, some]) => [
      method,
      some
        .slice(0, MOST_SOURCES)
        .map(({ source, score }) => `${source} ${score.toFixed(2)}`)
        .join(", ")
    ])
  const stage = table === "rollouts" ? "attribute-rollouts" : "attribute"
  return attributions.length === 0
    ? `Not known: the run has no stage ${stage} over this node.`
    : `Not known: ${attributions.join(", ")} looked at other rows. Without --row the best of those that it looked at is shown.`
}

const documentRows = ({ documents, updates, sources }: Trace, width: number): ReadonlyArray<ReadonlyArray<string>> | string => {
  if (documents.length === 0) return sources.length === 0 ? "Not known." : "None: no longer piece of it stands in a document."
  const rows = documents.slice(0, MOST_ROWS).map(({ document, source, problem, length, count, text }) => {
    const seen = updates.filter((update) => update.document === document)
    const when = seen.slice(0, 3).map(({ node, step }) => `${node} ${countWords(step)}`)
    return [
      `document ${countWords(document)}`,
      `${source}, ${problem}`,
      `${plural(length, "token")}${count > 1 ? `, ${countWords(count)} times in all` : ""}`,
      when.length === 0 ? "in no update that is kept" : `in update ${when.join(", ")}${seen.length > 3 ? " and more" : ""}`,
      cut(text.replaceAll(/\s+/g, " "), Math.max(20, Math.floor(width / 3)))
    ]
  })
  const more = documents.length - rows.length
  return more > 0 ? [...rows, [`and ${countWords(more)} more`]] : rows
}
