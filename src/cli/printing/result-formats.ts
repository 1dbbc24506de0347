/** Formats of a query's result, and which one the ending of a file asks for: an ending is honoured or refused, never ignored. */

import { didYouMean } from "../../text/near.ts"

export const FORMATS = ["table", "csv", "tsv", "json", "jsonl", "markdown", "latex", "arrow", "parquet"] as const
export type Format = (typeof FORMATS)[number]

/** By ending, in lower case. */
const ENDINGS: Readonly<Record<string, Format>> = {
  txt: "table",
  csv: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  md: "markdown",
  markdown: "markdown",
  tex: "latex",
  arrow: "arrow",
  feather: "arrow",
  ipc: "arrow",
  parquet: "parquet",
  pq: "parquet",
  parq: "parquet"
}
/** Read by place, which a compressed file does not allow; Parquet compresses itself. */
const NOT_TEXT: ReadonlySet<Format> = new Set(["arrow", "parquet"])

export interface Wanted<F extends Format> {
  readonly format: F
  readonly gzip: boolean
}

/**
 * What `--format` and the ending of `--output` (null: none) ask for together, or why they cannot be had, as a sentence.
 * `offered`: what there is to choose from.
 */
export const wantedFormat = <F extends Format>(
  format: string | undefined,
  file: string | null,
  offered: ReadonlyArray<F>
): Wanted<F> | string => {
  const named = offered.find((known) => known === format)
  if (format !== undefined && named === undefined)
    return `--format must be one of ${offered.join(", ")}; got "${format}".${didYouMean(format, offered)}`
  if (file === null) return { format: named ?? offered[0]!, gzip: false }
  const [, ...endings] = file.split(/[/\\]/).at(-1)!.toLowerCase().replace(/^\.+/, "").split(".")
  const gzip = endings.at(-1) === "gz"
  const ending = (gzip ? endings.at(-2) : endings.at(-1)) ?? ""
  const told = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined
  const meant = offered.find((known) => known === told)
  if (told !== undefined && meant === undefined)
    return `--output ${file}: .${ending} is ${told}, which is not written here. Formats are ${offered.join(", ")}.`
  if (meant !== undefined && named !== undefined && meant !== named)
    return `--output ${file}: .${ending} is ${meant}, and --format says ${named}. Leave one of them out.`
  const result = meant ?? named
  if (result === undefined) {
    const what = ending === "" ? "no ending tells the format" : `.${ending} is no format that there is`
    const known = Object.keys(ENDINGS)
      .filter((name) => offered.some((format) => format === ENDINGS[name]))
      .map((name) => `.${name}`)
    const others = "and .gz behind those of text; --format names one for any other"
    return `--output ${file}: ${what}. Endings are ${known.join(", ")}, ${others}.`
  }
  if (gzip && NOT_TEXT.has(result))
    return `--output ${file}: ${result} is not compressed as a whole. .gz goes with the formats that are text.`
  return { format: result, gzip }
}
