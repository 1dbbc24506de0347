/** Whether methods see which documents are wrong: the measure by itself, and the stage on a corpus with flaws. */

import { describe, expect, it } from "vitest"

import { FlawDetections } from "../../schemas/flaw-detections.ts"
import { auc } from "../../src/evaluation/statistics/auc.ts"
import { flaws } from "../../stages/flaws.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
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
