/**
 * Makes the chosen engine ready before a run forms its keys: the native one is compiled where this machine has not yet. Where
 * that fails and the choice was left open, the next best engine is taken and it is said what helps; so a run has one engine
 * throughout.
 */

import * as Effect from "effect/Effect"

import { cachedLibrary, compileLibrary } from "./native/compile.ts"
import { type EngineChoice, type EngineRequest, resolveEngine } from "./select.ts"

/** What a run computes with: the choice, or what takes its place. Fails where that very engine was asked for. */
export const readyEngine = Effect.fnUntraced(function* (request: EngineRequest, choice: EngineChoice) {
  let problem: string | null = null
  for (const next of [Effect.succeed(choice), ...otherwise(request, choice).map(resolveEngine)]) {
    const candidate: EngineChoice = yield* next
    if (candidate.name !== "native") return withNotice(candidate, problem)
    if (cachedLibrary(candidate.isa) !== undefined) return withNotice(candidate, problem)
    const compiled = yield* Effect.result(compileLibrary(candidate.isa))
    if (compiled._tag === "Success") return withNotice(candidate, problem)
    const error = compiled.failure
    if (otherwise(request, choice).length === 0) return yield* error
    problem ??=
      error._tag === "CompileFailed"
        ? `The native engine could not be compiled for ${candidate.isa} (${error.complaint}). ${error.remedy}`
        : error.message.replace(/ The wasm engine needs none: .*$/, "")
  }
  return choice
})

/** What may take the place of a choice that cannot be compiled: nothing where more was asked for than that something computes. */
const otherwise = ({ engine, mode }: EngineRequest, choice: EngineChoice): ReadonlyArray<EngineRequest> => {
  if (engine !== "auto" || (mode !== "auto" && mode !== "f32")) return []
  return [
    // An older compiler may know all but the newest instructions.
    ...(choice.mode === "f32" ? [] : [{ engine: "native", mode: "f32" } as const]),
    { engine: "wasm", mode: "f32" }
  ]
}

const withNotice = (choice: EngineChoice, problem: string | null): EngineChoice => {
  if (problem === null) return choice
  const words = choice.name === "native" ? `native ${choice.mode} on ${choice.isa} computes` : `${SLOWER} computes`
  return { ...choice, notice: `${problem} Until then ${words}.` }
}

const SLOWER = "the wasm engine, several times slower,"
