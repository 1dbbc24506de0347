/**
 * Whether methods see which documents are wrong, and name documents that one more update on makes a solution likelier: the
 * measures by themselves, and the stages on a corpus with flaws.
 */

import { describe, expect, it } from "vitest"

import { FlawDetections } from "../../schemas/flaw-detections.ts"
import { TailPatches } from "../../schemas/tail-patches.ts"
import { graphOf } from "../../src/dag/graph.ts"
import { auc } from "../../src/evaluation/statistics/auc.ts"
import { meanOf } from "../../src/evaluation/statistics/averages.ts"
import { flaws } from "../../stages/flaws.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { tailPatch } from "../../stages/tail-patch.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

describe("the area under the curve", () => {
  it("is the chance that one of the low values is below one of the high, equal ones counting half", () => {
    expect(auc([1, 2], [3, 4])).toBe(1)
    expect(auc([3, 4], [1, 2])).toBe(0)
    // 1 below 2 and 3; 2 equal to 2 and below 3.
    expect(auc([1, 2], [2, 3])).toBe(3.5 / 4)
    expect(auc([5, 5], [5])).toBe(0.5)
    expect(() => auc([], [1])).toThrow(/low/)
  })
})

const { compute, read } = chain(temporaryFolder())
const mixture = {
  sources: { tinygsm: 1, calc: 1 },
  tokens: 12_000,
  maximum: 10,
  difficulty: { 1: 1, 2: 1 },
  suites: ["train"],
  suiteSize: 10,
  heldOut: 6,
  gap: 0.15,
  seed: 1
} as const

describe("flaws", { timeout: 400_000 }, () => {
  it("are looked for in sources that have some, for right held-out solutions, and no method of labels sees any", async () => {
    const { artifact: corpus } = await compute(mix, {}, mixture)
    const { artifact: base } = await compute(pretrain, { corpus }, { promptWeight: 0.1, evaluations: 0 })
    const seen = async (params: object) => {
      const { artifact } = await compute(flaws, { corpus, base }, { targets: 3, documents: 80, ...params })
      return [...(await read(FlawDetections, artifact)).flawDetections]
    }
    const rows = await seen({})
    expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(["tinygsm"]))
    for (const { method, flawed, documents, auc: found } of rows) {
      expect(flawed > 0 && flawed < documents && documents <= 80).toBe(true)
      if (method === "same-source") expect(found).toBe(0.5)
    }
    const byGradient = await seen({ method: "gradient-dot" })
    expect(byGradient.map(({ method }) => method)).toEqual(["gradient-dot", "gradient-dot", "gradient-dot"])
    expect(new Set(byGradient.map(({ target }) => target))).toEqual(new Set(rows.map(({ target }) => target)))
    expect(byGradient.some(({ auc: found }) => found !== 0.5)).toBe(true)
  })

  it("are refused in a corpus that has none", async () => {
    const { artifact: corpus } = await compute(mix, {}, { ...mixture, gap: 0 })
    const { artifact: base } = await compute(pretrain, { corpus }, { promptWeight: 0.1, evaluations: 0 })
    await expect(compute(flaws, { corpus, base }, {})).rejects.toThrow(/Mix it with a gap/)
  })
})

describe("a tail patch", { timeout: 400_000 }, () => {
  const learnt = { promptWeight: 0.1, evaluations: 0, secondMoments: true, batchTokens: 256 }

  it("on documents whose gradients point the target's way makes it likelier than one on documents drawn at random", async () => {
    const { artifact: corpus } = await compute(mix, {}, mixture)
    const { artifact: base } = await compute(pretrain, { corpus }, learnt)
    const patched = async (params: object) => {
      const { artifact } = await compute(tailPatch, { corpus, base }, { targets: 3, documents: 80, k: 8, ...params })
      return [...(await read(TailPatches, artifact)).tailPatches]
    }
    const gains = (rows: ReadonlyArray<{ readonly method: string; readonly gain: number }>, of: string) =>
      rows.flatMap(({ method, gain }) => (method === of ? [gain] : []))
    const small = { method: "adam-tracin", learningRate: 1e-5 }
    const rows = await patched(small)
    expect(rows.map(({ method, k }) => [method, k])).toEqual(
      ["chance", "adam-tracin"].flatMap((method) => [0, 1, 2, 3, 4, 5].map(() => [method, 8]))
    )
    const [named, chance] = [gains(rows, "adam-tracin"), gains(rows, "chance")]
    for (const gain of named) expect(gain).toBeGreaterThan(0)
    expect(meanOf(named)).toBeGreaterThan(2 * meanOf(chance))
    // Little by little the gain is the rate times a derivative.
    const smaller = gains(await patched({ ...small, learningRate: 5e-6 }), "adam-tracin")
    for (const [target, gain] of smaller.entries()) expect(named[target]! / gain).toBeCloseTo(2, 0)
    expect(new Set((await patched({})).map(({ method }) => method)).size).toBe(5)
  })

  it("is refused before anything runs for a training whose second moments were not kept", () => {
    const corpus = mix({}, mixture)
    const base = pretrain({ corpus }, { ...learnt, secondMoments: false })
    expect(() => graphOf([tailPatch({ corpus, base }, {})])).toThrow(/base: keeps no second moments/)
  })
})
