/**
 * Which of a store's results can be computed again here: those whose code, parameters, input files and numerics class are those
 * of today, and whose inputs are still in the store. Of the others it is said why they cannot. That a key would be the same is
 * all that decides: `Planner.ts` asks no more of a result that it takes from the store.
 */

import * as Effect from "effect/Effect"

import { Store } from "../../store/objects/Store.ts"
import type { ActionRecord, Component } from "../../store/objects/Store.ts"
import { errorText } from "../../text/error-text.ts"
import * as Arguments from "../arguments.ts"
import { componentsOf } from "../key.ts"
import * as Param from "../Param.ts"
import { changesBetween } from "../Planner.ts"
import type { Stage } from "../Stage.ts"

/** One way in which this machine computes: the numerics classes, and what a stage's process is told to compute so. */
export interface Way {
  readonly numerics: Readonly<Record<string, string>>
  readonly services: Readonly<Record<string, string>>
}

/** Why a result cannot be computed again here. */
export type Obstacle =
  /** No study has a stage of its name. */
  | { readonly _tag: "no stage"; readonly stage: string }
  /** Parts of the key that are others today: code, parameters, files. */
  | { readonly _tag: "changed"; readonly components: ReadonlyArray<string> }
  /** It was computed in a class in which nothing computes here. */
  | { readonly _tag: "numerics"; readonly recorded: string; readonly here: ReadonlyArray<string> }
  /** Its code, or a file from outside the store that it was made from, cannot be read today. */
  | { readonly _tag: "unreadable"; readonly problem: string }
  /** An artifact that it was made from is not in the store. */
  | { readonly _tag: "inputs"; readonly problem: string }

export interface Recomputable {
  readonly record: ActionRecord
  readonly stage: Stage.Any
  readonly way: Way
}

export interface Sorted {
  readonly recomputable: ReadonlyArray<Recomputable>
  readonly others: ReadonlyArray<{ readonly record: ActionRecord; readonly obstacle: Obstacle }>
}

/** Sorts the records of the store by whether they can be computed again. `stages`: those that there are, `ways`: best first. */
export const sortRecords = Effect.fnUntraced(function* (
  records: ReadonlyArray<ActionRecord>,
  stages: ReadonlyArray<Stage.Any>,
  ways: ReadonlyArray<Way>
) {
  const recomputable: Array<Recomputable> = []
  const others: Array<Sorted["others"][number]> = []
  const named = Map.groupBy(stages, ({ name }) => name)
  for (const record of records) {
    const found = yield* standing(record, named.get(record.stage) ?? [], ways)
    if ("stage" in found && "way" in found) recomputable.push(found)
    else others.push({ record, obstacle: found })
  }
  const sorted: Sorted = { recomputable, others }
  return sorted
})

/** Of several stages of one name (in studies of one's own) the one that computes it, or that differs least. */
const standing = Effect.fnUntraced(function* (record: ActionRecord, stages: ReadonlyArray<Stage.Any>, ways: ReadonlyArray<Way>) {
  let obstacle: Obstacle = { _tag: "no stage", stage: record.stage }
  for (const stage of stages) {
    const found = yield* standingOf(record, stage, ways)
    if ("way" in found) return yield* withInputs(found)
    if (obstacle._tag === "no stage" || weight(found) < weight(obstacle)) obstacle = found
  }
  return obstacle
})

const weight = (obstacle: Obstacle): number => (obstacle._tag === "changed" ? obstacle.components.length : 0)

const standingOf = (record: ActionRecord, stage: Stage.Any, ways: ReadonlyArray<Way>): Effect.Effect<Recomputable | Obstacle> =>
  Effect.gen(function* () {
    // What equals a default is in no key: it is as the stage has it today.
    const params = yield* Effect.try({
      try: () => Arguments.complete(stage.name, stage.params, record.params),
      catch: obstacleOf
    })
    const externals = yield* Effect.mapError(stage.externals(params), obstacleOf)
    const componentsBy = ({ numerics }: Way) =>
      Effect.try({ try: () => componentsOf({ stage, params, inputs: record.inputs, externals, numerics }), catch: obstacleOf })
    const possible = stage.numerics.length === 0 ? [WITHOUT_ENGINE] : ways
    let changed: ReadonlyArray<string> | null = null
    for (const way of possible) {
      const now = yield* componentsBy(way)
      const changes = changesBetween(record.components, now).map(({ component }) => component)
      const same: Recomputable = { record: { ...record, params }, stage, way }
      if (changes.length === 0) return same
      if (changed === null || changes.length < changed.length) changed = changes
    }
    const components = changed ?? []
    const obstacle: Obstacle = components.every((component) => component.startsWith(NUMERICS))
      ? { _tag: "numerics", recorded: classesIn(record.components), here: classesOf(stage, possible) }
      : { _tag: "changed", components }
    return obstacle
  }).pipe(Effect.catch((obstacle) => Effect.succeed(obstacle)))

/** What was thrown while what a key is made of was looked at. */
const obstacleOf = (cause: unknown): Obstacle =>
  cause instanceof Param.ParamInvalid
    ? { _tag: "changed", components: [`param:${cause.param}`] }
    : { _tag: "unreadable", problem: errorText(cause) }

/** Stages that depend on no numerics class are computed in every way alike. */
const WITHOUT_ENGINE: Way = { numerics: {}, services: {} }

const NUMERICS = "numerics:"

const classesIn = (components: ReadonlyArray<Component>): string =>
  components.flatMap(({ name, value }) => (name.startsWith(NUMERICS) ? [value] : [])).join(" ")

const classesOf = (stage: Stage.Any, ways: ReadonlyArray<Way>): ReadonlyArray<string> =>
  ways.map(({ numerics }) => stage.numerics.map((name) => numerics[name] ?? "none").join(" "))

const withInputs = Effect.fnUntraced(function* (found: Recomputable) {
  const store = yield* Store
  const missing = yield* Effect.forEach(Object.values(found.record.inputs), (input) => store.manifest(input)).pipe(
    Effect.as(null),
    Effect.catch(({ message }) => Effect.succeed<Obstacle>({ _tag: "inputs", problem: message }))
  )
  return missing ?? found
})
