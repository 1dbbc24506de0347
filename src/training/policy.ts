/** A checkpoint brought to life: the model with its parameters, its tokenizer, and how completions begin. */

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Checkpoint } from "../../schemas/checkpoint.ts"
import { ParamInvalid } from "../dag/Param.ts"
import { type Objection, type Reader, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { Engine, type Model } from "../engine/Engine.ts"
import { formatNames } from "../formats/registry.ts"
import { parameterTable } from "../model/ModelSpec.ts"
import { readParameters, readSnapshot } from "../model/tensors.ts"
import { tokenizerFromJson } from "../tokenizer/from-json.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"
import { snapshotSteps } from "./schedule.ts"

/** A checkpoint was asked for a step of which it keeps no snapshot. */
export class SnapshotMissing extends Schema.TaggedError<SnapshotMissing>()("SnapshotMissing", {
  step: Schema.Int,
  kept: Schema.Array(Schema.Int)
}) {
  readonly badInput = true
  override get message() {
    const kept = this.kept.length === 0 ? "it keeps none" : `it keeps steps ${this.kept.join(", ")}`
    return (
      `The policy has no snapshot after step ${this.step}: ${kept}. ` +
      "Ask for one of these, or train with snapshots (log-spaced) or snapshotEvery."
    )
  }
}

/** Objects to completions that no question leaves room for, before anything runs. */
export const roomObjection = (maxNewTokens: number, policy: WiredInput): Objection | null => {
  const trained = wiredWith(policy, "context", ["policy", "base"])
  const context = trained?.params["context"]
  if (typeof context !== "number" || maxNewTokens < context) return null
  return {
    param: "maxNewTokens",
    problem:
      `is ${maxNewTokens}, but the policy's context (${trained!.stage}.context) is ${context} tokens, and the question ` +
      "needs some of them. Take less, or a longer context."
  }
}

/** Tokens that one call of the engine may sample: what is kept of each is a few bytes, and places have 32 bits. */
const MOST_TOKENS = 2 ** 28

/** Objects to more tokens at once than a call can hold. */
export const stepSizeObjection = (call: {
  readonly prompts: number
  readonly samples: number
  readonly maxNewTokens: number
}): Objection | null => {
  const { prompts, samples, maxNewTokens } = call
  const tokens = prompts * samples * maxNewTokens
  return tokens <= MOST_TOKENS
    ? null
    : {
        param: "samples",
        problem:
          `is ${samples}: ${prompts} prompts with as many completions of up to ${maxNewTokens} tokens are ${tokens} tokens ` +
          `at once, and a call holds ${MOST_TOKENS}. Take fewer.`
      }
}

/** Objects to a snapshot that a run of RL will not keep; of other checkpoints it is known when they are there. */
export const snapshotObjection = (step: number | null, { stage, params }: WiredInput): Objection | null => {
  if (step === null || stage !== "rl") return null
  const kept = snapshotSteps(params as Parameters<typeof snapshotSteps>[0])
  return kept.includes(step) ? null : { param: "step", problem: new SnapshotMissing({ step, kept }).message }
}

/** The model of a checkpoint: as it ended, or as it was after `step` steps where a snapshot of that step was kept. */
export const loadPolicy = Effect.fnUntraced(function* (checkpoint: Reader<typeof Checkpoint>, step: number | null = null) {
  const engine = yield* Engine
  const parameters = step === null ? readParameters(checkpoint.spec, checkpoint.weights) : yield* snapshotAt(checkpoint, step)
  const model = yield* engine.createModel(checkpoint.spec, { seed: 0 })
  yield* model.write("parameters", parameters)
  return { model, tokenizer: tokenizerFromJson(checkpoint.tokenizer), tags: checkpoint.prompting.tags }
})

const snapshotAt = (checkpoint: Reader<typeof Checkpoint>, step: number): Effect.Effect<Float32Array, SnapshotMissing> => {
  const kept = [...new Set(checkpoint.snapshots.column("step"))]
  return kept.includes(step)
    ? Effect.sync(() => readSnapshot(checkpoint.spec, checkpoint.snapshots, step))
    : Effect.fail(new SnapshotMissing({ step, kept }))
}

/**
 * A policy was trained with control tokens, and its tokenizer has none for a format of the corpus.
 * @public
 */
export class TagMissing extends Schema.TaggedError<TagMissing>()("TagMissing", {
  format: Schema.String,
  known: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return (
      `The policy begins a completion with its format's control token, but its tokenizer has none for ${this.format}, a ` +
      `format of the corpus (it has ${this.known.join(", ")}). ` +
      "Use the corpus that its tokenizer comes from, or fine-tune with sft.tags none."
    )
  }
}

/**
 * The token that begins a completion in each format: its control token where the policy was fine-tuned with tags, else the first
 * token that most of the corpus's solutions in that format have.
 */
export const openingTokens = Effect.fnUntraced(function* (
  tokenizer: Tokenizer,
  tags: "none" | "native",
  corpus: { readonly firstTokens: ReadonlyMap<string, number> }
) {
  if (tags === "none") return corpus.firstTokens
  const openings = new Map<string, number>()
  for (const format of corpus.firstTokens.keys()) {
    // Solutions of a dataset in no registered format were never tagged.
    if (!formatNames.includes(format)) continue
    const tag = tokenizer.tags[format]
    if (tag === undefined) return yield* new TagMissing({ format, known: Object.keys(tokenizer.tags) })
    openings.set(format, tag)
  }
  return openings
})

/**
 * The tokens that force completions into a format, one or, where the policy is left free, none. Fails with ParamInvalid of the
 * param `force` for a format that completions of this policy cannot begin with.
 */
export const forcedTokens = (owner: string, format: string, openings: ReadonlyMap<string, number>) => {
  const token = openings.get(format)
  if (format === "") return Effect.succeed([])
  if (token !== undefined) return Effect.succeed([token])
  const problem = `must be one of ${[...openings.keys()].join(", ")}; got "${format}".`
  return Effect.fail(new ParamInvalid({ owner, param: "force", problem }))
}

/**
 * Gives each format's control token the embedding (and, in an untied head, the output row) of the token that most of its
 * solutions begin with. Pretraining never saw the control tokens, so that their rows say nothing.
 */
export const initialiseTags = Effect.fnUntraced(function* (
  model: Model,
  tokenizer: Tokenizer,
  firstTokens: ReadonlyMap<string, number>
) {
  const parameters = yield* model.read("parameters")
  const { width } = model.spec
  for (const { name, offset } of parameterTable(model.spec)) {
    if (name !== "model.embed_tokens.weight" && name !== "lm_head.weight") continue
    for (const [format, first] of firstTokens) {
      const tag = tokenizer.tags[format]
      if (tag !== undefined) parameters.copyWithin(offset + tag * width, offset + first * width, offset + (first + 1) * width)
    }
  }
  yield* model.write("parameters", parameters)
})
