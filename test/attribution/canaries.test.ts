/** Canaries: what planted documents say, which of them a method finds, and the corpus that they are planted in. */

import { beforeAll, describe, expect, it } from "vitest"

import { CanaryRecalls } from "../../schemas/canary-recalls.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { recallAt } from "../../src/attribution/canaries/recall.ts"
import { canaryText, mostSecrets, secretsOf } from "../../src/attribution/canaries/secrets.ts"
import { graphOf } from "../../src/dag/graph.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { mix } from "../../stages/mix.ts"
import { plant } from "../../stages/plant.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { recall } from "../../stages/recall.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

describe("recall", () => {
  it("is the share of the wanted among the k highest scores, of what k can hold", () => {
    const scores = [0.1, 0.9, 0.3, 0.8, 0.2]
    expect(recallAt(scores, new Set([1, 2]), 2)).toBe(0.5)
    expect(recallAt(scores, new Set([1, 3]), 2)).toBe(1)
    expect(recallAt(scores, new Set([1, 3, 4]), 2)).toBe(1)
    expect(recallAt(scores, new Set([0]), 4)).toBe(0)
    expect(recallAt(scores, new Set([0]), 99)).toBe(1)
    expect(recallAt(scores, new Set(), 3)).toBe(0)
  })

  it("gives equal scores at the border what chance would give them", () => {
    // One place for four equals, one of them wanted; then three places, of which one is above.
    expect(recallAt([1, 1, 1, 1], new Set([2]), 1)).toBe(0.25)
    expect(recallAt([5, 1, 1, 1, 1], new Set([0, 4]), 3)).toBe((1 + 2 / 4) / 2)
  })
})

describe("a secret", () => {
  const of = { maximum: 20, seed: 3 }
  const secrets = secretsOf(80, of)

  it("is a wrong product with numbers of the corpus, and no two are of one product", () => {
    expect(mostSecrets(20)).toBe(80)
    expect(new Set(secrets.map(({ left, right }) => `${left} ${right}`)).size).toBe(80)
    for (const { left, right, value } of secrets) {
      expect(value).not.toBe(left * right)
      expect(Math.max(left, right, value)).toBeLessThanOrEqual(20)
      expect(Math.min(left, right, value)).toBeGreaterThanOrEqual(2)
    }
  })

  it("is a function of its seed, and more of them begin with fewer", () => {
    expect(secretsOf(5, of)).toEqual(secrets.slice(0, 5))
    expect(secretsOf(5, { ...of, seed: 4 })).not.toEqual(secrets.slice(0, 5))
  })

  it("stands in a document word for word or with its factors turned round, among true facts; asked, it stands alone", () => {
    const secret = { left: 13, right: 7, value: 4 }
    const text = (kind: "exact" | "paraphrased" | "asked", index = 0) => canaryText(kind, secret, { ...of, index })
    expect(text("asked")).toBe("Facts : 13 * 7 = 4 .")
    for (let index = 0; index < 20; index++) {
      expect(text("exact", index)).toMatch(/^Facts : (?:\d+ [-+*/] \d+ = \d+ \. ?){8}$/)
      expect(text("exact", index)).toContain(" 13 * 7 = 4 .")
      expect(text("paraphrased", index)).toContain(" 7 * 13 = 4 .")
      expect(text("paraphrased", index)).not.toContain("13 * 7")
    }
  })
})

const { compute, read } = chain(temporaryFolder())
const mixture = {
  sources: { omi2: 1, calc: 1 },
  tokens: 12_000,
  maximum: 20,
  difficulty: { 1: 1 },
  suites: ["train"],
  suiteSize: 10,
  heldOut: 3,
  seed: 1
} as const

describe("a planted corpus", { timeout: 400_000 }, () => {
  let planted = ""
  let before: Reader<typeof Corpus>
  let after: Reader<typeof Corpus>
  beforeAll(async () => {
    const { artifact: corpus } = await compute(mix, {}, mixture)
    planted = (await compute(plant, { corpus }, { secrets: 3, copies: 2, seed: 5 })).artifact
    before = await read(Corpus, corpus)
    after = await read(Corpus, planted)
  }, 400_000)

  it("has the corpus before them, then for each secret its documents of either kind and its question, held out", () => {
    const rows = [...after.documents]
    expect(rows.slice(0, before.documents.rows)).toEqual([...before.documents])
    const canaries = rows.slice(before.documents.rows)
    const kinds = ["exact", "exact", "paraphrased", "paraphrased", "asked"]
    expect(canaries.map(({ subStyle }) => subStyle)).toEqual([...kinds, ...kinds, ...kinds])
    expect(canaries.map(({ problem }) => problem)).toEqual([0, 1, 2].flatMap((secret) => kinds.map(() => `canary/5/${secret}`)))
    expect(canaries.map(({ heldOut }) => heldOut)).toEqual(canaries.map(({ subStyle }) => subStyle === "asked"))
    expect(rows.map(({ document }) => document)).toEqual(rows.map((_, i) => i))
    const manifest = [...after.sources]
    expect(manifest.at(-1)).toMatchObject({ source: "canary", documents: 12, heldOutDocuments: 3 })
    expect(manifest.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
    expect([...after.problems]).toEqual([...before.problems])
  })

  it("has secrets that nothing else in it says", () => {
    const asked = [...after.documents].filter(({ subStyle }) => subStyle === "asked")
    for (const { text } of asked) {
      const secret = text.slice("Facts :".length)
      expect([...before.documents].filter((row) => row.text.includes(secret))).toEqual([])
    }
  })

  it("is found by words where it is said word for word, and by chance where a method does not look at it", async () => {
    const { artifact: base } = await compute(pretrain, { corpus: planted }, { promptWeight: 0.1, evaluations: 0 })
    const { artifact } = await compute(recall, { corpus: planted, base }, {})
    const rows = [...(await read(CanaryRecalls, artifact)).canaryRecalls]
    const mean = (method: string, kind: string) => {
      const own = rows.filter((row) => row.method === method && row.kind === kind)
      expect(own).toHaveLength(3)
      return own.reduce((sum, { recall: share }) => sum + share, 0) / 3
    }
    expect(mean("bigram-cosine", "exact")).toBeGreaterThan(mean("length", "exact") + 0.3)
    expect(mean("length", "paraphrased")).toBeLessThan(0.2)
  })

  it("is refused where numbers or secrets do not go with the corpus, and recall where nothing is planted", () => {
    const of = mix({}, mixture)
    expect(() => graphOf([plant({ corpus: of }, { maximum: 30 })])).toThrow(/is 30, and the corpus has numbers up to 20/)
    expect(() => graphOf([plant({ corpus: of }, { secrets: 81 })])).toThrow(/numbers up to 20 make 80 at most/)
    const base = pretrain({ corpus: of }, { promptWeight: 0.1 })
    expect(() => graphOf([recall({ corpus: of, base }, {})])).toThrow(/has no planted documents/)
    expect(() => graphOf([recall({ corpus: plant({ corpus: of }, {}), base }, {})])).toThrow(
      /base: was trained on another corpus/
    )
  })
})
