/** The stage reweight: what is left of a corpus, what is repeated, and what stays as it was. */

import { beforeAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { groupOf } from "../../src/attribution/retraining/groups.ts"
import { graphOf } from "../../src/dag/graph.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { reweight } from "../../stages/reweight.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const { compute, read } = chain(temporaryFolder())
const mixture = {
  sources: { omi1: 1, omi2: 1, calc: 1 },
  tokens: 12_000,
  maximum: 10,
  difficulty: { 1: 1, 2: 1 },
  suites: ["train", "train-easy"],
  suiteSize: 10,
  heldOut: 3,
  seed: 1
} as const
let corpus = ""
let whole: Reader<typeof Corpus>
beforeAll(async () => {
  corpus = (await compute(mix, {}, mixture)).artifact
  whole = await read(Corpus, corpus)
}, 120_000)
const changed = async (params: Readonly<Record<string, unknown>>) =>
  read(Corpus, (await compute(reweight, { corpus }, params)).artifact)

/** Documents without what tells copies apart. */
const bare = (of: Reader<typeof Corpus>) =>
  [...of.documents].map((row) => ({ ...row, document: 0, repetition: 0, tokens: [...row.tokens] }))

describe("a corpus reweighted", { timeout: 300_000 }, () => {
  it("with every weight 1 has the same documents, manifest and problems", async () => {
    const same = await changed({ weights: { omi1: 1 } })
    expect([...same.documents]).toEqual([...whole.documents])
    expect([...same.sources]).toEqual([...whole.sources])
    expect([...same.lengths].toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(
      [...whole.lengths].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    )
    for (const table of ["problems", "suites", "contamination"] as const) expect([...same[table]]).toEqual([...whole[table]])
    expect(same.tokenizer).toEqual(whole.tokenizer)
  })

  it("without a source has all the others and its held-out documents, numbered anew", async () => {
    const without = await changed({ weights: { omi1: 0 } })
    expect(bare(without)).toEqual(bare(whole).filter(({ source, heldOut }) => source !== "omi1" || heldOut))
    expect([...without.documents.column("document")]).toEqual(Array.from({ length: without.documents.rows }, (_, i) => i))
    const [calc, omi1, omi2] = [...without.sources]
    expect(omi1).toMatchObject({ source: "omi1", documents: 0, tokens: 0, share: 0, heldOutDocuments: 3 })
    expect(calc!.share + omi2!.share).toBeCloseTo(1, 12)
  })

  it("with a group twice has each of its documents twice in a row, the second as a repetition", async () => {
    const twice = await changed({ partition: "steps", weights: { "omi2/1": 2 } })
    const isIn = (row: { source: string; steps: number; template: string; topic: string; flawed: boolean; heldOut: boolean }) =>
      !row.heldOut && groupOf("steps", row) === "omi2/1"
    expect(bare(twice)).toEqual(bare(whole).flatMap((row) => (isIn(row) ? [row, row] : [row])))
    const copies = [...twice.documents].filter(isIn)
    expect(copies.map(({ repetition }) => repetition)).toEqual(copies.map((_, i) => i % 2))
    const [, , omi2] = [...twice.sources]
    expect(omi2!.documents - omi2!.distinctDocuments).toBe(copies.length / 2)
  })

  it("by half keeps half of the groups by its seed", async () => {
    const groups = (of: Reader<typeof Corpus>) => [
      ...new Set([...of.documents].filter(({ heldOut }) => !heldOut).map((row) => groupOf("topics", row)))
    ]
    const one = groups(await changed({ partition: "topics", half: 1 }))
    expect(one).toHaveLength(Math.floor(groups(whole).length / 2))
    expect(groups(await changed({ partition: "topics", half: 2 }))).not.toEqual(one)
  })

  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["a group that is not there", { weights: { omi: 0 } }, /no group "omi" by source\..* It has calc, omi1, omi2\./],
    ["nothing left", { weights: { omi1: 0, omi2: 0, calc: 0 } }, /leaves no document to train on/]
  ])("is refused for %s", async (_, params, why) => {
    await expect(compute(reweight, { corpus }, params)).rejects.toThrow(why)
  })

  it("is refused before anything runs for a weight that is no count", () => {
    expect(() => graphOf([reweight({ corpus: mix({}, mixture) }, { weights: { omi1: 0.5 } })])).toThrow(
      /omi1 is 0\.5: a document/
    )
  })

  it("carries the suites of its mixture, which is known before it is there", () => {
    const of = reweight({ corpus: mix({}, mixture) }, { weights: { omi1: 0 } })
    const policy = pretrain({ corpus: of }, {})
    expect(() => graphOf([evaluate({ policy, corpus: of }, { suite: "train-easy" })])).not.toThrow()
    expect(() => graphOf([evaluate({ policy, corpus: of }, { suite: "harder" })])).toThrow(/carries no problem suite "harder"/)
  })
})
