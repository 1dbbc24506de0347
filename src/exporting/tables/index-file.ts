/** `export.json`: which node lies in which folder of an export, with its parameters, and by which an export is known. */

import * as path from "node:path"

import { readText } from "../../store/disk/inside.ts"
import { isObject } from "../../store/disk/sealed.ts"
import { errorCode } from "../../text/error-text.ts"

export const INDEX = "export.json"

/** A node as the index has it. */
export interface IndexedNode {
  readonly node: string
  readonly label: string
  /** Null: it has no result. */
  readonly folder: string | null
  readonly stage: string
  readonly status: string
  readonly cached: boolean | null
  readonly seconds: number | null
  readonly key: string | null
  readonly artifact: string | null
  readonly kind: string | null
  readonly error: string | null
  /** Its own, and of those that it came from what nothing nearer sets. */
  readonly params: Readonly<Record<string, unknown>>
  /** Input name to the label of the node that it comes from. */
  readonly inputs: Readonly<Record<string, string>>
  /** Rows of each table that is there. */
  readonly tables: Readonly<Record<string, number>>
  readonly documents: ReadonlyArray<string>
}

export interface ExportIndex {
  readonly format: "echo-chamber tables 1"
  readonly run: string
  readonly study: string
  readonly startedAt: string
  readonly status: string
  readonly command: string
  readonly nodes: ReadonlyArray<IndexedNode>
}

/** Whether a folder is an earlier export. Throws what the system says of an index that cannot be read. */
export const isExport = (folder: string): boolean => {
  try {
    const index: unknown = JSON.parse(readText(path.join(folder, INDEX)))
    return isObject(index) && String(index["format"]).startsWith("echo-chamber tables ")
  } catch (cause) {
    if (errorCode(cause) === "ENOENT" || cause instanceof SyntaxError) return false
    throw cause
  }
}
