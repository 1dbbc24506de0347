/**
 * How methods of attribution do where the truth is known: against retraining, planted documents and flawed ones, with controls
 * and with what each cost. Repetitions of one measurement with other seeds count together: their targets are others.
 */

import * as Effect from "effect/Effect"

import { CanaryRecalls } from "../../schemas/canary-recalls.ts"
import { Datamodelling } from "../../schemas/datamodelling.ts"
import { FlawDetections } from "../../schemas/flaw-detections.ts"
import { TailPatches } from "../../schemas/tail-patches.ts"
import { openArtifactTable } from "../dag/foresight/artifact-table.ts"
import { meanOf } from "../evaluation/statistics/averages.ts"
import { bootstrapMean } from "../evaluation/statistics/bootstrap.ts"
import { nodeKinds } from "./data/artifact-reader.ts"
import type { CostRow } from "./data/cost-data.ts"
import { artifactOf, type RunNode, type RunRecord } from "./data/RunRecord.ts"

/** A mean over targets with its 95 % interval, by bootstrap over them. */
export interface OverTargets {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** A linear datamodelling score: mean over held-out documents. */
export interface JudgedLds {
  /** What parted the documents, and what was asked of whom: `steps`, `steps after RL, format`. */
  readonly partition: string
  readonly score: OverTargets
  /** With the sums dealt out at random; null: of the ceiling. */
  readonly permuted: OverTargets | null
  /** Of a model with random parameters; null: not measured, or the method looks at none. */
  readonly random: OverTargets | null
}

/** What is known of a method. */
export interface JudgedMethod {
  readonly method: string
  /** By partition, those that were not judged left out. */
  readonly lds: ReadonlyArray<JudgedLds>
  /** Share of the planted documents among the first k, by how they say it. */
  readonly exact: OverTargets | null
  readonly paraphrased: OverTargets | null
  /** Chance that a flawed document is put below a right one. */
  readonly flaws: OverTargets | null
  /** How much likelier a target is after an update on what the method names, nats. */
  readonly gain: OverTargets | null
  /** CPU seconds a target of the score, its node's start and the reading of the corpus included; null: not known. */
  readonly cpuSeconds: number | null
}

/** One number of a target. */
interface Said {
  readonly method: string
  readonly of: string
  readonly value: number
}

/** Every method that a run has judged, in the order of its nodes; the ceiling first. Tables that cannot be read are left out. */
export const readJudgedMethods = Effect.fnUntraced(function* (record: RunRecord, costs: ReadonlyArray<CostRow>) {
  const is = yield* nodeKinds(record)
  const said: Array<Said> = []
  const cost = new Map<string, number>()
  const banks = new Set<string>()
  const chanceOf = new Set<string>()
  for (const node of record.nodes) {
    const artifact = artifactOf(node)
    if (artifact === null) continue
    if (is(node, Datamodelling)) {
      const rows = yield* rowsOf(openArtifactTable(Datamodelling, "lds", artifact))
      const partition = truthOf(record, node)
      const random = node.params["parameters"] === "random"
      const bank = node.inputs["truth"] ?? ""
      for (const { method, lds, permuted } of rows) {
        // Every node over one bank says its ceiling.
        if (method === CEILING && (random || banks.has(bank))) continue
        said.push({ method, of: `${random ? "random" : "lds"} ${partition}`, value: lds })
        if (permuted !== null && !random) said.push({ method, of: `permuted ${partition}`, value: permuted })
      }
      if (!random) banks.add(bank)
      const methods = new Set(rows.flatMap(({ method }) => (method === CEILING ? [] : [method])))
      const seconds = costs.find((row) => row.node === node)?.cpuSeconds ?? null
      const queries = rows.filter(({ method }) => method !== CEILING).length
      for (const method of methods) if (seconds !== null && !random) cost.set(method, cost.get(method) ?? seconds / queries)
    }
    if (is(node, CanaryRecalls))
      for (const { method, kind, recall } of yield* rowsOf(openArtifactTable(CanaryRecalls, "canaryRecalls", artifact)))
        said.push({ method, of: kind, value: recall })
    if (is(node, TailPatches)) {
      // Every node over one model says what chance gains.
      const base = node.inputs["base"] ?? ""
      for (const { method, gain } of yield* rowsOf(openArtifactTable(TailPatches, "tailPatches", artifact)))
        if (method !== CHANCE || !chanceOf.has(base)) said.push({ method, of: "gain", value: gain })
      chanceOf.add(base)
    }
    if (is(node, FlawDetections))
      for (const { method, auc } of yield* rowsOf(openArtifactTable(FlawDetections, "flawDetections", artifact)))
        said.push({ method, of: "flaws", value: auc })
  }
  const of = new Map([...Map.groupBy(said, (row) => `${row.method} ${row.of}`)].map(([name, rows]) => [name, overTargets(rows)]))
  const partitions = [...new Set(said.flatMap((row) => (row.of.startsWith("lds ") ? [row.of.slice(4)] : [])))]
  const ceilings = said.some(({ method }) => method === CEILING) ? [CEILING] : []
  return [...new Set([...ceilings, ...said.map(({ method }) => method)])].map((method): JudgedMethod => {
    const value = (name: string) => of.get(`${method} ${name}`) ?? null
    return {
      method,
      lds: partitions.flatMap((partition) => {
        const score = value(`lds ${partition}`)
        const [permuted, random] = [value(`permuted ${partition}`), value(`random ${partition}`)]
        return score === null ? [] : [{ partition, score, permuted, random }]
      }),
      exact: value("exact"),
      paraphrased: value("paraphrased"),
      flaws: value("flaws"),
      gain: value("gain"),
      cpuSeconds: cost.get(method) ?? null
    }
  })
})

/** The row of documents drawn at random, which every node over one model has. */
const CHANCE = "chance"

/** The row of the ceiling. */
export const CEILING = "ceiling"

const overTargets = (rows: ReadonlyArray<Said>): OverTargets => {
  const values = rows.map(({ value }) => value)
  return { value: meanOf(values), ...bootstrapMean(values, { seed: 0 }) }
}

/** What policies were asked: after which stage. */
const AFTER: Readonly<Record<string, string>> = { rl: " after RL", sft: " after SFT" }

/**
 * What a score was taken over: what parted the documents, and of policies after which stage: `steps`, `steps after RL`, `steps
 * after RL, format`.
 */
const truthOf = ({ byId }: RunRecord, { inputs }: RunNode): string => {
  let bank = byId.get(inputs["truth"] ?? "")
  while (bank?.stage === "pool") bank = byId.get(bank.inputs["one"] ?? "")
  const after = AFTER[byId.get(bank?.inputs["policy"] ?? "")?.stage ?? ""] ?? ""
  const asked = bank?.params["asked"] === "opening" ? ", format" : ""
  return `${String(bank?.params["partition"] ?? "")}${after}${asked}`
}

const rowsOf = <A, E, R>(table: Effect.Effect<Iterable<A>, E, R>): Effect.Effect<ReadonlyArray<A>, never, R> =>
  Effect.orElseSucceed(
    Effect.map(table, (rows) => [...rows]),
    () => []
  )
