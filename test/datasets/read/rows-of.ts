/** What the reader of a suffix makes of a file: rows, or what is wrong with them or with it. */

import { formatOf } from "../../../src/datasets/read/file-readers.ts"
import type { RawRow } from "../../../src/datasets/read/RawRow.ts"
import { temporaryFolder, writeIn } from "../hub.ts"

const folder = temporaryFolder()
let files = 0

/** The rows of a file of this suffix: records, or what is wrong in their place; or what is wrong with the file. */
export const rowsOf = async (suffix: string, contents: string | Uint8Array): Promise<ReadonlyArray<unknown> | string> => {
  const path = writeIn(folder, `${files++}.${suffix}`, contents)
  const rows: Array<RawRow> = []
  try {
    for await (const batch of formatOf(path).read({ path, from: 0, columns: [] })) rows.push(...batch)
    return rows.map((row) => ("record" in row ? row.record : row.problem))
  } catch (error) {
    return (error as Error).message
  }
}
