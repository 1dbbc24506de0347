/** `config.json` of OlmoForCausalLM: what is written is read back, and what makes another model of it is refused by its field. */

import { describe, expect, it } from "vitest"

import { configOf, specOf } from "../../src/hugging-face/olmo-config.ts"
import { presetSpec } from "../../src/model/presets.ts"

const spec = presetSpec("150m", { vocabularySize: 32_000 })
const config = configOf(spec, { endOfText: 2, pad: 0 }, "float32", "native")

/** As allenai/OLMo-1B-hf publishes it. */
const olmo1b = {
  architectures: ["OlmoForCausalLM"],
  attention_bias: false,
  attention_dropout: 0.0,
  clip_qkv: null,
  eos_token_id: 50279,
  hidden_act: "silu",
  hidden_size: 2048,
  initializer_range: 0.02,
  intermediate_size: 8192,
  max_position_embeddings: 2048,
  model_type: "olmo",
  num_attention_heads: 16,
  num_hidden_layers: 16,
  num_key_value_heads: 16,
  pad_token_id: 1,
  rope_scaling: null,
  rope_theta: 10000.0,
  tie_word_embeddings: true,
  torch_dtype: "float32",
  transformers_version: "4.40.0.dev0",
  use_cache: true,
  vocab_size: 50304
}

describe("config.json", () => {
  it("that is written here is read back", () => {
    expect(specOf("config.json", config)).toEqual({ spec, tags: "native", endOfText: 2 })
  })

  it("of OLMo 1B is the paper's 1b with another vocabulary", () => {
    expect(specOf("config.json", olmo1b)).toEqual({
      spec: presetSpec("1b", { vocabularySize: 50304 }),
      tags: null,
      endOfText: 50279
    })
  })

  it("of newer libraries, with rope_parameters in place of rope_theta, is the same model", () => {
    const { rope_theta: _, rope_scaling: __, ...rest } = olmo1b
    const newer = { ...rest, rope_parameters: { rope_type: "default", rope_theta: 10000 }, dtype: "float32" }
    expect(specOf("config.json", newer)).toEqual(specOf("config.json", olmo1b))
  })

  it.each([
    ["model_type", { model_type: "olmo2" }],
    ["architectures", { architectures: ["LlamaForCausalLM"] }],
    ["num_key_value_heads", { num_key_value_heads: 4 }],
    ["hidden_act", { hidden_act: "gelu" }],
    ["attention_bias", { attention_bias: true }],
    ["attention_dropout", { attention_dropout: 0.1 }],
    ["clip_qkv", { clip_qkv: 8 }],
    ["rope_theta", { rope_theta: 500_000 }],
    ["rope_theta", { rope_parameters: { rope_type: "default", rope_theta: 500_000 } }],
    ["rope_scaling", { rope_scaling: { type: "linear", factor: 2 } }],
    ["rope_parameters.rope_type", { rope_parameters: { rope_type: "yarn" } }],
    ["quantization_config", { quantization_config: { bits: 4 } }],
    ["hidden_size", { hidden_size: 2050 }]
  ])("of another architecture is refused by %s", (field, change) => {
    expect(() => specOf("DIR/config.json", { ...olmo1b, ...change })).toThrow(
      `DIR/config.json is of another architecture: ${field} is `
    )
  })

  it("without a size, or with one that is none, is refused by its name", () => {
    const { hidden_size: _, ...without } = olmo1b
    expect(() => specOf("config.json", without)).toThrow(/hidden_size/)
    expect(() => specOf("config.json", { ...olmo1b, num_hidden_layers: 1e9 })).toThrow(/num_hidden_layers/)
  })

  it("has no place for a value head", () => {
    expect(() => configOf({ ...spec, valueHead: true }, { endOfText: 2, pad: 0 }, "float32", "none")).toThrow("spec.valueHead")
  })
})
