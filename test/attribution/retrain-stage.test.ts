/**
 * Banks of retrained models on the real engine: that the whole corpus gives what pretraining gives, that a changed one is
 * measured the same however often it is interrupted, and that the score of methods stands on two banks of one design.
 */

import { beforeAll, describe, expect, it } from "vitest"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Datamodelling } from "../../schemas/datamodelling.ts"
import { RetrainingBank } from "../../schemas/retrainings.ts"
import { methods } from "../../src/attribution/methods/registry.ts"
import { graphOf } from "../../src/dag/graph.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { lds } from "../../stages/lds.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { retrain } from "../../stages/retrain.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const { compute, read } = chain(temporaryFolder())
const mixture = {
  sources: { omi1: 1, tinygsm: 1, calc: 1 },
  tokens: 9000,
  maximum: 10,
  difficulty: { 1: 1, 2: 1 },
  suites: ["train"],
  suiteSize: 10,
  heldOut: 3,
  seed: 1
} as const
const small = { targets: 2, subsets: 3, seed: 5 }
let corpus = ""
beforeAll(async () => {
  corpus = (await compute(mix, {}, mixture)).artifact
}, 120_000)
const bank = async (params: object, how = {}) => compute(retrain, { corpus }, { ...small, ...params }, how)
const contents = async (params: object) => read(RetrainingBank, (await bank(params)).artifact)
const logProbs = (of: Reader<typeof RetrainingBank>, retraining: number) =>
  [...of.outcomes].filter((row) => row.retraining === retraining).map(({ logProb }) => logProb)

describe("a bank of retrainings", { timeout: 400_000 }, () => {
  it("has every training document in one group, and the log-probability of each target from each model", async () => {
    const { documentGroups, groupedDocuments, retrainings, groupWeights, heldOutTargets, outcomes } = await contents({})
    const groups = [...documentGroups]
    expect(groups.map(({ groupName }) => groupName)).toEqual(["calc", "omi1/1", "omi1/2", "tinygsm/1", "tinygsm/2"])
    expect(groups.reduce((sum, { documents }) => sum + documents, 0)).toBe(groupedDocuments.rows)
    expect(new Set([...groupedDocuments].map(({ document }) => document)).size).toBe(groupedDocuments.rows)
    expect([...retrainings].map((row) => row.groups)).toEqual([2, 2, 2])
    for (const { retraining, documents, tokens } of retrainings) {
      const has = new Set([...groupWeights].filter((row) => row.retraining === retraining).map(({ groupName }) => groupName))
      const own = groups.filter(({ groupName }) => has.has(groupName))
      expect(documents).toBe(own.reduce((sum, group) => sum + group.documents, 0))
      expect(tokens).toBe(own.reduce((sum, group) => sum + group.tokens, 0))
    }
    expect([...heldOutTargets].map(({ source }) => source)).toEqual(["calc", "calc", "omi1", "omi1", "tinygsm", "tinygsm"])
    expect(outcomes.rows).toBe(18)
    expect([...outcomes].every(({ logProb }) => logProb < 0 && Number.isFinite(logProb))).toBe(true)
  })

  it("is a function of its seeds: of training, and of the halves", async () => {
    const one = await contents({})
    const trained = await contents({ seed: 6 })
    const designed = await contents({ designSeed: 9 })
    expect([...trained.groupWeights]).toEqual([...one.groupWeights])
    expect(logProbs(trained, 0)).not.toEqual(logProbs(one, 0))
    expect([...designed.groupWeights]).not.toEqual([...one.groupWeights])
  })

  it("is equal to the byte on two threads and when it is stopped after every update", async () => {
    const whole = (await bank({ subsets: 2 })).artifact
    expect((await bank({ subsets: 2 }, { threads: 2 })).artifact).toBe(whole)
    const resumed = await bank({ subsets: 2 }, { interrupted: true })
    expect(resumed.attempts).toBeGreaterThan(4)
    expect(resumed.artifact).toBe(whole)
  })

  it("trains on the whole corpus as pretraining does, and differs from it by a group that is left out", async () => {
    // Batches of a quarter of the usual, so that this little is learnt from at all.
    const of = await contents({ partition: "source", design: "without", batchTokens: 256 })
    const params = { promptWeight: 0.1, evaluations: 0, batchTokens: 256, seed: small.seed }
    const pretrained = await read(Checkpoint, (await compute(pretrain, { corpus }, params)).artifact)
    const updates = [...pretrained.training].map(({ loss }) => loss)
    const last = updates.filter((_, step) => step >= 0.9 * updates.length - 1)
    const [whole] = [...of.retrainings]
    expect(whole!.updates).toBe(updates.length)
    expect(whole!.loss).toBe(last.reduce((sum, loss) => sum + loss, 0) / last.length)
    // In the order of the groups: calc, omi1, tinygsm. Each source's own solutions suffer most from its absence.
    const mean = (retraining: number, source: number) => {
      const all = logProbs(of, retraining)
      return (all[2 * source]! + all[2 * source + 1]!) / 2
    }
    for (const source of [0, 1, 2]) {
      const losses = [0, 1, 2].map((without) => mean(0, source) - mean(without + 1, source))
      expect(losses.indexOf(Math.max(...losses))).toBe(source)
    }
  })
})

describe("the linear datamodelling score", { timeout: 400_000 }, () => {
  it("has a row for each method and target, the ceiling beside them, and is taken over both banks", async () => {
    const truth = (await bank({})).artifact
    const again = (await bank({ seed: 6 })).artifact
    const { artifact } = await compute(lds, { corpus, truth, again }, {})
    const scored = await read(Datamodelling, artifact)
    const names = ["ceiling", ...methods.map(({ name }) => name)]
    expect([...scored.ldsMeans].map(({ method }) => method)).toEqual(names)
    expect(scored.lds.rows).toBe(6 * names.length)
    for (const { method, mean, low, high, permuted, retrainings, targets } of scored.ldsMeans) {
      expect([retrainings, targets]).toEqual([3, 6])
      expect(low <= mean && mean <= high && Math.abs(mean) <= 1).toBe(true)
      expect(permuted === null).toBe(method === "ceiling")
    }
    // By source: each target of omi1 gives every document of omi1 one.
    const given = [...scored.groupScores].filter(({ method, target }) => method === "same-source" && target === 2)
    const groups = [...(await read(RetrainingBank, truth)).documentGroups]
    expect(given.map(({ score }) => score)).toEqual(groups.map(({ source, documents }) => (source === "omi1" ? documents : 0)))
  })

  it.each<[string, object, object, RegExp]>([
    ["one seed", {}, {}, /has the seed of truth/],
    ["other halves", {}, { designSeed: 3, seed: 6 }, /has retrain\.designSeed 3, and truth 0/],
    ["single groups", { design: "without" }, { design: "without", seed: 6 }, /the score is over "halves"/]
  ])("is refused before anything runs for two banks of %s", (_, one, other, why) => {
    const of = mix({}, mixture)
    const truth = retrain({ corpus: of }, { seed: 5, ...one })
    const again = retrain({ corpus: of }, { seed: 5, ...other })
    expect(() => graphOf([lds({ corpus: of, truth, again }, {})])).toThrow(why)
  })

  it("is refused for banks of another corpus than the one given", () => {
    const of = mix({}, mixture)
    const truth = retrain({ corpus: of }, { seed: 5 })
    const again = retrain({ corpus: of }, { seed: 6 })
    const other = mix({}, { ...mixture, seed: 2 })
    expect(() => graphOf([lds({ corpus: other, truth, again }, {})])).toThrow(/is a bank of another corpus/)
  })
})
