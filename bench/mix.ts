/**
 * Speed and memory of mixing: `node bin/bench.mjs mix [--tokens n] [--maximum n]`. The mix stage as a study runs it, in a
 * store of its own that is removed afterwards; built-in sources, all checks on. Limit: 100 million tokens in minutes, in memory
 * that does not grow with them.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

import * as Effect from "effect/Effect"

import { Corpus } from "../schemas/corpus.ts"
import { graphOf } from "../src/dag/graph.ts"
import { inProcessExecutor } from "../src/dag/running/in-process.ts"
import { openArtifact } from "../src/dag/running/input-artifact.ts"
import { run } from "../src/dag/running/Runner.ts"
import { make } from "../src/dag/running/Slots.ts"
import type { Reader } from "../src/dag/Stage.ts"
import { Store } from "../src/store/objects/Store.ts"
import { mix } from "../stages/mix.ts"

const { values: flags } = parseArgs({
  options: { tokens: { type: "string", default: "1e8" }, maximum: { type: "string", default: "99" } }
})
const params = {
  tokens: Number(flags.tokens),
  maximum: Number(flags.maximum),
  difficulty: { 1: 1, 2: 1, 3: 1, 4: 0.5 },
  distractors: 0.2,
  gap: 0.15
}
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`

const store = mkdtempSync(join(tmpdir(), "bench-mix-"))
process.on("exit", () => rmSync(store, { recursive: true, force: true }))

const started = performance.now()
let shown = started
const program = Effect.gen(function* () {
  const result = yield* run(graphOf([mix({}, params)]), {
    slots: make(1),
    numerics: {},
    assumeUnchanged: [],
    execute: inProcessExecutor(),
    placement: { store, checkpointSeconds: 3600, services: {} },
    watch: (happening) => {
      if (happening.event !== "progress" || performance.now() - shown < 10_000) return
      shown = performance.now()
      const { documents = 0, tokens = 0 } = happening.metrics
      console.log(
        `${((shown - started) / 1000).toFixed(0).padStart(5)} s  ${documents} documents  ${tokens} tokens  ` +
          `resident ${megabytes(process.memoryUsage.rss())}`
      )
    }
  })
  for (const failure of result.failures) throw failure
  const seconds = (performance.now() - started) / 1000
  const peak = process.resourceUsage().maxRSS * 1024
  const { user, system } = process.cpuUsage()
  const [artifact] = result.artifacts.values()
  const corpus = (yield* openArtifact(Corpus, artifact!)) as unknown as Reader<typeof Corpus>
  const sources = [...corpus.sources]
  const tokens = sources.reduce((sum, source) => sum + source.tokens, 0)
  for (const { source, tokens, target, documents, duplicates } of sources)
    console.log(`  ${source.padEnd(8)} ${tokens} tokens of ${target} in ${documents} documents, ${duplicates} copies left out`)
  console.log(
    `${tokens} tokens in ${corpus.documents.rows} documents: ` +
      `${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU, ` +
      `${(tokens / seconds / 1e6).toFixed(2)} million tokens a second, peak memory ${megabytes(peak)}`
  )
})
await Effect.runPromise(Effect.provide(program, Store.layer(store)))
