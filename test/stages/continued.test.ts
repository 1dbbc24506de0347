/** Pretraining with a stable schedule goes on from a shorter one, on the real engine, and gives the same bytes. */

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { openArtifactTable } from "../../src/dag/foresight/artifact-table.ts"
import { readParameters, readSnapshot, readStateVector } from "../../src/model/tensors.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain, type Computed } from "./chain.ts"

const root = temporaryFolder()
const { compute, read } = chain(root)
const settings = { scale: "xs", context: 64, batchTokens: 512, evaluations: 2, snapshots: 3, maxLongDocuments: 1, seed: 1 }
const stable = { ...settings, schedule: "wsd", decay: 0.25 }

let corpus = ""
const train = (params: object, how: Parameters<typeof compute>[3] = {}) =>
  compute(pretrain, { corpus }, { ...stable, ...params }, how)
/** To be continued; the runner finds what these say, and only the artifact is read. */
const from = ({ artifact }: Computed) => ({ key: artifact, artifact, step: 0, left: 1 })
const stateOf = (artifact: string) =>
  Effect.runPromise(Effect.provide(openArtifactTable(Checkpoint, "trainingState", artifact), Store.layer(root)))

let half: Computed
let once: Computed
let twice: Computed
beforeAll(async () => {
  const mixed = { tokens: 12_000, maximum: 10, difficulty: { 1: 1 }, suites: ["train-easy"], suiteSize: 5, heldOut: 2, seed: 1 }
  corpus = (await compute(mix, {}, mixed)).artifact
  half = await train({ epochs: 0.5 })
  once = await train({ epochs: 1 })
  twice = await train({ epochs: 2 })
})

describe("pretraining over two passes with a stable schedule", () => {
  it("from a shorter one gives the bytes of an uninterrupted one", async () => {
    expect((await train({ epochs: 2 }, { continues: from(once) })).artifact).toBe(twice.artifact)
    const first = await train({ epochs: 1 }, { continues: from(half) })
    expect(first.artifact).toBe(once.artifact)
    expect((await train({ epochs: 2 }, { continues: from(first) })).artifact).toBe(twice.artifact)
  })

  it("goes on from there also where it is stopped after every step, and makes no step twice", async () => {
    const checkpoint = await read(Checkpoint, twice.artifact)
    const [step = 0] = (await stateOf(once.artifact)).column("step")
    const how = { interrupted: true, continues: from(once) }
    const { artifact, attempts } = await train({ epochs: 2 }, how)
    expect(artifact).toBe(twice.artifact)
    // Each attempt makes one step, and the last one finds them all made.
    expect(attempts).toBe(checkpoint.training.rows - step + 1)
  })

  it("keeps more or less of a decay from one state", async () => {
    const longDecay = await train({ epochs: 1, decay: 0.5 })
    expect((await train({ epochs: 1, decay: 0.25 }, { continues: from(longDecay) })).artifact).toBe(once.artifact)
  })

  it("from one that has gone further than both have in common begins anew, and says so", async () => {
    const { artifact, notes } = await train({ epochs: 1 }, { continues: from(twice) })
    expect(artifact).toBe(once.artifact)
    expect(notes.at(-1)).toMatch(/gone further than the \d+ updates .* begins anew$/)
  })
})

describe("second moments beside the snapshots", () => {
  it("are those of every snapshot and of the end, change nothing else, and come from a shorter training too", async () => {
    const kept = { snapshots: 3, secondMoments: true }
    const without = await read(Checkpoint, (await train({ epochs: 2, snapshots: 3 })).artifact)
    const whole = await train({ epochs: 2, ...kept })
    const { spec, snapshots, secondMoments, weights, training } = await read(Checkpoint, whole.artifact)
    expect(without).not.toHaveProperty("secondMoments")
    expect(snapshots.file).toBe(without.snapshots.file)
    const steps = [...new Set(secondMoments!.column("step"))]
    expect(steps).toEqual([...new Set([...snapshots.column("step"), training.rows])])
    for (const step of steps) {
      const moments = readSnapshot(spec, secondMoments!, step)
      expect(moments.every((moment) => moment >= 0) && moments.some((moment) => moment > 0)).toBe(true)
    }
    expect(secondMoments!.rows).toBe(steps.length * weights.rows)
    const shorter = await train({ epochs: 1, ...kept })
    expect((await train({ epochs: 2, ...kept }, { continues: from(shorter) })).artifact).toBe(whole.artifact)
  })
})

describe("the state that is kept", () => {
  it("is of the last stable update: its rate is the peak, those behind it fall", async () => {
    const rates = [...(await read(Checkpoint, once.artifact)).training.column("learningRate")]
    const [step = 0] = (await stateOf(once.artifact)).column("step")
    expect(step).toBe(rates.length - Math.round(0.25 * rates.length))
    expect(rates[step - 1]).toBe(3e-3)
    expect(rates[step]).toBeLessThan(3e-3)
    expect(rates.at(-1)).toBeCloseTo(3e-3 / (rates.length - step + 1), 12)
  })

  it("is the parameters with both moments, and not what the decay makes of them", async () => {
    const [checkpoint, state] = [await read(Checkpoint, once.artifact), await stateOf(once.artifact)]
    const final = readParameters(checkpoint.spec, checkpoint.weights)
    const vectors = ["parameters", "firstMoments", "secondMoments"].map((name) => readStateVector(checkpoint.spec, state, name))
    for (const vector of vectors) expect(vector.some((value) => value !== 0)).toBe(true)
    expect(vectors[0]).toHaveLength(final.length)
    expect(vectors[0]).not.toEqual(final)
    expect(state.rows).toBe(3 * checkpoint.weights.rows)
  })

  it("is none with a cosine, whose artifact has no such table", async () => {
    const { artifact } = await compute(pretrain, { corpus }, { ...settings, epochs: 0.5 })
    expect(await read(Checkpoint, artifact)).not.toHaveProperty("trainingState")
    await expect(stateOf(artifact)).rejects.toThrow("has no table trainingState")
  })
})
