/**
 * One token from one row of logits, by the rule of `GenerateRequest`, in float64: top-k keeps the k most probable tokens (equal
 * ones by lower id), top-p then the smallest set of the most probable of these whose share of their mass reaches p, and the token
 * is the first whose cumulative mass, in the order of ids, exceeds the uniform's share of the mass left.
 */

export interface SamplingRule {
  /** 0 is greedy. */
  readonly temperature: number
  readonly topK?: number
  readonly topP?: number
}

export interface Sample {
  readonly token: number
  /** Under softmax(logits / temperature), before top-k and top-p; temperature 1 when greedy. */
  readonly logProb: number
}

/** Zeroes what top-k and top-p drop. */
const filtered = (masses: Float64Array, { topK = 0, topP = 1 }: SamplingRule): Float64Array => {
  const k = topK > 0 ? Math.min(topK, masses.length) : masses.length
  if (k === masses.length && topP >= 1) return masses
  const ranked = Array.from(masses, (_, token) => token)
    .toSorted((a, b) => masses[b]! - masses[a]! || a - b)
    .slice(0, k)
  const enough = topP * ranked.reduce((sum, token) => sum + masses[token]!, 0)
  const kept = new Float64Array(masses.length)
  let reached = 0
  for (const token of ranked) {
    if (reached >= enough) break
    kept[token] = masses[token]!
    reached += masses[token]!
  }
  return kept
}

const firstAbove = (masses: Float64Array, share: number): number => {
  const target = share * masses.reduce((sum, mass) => sum + mass, 0)
  let cumulative = 0
  let last = 0
  for (const [token, mass] of masses.entries()) {
    if (mass === 0) continue
    cumulative += mass
    last = token
    if (cumulative > target) break
  }
  return last
}

/** `uniform` is in (0, 1). */
export const sampleToken = (logits: Float32Array, rule: SamplingRule, uniform: number): Sample => {
  let best = 0
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token
  const temperature = rule.temperature > 0 ? rule.temperature : 1
  const relative = Float64Array.from(logits, (logit) => (logit - logits[best]!) / temperature)
  const masses = relative.map(Math.exp)
  const total = masses.reduce((sum, mass) => sum + mass, 0)
  const token = rule.temperature > 0 ? firstAbove(filtered(masses, rule), uniform) : best
  return { token, logProb: relative[token]! - Math.log(total) }
}
