/**
 * The report of a run as a file. Its name holds a digest of what it shows and of what judges it, so that a run that found
 * everything in the cache finds its report there too and nothing is drawn twice.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { codeOf } from "../dag/code/digest.ts"
import { canonicalJson, sha256 } from "../store/objects/digest.ts"
import { errorText, temporaryName } from "../store/objects/files.ts"
import { Store } from "../store/objects/Store.ts"
import type { StudyClaims } from "./claims/study-claims.ts"
import type { RunRecord } from "./data/RunRecord.ts"

/** Its code and that of what it imports enter the name: a changed figure is drawn again. */
const RENDERER = "src/report/render-report.ts"

export interface ReportRequest {
  readonly root: string
  readonly record: RunRecord
  /** What the study is, in a sentence. */
  readonly description: string
  /** The claims that the study's own file makes, to be judged beside the paper's. */
  readonly ownClaims?: StudyClaims
  /** Where to write it; by default the store's own place for it, where it is kept if it is there. */
  readonly output?: string
}

export type WrittenReport =
  | { readonly file: string; readonly problem: null; readonly drawn: boolean }
  | { readonly file: string; readonly problem: string; readonly drawn: false }

/** Writes the report unless it is there. Never fails: `problem` says why there is none. */
export const ensureReport = async (request: ReportRequest): Promise<WrittenReport> => {
  const { root, record, description, ownClaims, output } = request
  const file = output ?? reportFile(request)
  if (output === undefined && fs.existsSync(file)) return { file, problem: null, drawn: false }
  try {
    const { renderReport } = await import("./render-report.ts")
    const rendered = renderReport(record, description, ownClaims?.claims ?? [])
    const exit = await Effect.runPromiseExit(Effect.provide(rendered, Store.layer(root)))
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
const reportFile = ({ root, record, description, ownClaims }: ReportRequest): string => {
  const shown = record.nodes.map(({ id, label, outcome }) => [
    id,
    label,
    outcome.state,
    outcome.state === "finished" ? outcome.artifact : ""
  ])
  const code = codeOf(RENDERER, { lenient: true }).map(({ name, digest }) => [name, digest])
  // A claim is code: that of the study's file, with all that it imports.
  const claims =
    ownClaims === undefined || ownClaims.claims.length === 0
      ? []
      : codeOf(ownClaims.file, { lenient: true }).map(({ digest }) => digest)
  const digest = sha256(canonicalJson([code, claims, record.study, description, record.status, shown]))
  return path.join(root, "reports", `${record.study}-${digest.slice(0, 16)}.html`)
}
