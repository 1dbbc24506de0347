/**
 * Attribution: does a method that attributes a text to documents say what retraining without them does?
 *
 * The corpus is parted twice: into the problems of each source by their number of steps, and, finer, by the thing that they
 * count. Models are trained on 32 random halves of the groups, each half with two seeds, and asked for the log-probability of
 * held-out solutions. A method's scores, summed over the documents of a half, should order the halves as these do: that rank
 * correlation is its linear datamodelling score. What the two seeds' measurements score against each other is the ceiling.
 * Trivial methods (the same source, the same group, common pairs of words, length) are the floor that any other has to beat.
 * Those that look at gradients take them from a model of the whole corpus, at several places of its training. Controls: scores
 * dealt out to the groups at random, and a model that has learnt nothing.
 *
 * Planted documents are found or not: each says a fact that nothing else in the corpus says, in the words of the question about
 * it or paraphrased.
 *
 * Flawed documents (`mix.gap`) are known too: a method should say that they do less for a right solution than right ones. And
 * one more update on the documents that a method names should make a solution likelier than one on others does (tail patch).
 *
 * Through RL the truth is dearer: policies that went from pretraining on a half to the end of RL, asked for the solutions and for
 * how these begin, which is the choice of the format; and those of the whole corpus without each of its sources.
 */

import { judgedNames } from "../src/attribution/methods/judged.ts"
import { askable } from "../src/attribution/retraining/asked-texts.ts"
import { partitions } from "../src/attribution/retraining/groups.ts"
import { Param, Study } from "../src/dag/Study.ts"
import { presetNames } from "../src/model/presets.ts"
import { evaluate } from "../stages/evaluate.ts"
import { flaws } from "../stages/flaws.ts"
import { lds } from "../stages/lds.ts"
import { mix } from "../stages/mix.ts"
import { outcome } from "../stages/outcome.ts"
import { plant } from "../stages/plant.ts"
import { pool } from "../stages/pool.ts"
import { pretrain } from "../stages/pretrain.ts"
import { recall } from "../stages/recall.ts"
import { retrain } from "../stages/retrain.ts"
import { reweight } from "../stages/reweight.ts"
import { rl } from "../stages/rl.ts"
import { sft } from "../stages/sft.ts"
import { tailPatch } from "../stages/tail-patch.ts"

const SOURCES = { tinygsm: 1, omi1: 1, omi2: 1, calc: 1 }

/** The largest number in problems and canaries. */
const LARGEST = 12

/** Methods that are also judged on a model that has learnt nothing. */
const CONTROLLED = ["gradient-dot", "trak"]

/** What the second bank's seed is above the first one's. */
const TWIN = 1000

/** What parts the documents of the policies' banks. */
const THROUGH_RL = "steps"

export default Study.make(
  "attribution",
  "Does what a method attributes a text to make it likelier in truth? Banks of retrained models as the measure",
  {
    partitions: Param.someOf(partitions, ["steps", "topics"], "what parts the documents of each source into groups"),
    scale: Param.oneOf(presetNames, "xs", "model size"),
    quick: Param.boolean(false, "8 halves instead of 32, for a first look"),
    seeds: Param.integer(1, "independent repetitions", { min: 1, max: 100 })
  },
  ({ partitions: parted, scale, quick, seed }) => {
    const training = { scale, promptWeight: 0.1, evaluations: 1, seed } as const
    const watched = { ...training, snapshots: 5, secondMoments: true } as const
    const corpus = mix(
      {},
      {
        sources: SOURCES,
        // So little of so much that RL has something to amplify: of half of it one answer in eight is right before it.
        tokens: 1e6,
        maximum: LARGEST,
        difficulty: { 1: 1, 2: 1, 3: 1 },
        gap: 0.15,
        suites: ["train-easy", "unseen-values"],
        seed
      }
    )
    const base = pretrain({ corpus }, watched)
    const measured = parted.flatMap((partition) => {
      const halves = { partition, scale, subsets: quick ? 8 : 32, designSeed: seed, targets: 8 } as const
      const truth = retrain({ corpus }, { ...halves, seed })
      const again = retrain({ corpus }, { ...halves, seed: seed + TWIN })
      const judged = { corpus, base, truth, again }
      return [
        ...judgedNames.map((method) => lds(judged, { method, seed })),
        ...CONTROLLED.map((method) => lds(judged, { method, seed, parameters: "random" }))
      ]
    })

    const policyOf = (of: typeof corpus, model: ReturnType<typeof pretrain>, seed: number) => {
      const start = sft({ base: model, corpus: of }, { documents: 1500, seed })
      return { start, policy: rl({ policy: start, corpus: of }, { algorithm: "grpo", suite: "train-easy", steps: 40, seed }) }
    }
    const banksAfterRl = (seed: number) => {
      const asked = Array.from({ length: quick ? 4 : 16 }, (_, half) => {
        const changed = reweight({ corpus }, { partition: THROUGH_RL, half })
        const { policy } = policyOf(changed, pretrain({ corpus: changed }, { ...training, seed }), seed)
        return askable.map((asked) => outcome({ corpus, changed, policy }, { partition: THROUGH_RL, asked, targets: 8 }))
      })
      return askable.map((_, i) => asked.map((of) => of[i]!).reduce((one, other) => pool({ one, other }, {})))
    }
    const twins = banksAfterRl(seed + TWIN)
    const afterRl = banksAfterRl(seed).flatMap((truth, i) =>
      judgedNames.map((method) => lds({ corpus, base, truth, again: twins[i]! }, { method, seed }))
    )

    const without = Object.keys(SOURCES).map((source) => reweight({ corpus }, { weights: { [source]: 0 } }))
    const policies = [corpus, ...without].map((changed) => {
      const model = changed === corpus ? base : pretrain({ corpus: changed }, training)
      const { start, policy } = policyOf(changed, model, seed)
      return [start, policy].map((of) => evaluate({ policy: of, corpus: changed }, { suite: "train-easy", seed }))
    })
    const planted = plant({ corpus }, { secrets: 4, copies: 10, maximum: LARGEST, seed })
    const knowing = pretrain({ corpus: planted }, watched)
    const found = judgedNames.map((method) => recall({ corpus: planted, base: knowing }, { method, k: 10, seed }))
    const wrong = judgedNames.map((method) => flaws({ corpus, base }, { method, targets: 3, documents: 600, seed }))
    const patched = judgedNames.map((method) => tailPatch({ corpus, base }, { method, seed }))
    return { measured, afterRl, found, wrong, patched, policies }
  }
)
