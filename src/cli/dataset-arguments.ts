/** How the command line speaks of datasets: `gsm8k:train`, `gsm8k`, `--data DIR`. */

import type { RootOptions } from "../datasets/locate/locate.ts"
import { type DatasetName, datasetNames, findSource, nameOf, sources } from "../datasets/registry.ts"
import { readVariable } from "../machine/environment.ts"
import { folderProblem } from "../machine/folders.ts"
import { type Flags, type Parsed, UsageError } from "./usage.ts"

/** The flag of every command that looks for datasets. */
export const dataFlag = {
  data: {
    type: "string",
    value: "DIR",
    description: "folder with real datasets (default: $ECHO_CHAMBER_DATA, ../shared/data, ./data)"
  }
} satisfies Flags

/**
 * The folder that `--data` or else ECHO_CHAMBER_DATA names, if it is there. One that is mistyped would look like data that is not
 * here.
 */
export const namedData = (parsed: Parsed): string | undefined => {
  const given = parsed.text("data")
  const data = given ?? readVariable("ECHO_CHAMBER_DATA")
  const problem = data === undefined ? null : folderProblem(data)
  if (problem !== null) throw new UsageError({ problem: `${given === undefined ? "ECHO_CHAMBER_DATA" : "--data"}: ${problem}` })
  return data
}

/** Where to look, as the flag says. */
export const dataRoots = (parsed: Parsed): RootOptions => {
  const data = namedData(parsed)
  return data === undefined ? {} : { data }
}

/** Splits named as `gsm8k:train`, or as `gsm8k` for all of its splits. Throws DatasetUnknown with the near names. */
export const namedDatasets = (words: ReadonlyArray<string>): ReadonlyArray<DatasetName> =>
  words.flatMap((word) => {
    const [dataset = "", ...rest] = word.split(":")
    const split = rest.join(":")
    if (dataset === "")
      throw new UsageError({ problem: `"${word}" names no dataset. Write one as gsm8k:train, or gsm8k for all of its splits.` })
    if (rest.length > 0) {
      findSource(dataset, split)
      return [{ dataset, split }]
    }
    findSource(dataset, Object.keys(sources.find(({ name }) => name === dataset)?.splits ?? {})[0] ?? "")
    return datasetNames().filter((name) => name.dataset === dataset)
  })

/** Several names for one sentence. */
export const nameList = (names: ReadonlyArray<DatasetName>): string => names.map(nameOf).join(", ")
