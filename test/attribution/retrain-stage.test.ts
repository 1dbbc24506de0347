/**
 * Banks of retrained models on the real engine: that the whole corpus gives what pretraining gives, that a changed one is
 * measured the same however often it is interrupted, and that the score of methods stands on two banks of one design.
 */

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Datamodelling } from "../../schemas/datamodelling.ts"
import { RetrainingBank } from "../../schemas/retrainings.ts"
import { graphOf } from "../../src/dag/graph.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { readJudgedMethods } from "../../src/report/judged-methods.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { lds } from "../../stages/lds.ts"
import { mix } from "../../stages/mix.ts"
import { outcome } from "../../stages/outcome.ts"
import { pool } from "../../stages/pool.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { retrain } from "../../stages/retrain.ts"
import { reweight } from "../../stages/reweight.ts"
import { sft } from "../../stages/sft.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const root = temporaryFolder()
const { compute, read } = chain(root)
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
/** The whole corpus, learnt as the banks learn theirs. */
const base = async () => {
  const params = { promptWeight: 0.1, evaluations: 0, snapshots: 2, secondMoments: true, batchTokens: 256, seed: 4 }
  return (await compute(pretrain, { corpus }, params)).artifact
}
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

describe("a bank of policies", { timeout: 400_000 }, () => {
  const learnt = { promptWeight: 0.1, evaluations: 0, batchTokens: 256, seed: small.seed }
  const asking = async (changed: string, policy: string, params: object = {}) =>
    (await compute(outcome, { corpus, changed, policy }, { targets: 2, ...params })).artifact
  const said = async (artifact: string) => logProbs(await read(RetrainingBank, artifact), 0)

  it("is asked what retrained models are asked, and says the same where it was only pretrained", async () => {
    const of = await contents({ partition: "source", design: "without", batchTokens: 256 })
    const whole = (await compute(pretrain, { corpus }, learnt)).artifact
    const one = await read(RetrainingBank, await asking(corpus, whole, { partition: "source" }))
    expect(logProbs(one, 0)).toEqual(logProbs(of, 0))
    expect([...one.documentGroups]).toEqual([...of.documentGroups])
    expect([...one.heldOutTargets]).toEqual([...of.heldOutTargets])
    const [first] = [...of.retrainings]
    expect([...one.retrainings]).toEqual([{ ...first, updates: null, loss: null }])
  })

  it("says how a solution begins: by its first token, or by its format's control token", async () => {
    const base = (await compute(pretrain, { corpus }, learnt)).artifact
    const opening = await said(await asking(corpus, base, { asked: "opening" }))
    const solution = await said(await asking(corpus, base))
    // Of two formats: plain text (calc) has none.
    expect(opening).toHaveLength(4)
    for (const [target, logProb] of opening.entries()) expect(logProb).toBeGreaterThan(solution[target + 2]!)
    const tagged = (await compute(sft, { base, corpus }, { documents: 40, learningRate: 0.01 })).artifact
    const choices = (await said(await asking(corpus, tagged, { asked: "opening" }))).map(Math.exp)
    // Two control tokens share what a policy that knows them says first.
    for (const choice of choices) expect(choice).toBeGreaterThan(0.02)
    expect(await said(await asking(corpus, tagged))).not.toEqual(solution)
  })

  it("is pooled from policies of changed corpora, and methods are judged by it", async () => {
    const halves = [1, 2, 3].map((half) => ({ partition: "steps", half }))
    const policies = async (seed: number) => {
      const banks: Array<string> = []
      for (const params of halves) {
        const changed = (await compute(reweight, { corpus }, params)).artifact
        const model = (await compute(pretrain, { corpus: changed }, { ...learnt, seed })).artifact
        banks.push(await asking(changed, model))
      }
      const [first, ...rest] = banks
      let pooled = first!
      for (const other of rest) pooled = (await compute(pool, { one: pooled, other }, {})).artifact
      const bank = await read(RetrainingBank, pooled)
      for (const [i, of] of banks.entries()) expect(logProbs(bank, i)).toEqual(await said(of))
      return pooled
    }
    const truth = await policies(4)
    const { retrainings, groupWeights } = await read(RetrainingBank, truth)
    expect([...retrainings].map((row) => [row.retraining, row.groups])).toEqual([0, 1, 2].map((i) => [i, 2]))
    expect(groupWeights.rows).toBe(6)
    const inputs = { corpus, base: await base(), truth, again: await policies(5) }
    const { ldsMeans } = await read(Datamodelling, (await compute(lds, inputs, {})).artifact)
    expect([...ldsMeans].map(({ targets, retrainings: over }) => [targets, over])).toEqual([0, 1, 2, 3, 4].map(() => [6, 3]))
  })

  it("is not pooled with one that was asked something else, nor held against one of other groups", async () => {
    const model = (await compute(pretrain, { corpus }, learnt)).artifact
    const one = await asking(corpus, model)
    const other = await asking(corpus, model, { asked: "opening" })
    await expect(compute(pool, { one, other }, {})).rejects.toThrow(/"other" .*heldOutTargets differs/)
    const changed = (await compute(reweight, { corpus }, { partition: "steps", half: 1 })).artifact
    const again = await asking(changed, model)
    const inputs = { corpus, base: await base(), truth: one, again }
    await expect(compute(lds, inputs, {})).rejects.toThrow(/"again" .*other groups/)
    const strange = (await compute(reweight, { corpus }, { partition: "source", weights: { omi1: 0 } })).artifact
    await expect(asking(strange, model, { partition: "topics" })).resolves.toBeDefined()
    const uneven = (await compute(reweight, { corpus }, { partition: "steps", weights: { "omi1/1": 0 } })).artifact
    await expect(asking(uneven, model, { partition: "source" })).rejects.toThrow(/"changed" .*see group omi1/)
  })

  it.each<[string, RegExp]>([
    ["policy", /changed: is not the corpus that the policy was trained on/],
    ["corpus", /corpus: is not the corpus that reweight changed/],
    ["partition", /partition: is topics, and the corpus was changed by steps/]
  ])("is refused before anything runs where the %s is not of the change", (which, why) => {
    const of = mix({}, mixture)
    const changed = reweight({ corpus: of }, { partition: "steps", half: 1 })
    const policy = pretrain({ corpus: which === "policy" ? of : changed }, {})
    const whole = which === "corpus" ? mix({}, { ...mixture, seed: 2 }) : of
    const params = { partition: which === "partition" ? "topics" : "steps" } as const
    expect(() => graphOf([outcome({ corpus: whole, changed, policy }, params)])).toThrow(why)
  })
})

describe("the linear datamodelling score", { timeout: 400_000 }, () => {
  it("has a row for each method and target, the ceiling beside them, and is taken over both banks", async () => {
    const truth = (await bank({})).artifact
    const again = (await bank({ seed: 6 })).artifact
    const { artifact } = await compute(lds, { corpus, base: await base(), truth, again }, {})
    const scored = await read(Datamodelling, artifact)
    const names = ["ceiling", "same-source", "same-group", "bigram-cosine", "length"]
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

  it("of methods that look at gradients is taken one at a time, with parameters that were trained or drawn", async () => {
    const inputs = { corpus, base: await base(), truth: (await bank({})).artifact, again: (await bank({ seed: 6 })).artifact }
    const scoresOf = async (params: { readonly method: string; readonly parameters?: string }) => {
      const scored = await read(Datamodelling, (await compute(lds, inputs, params)).artifact)
      expect([...scored.ldsMeans].map(({ method }) => method)).toEqual(["ceiling", params.method])
      return [...scored.groupScores].map(({ score }) => score)
    }
    const trained = await scoresOf({ method: "adam-tracin" })
    expect(trained).toHaveLength(30)
    expect(await scoresOf({ method: "adam-tracin", parameters: "random" })).not.toEqual(trained)
    // Where a model has learnt this little, each source does most for itself. Groups: calc, omi1/1 and 2, tinygsm/1 and 2.
    const sums = (target: number, scores: ReadonlyArray<number>) => {
      const [calc, ...rest] = scores.slice(5 * target, 5 * target + 5)
      return [calc!, rest[0]! + rest[1]!, rest[2]! + rest[3]!]
    }
    for (const target of [0, 1, 2, 3, 4, 5]) {
      const own = sums(target, trained)
      expect(own.indexOf(Math.max(...own))).toBe(Math.floor(target / 2))
    }
  })

  it("is read for a report by method and partition, with what a query cost", async () => {
    const inputs = { corpus, base: await base(), truth: (await bank({})).artifact, again: (await bank({ seed: 6 })).artifact }
    const node = (id: string, stage: string, params: object, artifact: string, of: Readonly<Record<string, string>> = {}) => ({
      id,
      label: id,
      stage,
      params: { ...params },
      inputs: of,
      outcome: { state: "finished", key: id, artifact, cached: false, seconds: 1 } as const
    })
    const judged = async (id: string, params: object) =>
      node(id, "lds", params, (await compute(lds, inputs, { ...params })).artifact, { truth: "truth" })
    const nodes = [
      node("truth", "retrain", { partition: "steps" }, inputs.truth),
      await judged("texts", {}),
      await judged("dot", { method: "gradient-dot" }),
      await judged("drawn", { method: "gradient-dot", parameters: "random" })
    ]
    const run = { run: "r", study: "s", startedAt: "", settings: {}, command: [], engine: "", status: "succeeded" as const }
    const record = { ...run, nodes, byId: new Map(nodes.map((of) => [of.id, of])) }
    const cost = { seconds: 9, bytes: 1, rows: 1, engine: "" }
    const costs = nodes.map((of) => ({ node: of, ...cost, cpuSeconds: of.id === "dot" ? 3 : 12 }))
    const methods = await Effect.runPromise(Effect.provide(readJudgedMethods(record, costs), Store.layer(root)))
    const names = ["same-source", "same-group", "bigram-cosine", "length", "gradient-dot"]
    expect(methods.map(({ method }) => method)).toEqual(["ceiling", ...names])
    // Six targets; four methods share a node.
    expect(methods.map(({ cpuSeconds }) => cpuSeconds)).toEqual([null, 0.5, 0.5, 0.5, 0.5, 0.5])
    for (const { method, lds: scores } of methods) {
      expect(scores.map(({ partition }) => partition)).toEqual(["steps"])
      const [{ score, permuted, random }] = scores as [(typeof scores)[number]]
      expect(score.low <= score.value && score.value <= score.high).toBe(true)
      expect([permuted === null, random === null]).toEqual([method === "ceiling", method !== "gradient-dot"])
    }
  })

  it("is named in a report by what was asked of whom", async () => {
    const inputs = { corpus, base: await base(), truth: (await bank({})).artifact, again: (await bank({ seed: 6 })).artifact }
    const { artifact } = await compute(lds, inputs, {})
    const node = (id: string, stage: string, params: object, of: Readonly<Record<string, string>>, made: string) => ({
      id,
      label: id,
      stage,
      params: { ...params },
      inputs: of,
      outcome: { state: "finished", key: id, artifact: made, cached: false, seconds: 1 } as const
    })
    const nodes = [
      node("policy", "rl", {}, {}, "none"),
      node("bank", "outcome", { partition: "topics", asked: "opening" }, { policy: "policy" }, "none"),
      node("some", "pool", {}, { one: "bank", other: "bank" }, "none"),
      node("all", "pool", {}, { one: "some", other: "bank" }, inputs.truth),
      node("judged", "lds", {}, { truth: "all" }, artifact)
    ]
    const run = { run: "r", study: "s", startedAt: "", settings: {}, command: [], engine: "", status: "succeeded" as const }
    const record = { ...run, nodes, byId: new Map(nodes.map((of) => [of.id, of])) }
    const methods = await Effect.runPromise(Effect.provide(readJudgedMethods(record, []), Store.layer(root)))
    for (const { lds: scores } of methods) expect(scores.map(({ partition }) => partition)).toEqual(["topics after RL, format"])
  })

  it.each<[string, object, object, RegExp]>([
    ["other training", { promptWeight: 1 }, {}, /promptWeight: is 0\.1, and base has pretrain\.promptWeight 1/],
    ["no second moments", {}, { method: "adam-tracin" }, /set pretrain\.secondMoments of base/]
  ])("is refused before anything runs for a base with %s", (_, trained, params, why) => {
    const of = mix({}, mixture)
    const [truth, again] = [5, 6].map((seed) => retrain({ corpus: of }, { seed }))
    const model = pretrain({ corpus: of }, { promptWeight: 0.1, ...trained })
    expect(() => graphOf([lds({ corpus: of, base: model, truth: truth!, again: again! }, params)])).toThrow(why)
  })

  it.each<[string, object, object, RegExp]>([
    ["one seed", {}, {}, /has the seed of truth/],
    ["other halves", {}, { designSeed: 3, seed: 6 }, /has retrain\.designSeed 3, and truth 0/],
    ["single groups", { design: "without" }, { design: "without", seed: 6 }, /the score is over "halves"/]
  ])("is refused before anything runs for two banks of %s", (_, one, other, why) => {
    const of = mix({}, mixture)
    const truth = retrain({ corpus: of }, { seed: 5, ...one })
    const again = retrain({ corpus: of }, { seed: 5, ...other })
    const model = pretrain({ corpus: of }, { promptWeight: 0.1 })
    expect(() => graphOf([lds({ corpus: of, base: model, truth, again }, {})])).toThrow(why)
  })

  it("is refused for banks of another corpus than the one given", () => {
    const of = mix({}, mixture)
    const truth = retrain({ corpus: of }, { seed: 5 })
    const again = retrain({ corpus: of }, { seed: 6 })
    const other = mix({}, { ...mixture, seed: 2 })
    const model = pretrain({ corpus: of }, { promptWeight: 0.1 })
    expect(() => graphOf([lds({ corpus: other, base: model, truth, again }, {})])).toThrow(/is a bank of another corpus/)
    const strange = pretrain({ corpus: other }, { promptWeight: 0.1 })
    expect(() => graphOf([lds({ corpus: of, base: strange, truth, again }, {})])).toThrow(/base: was trained on another corpus/)
  })
})
