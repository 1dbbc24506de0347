/** Event files as they lie in folders, record by record, for tests. */

import * as fs from "node:fs"
import * as path from "node:path"

/** The messages of a file's whole records, and whether anything follows them. */
export const recordsOf = (file: string): { readonly messages: ReadonlyArray<Buffer>; readonly torn: boolean } => {
  const bytes = fs.readFileSync(file)
  const messages: Array<Buffer> = []
  let at = 0
  while (at + 12 <= bytes.length) {
    const end = at + 16 + Number(bytes.readBigUInt64LE(at))
    if (end > bytes.length) break
    messages.push(bytes.subarray(at + 12, end - 4))
    at = end
  }
  return { messages, torn: at < bytes.length }
}

/** What is in a folder of logs, by path in it; what is empty says nothing to TensorBoard. */
export const filesIn = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs
      .readdirSync(folder, { recursive: true, encoding: "utf8" })
      .toSorted()
      .filter((name) => fs.statSync(path.join(folder, name)).isFile() && fs.statSync(path.join(folder, name)).size > 0)
      .map((name) => [name, fs.readFileSync(path.join(folder, name)).toString("hex")])
  )
