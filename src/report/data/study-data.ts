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
import { type Attributed, type ConfusionShare, readAttribution, readConfusion } from "./attribution-data.ts"
import { type Member, seedNames, seedNamesOf, trainabilityRuns } from "./compared-policies.ts"
import { readCompletions, type SampleCompletion } from "./completion-data.ts"
import { type CostRow, readCosts } from "./cost-data.ts"
import { type Curve, CurveBuilder, CurvesBuilder } from "./curves.ts"
import { type Estimate, winnerOf } from "./policy-estimates.ts"
import { gathered, type RepetitionEstimates, type ResultRow, resultsOf, whatBecameOf } from "./results.ts"
import { forcedOutcome, type ForcedOutcome, readRl, type RlSeries } from "./rl-outcomes.ts"
import { artifactOf, type RunNode, type RunRecord } from "./RunRecord.ts"
import { inStudies, nameOf, type ParamValue, studyOf, type ToldApart, type VaryingParam } from "./varying-params.ts"

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
  /** Ids of the nodes it was read from. */
  readonly nodes: ReadonlyArray<string>
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
  readonly nodes: ReadonlyArray<string>
}

/** One repetition of a cell: what a claim counts, for seeds are what was repeated. */
export interface Repetition extends RepetitionEstimates {
  readonly member: Member
  readonly winner: string | null
  readonly series: RlSeries | null
  readonly differences: ReadonlyArray<PairedDifference>
  readonly coverages: ReadonlyArray<CoverageRow>
  /** Where pass@k after RL falls below that before; null where nothing was sampled or compared. */
  readonly crossing: CrossingRow | null
  /** Of each format that RL from the same start was forced into: what the share of right completions gains in a step. */
  readonly trainability: ReadonlyMap<string, number>
  /** Of each of those formats, how many completions were right at the end of that run. */
  readonly forced: ReadonlyMap<string, Estimate>
  /** Id of the node that compared before and after; null where the study has none. */
  readonly comparison: string | null
}

/** Problems that samples before RL and another set of samples solve: `after RL`, or the control, `the same policy`. */
export interface CoverageRow {
  readonly versus: string
  readonly kept: number
  readonly lost: number
  readonly found: number
  readonly neither: number
}

/** The smallest k at which pass@k after RL is below that before, with its interval; null: none up to the samples. */
export interface CrossingRow {
  readonly k: number | null
  readonly low: number | null
  readonly high: number | null
  readonly samples: number
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
  /** Ids of the nodes that attributed. */
  readonly attributions: ReadonlyArray<string>
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
  readonly confusion: Confusion
  readonly costs: ReadonlyArray<CostRow>
  readonly problems: ReadonlyArray<string>
  /** Told of the settings that a claim looks for, and for what: how a plan finds out, before there is any number. */
  readonly asked?: (where: Readonly<Record<string, ParamValue | ReadonlyArray<ParamValue>>>, role?: AskedFor) => void
}

/**
 * What settings are looked for besides for a claim itself: to hold it back, to tell of it, or as names that it reads and chooses
 * no policies by, such as what a pair shares.
 */
export type AskedFor = "control" | "told" | "named"

/** The errors of the methods, from the attributions of one policy and its repetitions. */
export interface Confusion {
  readonly shares: ReadonlyArray<ConfusionShare>
  readonly nodes: ReadonlyArray<string>
}

/** RL curves may be drawn on a logarithmic axis, where the first steps need their own points. */
const RL_POINTS = 600

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
    for (const [node, seed] of named(nodes))
      steps = Math.max(steps, yield* orElse(node, 0, readTraining(artifactOf(node)!, seed, { loss, heldOut, probes })))
    const { stage } = nodes[0]!
    const name = nameOf({ varyingParams })
    bases.push({
      name: name === "" ? stage : `${name} ${stage}`,
      stage,
      varyingParams,
      loss: loss.curve(),
      steps,
      heldOut: heldOut.curves(),
      probes: probes.curves(),
      nodes: named(nodes).map(([{ id }]) => id)
    })
  }

  const curves = new Map<string, RlData>()
  const curvesKey = (node: RunNode, of: ToldApart) => `${studyOf(of)} ${node.id}`
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
    const read: Array<readonly [seed: string, series: RlSeries]> = []
    for (const [node, seed] of named(nodes)) {
      const series = yield* orElse(node, null, readRl(artifactOf(node)!, seed, { updates, accuracies }))
      if (series === null) continue
      read.push([seed, series])
      seriesOf.set(node, series)
      steps = Math.max(steps, series.updates.get("reward")!.length)
      klCoefficient ??= series.klCoefficient
    }
    // A format that a seed never wrote in has share 0 there, as at a step without it.
    for (const format of new Set(read.flatMap(([, series]) => [...series.shares.keys()])))
      for (const [seed, series] of read)
        series.updates.get("reward")!.forEach((_, step) => shares.add(format, seed, step, series.shares.get(format)?.[step] ?? 0))
    const data: RlData = {
      name: nameOf({ varyingParams }),
      varyingParams,
      steps,
      klCoefficient,
      updates: updates.curves(RL_POINTS),
      shares: shares.curves(RL_POINTS),
      accuracies: accuracies.curves(RL_POINTS),
      nodes: nodes.filter((node) => seriesOf.has(node)).map(({ id }) => id)
    }
    for (const node of nodes) if (artifactOf(node) !== null) curves.set(curvesKey(node, data), data)
  }

  const uses = (node: RunNode, input: RunNode | null) => input !== null && Object.values(node.inputs).includes(input.id)
  const forcedRuns: Array<readonly [node: RunNode, of: ForcedOutcome]> = []
  for (const node of tried) {
    const artifact = artifactOf(node)
    const of = artifact === null ? null : yield* orElse(node, null, forcedOutcome(artifact))
    if (of !== null) forcedRuns.push([node, of])
  }
  const forcedFrom = <A>({ start }: Member, pick: (of: ForcedOutcome) => A) =>
    new Map(
      forcedRuns.filter(([node]) => uses(node, start)).map(([node, of]) => [String(node.params["force"]), pick(of)] as const)
    )

  const attributions = record.nodes.filter((node) => is(node, Attribution) && artifactOf(node) !== null)
  const comparisons = record.nodes.filter((node) => is(node, Comparison) && artifactOf(node) !== null)
  const cells: Array<CellData> = []
  let confusion: Confusion = { shares: [], nodes: [] }
  for (const row of yield* resultsOf(record)) {
    const names = seedNames(row.members.map(({ seed }) => seed))
    const attributing = (side: "before" | "after") =>
      row.members.flatMap((member, i) =>
        attributions.filter((node) => uses(node, member[side])).map((node) => [node, artifactOf(node)!, names[i]!] as const)
      )
    const sides = { before: attributing("before"), after: attributing("after") }
    const attributed = { before: [] as Array<Attributed>, after: [] as Array<Attributed> }
    for (const side of ["before", "after"] as const) {
      const [first] = sides[side]
      if (first !== undefined) attributed[side] = [...(yield* orElse(first[0], [], readAttribution(seeded(sides[side]))))]
    }
    const tested = sides.after.length > 0 ? sides.after : sides.before
    if (tested.length > 0 && confusion.nodes.length === 0) {
      const shares = yield* orElse(tested[0]![0], [], readConfusion(seeded(tested)))
      confusion = { shares, nodes: tested.map(([{ id }]) => id) }
    }
    const [member] = row.members
    const repetitions: Array<Repetition> = []
    for (const [i, estimates] of row.estimates.entries()) {
      const member = row.members[i]!
      const compared = comparisons.find((node) => uses(node, member.before) && uses(node, member.after))
      const nothing: ComparisonTables = { differences: [], coverages: [], crossing: null }
      repetitions.push({
        ...estimates,
        ...(compared === undefined ? nothing : yield* orElse(compared, nothing, readComparison(artifactOf(compared)!))),
        member,
        winner: winnerOf(estimates.after),
        series: member.rl === null ? null : (seriesOf.get(member.rl) ?? null),
        trainability: forcedFrom(member, ({ gain }) => gain),
        forced: forcedFrom(member, ({ end }) => end),
        comparison: compared?.id ?? null
      })
    }
    const evaluated = member?.after ?? member?.before ?? null
    cells.push({
      ...row,
      name: nameOf(row),
      curves: member?.rl == null ? null : (curves.get(curvesKey(member.rl, row)) ?? null),
      attributedBefore: attributed.before,
      attributedAfter: attributed.after,
      attributions: [...new Set([...sides.before, ...sides.after].map(([{ id }]) => id))],
      completions:
        evaluated === null
          ? []
          : yield* orElse(evaluated, [], readCompletions(artifactOf(member?.before), artifactOf(member?.after))),
      differences: repetitions[0]?.differences ?? [],
      repetitions
    })
  }

  const data: StudyData = {
    record,
    description,
    bases: bases.filter(({ loss }) => loss.length > 0),
    cells,
    confusion,
    costs: yield* readCosts(record),
    problems: gathered([...problems, ...cells.flatMap((cell) => cell.problems)])
  }
  return data
})

/** Nodes that train a model and are not RL. */
const supervised = (record: RunRecord, is: NodeKinds) => record.nodes.filter((node) => is(node, Checkpoint) && !is(node, RlRun))

const seeded = (nodes: ReadonlyArray<readonly [node: RunNode, artifact: string, seed: string]>) =>
  nodes.map(([, artifact, seed]) => [artifact, seed] as const)

/** The finished ones among repetitions, each with the name of its seed. */
const named = (nodes: ReadonlyArray<RunNode>): ReadonlyArray<readonly [node: RunNode, seed: string]> => {
  const names = seedNamesOf(nodes)
  return nodes.flatMap((node, i) => (artifactOf(node) === null ? [] : [[node, names[i]!] as const]))
}

/** Nodes of one stage that differ in seeds alone, together; in each of the studies that need them. */
const repetitions = (record: RunRecord, nodes: ReadonlyArray<RunNode>) =>
  [...Map.groupBy(nodes, ({ stage }) => stage).values()].flatMap((siblings) => {
    const places = inStudies(
      record,
      siblings.map((node) => ({ node, evaluation: null }))
    )
    const groups = Map.groupBy(places, ({ varyingParams }) => JSON.stringify(varyingParams))
    return [...groups.values()].map((own) => ({
      varyingParams: own[0]!.varyingParams,
      nodes: own.map(({ subject }) => siblings[subject]!)
    }))
  })

interface TrainingCurves {
  readonly loss: CurveBuilder
  readonly heldOut: CurvesBuilder
  readonly probes: CurvesBuilder
}

/** Adds one training's curves; returns its updates. */
const readTraining = Effect.fnUntraced(function* (artifact: string, seed: string, curves: TrainingCurves) {
  const training = yield* openArtifactTable(Checkpoint, "training", artifact)
  const tokens = training.column("tokens")
  training.column("loss").forEach((loss, i) => curves.loss.add(seed, tokens[i]!, loss, i))
  const heldOut = [...(yield* openArtifactTable(Checkpoint, "heldOut", artifact))]
  const atLoss = placesOf(heldOut)
  for (const { step, source, loss } of heldOut) curves.heldOut.add(source, seed, step, loss, atLoss.get(step))
  const probes = [...(yield* openArtifactTable(Checkpoint, "probes", artifact))]
  const atProbe = placesOf(probes)
  for (const { step, format, accuracy } of probes) curves.probes.add(format, seed, step, accuracy, atProbe.get(step))
  return training.rows
})

/** Which evaluation along the way a step is: trainings of several seeds differ by an update or two in when it falls. */
const placesOf = (rows: ReadonlyArray<{ readonly step: number }>): ReadonlyMap<number, number> =>
  new Map([...new Set(rows.map(({ step }) => step))].toSorted((a, b) => a - b).map((step, place) => [step, place]))

type ComparisonTables = Pick<Repetition, "differences" | "coverages" | "crossing">

const readComparison = Effect.fnUntraced(function* (artifact: string) {
  const tables: ComparisonTables = {
    differences: [...(yield* openArtifactTable(Comparison, "comparisons", artifact))],
    coverages: [...(yield* openArtifactTable(Comparison, "coverages", artifact))],
    crossing: [...(yield* openArtifactTable(Comparison, "crossings", artifact))][0] ?? null
  }
  return tables
})
