/** Which number from before RL names the winner: all of them on the same policies, counted by hand. */

import { describe, expect, it } from "vitest"

import { slopeOf } from "../../src/report/data/curves.ts"
import { predictorScores } from "../../src/report/predictors/winner-predictors.ts"
import { cell, studyOf } from "./fixtures/made-study.ts"

/** A start in which `a` is most frequent, `b` most accurate and paid most at first, and `c` gains most; RL goes to `winner`. */
const trial = (winner: string) => ({
  before: { shares: { a: 0.6, b: 0.2, c: 0.2 }, accuracies: { a: 0.3, b: 0.5, c: 0.2 } },
  after: { shares: { [winner]: 0.98 } },
  rewards: { a: [0.3, 0.3], b: [0.5, 0.5], c: [0.2, 0.2] },
  trainability: { a: 0.001, b: 0.002, c: 0.02 }
})
const truth = { "rl.reward": "truth" }
const byName = (study: ReturnType<typeof studyOf>) =>
  Object.fromEntries(predictorScores(study)!.scores.map(({ predictor, right, share }) => [predictor, [right, share.value]]))

describe("predictors of the winner", () => {
  it("are counted on the policies that all of them have a word about, the mean taken over seeds", () => {
    const study = studyOf(
      cell({ ...truth, kl: 0 }, [trial("c"), trial("c")]),
      cell({ ...truth, kl: 1 }, [trial("b"), trial("a")])
    )
    expect(byName(study)).toEqual({
      "share before RL": [1, 0.25],
      "accuracy before RL": [1, 0.25],
      "mean reward of the first steps": [1, 0.25],
      trainability: [2, 0.5]
    })
    expect(predictorScores(study)).toMatchObject({ policies: 4, seeds: 2 })
  })

  it("leave out policies without runs in forced formats, of one format, and RL that is paid for something else", () => {
    const single = { ...trial("a"), before: { shares: { a: 0.99, b: 0.01 }, accuracies: { a: 0.3, b: 0.5 } } }
    const cells = [
      cell(truth, [trial("a"), { ...trial("a"), trainability: {} }, { ...trial("a"), trainability: { a: 1 } }, single]),
      cell({ "rl.reward": "shuffled" }, [trial("b")])
    ]
    expect(predictorScores(studyOf(...cells))).toMatchObject({ policies: 1, seeds: 1 })
    expect(predictorScores(studyOf(cells[1]!))).toBeNull()
  })

  it("have an interval from two seeds on", () => {
    const [alone] = predictorScores(studyOf(cell(truth, [trial("a")])))!.scores
    expect(alone!.share).toEqual({ value: 1, low: Number.NaN, high: Number.NaN, seeds: 1 })
    const [two] = predictorScores(studyOf(cell(truth, [trial("a"), trial("a"), trial("b")])))!.scores
    expect(two!.share.low).toBeLessThan(2 / 3)
    expect(two!.share.high).toBeGreaterThan(2 / 3)
  })
})

describe("trainability", () => {
  it.each([
    [[0.1, 0.2, 0.3, 0.4], 0.1],
    [[0.4, 0.4], 0],
    [[0, 1, 0, 1], 0.2],
    [[1, 0.5, 0], -0.5]
  ])("of %j is %d a step", (curve, slope) => {
    expect(slopeOf(curve)).toBeCloseTo(slope, 12)
  })

  it("is unknown of a single step", () => {
    expect(slopeOf([0.5])).toBeNaN()
    expect(slopeOf([])).toBeNaN()
  })
})
