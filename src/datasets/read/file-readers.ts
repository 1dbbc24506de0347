/** The reader of a file, by its name. */

import { ofAnotherKind } from "../errors.ts"
import { unpackedName } from "../locate/globs.ts"
import { countCsv, readCsv } from "./csv.ts"
import { countJsonArray, readJsonArray } from "./json-array.ts"
import { countJsonl, readJsonl } from "./jsonl.ts"
import { countParquet, readParquet } from "./parquet.ts"
import type { Reader } from "./RawRow.ts"

export interface FileFormat {
  readonly read: Reader
  /** Number of records, by the cheapest means: a footer, or line ends. */
  readonly count: (path: string) => Promise<number>
}

const formats: Readonly<Record<string, FileFormat>> = {
  parquet: { read: readParquet, count: countParquet },
  jsonl: { read: readJsonl, count: countJsonl },
  json: { read: readJsonArray, count: countJsonArray },
  csv: { read: readCsv, count: countCsv }
}

/** How a file is read, by its suffix. Throws DatasetFileCorrupt for a suffix that none here reads. */
export const formatOf = (path: string): FileFormat => {
  const suffix = /\.([a-z]+)$/i.exec(unpackedName(path))?.[1]?.toLowerCase() ?? ""
  const format = formats[suffix]
  if (format === undefined)
    throw ofAnotherKind(path, "is of an unknown kind by its name", {
      remedy: `Read are ${Object.keys(formats).join(", ")}, and .gz or .zst of them`
    })
  return format
}
