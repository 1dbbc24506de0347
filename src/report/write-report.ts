/**
 * The report of a run as a file. Its name holds a digest of what it shows and of what judges it, so that a run that found
 * everything in the cache finds its report there too and nothing is drawn twice.
 */

import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { codeOf } from "../dag/code/digest.ts"
import { replaceFile } from "../store/disk/calls.ts"
import { inside, makeInside } from "../store/disk/inside.ts"
import { isWhole, signed } from "../store/disk/signed-text.ts"
import { canonicalJson, sha256 } from "../store/objects/digest.ts"
import { Store } from "../store/objects/Store.ts"
import { errorText } from "../text/error-text.ts"
import type { StudyClaims } from "./claims/study-claims.ts"
import type { RunRecord } from "./data/RunRecord.ts"

/** Its code and that of what it imports enter the name: a changed figure is drawn again. */
const RENDERER = "src/report/render-report.ts"

export interface ReportRequest {
  readonly root: string
  readonly record: RunRecord
  /** What the study is, in a sentence. */
  readonly description: string
  /** The claims that the study's own file makes, to be judged by it. */
  readonly ownClaims?: ReadonlyArray<StudyClaims>
  /** Where to write it; by default the store's own place for it, where it is kept if it is there. */
  readonly output?: string
}

export type WrittenReport =
  | { readonly file: string; readonly problem: null; readonly drawn: boolean }
  | { readonly file: string; readonly problem: string; readonly drawn: false }

/** Writes the report unless it is there, whole. Never fails: `problem` says why there is none. */
export const ensureReport = async (request: ReportRequest): Promise<WrittenReport> => {
  const { root, record, description, ownClaims, output } = request
  const name = reportName(request)
  const file = output ?? path.join(root, "reports", name)
  try {
    if (output === undefined && isWhole(inside(root, "reports", name))) return { file, problem: null, drawn: false }
    const { renderReport } = await import("./render-report.ts")
    const rendered = renderReport(
      record,
      description,
      (ownClaims ?? []).flatMap(({ claims }) => claims)
    )
    const exit = await Effect.runPromiseExit(Effect.provide(rendered, Store.reading(root)))
    if (Exit.isFailure(exit)) return { file, problem: errorText(Cause.squash(exit.cause)), drawn: false }
    if (output === undefined) makeInside(root, "reports")
    replaceFile(file, signed(path.basename(file), exit.value))
    return { file, problem: null, drawn: true }
  } catch (cause) {
    return { file, problem: errorText(cause), drawn: false }
  }
}

/** `<study>-<16 digits>.html`. A study's name comes from a log, and a log is not believed to hold names. */
const reportName = ({ record, description, ownClaims }: ReportRequest): string => {
  const shown = record.nodes.map(({ id, label, outcome }) => [
    id,
    label,
    outcome.state,
    outcome.state === "finished" ? outcome.artifact : ""
  ])
  const code = codeOf(RENDERER, { lenient: true }).map(({ name, digest }) => [name, digest])
  // A claim is code: that of the study's file, with all that it imports.
  const claims = (ownClaims ?? [])
    .filter((own) => own.claims.length > 0)
    .flatMap(({ file }) => codeOf(file, { lenient: true }).map(({ digest }) => digest))
  const digest = sha256(canonicalJson([code, claims, record.study, description, record.status, shown]))
  return `${record.study.replaceAll(/[^\w.-]/g, "_").slice(0, 100)}-${digest.slice(0, 16)}.html`
}
