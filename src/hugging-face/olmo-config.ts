/**
 * The architecture as `config.json` of `OlmoForCausalLM` (transformers 4.40 and newer), both ways.
 *
 *   here               there                      OLMo 1, and what is refused
 *   vocabularySize     vocab_size
 *   width              hidden_size
 *   layers             num_hidden_layers
 *   heads              num_attention_heads        num_key_value_heads: the same number, or absent
 *   hidden             intermediate_size
 *   context            max_position_embeddings
 *   tied               tie_word_embeddings
 *   LayerNorm, 1e-5    (in the code there)        no field: the epsilon and the lack of parameters are fixed
 *   SwiGLU             hidden_act                 silu
 *   no biases          attention_bias             false
 *   RoPE, theta 1e4    rope_theta, rope_scaling   10000, null; in newer files both are in rope_parameters
 *   no clipping        clip_qkv                   null (OLMo 1B; OLMo 7B of before July 2024 has 8)
 *   no dropout         attention_dropout          0
 *   valueHead          -                          false: there is no place for a value head
 *
 * Tensors have the same names and shapes on both sides, `[out, in]`, and rotary embedding turns the same pairs (i, i + d/2), so
 * that nothing is permuted. A tied head has no tensor of its own.
 */

import * as Schema from "effect/Schema"

import type { ModelSpec } from "../model/ModelSpec.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"

/** Ids of tokens that a model's files name. */
export interface SpecialIds {
  readonly endOfText: number
  readonly pad: number
}

/** What of a `config.json` is no architecture. */
export interface ConfigNotes {
  /** How completions begin; null where the file says nothing of it. */
  readonly tags: "none" | "native" | null
  /** `eos_token_id`, where it is one. */
  readonly endOfText: number | null
}

const ROPE_THETA = 10_000

/** The `config.json` of a model. Throws `ModelFolderInvalid` for one that the format has no place for. */
export const configOf = (spec: ModelSpec, ids: SpecialIds, dtype: "float32" | "bfloat16", tags: "none" | "native") => {
  if (spec.valueHead)
    throw new ModelFolderInvalid({
      file: "The model",
      problem: "has a value head (spec.valueHead), for which OlmoForCausalLM has no place"
    })
  return {
    architectures: ["OlmoForCausalLM"],
    model_type: "olmo",
    vocab_size: spec.vocabularySize,
    hidden_size: spec.width,
    intermediate_size: spec.hidden,
    num_hidden_layers: spec.layers,
    num_attention_heads: spec.heads,
    num_key_value_heads: spec.heads,
    max_position_embeddings: spec.context,
    tie_word_embeddings: spec.tied,
    hidden_act: "silu",
    attention_bias: false,
    attention_dropout: 0,
    clip_qkv: null,
    rope_theta: ROPE_THETA,
    rope_scaling: null,
    initializer_range: 0.02,
    use_cache: true,
    bos_token_id: null,
    eos_token_id: ids.endOfText,
    pad_token_id: ids.pad,
    torch_dtype: dtype,
    echo_chamber: { tags }
  }
}

const Size = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 24 }))
const maybe = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Config = Schema.Struct({
  model_type: Schema.String,
  architectures: maybe(Schema.Array(Schema.String)),
  vocab_size: Size,
  hidden_size: Size,
  intermediate_size: Size,
  num_hidden_layers: Size.check(Schema.isLessThanOrEqualTo(1000)),
  num_attention_heads: Size,
  num_key_value_heads: maybe(Schema.Int),
  max_position_embeddings: maybe(Size),
  tie_word_embeddings: maybe(Schema.Boolean),
  hidden_act: maybe(Schema.String),
  attention_bias: maybe(Schema.Boolean),
  attention_dropout: maybe(Schema.Number),
  clip_qkv: maybe(Schema.Number),
  rope_theta: maybe(Schema.Number),
  rope_scaling: maybe(Schema.Json),
  rope_parameters: maybe(Schema.Struct({ rope_type: maybe(Schema.String), rope_theta: maybe(Schema.Number) })),
  quantization_config: maybe(Schema.Json),
  eos_token_id: maybe(Schema.Union([Schema.Int, Schema.Array(Schema.Int)])),
  echo_chamber: maybe(Schema.Struct({ tags: Schema.Literals(["none", "native"]) }))
})

/** The context of an `OlmoConfig` that names none. */
const USUAL_CONTEXT = 2048

/** Reads a `config.json`. Throws `ModelFolderInvalid`, which names the first field that makes another model of it. */
export const specOf = (file: string, json: unknown): { readonly spec: ModelSpec } & ConfigNotes => {
  const refuse = (field: string, is: unknown, must: string): never => {
    throw new ModelFolderInvalid({
      file,
      problem: `is of another architecture: ${field} is ${JSON.stringify(is)}, and must be ${must}`,
      remedy: "Read are models of OLMo 1 as OlmoForCausalLM computes them."
    })
  }
  // The type first: of a model of another family that is what matters, whatever other fields it has or lacks.
  const type = typeof json === "object" && json !== null && "model_type" in json ? json.model_type : undefined
  if (type !== "olmo") return refuse("model_type", type ?? null, '"olmo"')
  const parsed = Schema.decodeUnknownResult(Config)(json)
  if (parsed._tag === "Failure")
    throw new ModelFolderInvalid({ file, problem: `is no config.json of OLMo: ${String(parsed.failure)}` })
  const config = parsed.success
  const heads = config.num_attention_heads
  const theta = config.rope_parameters?.rope_theta ?? config.rope_theta ?? ROPE_THETA
  if (config.architectures?.includes("OlmoForCausalLM") === false)
    refuse("architectures", config.architectures, '["OlmoForCausalLM"]')
  if ((config.num_key_value_heads ?? heads) !== heads)
    refuse("num_key_value_heads", config.num_key_value_heads, `num_attention_heads, ${heads}`)
  if ((config.hidden_act ?? "silu") !== "silu") refuse("hidden_act", config.hidden_act, '"silu"')
  if (config.attention_bias === true) refuse("attention_bias", true, "false")
  if ((config.attention_dropout ?? 0) !== 0) refuse("attention_dropout", config.attention_dropout, "0")
  if ((config.clip_qkv ?? null) !== null) refuse("clip_qkv", config.clip_qkv, "null")
  if (theta !== ROPE_THETA) refuse("rope_theta", theta, String(ROPE_THETA))
  if ((config.rope_scaling ?? null) !== null) refuse("rope_scaling", config.rope_scaling, "null")
  if ((config.rope_parameters?.rope_type ?? "default") !== "default")
    refuse("rope_parameters.rope_type", config.rope_parameters?.rope_type, '"default"')
  if ((config.quantization_config ?? null) !== null) refuse("quantization_config", config.quantization_config, "absent")
  if (config.hidden_size % (2 * heads) !== 0)
    refuse("hidden_size", config.hidden_size, `a multiple of ${2 * heads}, twice the heads`)
  const end = config.eos_token_id
  return {
    spec: {
      vocabularySize: config.vocab_size,
      width: config.hidden_size,
      layers: config.num_hidden_layers,
      heads,
      hidden: config.intermediate_size,
      context: config.max_position_embeddings ?? USUAL_CONTEXT,
      tied: config.tie_word_embeddings ?? false,
      valueHead: false
    },
    tags: config.echo_chamber?.tags ?? null,
    endOfText: typeof end === "number" ? end : null
  }
}
