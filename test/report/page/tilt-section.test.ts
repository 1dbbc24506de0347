/** What is foretold from the rewards: a winner and a share for every policy, whatever its penalty is. */

import { describe, expect, test } from "vitest"

import type { ParamValue } from "../../../src/report/data/varying-params.ts"
import { foretoldShares, foretoldWinner } from "../../../src/report/predictors/tilt.ts"
import { tiltSection } from "../../../src/report/sections/tilt-section.ts"
import { cell, type MadeTrial, studyOf } from "../fixtures/made-study.ts"

const trial = (more: MadeTrial = {}): MadeTrial => ({
  before: { shares: { code: 0.5, prose: 0.5 } },
  after: { shares: { code: 0.9, prose: 0.1 } },
  shares: { code: [0.5, 0.5], prose: [0.5, 0.5] },
  rewards: { code: [0.6, 0.6], prose: [0.3, 0.3] },
  ...more
})
const rowOf = (settings: Readonly<Record<string, ParamValue>>, ...trials: ReadonlyArray<MadeTrial>) =>
  [
    ...tiltSection(studyOf(cell(settings, trials)))
      .text.split("<tr>")[2]!
      .matchAll(/<td[^>]*>([^<]*)/g)
  ].map(([, text]) => text!.trim())
const [FORETOLD, WON, RIGHTLY, SHARE, SEEN] = [2, 3, 4, 5, 6]

describe("the share foretold", () => {
  // beta 1: 0.5 (0.4 + 0.6 e) against 0.5 (0.7 + 0.3 e).
  test.each([
    ["PPO with a penalty is tilted", { "rl.algorithm": "ppo" }, { kl: 1 }, "57.3"],
    [
      "GRPO's penalty counts times the deviation of its groups",
      { "rl.algorithm": "grpo" },
      { kl: 2, groupStd: [0.5, 0.5] },
      "57.3"
    ],
    [
      "GRPO's, with a dead gradient, holds nothing back",
      { "rl.algorithm": "grpo", "rl.klGradient": "none" },
      { kl: 2, groupStd: [0.5, 0.5] },
      "100.0"
    ],
    ["PPO without a penalty: the best paid takes all", { "rl.algorithm": "ppo" }, { kl: 0 }, "100.0"],
    ["GRPO without a penalty: the best paid takes all", { "rl.algorithm": "grpo" }, { kl: 0, groupStd: [0.5, 0.5] }, "100.0"],
    ["Expert Iteration: the best paid takes all", { "rl.algorithm": "ei" }, {}, "100.0"],
    ["formats paid alike keep their proportion", { "rl.algorithm": "ei" }, { rewards: { code: [0.4], prose: [0.41] } }, "50.0"],
    ["of PPO, where nothing is paid, stays", { "rl.algorithm": "ppo" }, { kl: 1e-4, rewards: { code: [0], prose: [0] } }, "50.0"],
    [
      "of one that is not foretold to win is told too",
      { "rl.algorithm": "ei" },
      { rewards: { code: [0.1], prose: [0.9] } },
      "0.0"
    ],
    [
      "of the only format in use is all",
      { "rl.algorithm": "ei" },
      { before: { shares: { code: 1 } }, rewards: { code: [0.4] } },
      "100.0"
    ]
  ])("%s", (_, settings, more, expected) => expect(rowOf(settings, trial(more))[SHARE]).toBe(expected))
})

describe("the winner foretold", () => {
  test("is the format that the tilt leaves most to, which a strong penalty holds to the most frequent one", () => {
    const before = { shares: { code: 0.3, prose: 0.7 } }
    const foretold = (kl: number) => rowOf({ "rl.algorithm": "ppo" }, trial({ kl, before }))[FORETOLD]
    expect([foretold(10), foretold(0)]).toEqual(["prose", "code"])
  })
  test("is none where formats are level", () => {
    const level = trial({ rewards: { code: [0.4], prose: [0.4] } })
    expect(rowOf({ "rl.algorithm": "ei" }, level)[FORETOLD]).toBe("–")
    expect(rowOf({ "rl.algorithm": "ei" }, level, level, trial())[FORETOLD]).toBe("– (2 of 3)")
  })
  test("stands beside the one that won, with the seeds that it was right in", () => {
    const other = trial({ rewards: { code: [0.1], prose: [0.9] } })
    const row = rowOf({ "rl.algorithm": "ei" }, trial(), trial(), other)
    expect([FORETOLD, WON, RIGHTLY, SHARE, SEEN].map((at) => row[at])).toEqual([
      "code (2 of 3)",
      "code (3 of 3)",
      "2 of 3",
      "66.7 (100.0, 100.0, 0.0)",
      "90.0 (90.0, 90.0, 90.0)"
    ])
  })
})

test("without RL, or without the policy before it, nothing is foretold", () => {
  const settings = new Map<string, ParamValue>()
  const [repetition] = cell({}, [trial()]).repetitions
  expect(foretoldShares({ settings }, { ...repetition!, series: null })).toBeNull()
  expect(foretoldShares({ settings }, { ...repetition!, before: null })).toBeNull()
  expect(foretoldWinner({ settings }, { ...repetition!, before: null })).toBeNull()
})
