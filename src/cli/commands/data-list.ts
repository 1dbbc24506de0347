/** `pipeline data list`: every dataset that is known, where it was found, or how to get it. */

import { COMMAND } from "../../dag/repository.ts"
import { describeDatasets, type SplitDescription } from "../../datasets/describe.ts"
import { datasetRoots } from "../../datasets/locate/locate.ts"
import { datasetNames } from "../../datasets/registry.ts"
import { countWords, plural } from "../../text/plural.ts"
import { dataFlag, dataRoots, namedDatasets } from "../dataset-arguments.ts"
import { print } from "../output.ts"
import { bytesWords, cut, shortDigest, textTable } from "../printing/text-table.ts"
import { type Command, type Flags, parse } from "../usage.ts"

const flags = {
  ...dataFlag,
  quick: { type: "boolean", description: "do not read the files: no rows and no digests" },
  json: { type: "boolean", description: "as JSON, with every file" }
} satisfies Flags

export const command: Command = {
  name: "data list",
  summary: "Every dataset: where it was found, rows, size, licence and digest; of the others, what is missing and how to get it.",
  usage: "pipeline data list [DATASET[:SPLIT] ...]",
  flags,
  run: async (args) => {
    const parsed = parse("data list", flags, args, { min: 0, max: 100, words: "names of datasets" })
    const roots = dataRoots(parsed)
    const only = parsed.positionals.length === 0 ? datasetNames() : namedDatasets(parsed.positionals)
    const read = !parsed.is("quick")
    const splits = await describeDatasets({ ...roots, only, rows: read, digests: read })
    print(parsed.is("json") ? `${JSON.stringify(splits, null, 1)}\n` : `${asText(splits, datasetRoots(roots))}\n`)
    return splits.every(({ state }) => SOUND.has(state)) ? 0 : 1
  }
}

/** What a list of data may show without being a failure. */
const SOUND: ReadonlySet<string> = new Set(["found", "incomplete", "missing"] satisfies ReadonlyArray<SplitDescription["state"]>)

const asText = (splits: ReadonlyArray<SplitDescription>, roots: ReadonlyArray<string>): string => {
  const here = splits.filter(({ state }) => state !== "missing")
  const rows = here.map(({ source, split, role, state, rows, bytes, licence, digest, files, folder }) => [
    `${source}:${split}`,
    role,
    state,
    rows === null ? "" : countWords(rows),
    bytesWords(bytes),
    cut(licence, 24),
    digest === null ? "" : shortDigest(digest),
    `${plural(files.length, "file")} in ${folder ?? ""}`
  ])
  const header = ["dataset", "for", "state", "rows", "size", "licence", "digest", "where"]
  const remarks = here.flatMap(({ source, split, problems, missing, excluded }) => [
    ...problems.map((problem) => [`${source}:${split}`, problem]),
    ...missing.map((name) => [`${source}:${split}`, `${name} is missing`]),
    ...[...Map.groupBy(excluded, ({ why }) => why)].map(([why, files]) => [
      `${source}:${split}`,
      `left out: ${plural(files.length, "file")} like ${files[0]!.name} (${why})`
    ])
  ])
  const wanted = splits.filter(({ state }) => state === "missing" || state === "incomplete")
  return [
    `Looked for in ${roots.join(", ")}`,
    here.length === 0 ? "Nothing was found." : textTable(header, rows, { right: [3, 4] }),
    ...(remarks.length === 0 ? [] : [`Remarks\n${textTable([], remarks)}`]),
    ...(wanted.length === 0
      ? []
      : [
          `Not here (only studies that name them need them)\n${textTable(
            ["dataset", "size and content", "licence", "on the hub"],
            wanted.map(({ source, split, about, licence, hub }) => [`${source}:${split}`, cut(about, 60), cut(licence, 24), hub])
          )}`,
          `To fetch one: ${COMMAND} data import DATASET:SPLIT      ` +
            "From files that you have: the same with --from FILE or FOLDER"
        ])
  ].join("\n\n")
}
