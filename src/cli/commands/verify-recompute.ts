/**
 * `pipeline verify --recompute 5%`: re-execution as attestation. Digests say that nobody damaged a result; only computing it
 * again says that it is what its code gives. Nothing in the store is touched.
 */

import { randomInt } from "node:crypto"
import { existsSync } from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { type Sorted, sortRecords, type Way } from "../../dag/attest/recomputable.ts"
import { type Outcome, recompute } from "../../dag/attest/recompute.ts"
import { drawSample, type Size, sizeOf } from "../../dag/attest/sample.ts"
import { studyGraph } from "../../dag/graph.ts"
import { PACKAGE } from "../../dag/repository.ts"
import { childProcessExecutor } from "../../dag/running/child-process.ts"
import { loadStage } from "../../dag/stage-modules.ts"
import type { Stage } from "../../dag/Stage.ts"
import { type EngineRequest, resolveEngine } from "../../engine/select.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { type ActionRecord, Store, storeFailed } from "../../store/objects/Store.ts"
import { makeProcessFolder } from "../../store/presence/process-folder.ts"
import { decimalFrom } from "../../text/decimal.ts"
import { print } from "../output.ts"
import { conclusionWords, outcomeWords, populationWords, sampleWords, sizeText } from "../printing/recomputation.ts"
import { liveDisplay } from "../printing/run-display.ts"
import { labelWords } from "../printing/text-table.ts"
import { engineRequest } from "../run-flags.ts"
import { untilSignal } from "../signals.ts"
import { loadStudy, studyNames } from "../studies.ts"
import { type Flags, type Parsed, UsageError, wholeNumber } from "../usage.ts"

export const recomputeFlags = {
  recompute: {
    type: "string",
    value: "5%|N",
    description: "also compute a random sample of the results again, a share of them or so many, and compare the bytes"
  },
  seed: { type: "string", value: "N", description: "draws the same sample again (default: by chance, and printed)" }
} satisfies Flags

/** What is to be drawn; null where nothing is. Throws `UsageError`. */
export const sampleAsked = (parsed: Parsed): { readonly size: Size; readonly seed: number } | null => {
  const text = parsed.text("recompute")
  const seed = wholeNumber(parsed, "seed", randomInt(2 ** 32), 0)
  if (text !== undefined) return { size: sizeIn(text), seed }
  if (parsed.text("seed") !== undefined)
    throw new UsageError({ problem: "--seed draws a sample, and none is asked for: add --recompute 5%, or leave it out." })
  return null
}

const sizeIn = (text: string): Size => {
  const isShare = text.trim().endsWith("%")
  const value = decimalFrom(isShare ? text.trim().slice(0, -1).trim() : text)
  if (value !== undefined && isShare && value > 0 && value <= 100) return { share: value / 100 }
  if (value !== undefined && !isShare && Number.isSafeInteger(value) && value >= 1) return { count: value }
  throw new UsageError({
    problem: `--recompute must be a share above 0% and up to 100%, as 5% is, or a whole number >= 1 of results; got "${text}".`
  })
}

interface Asked {
  readonly size: Size
  readonly seed: number
  readonly parsed: Parsed
  /** What a result is called by its key. */
  readonly labelOf: (key: string) => string
}

/** Draws, computes again, compares, and prints all of it. The exit code. */
export const recomputeSample = async (root: string, records: ReadonlyArray<ActionRecord>, asked: Asked): Promise<number> => {
  const stages = await stagesHere(records)
  const ways = await waysHere(asked.parsed)
  const program = Effect.gen(function* () {
    const sorted = yield* sortRecords(records, stages, ways)
    print(`\n${populationWords(sorted)}\n`)
    if (records.length === 0) return 0
    if (sorted.recomputable.length === 0) {
      print("Nothing can be computed again, so nothing is attested.\n")
      return 1
    }
    return yield* attest(sorted, asked)
  }).pipe(Effect.provide(Store.reading(root, () => {})))
  return untilSignal(program)
}

const attest = Effect.fnUntraced(function* ({ recomputable }: Sorted, { size, seed, labelOf }: Asked) {
  const threads = os.availableParallelism()
  const count = sizeOf(size, recomputable.length)
  const sample = drawSample(recomputable, count, seed, ({ record }) => record.key)
  print(`${sampleWords(sample, { size, seed, threads })}\n`)
  const parent = os.tmpdir()
  const folder = yield* Effect.acquireRelease(
    Effect.try({
      try: () => makeProcessFolder("echo-chamber-recompute-", parent),
      catch: (cause) => storeFailed(parent, "making a folder to compute in (TMPDIR names another place)", cause)
    }),
    ({ remove }) => Effect.sync(remove)
  )
  const display = yield* Effect.acquireRelease(
    Effect.sync(() => liveDisplay(process.stderr)),
    ({ close }) => Effect.sync(close)
  )
  const names = new Map(sample.map(({ record }) => [record.key, labelWords(labelOf(record.key) || record.stage)]))
  for (const { record } of sample) {
    const { key: node, stage, params, inputs } = record
    display.watch({ event: "node-planned", node, label: names.get(node)!, stage, params, inputs })
  }
  const outcomes: Array<Outcome> = []
  const lines: Array<string> = []
  for (const one of sample) {
    const { key } = one.record
    const started = performance.now()
    const scratch = path.join(folder.path, String(outcomes.length))
    makeFolder(scratch)
    display.watch({ event: "node-started", node: key, key })
    const outcome = yield* recompute(one, {
      scratch,
      label: names.get(key)!,
      threads,
      execute: childProcessExecutor({ module: LAUNCHER, execArgv: [], stdin: "ignore" }),
      watch: display.watch
    })
    const seconds = (performance.now() - started) / 1000
    if (outcome._tag === "failed") display.watch({ event: "node-failed", node: key, error: outcome.problem, log: null })
    else display.watch({ event: "node-finished", node: key, key, artifact: one.record.output.digest, cached: false, seconds })
    outcomes.push(outcome)
    lines.push(outcomeWords(names.get(key)!, key, outcome, seconds))
  }
  display.close()
  for (const line of lines) print(`${line}\n`)
  print(`${conclusionWords(outcomes, recomputable.length)}\n`)
  print(`The same sample again: pipeline verify --recompute ${sizeText(size)} --seed ${seed}\n`)
  return outcomes.every(({ _tag }) => _tag === "same") ? 0 : 1
})

const LAUNCHER = path.join(PACKAGE, "bin/pipeline.mjs")

/** The stages of every study as it stands, and those of the house that records name. One that cannot be loaded hides no other. */
const stagesHere = async (records: ReadonlyArray<ActionRecord>): Promise<ReadonlyArray<Stage.Any>> => {
  const named = [...new Set(records.map(({ stage }) => stage))].filter(
    (name) => /^[a-z][a-z0-9-]*$/.test(name) && existsSync(path.join(PACKAGE, "stages", `${name}.ts`))
  )
  const found = await Promise.allSettled([
    ...named.map(async (name) => [await loadStage(`stages/${name}.ts`, name)]),
    ...studyNames().map(async (name) => studyGraph(await loadStudy(name), {}).nodes.map(({ stage }) => stage))
  ])
  return [...new Set(found.flatMap((one) => (one.status === "fulfilled" ? one.value : [])))]
}

/** Every way in which this machine can compute; first the one that a run would take. */
const waysHere = async (parsed: Parsed): Promise<ReadonlyArray<Way>> => {
  const requests: ReadonlyArray<EngineRequest> = [
    engineRequest(parsed),
    { engine: "native", mode: "f32" },
    { engine: "native", mode: "bf16x3" },
    { engine: "native", mode: "bf16" },
    { engine: "wasm", mode: "f32" },
    { engine: "tfjs", mode: "f32" }
  ]
  const ways = new Map<string, Way>()
  for (const request of requests) {
    const choice = await Effect.runPromise(Effect.result(resolveEngine(request)))
    if (choice._tag === "Failure" || ways.has(choice.success.numericsClass)) continue
    const { success: engine } = choice
    ways.set(engine.numericsClass, {
      numerics: { engine: engine.numericsClass },
      services: { engine: JSON.stringify(engine) }
    })
  }
  return [...ways.values()]
}
