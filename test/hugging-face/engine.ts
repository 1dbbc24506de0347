/** The engine's own view of models in a store: log-probabilities and greedy continuations, to be held against others'. */

import { Effect, type Scope } from "effect"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { openArtifact } from "../../src/dag/running/input-artifact.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { type Batch, Engine } from "../../src/engine/Engine.ts"
import { engineLayer, resolveEngine } from "../../src/engine/select.ts"
import { readParameters } from "../../src/model/tensors.ts"
import { Store } from "../../src/store/objects/Store.ts"
import type { Kind } from "../../src/store/schema/Kind.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"

export interface Document {
  readonly tokens: Int32Array
  readonly text: string
}

const read = <K extends Kind.Any>(store: string, kind: K, artifact: string): Promise<Reader<K>> =>
  Effect.runPromise(Effect.provide(openArtifact(kind, artifact), Store.reading(store))) as Promise<Reader<K>>

/** The first documents of a corpus. */
export const scoredDocuments = async (store: string, corpus: string, count: number): Promise<ReadonlyArray<Document>> => {
  const { documents } = await read(store, Corpus, corpus)
  const [tokens, texts] = [documents.column("tokens"), documents.column("text")]
  return Array.from({ length: count }, (_, i) => ({ tokens: tokens.at(i), text: texts.at(i) }))
}

export const openModel = async (store: string, artifact: string) => {
  const checkpoint = await read(store, Checkpoint, artifact)
  return {
    spec: checkpoint.spec,
    tokenizer: tokenizerFromJson(checkpoint.tokenizer),
    parameters: readParameters(checkpoint.spec, checkpoint.weights)
  }
}
type Opened = Awaited<ReturnType<typeof openModel>>

const batchOf = (rows: ReadonlyArray<ReadonlyArray<number>>): Batch => {
  const offsets = new Int32Array(rows.length + 1)
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.length
  return { tokens: Int32Array.from(rows.flat()), offsets }
}

const rowsOf = <A>(values: ArrayLike<A>, offsets: Int32Array): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: offsets.length - 1 }, (_, i) => Array.from(values).slice(offsets[i], offsets[i + 1]))

const model = ({ spec, parameters }: Opened) =>
  Effect.gen(function* () {
    const engine = yield* Engine
    const model = yield* engine.createModel(spec, { seed: 0 })
    yield* model.write("parameters", parameters)
    return model
  })

const layer = Effect.map(resolveEngine({ engine: "auto", mode: "f32" }), (choice) => engineLayer(choice, { threads: 1 }))

const run = async <A, E>(program: Effect.Effect<A, E, Engine | Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(program, await Effect.runPromise(layer))))

/** Log-probabilities of each document's tokens but its first. */
export const engineScores = (opened: Opened, documents: ReadonlyArray<ReadonlyArray<number>>) =>
  run(
    Effect.gen(function* () {
      const batch = batchOf(documents)
      const { logProbs } = yield* (yield* model(opened)).score(batch)
      return rowsOf(logProbs, batch.offsets).map((row) => row.slice(0, -1))
    })
  )

/** What follows each prompt, token by most probable token, to the end of text. */
export const engineGreedy = (opened: Opened, prompts: ReadonlyArray<ReadonlyArray<number>>, most: number) =>
  run(
    Effect.gen(function* () {
      const { tokens, offsets } = yield* (yield* model(opened)).generate({
        prompts: batchOf(prompts),
        samplesPerPrompt: 1,
        maxNewTokens: most,
        temperature: 0,
        stop: [opened.tokenizer.endOfText],
        seed: 0
      })
      return rowsOf(tokens, offsets)
    })
  )
