/**
 * The one architecture of this project: OLMo 1 (Groeneveld et al. 2024), as in the paper. Decoder only, pre-norm, LayerNorm
 * without parameters (eps 1e-5), RoPE (theta 10,000, rotate-half), SwiGLU, no biases, tied or untied head. A checkpoint maps one
 * to one to `OlmoForCausalLM` in Hugging Face naming.
 */
export interface ModelSpec {
  readonly vocabularySize: number
  /** Residual width d. */
  readonly width: number
  readonly layers: number
  readonly heads: number
  /** SwiGLU hidden size, after gating. */
  readonly hidden: number
  /** Longest document that can be trained on or generated, in tokens. */
  readonly context: number
  /** Whether the head shares the embedding matrix. */
  readonly tied: boolean
  /** A scalar value head on the last hidden state (PPO's critic): `value_head.weight` [1, width] and `value_head.bias` [1]. */
  readonly valueHead: boolean
}

/** A parameter tensor and its place in the flat vector. */
export interface ParameterShape {
  readonly name: string
  /** `[out, in]`, row-major: y = W x. */
  readonly shape: ReadonlyArray<number>
  /** First element in the flat f32 parameter vector. */
  readonly offset: number
  readonly size: number
}

/** Every parameter tensor, in the order of the flat vector that engines read and write (Hugging Face names). */
export const parameterTable = (spec: ModelSpec): ReadonlyArray<ParameterShape> => {
  const { width: d, hidden: f, vocabularySize: v } = spec
  const table: Array<ParameterShape> = []
  let offset = 0
  const add = (name: string, ...shape: Array<number>) => {
    const size = shape.reduce((a, b) => a * b, 1)
    table.push({ name, shape, offset, size })
    offset += size
  }
  add("model.embed_tokens.weight", v, d)
  for (let layer = 0; layer < spec.layers; layer++) {
    const at = `model.layers.${layer}`
    for (const projection of ["q_proj", "k_proj", "v_proj", "o_proj"]) add(`${at}.self_attn.${projection}.weight`, d, d)
    add(`${at}.mlp.gate_proj.weight`, f, d)
    add(`${at}.mlp.up_proj.weight`, f, d)
    add(`${at}.mlp.down_proj.weight`, d, f)
  }
  if (!spec.tied) add("lm_head.weight", v, d)
  if (spec.valueHead) {
    add("value_head.weight", 1, d)
    add("value_head.bias", 1)
  }
  return table
}

/** Elements of the flat vector. */
export const parameterCount = (spec: ModelSpec): number => parameterTable(spec).reduce((sum, p) => sum + p.size, 0)
