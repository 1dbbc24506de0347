/** Inputs that belong together: which of them every stage compares, and that it does so before it computes anything. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { graphOf } from "../../src/dag/graph.ts"
import { loadStage } from "../../src/dag/stage-modules.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { attribute } from "../../stages/attribute.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { indexCorpus } from "../../stages/index-corpus.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain } from "./chain.ts"

const STAGES = path.resolve(import.meta.dirname, "../../stages")

const tiny = { tokens: 12_000, maximum: 10, difficulty: { 1: 1 }, suites: ["train-easy"], suiteSize: 20, heldOut: 2 } as const
const bpe = (source: string) => ({ ...tiny, sources: { [source]: 1 }, tokenizer: "bpe" as const, vocabulary: 400 })

describe("every stage with a model or its tokens and a corpus", () => {
  it("names the tokenizer as what they must have in common", async () => {
    const names = fs.readdirSync(STAGES).map((file) => file.replace(".ts", ""))
    const stages = await Promise.all(names.map((name) => loadStage(`stages/${name}.ts`, name)))
    // A bank of retrainings has no tokens of its own: `lds` reads it beside the corpus that it names.
    const paired = stages.filter(
      ({ name, inputs }) => Object.hasOwn(inputs, "corpus") && Object.keys(inputs).length > 1 && name !== "lds"
    )
    const known = ["attribute", "attribute-rollouts", "evaluate", "flaws", "outcome", "recall", "rl", "sft", "tail-patch"]
    expect(paired.map(({ name }) => name).toSorted()).toEqual(known)
    for (const { inputs, agreeOn } of paired) expect(agreeOn["tokenizer"]?.toSorted()).toEqual(Object.keys(inputs).toSorted())
  })

  it("says from which input its model or its tokens have their tokenizer", async () => {
    const stages = { pretrain, sft, rl, evaluate }
    const said = Object.entries(stages).map(([name, { passesOn }]) => [name, passesOn["tokenizer"]])
    expect(Object.fromEntries(said)).toEqual({ pretrain: "corpus", sft: "base", rl: "policy", evaluate: "policy" })
  })

  const wired = (own: object, other: object) => {
    const [corpus, stranger] = [mix({}, { ...tiny, ...own }), mix({}, { ...tiny, ...other })]
    const base = pretrain({ corpus }, {})
    const policy = sft({ base, corpus }, {})
    const scores = evaluate({ policy, corpus }, { suite: "train-easy", samples: 1 })
    return {
      sft: () => graphOf([sft({ base, corpus: stranger }, {})]),
      rl: () => graphOf([rl({ policy, corpus: stranger }, { prompts: 2 })]),
      evaluate: () => graphOf([evaluate({ policy, corpus: stranger }, { suite: "train-easy" })]),
      attribute: () => graphOf([attribute({ scores, corpus: stranger, index: indexCorpus({ corpus: stranger }, {}) }, {})])
    }
  }

  it.each([
    [{}, { maximum: 20 }],
    [{ tokenizer: "bpe" }, {}],
    [{ maximum: 99 }, { tokenizer: "bpe" }]
  ])("is refused by plan where the mixtures' settings tell: %j with %j", (own, other) => {
    for (const [stage, planned] of Object.entries(wired(own, other)))
      expect(planned).toThrow(new RegExp(`^${stage}\\.corpus: has the .*, but the model was trained on a corpus with the`))
  })

  it("is taken where the corpora differ in other things", () => {
    const { attribute, ...others } = wired({}, { seed: 1, sources: { omi1: 1 }, tokens: 13_000 })
    for (const planned of Object.values(others)) expect(planned).not.toThrow()
    // Except where it is about what the model was trained on.
    expect(attribute).toThrow("attribute.corpus: is none that the model of these scores was trained on")
  })
})

describe("inputs whose tokenizers only the artifacts tell apart", () => {
  const root = temporaryFolder()
  const { compute } = chain(root)
  const made = { own: "", stranger: "", base: "", scores: "" }

  beforeAll(async () => {
    made.own = (await compute(mix, {}, bpe("tinygsm"))).artifact
    made.stranger = (await compute(mix, {}, bpe("omi1"))).artifact
    made.base = (await compute(pretrain, { corpus: made.own }, { context: 96, evaluations: 0 })).artifact
    const few = { suite: "train-easy", problems: 2, samples: 1, maxNewTokens: 8 }
    made.scores = (await compute(evaluate, { policy: made.base, corpus: made.own }, few)).artifact
  }, 120_000)

  it("are those of the input that the stage passes them on from", async () => {
    const store = await Effect.runPromise(Effect.provide(Store, Store.reading(root)))
    const tokenizerOf = async (artifact: string) =>
      (await Effect.runPromise(store.manifest(artifact))).documents["tokenizer"]?.file
    expect(await tokenizerOf(made.base)).toBe(await tokenizerOf(made.own))
    expect(await tokenizerOf(made.stranger)).not.toBe(await tokenizerOf(made.own))
    const tuned = await compute(sft, { base: made.base, corpus: made.own }, { documents: 10 })
    expect(await tokenizerOf(tuned.artifact)).toBe(await tokenizerOf(made.base))
  })

  it.each([
    [sft, "base", { documents: 10 }],
    [rl, "policy", { prompts: 2, samples: 2, steps: 1, maxNewTokens: 8 }],
    [evaluate, "policy", { suite: "train-easy", problems: 2, samples: 0, maxNewTokens: 8 }],
    [attribute, "scores", { completions: 2 }]
  ] as const)("are refused by %o before anything is computed", async (stage, input, params) => {
    const artifact = input === "scores" ? made.scores : made.base
    await expect(compute(stage, { [input]: artifact, corpus: made.stranger }, params)).rejects.toThrow(
      new RegExp(`^The inputs of ${stage.name} do not belong together: ${input} \\([0-9a-f]{12}\\) and corpus \\([0-9a-f]{12}\\)`)
    )
    const attempts = fs.readdirSync(path.join(root, "attempts")).map((key) => fs.readdirSync(path.join(root, "attempts", key)))
    expect(attempts.flat()).not.toContain("output")
  })
})
