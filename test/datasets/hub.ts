/** Made-up rows in the files and folders of the Hugging Face hub, written into a temporary folder at test time. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

import { parquetWriteFile } from "hyparquet-writer"
import { afterAll } from "vitest"

const folders: Array<string> = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A folder that is removed after the tests of the file. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "datasets-"))
  folders.push(folder)
  return folder
}

export const writeIn = (root: string, name: string, contents: string | Uint8Array): string => {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, contents)
  return path
}

type Value = string | number | boolean | bigint | null
export type Rows = ReadonlyArray<Readonly<Record<string, Value>>>

export const jsonl = (rows: Rows): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("")

export const writeParquet = (root: string, name: string, rows: Rows, rowGroupSize = 1000): string => {
  const filename = join(root, name)
  mkdirSync(dirname(filename), { recursive: true })
  const columnData = Object.keys(rows[0]!).map((column) => ({ name: column, data: rows.map((row) => row[column]) }))
  parquetWriteFile({ filename, columnData, rowGroupSize })
  return filename
}

/** `count` rows of the shape of GSM8K; row i has the answer i. */
export const gsm8kRows = (count: number, first = 0) =>
  Array.from({ length: count }, (_, i) => ({
    question: `Ada has ${first + i} pens. How many pens does Ada have?`,
    answer: `Ada has ${first + i} pens.\n#### ${first + i}`
  }))
