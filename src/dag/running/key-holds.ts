/**
 * Whether what a process computes with is what its key says. Between the planning of an action and its end, code, the engine's
 * source and input files can be edited, also back and forth. So the process that computes asks before it starts, at every
 * checkpoint and before it commits. It means by code what it has loaded; files that are read must also not have been touched.
 */

import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Component } from "../../store/objects/Store.ts"
import { atOneLook } from "../code/digest.ts"
import { type Identities, identitiesOf, touched, withFilesRead } from "../code/touched.ts"
import { componentsOf } from "../key.ts"
import { changesBetween } from "../Planner.ts"
import { PACKAGE } from "../repository.ts"
import type { External, Stage } from "../Stage.ts"
import type { StageRequest } from "./Executor.ts"

/** What is computed with is not what the key says. */
export class KeyOutdated extends Schema.TaggedError<KeyOutdated>()("KeyOutdated", {
  stage: Schema.String,
  components: Schema.Array(Schema.String),
  /** Files that say what they said before, and may have said something else meanwhile. */
  touched: Schema.optionalKey(Schema.Array(Schema.String))
}) {
  readonly fromOutside = true
  override get message() {
    const [file, ...others] = this.touched ?? []
    if (file !== undefined) {
      const inside = path.relative(PACKAGE, file)
      return (
        `${inside.startsWith("..") ? file : inside}${others.length === 0 ? "" : ` (and ${others.length} more)`} was touched ` +
        `while stage ${this.stage} was under way: what it held meanwhile cannot be told, and nothing of it was kept. Run again.`
      )
    }
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

const outdated = (stage: Stage.Any, request: StageRequest, now: ReadonlyArray<Component>): KeyOutdated | null => {
  const changes = changesBetween(request.components, now)
  return changes.length === 0
    ? null
    : new KeyOutdated({ stage: stage.name, components: changes.map(({ component }) => component) })
}

/** Looks that wait to be made. Each gives what goes on with what it saw. */
let waiting: Array<() => () => void> = []

/**
 * A look at what this process computes with. Those that are asked for in one turn are made together at its end: each after it was
 * asked for, and of thousands of small nodes not each reads all of the code.
 */
const shared = <A>(look: () => A): Effect.Effect<A> =>
  Effect.callback((resume) => {
    if (waiting.length === 0)
      setImmediate(() => {
        const looks = waiting
        waiting = []
        for (const goOn of atOneLook(looks)) goOn()
      })
    waiting.push(() => {
      const seen = Effect.runSyncExit(Effect.sync(look))
      return () => resume(seen)
    })
  })

/** The key of a computation that is under way. */
export interface HeldKey {
  /** Fails with `KeyOutdated` unless every component is still what this process computes with. */
  readonly holds: Effect.Effect<void, unknown>
  /** The same of the code alone, at once: `KeyOutdated` or null. Asked at a checkpoint, from which another process may go on. */
  readonly codeHolds: () => KeyOutdated | null
}

/** Fails with `KeyOutdated` unless every component of the key is what this process computes with, and keeps an eye on it. */
export const holdKey = Effect.fnUntraced(function* (stage: Stage.Any, request: StageRequest, numerics: Numerics | undefined) {
  const look = Effect.gen(function* () {
    const externals = yield* stage.externals(request.params)
    const { value, files } = yield* shared(() => withFilesRead(() => componentsNow(stage, request, externals, numerics)))
    const problem = outdated(stage, request, value)
    if (problem !== null) return yield* problem
    return { files, inputs: externals.flatMap(({ file }) => file ?? []) }
  })
  const { files, inputs } = yield* look
  const before = identitiesOf([...files, ...inputs])
  const untouched = (files: Iterable<string>): KeyOutdated | null => {
    const changed = touched(among(before, files))
    return changed.length === 0 ? null : new KeyOutdated({ stage: stage.name, components: [], touched: changed })
  }
  const early = untouched(before.keys())
  if (early !== null) return yield* early
  const held: HeldKey = {
    // Contents first: what is of one identity until after they were read had them all the time.
    holds: Effect.gen(function* () {
      const now = yield* look
      const problem = untouched([...now.files, ...now.inputs])
      if (problem !== null) return yield* problem
    }),
    codeHolds: () => {
      const planned = request.components.flatMap(({ name, value }) =>
        name.startsWith("file:") ? [{ name: name.slice("file:".length), sha256: value }] : []
      )
      const { value, files } = withFilesRead(() => componentsNow(stage, request, planned, numerics))
      return outdated(stage, request, value) ?? untouched([...files, ...inputs])
    }
  }
  return held
})

/** What was loaded meanwhile is in the memory, and its file may be touched. */
const among = (before: Identities, files: Iterable<string>): Identities =>
  new Map([...files].flatMap((file) => (before.has(file) ? [[file, before.get(file)!] as const] : [])))
