/**
 * The catalog's view of the store: event logs, action records and manifests, each read at most once, and only when something asks
 * for it. Damage in one place does not hide the rest: what cannot be read is left out and named in `warnings`.
 */

import { existsSync, readFileSync, readdirSync } from "node:fs"
import { join } from "node:path"

import { listRuns, readRun } from "../../store/objects/Runs.ts"
import type { ActionRecord, Manifest } from "../../store/objects/Store.ts"
import { foldRun, markLatest, type NodeRecord, type RunRecord } from "./history.ts"

export class StoreFiles {
  readonly root: string
  readonly warnings = new Set<string>()
  private allRuns: ReadonlyArray<RunRecord> | undefined
  private readonly records = new Map<string, ActionRecord | undefined>()
  private readonly manifests = new Map<string, Manifest | undefined>()

  constructor(root: string) {
    this.root = root
  }

  /** Every run, oldest first. */
  runs(): ReadonlyArray<RunRecord> {
    if (this.allRuns === undefined) {
      const runs = listRuns(this.root).flatMap((name) => {
        const run = this.attempt(`the log of run ${name}`, () => {
          const folded = foldRun(readRun(this.root, name))
          if (folded === undefined) throw new Error("it does not begin with the start of a run")
          return folded
        })
        return run === undefined ? [] : [run]
      })
      markLatest(runs)
      this.allRuns = runs
    }
    return this.allRuns
  }

  /** Nodes of all runs that have an artifact. */
  finishedNodes(): ReadonlyArray<NodeRecord & { readonly artifact: string }> {
    return this.runs().flatMap((run) => [...run.nodes.values()].filter((node) => hasArtifact(node)))
  }

  objectPath(digest: string): string {
    return join(this.root, "objects", "sha256", digest.slice(0, 2), digest)
  }

  action(key: string): ActionRecord | undefined {
    if (!this.records.has(key)) {
      const file = join(this.root, "actions", `${key}.json`)
      const record = existsSync(file)
        ? this.attempt(`the record of action ${key.slice(0, 12)}`, () =>
            checked<ActionRecord>(file, (record) => isObject(record["output"]) && isManifest(record["output"]))
          )
        : undefined
      this.records.set(key, record)
    }
    return this.records.get(key)
  }

  actions(): ReadonlyArray<ActionRecord> {
    const directory = join(this.root, "actions")
    if (!existsSync(directory)) return []
    return readdirSync(directory)
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
      .toSorted()
      .flatMap((name) => this.action(name.slice(0, 64)) ?? [])
  }

  /**
   * The files of the artifact that a node gave: from the record of its action, or, when that was forgotten or made anew with
   * another result, from the manifest object.
   */
  manifest(artifact: string, key: string | null): Manifest | undefined {
    if (!this.manifests.has(artifact)) {
      const output = key === null ? undefined : this.action(key)?.output
      const manifest =
        output?.digest === artifact
          ? output
          : this.attempt(`the manifest of artifact ${artifact.slice(0, 12)}`, () =>
              checked<Manifest>(this.objectPath(artifact), isManifest)
            )
      this.manifests.set(artifact, manifest)
    }
    return this.manifests.get(artifact)
  }

  private attempt<A>(what: string, read: () => A): A | undefined {
    try {
      return read()
    } catch (cause) {
      this.warnings.add(`${what} cannot be read and is left out: ${cause instanceof Error ? cause.message : String(cause)}`)
      return undefined
    }
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null

const isManifest = (value: Readonly<Record<string, unknown>>): boolean =>
  typeof value["kind"] === "string" &&
  [value["tables"], value["documents"]].every(
    (parts) => isObject(parts) && Object.values(parts).every((part) => isObject(part) && typeof part["file"] === "string")
  )

/** Reads JSON that must at least have the shape on which everything else here relies. */
const checked = <A>(file: string, hasShape: (value: Readonly<Record<string, unknown>>) => boolean): A => {
  const value: unknown = JSON.parse(readFileSync(file, "utf8"))
  if (!isObject(value) || !hasShape(value)) throw new Error(`${file} does not have the form of one`)
  return value as A
}

const hasArtifact = (node: NodeRecord): node is NodeRecord & { readonly artifact: string } => node.artifact !== null
