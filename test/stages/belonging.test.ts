/**
 * What a plan knows of inputs that do not belong together before anything is trained: evaluations without a problem in common,
 * and a corpus that the model of the scores has never seen.
 */

import { readdirSync } from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { graphOf } from "../../src/dag/graph.ts"
import * as Stage from "../../src/dag/Stage.ts"
import { suiteProblems } from "../../src/mixing/suites.ts"
import { attribute } from "../../stages/attribute.ts"
import { compare } from "../../stages/compare.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { indexCorpus } from "../../stages/index-corpus.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"

const corpus = (settings: Partial<Parameters<typeof mix>[1]> = {}) =>
  mix(
    {},
    { sources: { tinygsm: 1, omi1: 1 }, tokens: 40_000, maximum: 20, difficulty: { 1: 1, 2: 1 }, suiteSize: 60, ...settings }
  )
type Corpus = ReturnType<typeof corpus>
const base = (of: Corpus) => pretrain({ corpus: of }, { scale: "xs", evaluations: 1 })
const start = (of: Corpus) => sft({ base: base(of), corpus: of }, { documents: 50 })
const evaluated = (of: Corpus, settings: Partial<Parameters<typeof evaluate>[1]> = {}, policy = start(of)) =>
  evaluate({ policy, corpus: of }, { problems: 6, samples: 2, maxNewTokens: 48, ...settings })
type Scores = ReturnType<typeof evaluated>

const A = corpus()

describe("evaluations to be compared", () => {
  const planned = (before: Scores, after: Scores) => () => graphOf([compare({ before, after }, {})])

  it.each<[string, Scores, Scores, string]>([
    [
      "suites",
      evaluated(A),
      evaluated(A, { suite: "train-easy" }),
      'on the suite "train-easy", and before one on "unseen-values"'
    ],
    [
      "suites of which one holds the other",
      evaluated(A, { suite: "train" }),
      evaluated(A, { suite: "train-easy" }),
      "on the suite"
    ],
    [
      "suites of two corpora",
      evaluated(A),
      evaluated(corpus({ seed: 9 }), { suite: "harder" }),
      'on the suite "harder", and before one on "unseen-values"'
    ],
    ["seeds", evaluated(A), evaluated(corpus({ seed: 9 })), "of another corpus than before (another seed), and they have no"],
    ["largest numbers", evaluated(A), evaluated(corpus({ maximum: 30 })), "(another maximum)"],
    ["difficulties", evaluated(A), evaluated(corpus({ difficulty: { 5: 1 } })), "(another difficulty)"],
    ["several settings", evaluated(A), evaluated(corpus({ maximum: 30, seed: 2 })), "(another seed, maximum)"],
    [
      "seeds, by the first of many",
      evaluated(A, { problems: 60 }),
      evaluated(corpus({ seed: 9, suiteSize: 2 })),
      "(another seed)"
    ]
  ])("of other %s are refused before anything is trained", (_, before, after, words) => {
    expect(planned(before, after)).toThrow(/^compare\.after: is an evaluation on /)
    expect(planned(before, after)).toThrow(words)
    expect(planned(after, before)).toThrow(/^compare\.after: /)
  })

  it.each<[string, Scores, Scores]>([
    ["models", evaluated(A), evaluated(A, {}, rl({ policy: start(A), corpus: A }, { suite: "train", steps: 1 }))],
    ["numbers of problems, samples and ways to sample", evaluated(A), evaluated(A, { problems: 20, samples: 0 })],
    ["formats that are forced", evaluated(A), evaluated(A, { force: "omi1" })],
    ["sources of the corpus", evaluated(A), evaluated(corpus({ sources: { tinygsm: 1, omi2: 1 } }))],
    ["sizes of the suite", evaluated(A), evaluated(corpus({ suiteSize: 500 }))],
    ["numbers of tokens and gaps", evaluated(A), evaluated(corpus({ tokens: 50_000, gap: 0.1, heldOut: 3 }))],
    [
      "probabilities of a distractor, where a problem is the same",
      evaluated(A, { problems: 60 }),
      evaluated(corpus({ distractors: 0.01 }), { problems: 60 })
    ]
  ])("of other %s are taken", (_, before, after) => expect(planned(before, after)).not.toThrow())

  it("are refused exactly where their suites have no problem in common", async () => {
    const settings = [
      {},
      { distractors: 0.3 },
      { distractors: 1 },
      { difficulty: { 1: 1, 2: 1.2 } },
      { maximum: 21 },
      { seed: 1 }
    ]
    const ids = await Promise.all(
      settings.map(async (some) => {
        const { params } = corpus({ ...some, suiteSize: 8 })
        const { problems } = await Effect.runPromise(suiteProblems("unseen-values", params as never))
        return new Set(problems.map(({ problem }) => problem))
      })
    )
    const verdicts = settings.flatMap((one, i) =>
      settings.map((other, j) => {
        const [before, after] = [one, other].map((some) => evaluated(corpus({ ...some, suiteSize: 8 }), { problems: 8 }))
        const refused = (() => {
          try {
            planned(before!, after!)()
            return false
          } catch {
            return true
          }
        })()
        return { refused, disjoint: [...ids[i]!].every((id) => !ids[j]!.has(id)) }
      })
    )
    expect(verdicts.filter(({ refused, disjoint }) => refused !== disjoint)).toEqual([])
    expect(new Set(verdicts.map(({ disjoint }) => disjoint)).size).toBe(2)
  })

  it("are taken where another stage makes one of them: nothing is known of it", () => {
    const own = Stage.make({
      name: "own-scores",
      inputs: { policy: Checkpoint },
      params: {},
      output: Evaluation,
      module: import.meta.url,
      run: () => Effect.void
    })
    expect(() => graphOf([compare({ before: own({ policy: start(A) }, {}), after: evaluated(A) }, {})])).not.toThrow()
  })
})

describe("a corpus to attribute to", () => {
  const planned = (scores: Scores, of: Corpus) => () =>
    graphOf([attribute({ scores, corpus: of, index: indexCorpus({ corpus: of }, {}) }, {})])
  const G = corpus({ seed: 9 })
  const tuned = sft({ base: base(A), corpus: G }, { documents: 50 })

  it.each<[string, Scores, Corpus, string]>([
    ["another seed", evaluated(A), G, "that one has mix.seed 0, this one 9. Take the corpus of its pretraining or fine-tuning."],
    [
      "other sources",
      evaluated(A),
      corpus({ sources: { omi2: 1 } }),
      'that one has mix.sources {"omi1":1,"tinygsm":1}, this one {"omi2":1}'
    ],
    ["other tokens", evaluated(A), corpus({ tokens: 50_000 }), "that one has mix.tokens 40000, this one 50000"],
    ["the questions of its evaluation", evaluate({ policy: start(A), corpus: G }, { problems: 6 }), G, "mix.seed 0, this one 9"],
    ["RL in between", evaluated(A, {}, rl({ policy: start(A), corpus: A }, { suite: "train" })), G, "mix.seed 0, this one 9"]
  ])("that the model has never seen is refused, for %s", (_, scores, of, words) => {
    expect(planned(scores, of)).toThrow("attribute.corpus: is none that the model of these scores was trained on: that one has")
    expect(planned(scores, of)).toThrow(words)
  })

  it.each<[string, Scores, Corpus]>([
    ["pretrained on", evaluated(A), A],
    ["pretrained on, made anew by an equal call", evaluated(A), corpus()],
    ["pretrained on and fine-tuned on another", evaluated(A, {}, tuned), A],
    ["fine-tuned on", evaluated(A, {}, tuned), G],
    ["trained on before RL", evaluated(A, {}, rl({ policy: start(A), corpus: A }, { suite: "train" })), A],
    ["trained on, evaluated on problems of another", evaluate({ policy: start(A), corpus: G }, { problems: 6 }), A]
  ])("that the model was %s is taken", (_, scores, of) => expect(planned(scores, of)).not.toThrow())

  it("is taken where the model comes from no corpus: nothing is known of it", () => {
    const own = Stage.make({
      name: "own-model",
      inputs: {},
      params: {},
      output: Checkpoint,
      module: import.meta.url,
      run: () => Effect.void
    })
    expect(planned(evaluate({ policy: own({}, {}), corpus: A }, { problems: 6 }), A)).not.toThrow()
  })
})

describe("every study of the house", () => {
  const PIPELINES = path.resolve(import.meta.dirname, "../../pipelines")
  it.each(readdirSync(PIPELINES).filter((file) => file.endsWith(".ts")))("is taken: %s", async (file) => {
    const study = (await import(path.join(PIPELINES, file))).default
    expect(graphOf(study.nodes({})).nodes.length).toBeGreaterThan(0)
  })
})
