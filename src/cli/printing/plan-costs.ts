/** What a plan is likely to cost, and on what each estimate rests, in words and as JSON. */

import type { Basis, Cost, Differing } from "../../dag/foresight/costs.ts"
import type { Forecast, ForeseenNode, Total } from "../../dag/foresight/forecast.ts"
import { duration } from "../../text/duration.ts"
import { plural } from "../../text/plural.ts"
import { bytesWords, listed, shortDigest, timeWords, valueWords } from "./text-table.ts"

/** The cells of a node for time and size; empty where nothing runs. */
export const costCells = (node: ForeseenNode | undefined): readonly [string, string] => {
  if (node === undefined) return ["", ""]
  if (node.cost === null) return ["unknown", "unknown"]
  const atMost = node.isCertain ? "" : "up to "
  return [`${atMost}${duration(node.cost.seconds(node.span.threads))}`, `${atMost}${rangeWords(node.cost.bytes)}`]
}

const rangeWords = ({ least, most }: Cost["bytes"]): string => {
  const [from, to] = [bytesWords(least), bytesWords(most)]
  return from === to ? from : `${from} to ${to}`
}

/** A paragraph that says on what the estimates rest: a line for all nodes that rest on the same. */
export const basisLines = ({ nodes }: Forecast, labelOf: (id: string) => string): ReadonlyArray<string> => {
  const alike = Map.groupBy(nodes.values(), ({ cost }) => basisWords(cost?.basis ?? null))
  return [...alike].map(([words, [first, ...others]]) => {
    const more = others.length === 0 ? "" : ` and ${plural(others.length, "more node")}`
    return `  ${labelOf(first!.id)}${more}: ${words}`
  })
}

/** As many settings are named. */
const MOST_NAMED = 4

const basisWords = (basis: Basis | null): string => {
  if (basis === null) return "nothing is recorded of this stage"
  const { record, seconds, factor, left, scaledBy, others, sameHost, sameEngine } = basis
  const scaled =
    factor === null
      ? scaledBy.length + others.length === 0
        ? []
        : ["not scaled: what the work is proportional to is not known"]
      : scaledBy.length === 0
        ? []
        : [`times ${factorWords(factor)} for ${listed(scaledBy.map(differingWords), MOST_NAMED)}`]
  const apart = factor === null ? [...scaledBy, ...others] : others
  return [
    `${duration(seconds)} in action ${shortDigest(record.key)} of ${timeWords(record.finishedAt)}`,
    ...scaled,
    ...(left === 1 ? [] : [`of which ${Math.round(100 * left)} % is left`]),
    ...(apart.length === 0 ? [] : [`which had ${listed(apart.map(hadWords), MOST_NAMED)}`]),
    ...(sameEngine ? [] : [`computed by ${engineWords(record.engine)}`]),
    ...(sameHost ? [] : [`on the machine ${record.host}`])
  ].join(", ")
}

const factorWords = (factor: number): string => String(Number(factor.toPrecision(3)))

const differingWords = ({ param, before, after }: Differing): string =>
  `${param} ${before === undefined ? "unknown" : valueWords(before)} -> ${after === undefined ? "unknown" : valueWords(after)}`

const hadWords = ({ param, before }: Differing): string =>
  before === undefined ? `no ${param}` : `${param} ${valueWords(before)}`

const engineWords = (engine: Basis["record"]["engine"]): string =>
  ["name", "mode", "isa"].flatMap((field) => (typeof engine?.[field] === "string" ? [engine[field]] : [])).join(" ")

/** What it comes to. */
export const totalWords = ({ certain, all, nodes, unknown, threads }: Forecast): string => {
  if (nodes.size === 0) return "Nothing runs, which costs nothing."
  const known = nodes.size - unknown
  if (known === 0) return `What it takes is unknown: nothing is recorded of ${nodes.size === 1 ? "it" : "any of them"} here.`
  const open = [...nodes.values()].some(({ isCertain }) => !isCertain)
  const sure = open ? certain : all
  const atLeast = unknown > 0 ? "at least " : "about "
  const sentences = [
    `${sentence(atLeast)}${timeTotal(sure, threads)}, and ${rangeWords(sure.bytes)} more in the store.`,
    ...(open ? [`Where nothing turns out to be cached, ${atLeast}${timeTotal(all, null)} and ${rangeWords(all.bytes)}.`] : []),
    ...(unknown > 0 ? [`Nothing is recorded of ${plural(unknown, "node")}, which these numbers leave out.`] : [])
  ]
  return sentences.join(" ")
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const timeTotal = ({ seconds, busySeconds, cpuSeconds }: Total, threads: number | null): string => {
  const pace = threads === null ? "" : ` with ${plural(threads, "thread")}, as the recorded runs went`
  // Other programs took the processors from them.
  const waited = busySeconds < seconds * 0.7 ? ` (${duration(busySeconds)} if nothing else used the processors)` : ""
  return threads === null ? duration(seconds) : `${duration(seconds)}${pace}${waited}, ${duration(cpuSeconds)} of CPU time`
}

/** A node's cost as JSON; null where it does not run. */
export const costJson = (node: ForeseenNode | undefined) => {
  if (node === undefined) return null
  const { cost, span, isCertain } = node
  if (cost === null) return { known: false, certain: isCertain, seconds: null, cpuSeconds: null, bytes: null, basis: null }
  const { record, seconds, factor, scaledBy, others, sameHost, sameEngine } = cost.basis
  return {
    known: true,
    certain: isCertain,
    seconds: cost.seconds(span.threads),
    busySeconds: cost.busySeconds(span.threads),
    cpuSeconds: cost.cpuSeconds,
    threads: span.threads,
    start: span.start,
    end: span.end,
    bytes: cost.bytes,
    basis: {
      action: record.key,
      finishedAt: record.finishedAt,
      host: record.host,
      sameHost,
      engine: record.engine,
      sameEngine,
      seconds,
      factor,
      scaledBy,
      others
    }
  }
}

/** The whole as JSON. */
export const totalJson = ({ certain, all, unknown, threads }: Forecast) => ({ certain, all, unknown, threads })
