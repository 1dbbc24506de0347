/**
 * The report of a run as a file. Its name holds a digest of what it shows, so that a run that found everything in the cache finds its
 * report there too and nothing is drawn twice.
 */
import * as fs from "node:fs"
import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { codeOf } from "../dag/code-digest.ts"
import { canonicalJson, sha256 } from "../store/objects/digest.ts"
import { errorText, temporaryName } from "../store/objects/files.ts"
import { Store } from "../store/objects/Store.ts"
import type { RunRecord } from "./data/RunRecord.ts"

/** Its code and that of what it imports enter the name: a changed figure is drawn again. */
const RENDERER = "src/report/render-report.ts"

export interface ReportRequest {
  readonly root: string
  readonly record: RunRecord
  /** What the study is, in a sentence. */
  readonly description: string
  /** Where to write it; by default the store's own place for it, where it is kept if it is there. */
  readonly output?: string
}

export type WrittenReport =
  | { readonly file: string; readonly problem: null; readonly drawn: boolean }
  | { readonly file: string; readonly problem: string; readonly drawn: false }

/** Writes the report unless it is there. Never fails: `problem` says why there is none. */
export const ensureReport = async ({ root, record, description, output }: ReportRequest): Promise<WrittenReport> => {
  const file = output ?? reportFile(root, record, description)
  if (output === undefined && fs.existsSync(file)) return { file, problem: null, drawn: false }
  try {
    const { renderReport } = await import("./render-report.ts")
    const exit = await Effect.runPromiseExit(Effect.provide(renderReport(record, description), Store.layer(root)))
    if (Exit.isFailure(exit)) return { file, problem: errorText(Cause.squash(exit.cause)), drawn: false }
    fs.mkdirSync(path.dirname(file), { recursive: true })
    const temporary = temporaryName(path.dirname(file))
    fs.writeFileSync(temporary, exit.value)
    fs.renameSync(temporary, file)
    return { file, problem: null, drawn: true }
  } catch (cause) {
    return { file, problem: errorText(cause), drawn: false }
  }
}

/** `<store>/reports/<study>-<16 digits>.html`. */
const reportFile = (root: string, record: RunRecord, description: string): string => {
  const shown = record.nodes.map(({ id, label, outcome }) => [
    id,
    label,
    outcome.state,
    outcome.state === "finished" ? outcome.artifact : ""
  ])
  const code = codeOf(RENDERER).map(({ name, digest }) => [name, digest])
  const digest = sha256(canonicalJson([code, record.study, description, record.status, shown]))
  return path.join(root, "reports", `${record.study}-${digest.slice(0, 16)}.html`)
}
