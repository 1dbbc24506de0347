/**
 * The catalog's view of the store: event logs, action records and manifests, each read at most once, and only when something asks
 * for it. Damage in one place does not hide the rest: what cannot be read is left out and named in `warningLines`.
 */

import { Objects } from "../../store/objects/Objects.ts"
import { type ActionRecord, actionKeys, type Manifest, readRecord } from "../../store/objects/records.ts"
import { listRuns, readRun } from "../../store/objects/Runs.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { driverOf } from "../../store/presence/Presence.ts"
import { errorText } from "../../text/error-text.ts"
import { endOfDriver, foldRun, markLatest, type NodeRecord, type RunRecord } from "./history.ts"
import { type Lost, lostLines } from "./lost-artifacts.ts"

export class StoreFiles {
  readonly root: string
  readonly warnings = new Set<string>()
  private readonly objects: Objects
  private allRuns: ReadonlyArray<RunRecord> | undefined
  private readonly records = new Map<string, ActionRecord | undefined>()
  private readonly manifests = new Map<string, Manifest | undefined>()
  /** Why the manifest of an artifact cannot be had. */
  private readonly absent = new Map<string, string>()
  private readonly lost: Array<Lost> = []

  constructor(root: string) {
    this.root = root
    this.objects = new Objects(root)
  }

  /** Every run, oldest first. */
  runs(): ReadonlyArray<RunRecord> {
    if (this.allRuns === undefined) {
      const runs = listRuns(this.root).flatMap((name) => {
        const { events, damage } = readRun(this.root, name)
        if (damage !== null) this.warnings.add(`the log of run ${name} ${damage}; what follows is left out`)
        const run = foldRun(events)
        if (run?.status === "unfinished" && run.presence && driverOf(this.root, thisMachine(), name) === "gone") endOfDriver(run)
        return run ?? []
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

  /** Path of an object whose contents are what its name says; undefined where they are not or it is gone: its rows are lost. */
  file(node: NodeRecord, digest: string, bytes: number): string | undefined {
    const problem = this.objects.problem(digest, { bytes })
    if (problem === null) return this.objects.path(digest)
    this.lost.push({ run: node.run.run, digest, problem })
    return undefined
  }

  /** Notes that rows of a node are missing because its artifact is: one that has no manifest. */
  noteLost(node: NodeRecord & { readonly artifact: string }): void {
    const problem = this.absent.get(node.artifact)
    if (problem !== undefined) this.lost.push({ run: node.run.run, digest: node.artifact, problem })
  }

  /** What results lack, a line each; artifacts that are gone are counted, not listed. */
  warningLines(): ReadonlyArray<string> {
    return [...this.warnings, ...lostLines(this.lost)]
  }

  action(key: string): ActionRecord | undefined {
    if (!this.records.has(key)) this.records.set(key, this.attempt(() => readRecord(this.root, key)) ?? undefined)
    return this.records.get(key)
  }

  actions(): ReadonlyArray<ActionRecord> {
    return (this.attempt(() => actionKeys(this.root)) ?? []).flatMap((key) => this.action(key) ?? [])
  }

  /**
   * The files of the artifact that a node gave: from the record of its action, or, when that was forgotten or made anew with
   * another result, from the manifest object.
   */
  manifest(artifact: string, key: string | null): Manifest | undefined {
    if (!this.manifests.has(artifact)) {
      const output = key === null ? undefined : this.action(key)?.output
      const problem = output?.digest === artifact ? null : this.objects.problem(artifact)
      if (problem !== null) this.absent.set(artifact, problem)
      const read = () => (problem === null ? this.objects.manifest(artifact) : undefined)
      this.manifests.set(artifact, output?.digest === artifact ? output : this.attempt(read))
    }
    return this.manifests.get(artifact)
  }

  private attempt<A>(read: () => A): A | undefined {
    try {
      return read()
    } catch (cause) {
      this.warnings.add(`${errorText(cause)}: it is left out`)
      return undefined
    }
  }
}

const hasArtifact = (node: NodeRecord): node is NodeRecord & { readonly artifact: string } => node.artifact !== null
