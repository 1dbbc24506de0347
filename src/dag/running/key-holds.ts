/**
 * Whether what a process computes with is what its key says. Between the planning of an action and its end, code, the engine's
 * source and input files can be edited, also back and forth. So the process that computes asks before it starts, at every
 * checkpoint and before it commits, and means by code what it has loaded.
 */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Component } from "../../store/objects/Store.ts"
import { componentsOf } from "../key.ts"
import { changesBetween } from "../Planner.ts"
import type { External, Stage } from "../Stage.ts"
import type { StageRequest } from "./Executor.ts"

/** What is computed with is not what the key says. */
export class KeyOutdated extends Schema.TaggedError<KeyOutdated>()("KeyOutdated", {
  stage: Schema.String,
  components: Schema.Array(Schema.String)
}) {
  readonly fromOutside = true
  override get message() {
    const named = (kind: string) =>
      this.components.filter((name) => name.startsWith(`${kind}:`)).map((name) => name.slice(kind.length + 1))
    const files = named("file")
    const code = named("code")
    const listed = code.length > 3 ? `${code.slice(0, 3).join(", ")} and ${code.length - 3} more` : code.join(", ")
    const changed =
      code.length > 0
        ? `The code of stage ${this.stage} changed while this run was under way (${listed})`
        : files.length > 0
          ? `${files.join(", ")}: this input file changed while stage ${this.stage} was reading it`
          : named("numerics").length > 0
            ? `The engine's source changed while this run was under way`
            : `What stage ${this.stage} computes with changed while this run was under way (${this.components.join(", ")})`
    return `${changed}: what it gives is not what its key says, and nothing of it was kept. Run again.`
  }
}

/** The numerics classes that this process computes with, by name; absent where none is used. */
export type Numerics = () => Readonly<Record<string, string>>

/** Components as they are for this process now; of externals what is given. */
const componentsNow = (
  stage: Stage.Any,
  { params, inputs, components }: StageRequest,
  externals: ReadonlyArray<External>,
  numerics: Numerics | undefined
): ReadonlyArray<Component> => {
  const planned = Object.fromEntries(components.map(({ name, value }) => [name, value]))
  const classes = numerics?.() ?? Object.fromEntries(stage.numerics.map((name) => [name, planned[`numerics:${name}`] ?? "none"]))
  return componentsOf({ stage, params, inputs, externals, numerics: classes, again: true })
}

/** A request without components comes from no plan: its key says nothing. */
const outdated = (stage: Stage.Any, request: StageRequest, now: ReadonlyArray<Component>): KeyOutdated | null => {
  const changes = request.components.length === 0 ? [] : changesBetween(request.components, now)
  return changes.length === 0
    ? null
    : new KeyOutdated({ stage: stage.name, components: changes.map(({ component }) => component) })
}

/** Fails with `KeyOutdated` unless every component of the key is what this process computes with. */
export const keyHolds = Effect.fnUntraced(function* (stage: Stage.Any, request: StageRequest, numerics: Numerics | undefined) {
  const externals = yield* stage.externals(request.params)
  const problem = outdated(stage, request, componentsNow(stage, request, externals, numerics))
  if (problem !== null) return yield* problem
})

/** The same of the code alone, at once: `KeyOutdated` or null. Asked at a checkpoint, from which another process may go on. */
export const codeHolds = (stage: Stage.Any, request: StageRequest): KeyOutdated | null => {
  const files = request.components.flatMap(({ name, value }) =>
    name.startsWith("file:") ? [{ name: name.slice("file:".length), sha256: value }] : []
  )
  return outdated(stage, request, componentsNow(stage, request, files, undefined))
}
