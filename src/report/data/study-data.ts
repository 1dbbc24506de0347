/**
 * Everything a report draws, read once: curves of training and RL, attributions, a few completions, costs. Plain data from here
 * on: figures and claims are pure functions of it.
 *
 * A table that cannot be read leaves its place empty and a line in `problems`; the rest of the report stands.
 */

import * as Effect from "effect/Effect"

import { Attribution } from "../../../schemas/attribution.ts"
import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { Comparison } from "../../../schemas/comparison.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { openArtifactTable } from "../../dag/foresight/artifact-table.ts"
import { type NodeKinds, nodeKinds } from "./artifact-reader.ts"
import { type Attributed, readAttribution } from "./attribution-data.ts"
import { type Member, trainabilityRuns } from "./compared-policies.ts"
import { readCompletions, type SampleCompletion } from "./completion-data.ts"
import { type CostRow, readCosts } from "./cost-data.ts"
import { type Curve, CurveBuilder, CurvesBuilder, slopeOf } from "./curves.ts"
import { winnerOf } from "./policy-estimates.ts"
import { type RepetitionEstimates, type ResultRow, resultsOf, whatBecameOf } from "./results.ts"
import { artifactOf, type RunNode, type RunRecord } from "./RunRecord.ts"
import { nameOf, type VaryingParam, varyingParamsOf } from "./varying-params.ts"

/** A model in supervised training, its repetitions together. */
export interface BaseData {
  readonly name: string
  readonly stage: string
  readonly varyingParams: ReadonlyArray<VaryingParam>
  /** Loss over tokens seen. */
  readonly loss: Curve
  /** Updates of the whole training. */
  readonly steps: number
  readonly heldOut: ReadonlyMap<string, Curve>
  readonly probes: ReadonlyMap<string, Curve>
}

/** One RL setting, its repetitions together. */
export interface RlData {
  readonly name: string
  readonly varyingParams: ReadonlyArray<VaryingParam>
  readonly steps: number
  /**
   * The KL coefficient in force at the first step: the preset's where the param leaves it open. Null where no run of it was read.
   */
  readonly klCoefficient: number | null
  /** Columns of `updates` by name. */
  readonly updates: ReadonlyMap<string, Curve>
  readonly shares: ReadonlyMap<string, Curve>
  readonly accuracies: ReadonlyMap<string, Curve>
}

/** The RL run of one repetition, step by step, without thinning: what is judged seed by seed. */
export interface RlSeries {
  /** Columns of `updates` by name; NaN where a step has none. */
  readonly updates: ReadonlyMap<string, ReadonlyArray<number>>
  /** By format, 0 where no completion of a step is in it. */
  readonly shares: ReadonlyMap<string, ReadonlyArray<number>>
  /** Mean reward of each format's completions, NaN where a step has none. */
  readonly rewards: ReadonlyMap<string, ReadonlyArray<number>>
  readonly klCoefficient: number | null
}

/** One repetition of a cell: what a claim counts, for seeds are what was repeated. */
export interface Repetition extends RepetitionEstimates {
  readonly member: Member
  readonly winner: string | null
  readonly series: RlSeries | null
  readonly differences: ReadonlyArray<PairedDifference>
  readonly coverages: ReadonlyArray<CoverageRow>
  /** Of each format that RL from the same start was forced into: what the share of right completions gains in a step. */
  readonly trainability: ReadonlyMap<string, number>
}

/** Problems that samples before RL and another set of samples solve: `after RL`, or the control, `the same policy`. */
export interface CoverageRow {
  readonly versus: string
  readonly kept: number
  readonly lost: number
  readonly found: number
  readonly neither: number
}

/** A difference paired by problem, from a `compare` node of the cell. */
export interface PairedDifference {
  readonly metric: string
  readonly k: number
  readonly decoding: string
  readonly slice: string
  readonly before: number
  readonly after: number
  readonly difference: number
  readonly low: number | null
  readonly high: number | null
  readonly p: number | null
}

export interface CellData extends ResultRow {
  readonly name: string
  readonly curves: RlData | null
  readonly attributedBefore: ReadonlyArray<Attributed>
  readonly attributedAfter: ReadonlyArray<Attributed>
  readonly completions: ReadonlyArray<SampleCompletion>
  /** Of the first repetition. */
  readonly differences: ReadonlyArray<PairedDifference>
  readonly repetitions: ReadonlyArray<Repetition>
}

export interface StudyData {
  readonly record: RunRecord
  readonly description: string
  readonly bases: ReadonlyArray<BaseData>
  readonly cells: ReadonlyArray<CellData>
  readonly confusion: ReadonlyArray<ConfusionShare>
  readonly costs: ReadonlyArray<CostRow>
  readonly problems: ReadonlyArray<string>
}

/** Which part of the held-out documents of a source a method gives to another, or rightly to it. */
export interface ConfusionShare {
  readonly method: string
  readonly actual: string
  readonly predicted: string
  readonly share: number
}

/** RL curves may be drawn on a logarithmic axis, where the first steps need their own points. */
const RL_POINTS = 600

const UPDATE_COLUMNS = ["reward", "accuracy", "entropy", "kl", "formatEntropy", "completionLength", "zeroSignalGroups"] as const

/** Reads all of it. Never fails over what an artifact holds: that is a line among the problems. */
export const readStudy = Effect.fnUntraced(function* (record: RunRecord, description: string) {
  const is = yield* nodeKinds(record)
  const problems: Array<string> = record.nodes.flatMap((node) => (node.outcome.state === "finished" ? [] : [whatBecameOf(node)]))
  /** The effect, or `fallback` and a line among the problems. */
  const orElse = <A, B, R>(node: RunNode, fallback: B, effect: Effect.Effect<A, Error, R>): Effect.Effect<A | B, never, R> =>
    effect.pipe(
      Effect.catch((error) => {
        problems.push(`${node.label}: ${error.message}`)
        return Effect.succeed(fallback)
      })
    )

  const bases: Array<BaseData> = []
  for (const { varyingParams, nodes } of repetitions(record, supervised(record, is))) {
    const loss = new CurveBuilder()
    const heldOut = new CurvesBuilder()
    const probes = new CurvesBuilder()
    let steps = 0
    for (const node of nodes) {
      const artifact = artifactOf(node)
      if (artifact !== null) steps = Math.max(steps, yield* orElse(node, 0, readTraining(artifact, { loss, heldOut, probes })))
    }
    const { stage } = nodes[0]!
    const name = nameOf({ varyingParams })
    bases.push({
      name: name === "" ? stage : `${name} ${stage}`,
      stage,
      varyingParams,
      loss: loss.curve(),
      steps,
      heldOut: heldOut.curves(),
      probes: probes.curves()
    })
  }

  const curvesOf = new Map<RunNode, RlData>()
  const seriesOf = new Map<RunNode, RlSeries>()
  const tried = trainabilityRuns(record, is)
  for (const { varyingParams, nodes } of repetitions(
    record,
    record.nodes.filter((node) => is(node, RlRun) && !tried.includes(node))
  )) {
    const updates = new CurvesBuilder()
    const shares = new CurvesBuilder()
    const accuracies = new CurvesBuilder()
    let steps = 0
    let klCoefficient: number | null = null
    for (const node of nodes) {
      const artifact = artifactOf(node)
      if (artifact === null) continue
      const series = yield* orElse(node, null, readRl(artifact, { updates, shares, accuracies }))
      if (series === null) continue
      seriesOf.set(node, series)
      steps = Math.max(steps, series.updates.get("reward")!.length)
      klCoefficient ??= series.klCoefficient
    }
    const data: RlData = {
      name: nameOf({ varyingParams }),
      varyingParams,
      steps,
      klCoefficient,
      updates: updates.curves(RL_POINTS),
      shares: shares.curves(RL_POINTS),
      accuracies: accuracies.curves(RL_POINTS)
    }
    for (const node of nodes) if (artifactOf(node) !== null) curvesOf.set(node, data)
  }

  const uses = (node: RunNode, input: RunNode | null) => input !== null && Object.values(node.inputs).includes(input.id)
  const gains = new Map<RunNode, number>()
  for (const node of tried) {
    const artifact = artifactOf(node)
    if (artifact !== null) gains.set(node, yield* orElse(node, Number.NaN, readGain(artifact)))
  }
  const trainabilityOf = ({ start }: Member) =>
    new Map(
      [...gains].flatMap(([node, gain]) =>
        uses(node, start) && !Number.isNaN(gain) ? [[String(node.params["force"]), gain] as const] : []
      )
    )

  const attributions = record.nodes.filter((node) => is(node, Attribution) && artifactOf(node) !== null)
  const comparisons = record.nodes.filter((node) => is(node, Comparison) && artifactOf(node) !== null)
  const cells: Array<CellData> = []
  for (const row of yield* resultsOf(record)) {
    const attributed = { before: [] as Array<Attributed>, after: [] as Array<Attributed> }
    for (const side of ["before", "after"] as const) {
      const nodes = attributions.filter((node) => row.members.some((member) => uses(node, member[side])))
      const [first] = nodes
      if (first !== undefined)
        attributed[side] = [...(yield* orElse(first, [], readAttribution(nodes.map((node) => artifactOf(node)!))))]
    }
    const [member] = row.members
    const repetitions: Array<Repetition> = []
    for (const [i, estimates] of row.estimates.entries()) {
      const member = row.members[i]!
      const compared = comparisons.find((node) => uses(node, member.before) && uses(node, member.after))
      repetitions.push({
        ...estimates,
        member,
        winner: winnerOf(estimates.after),
        series: member.rl === null ? null : (seriesOf.get(member.rl) ?? null),
        differences: compared === undefined ? [] : yield* orElse(compared, [], readDifferences(artifactOf(compared)!)),
        coverages: compared === undefined ? [] : yield* orElse(compared, [], readCoverages(artifactOf(compared)!)),
        trainability: trainabilityOf(member)
      })
    }
    const evaluated = member?.after ?? member?.before ?? null
    cells.push({
      ...row,
      name: nameOf(row),
      curves: member?.rl == null ? null : (curvesOf.get(member.rl) ?? null),
      attributedBefore: attributed.before,
      attributedAfter: attributed.after,
      completions:
        evaluated === null
          ? []
          : yield* orElse(evaluated, [], readCompletions(artifactOf(member?.before), artifactOf(member?.after))),
      differences: repetitions[0]?.differences ?? [],
      repetitions
    })
  }

  const [attribution] = attributions
  const data: StudyData = {
    record,
    description,
    bases: bases.filter(({ loss }) => loss.length > 0),
    cells,
    confusion: attribution === undefined ? [] : yield* orElse(attribution, [], readConfusion(artifactOf(attribution)!)),
    costs: yield* readCosts(record),
    problems: [...new Set([...problems, ...cells.flatMap((cell) => cell.problems)])]
  }
  return data
})

/** Nodes that train a model and are not RL. */
const supervised = (record: RunRecord, is: NodeKinds) => record.nodes.filter((node) => is(node, Checkpoint) && !is(node, RlRun))

/** Nodes of one stage that differ in seeds alone, together. */
const repetitions = (record: RunRecord, nodes: ReadonlyArray<RunNode>) =>
  [...Map.groupBy(nodes, ({ stage }) => stage).values()].flatMap((siblings) => {
    const varyingParams = varyingParamsOf(
      record,
      siblings.map((node) => ({ node, evaluation: null }))
    )
    const groups = new Map<string, { readonly varyingParams: ReadonlyArray<VaryingParam>; readonly nodes: Array<RunNode> }>()
    siblings.forEach((node, i) => {
      const key = JSON.stringify(varyingParams[i])
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { varyingParams: varyingParams[i]!, nodes: [node] })
      else group.nodes.push(node)
    })
    return [...groups.values()]
  })

interface TrainingCurves {
  readonly loss: CurveBuilder
  readonly heldOut: CurvesBuilder
  readonly probes: CurvesBuilder
}

/** Adds one training's curves; returns its updates. */
const readTraining = Effect.fnUntraced(function* (artifact: string, curves: TrainingCurves) {
  const training = yield* openArtifactTable(Checkpoint, "training", artifact)
  const tokens = training.column("tokens")
  training.column("loss").forEach((loss, i) => curves.loss.add(tokens[i]!, loss))
  for (const { step, source, loss } of yield* openArtifactTable(Checkpoint, "heldOut", artifact))
    curves.heldOut.add(source, step, loss)
  for (const { step, format, accuracy } of yield* openArtifactTable(Checkpoint, "probes", artifact))
    curves.probes.add(format, step, accuracy)
  return training.rows
})

interface RlCurves {
  readonly updates: CurvesBuilder
  readonly shares: CurvesBuilder
  readonly accuracies: CurvesBuilder
}

/** Adds one RL run's curves; returns the run by itself. */
const readRl = Effect.fnUntraced(function* (artifact: string, curves: RlCurves) {
  const table = yield* openArtifactTable(RlRun, "updates", artifact)
  const updates = new Map<string, Array<number>>(UPDATE_COLUMNS.map((name) => [name, []]))
  for (const row of table)
    for (const name of UPDATE_COLUMNS) {
      updates.get(name)!.push(row[name] ?? Number.NaN)
      if (row[name] !== null) curves.updates.add(name, row.step, row[name])
    }
  const shares = new Map<string, Array<number>>()
  const rewards = new Map<string, Array<number>>()
  const steps = (value: number) => Array.from({ length: table.rows }, () => value)
  for (const { step, format, share, accuracy, meanReward } of yield* openArtifactTable(RlRun, "formatShares", artifact)) {
    if (!shares.has(format)) {
      shares.set(format, steps(0))
      rewards.set(format, steps(Number.NaN))
    }
    shares.get(format)![step] = share
    rewards.get(format)![step] = meanReward ?? Number.NaN
    curves.shares.add(format, step, share)
    if (accuracy !== null) curves.accuracies.add(format, step, accuracy)
  }
  return { updates, shares, rewards, klCoefficient: table.rows === 0 ? null : table.row(0).klCoefficient } satisfies RlSeries
})

/** What the share of right completions gains in a step of an RL run, by least squares. */
const readGain = Effect.fnUntraced(function* (artifact: string) {
  return slopeOf([...(yield* openArtifactTable(RlRun, "updates", artifact)).column("accuracy")].map(Number))
})

const readDifferences = Effect.fnUntraced(function* (artifact: string) {
  return [...(yield* openArtifactTable(Comparison, "comparisons", artifact))]
})

const readCoverages = Effect.fnUntraced(function* (artifact: string) {
  return [...(yield* openArtifactTable(Comparison, "coverages", artifact))]
})

const readConfusion = Effect.fnUntraced(function* (artifact: string) {
  return [...(yield* openArtifactTable(Attribution, "confusion", artifact))]
})
