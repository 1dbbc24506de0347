/** A small store on disk, in the store's own formats: two runs of one study that share a pretrained model, and a broken third. */

import { createHash } from "node:crypto"
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { keyOf } from "../../src/store/objects/records.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"

export const Rollouts = Table.make("rollouts", "One sampled completion a row", {
  step: Column.int32("RL step"),
  text: Column.utf8(),
  correct: Column.bool(),
  reward: Column.nullable(Column.float32()),
  tokens: Column.list(Column.int32()),
  tags: Column.list(Column.utf8())
})
export const Training = Table.make(
  "training",
  "One training step a row",
  { step: Column.int32(), loss: Column.float64(), tokens: Column.int64(), note: Column.utf8() },
  { metrics: true }
)
export const tables = [Rollouts, Training]

const sha256 = (bytes: string) => createHash("sha256").update(bytes).digest("hex")

/** The event with which the log of a run begins. */
export const runStarted = (run: string, study: string) => ({
  event: "run-started",
  run,
  study,
  settings: {},
  command: ["run", study],
  host: "h",
  pid: 1,
  engine: "native"
})

export class SampleStore {
  readonly root = mkdtempSync(join(tmpdir(), "catalog-"))

  constructor() {
    for (const name of ["actions", "runs", "objects/sha256", "scratch"]) mkdirSync(join(this.root, name), { recursive: true })
  }

  objectPath(digest: string): string {
    return join(this.root, "objects", "sha256", digest.slice(0, 2), digest)
  }

  /** Writes a table and takes its file in. */
  write<T extends Table.Any>(table: T, rows: ReadonlyArray<Table.Input<T>>) {
    const writer = TableWriter.open(table, join(this.root, "scratch"))
    for (const row of rows) writer.append(row)
    const temporary = join(this.root, "scratch", "finished")
    const { bytes, rows: count, sha256 } = writer.finish(temporary)
    mkdirSync(join(this.objectPath(sha256), ".."), { recursive: true })
    renameSync(temporary, this.objectPath(sha256))
    return { file: sha256, rows: count, bytes }
  }

  /** Records an action; returns its key and artifact. */
  action(stage: string, params: object, files: Readonly<Record<string, { file: string; rows: number; bytes: number }>>) {
    const manifest = { kind: stage === "rl" ? "checkpoint/rl-run" : "checkpoint", tables: files, documents: {} }
    const artifact = sha256(JSON.stringify(manifest))
    const components = [
      { name: "stage", value: stage },
      { name: "params", value: JSON.stringify(params) }
    ]
    const key = keyOf(components)
    mkdirSync(join(this.objectPath(artifact), ".."), { recursive: true })
    writeFileSync(this.objectPath(artifact), JSON.stringify(manifest))
    const record = {
      version: 1,
      key,
      stage,
      components,
      params,
      inputs: {},
      output: { ...manifest, digest: artifact },
      seconds: 2.5,
      cpuSeconds: 2,
      finishedAt: "2026-11-22T00:45:12.000Z",
      host: "somewhere",
      engine: { name: "native", mode: "f32", isa: "avx2", threads: 1 },
      attempt: "a1"
    }
    writeFileSync(join(this.root, "actions", `${key}.json`), JSON.stringify(record))
    return { key, artifact }
  }

  log(run: string, events: ReadonlyArray<object>): void {
    mkdirSync(join(this.root, "runs", run), { recursive: true })
    for (const event of events)
      appendFileSync(
        join(this.root, "runs", run, "events.jsonl"),
        `${JSON.stringify({ time: "2026-11-22T00:45:12.123Z", ...event })}\n`
      )
  }
}

export const rolloutsOf = (policy: string, count: number): ReadonlyArray<Table.Input<typeof Rollouts>> =>
  Array.from({ length: count }, (_, i) => ({
    step: i,
    text: `${policy} says ${"so ".repeat(i % 9)}`,
    correct: i % 2 === 0,
    reward: i % 3 === 0 ? null : i / 2,
    tokens: Int32Array.from({ length: i % 4 }, (_, k) => i * 10 + k),
    tags: i % 2 === 0 ? [] : ["odd", `a tag longer than twelve bytes ${i}`]
  }))

/** The first run has ppo over scale s; the second, newer, has ppo (the same artifact) and grpo over the same model. */
export const sampleStore = (): SampleStore => {
  const store = new SampleStore()
  const training = [0, 1, 2].map((step) => ({ step, loss: 3 - step, tokens: BigInt(step * 100), note: "n" }))
  const base = store.action(
    "pretrain",
    { scale: "s", seed: 7, learningRate: 0.01 },
    { training: store.write(Training, training) }
  )
  const ppoParams = { algorithm: "ppo", seed: 1, kl: 0.5, mixture: { tinygsm: 1, omi1: 2 }, step: 40 }
  const ppo = store.action("rl", ppoParams, { rollouts: store.write(Rollouts, rolloutsOf("ppo", 6)) })
  const grpoParams = { ...ppoParams, algorithm: "grpo", kl: 0 }
  const grpo = store.action("rl", grpoParams, { rollouts: store.write(Rollouts, rolloutsOf("grpo", 4)) })

  const started = (run: string, time: string) => ({
    time,
    event: "run-started",
    run,
    study: "sweep",
    settings: { scales: ["s"] },
    command: ["pipeline", "run", "sweep"],
    host: "somewhere",
    pid: 1,
    engine: "native"
  })
  const planned = (node: string, stage: string, params: object, inputs: object) => ({
    event: "node-planned",
    node,
    label: node,
    stage,
    params,
    inputs
  })
  const finished = (node: string, { artifact, key }: { artifact: string; key: string }, cached: boolean) => [
    { event: "node-started", node, key },
    { event: "node-finished", node, key, artifact, cached, seconds: 2.5 }
  ]
  const basePlanned = planned("base", "pretrain", { scale: "s", seed: 7, learningRate: 0.01 }, {})
  store.log("sweep-1", [
    started("sweep-1", "2026-11-22T00:45:12.123Z"),
    basePlanned,
    planned("rl-ppo", "rl", ppoParams, { policy: "base" }),
    ...finished("base", base, false),
    ...finished("rl-ppo", ppo, false),
    { event: "run-finished", status: "succeeded", seconds: 12.5 }
  ])
  store.log("sweep-2", [
    started("sweep-2", "2026-11-22T01:45:12.123Z"),
    basePlanned,
    planned("rl-ppo", "rl", ppoParams, { policy: "base" }),
    planned("rl-grpo", "rl", grpoParams, { policy: "base" }),
    planned("broken", "rl", { ...ppoParams, seed: 2 }, { policy: "base" }),
    planned("after", "evaluate", { samples: 8 }, { policy: "broken" }),
    ...finished("base", base, true),
    ...finished("rl-ppo", ppo, true),
    ...finished("rl-grpo", grpo, false),
    { event: "node-failed", node: "broken", error: "loss is not finite", log: null },
    { event: "node-skipped", node: "after", because: "broken failed" }
  ])
  // A killed process leaves half a line.
  appendFileSync(join(store.root, "runs", "sweep-2", "events.jsonl"), '{"time":"2026-11-22T01:4')
  return store
}
