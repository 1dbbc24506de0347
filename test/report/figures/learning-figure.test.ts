/** The learning curves: the reward has a panel where it says something that the right answers do not. */

import { expect, test } from "vitest"

import { CurveBuilder } from "../../../src/report/data/curves.ts"
import type { RlData } from "../../../src/report/data/study-data.ts"
import { rlFigures } from "../../../src/report/figures/rl-figures.ts"
import { cell, studyOf } from "../fixtures/made-study.ts"

const STEPS = 40
const curveOf = (at: (step: number) => number) => {
  const builder = new CurveBuilder()
  for (let step = 0; step < STEPS; step++) builder.add("0", step, at(step))
  return builder.curve()
}
const run = (reward: (step: number) => number): RlData => ({
  name: "xs ppo",
  varyingParams: [{ name: "algorithm", value: "ppo" }],
  steps: STEPS,
  klCoefficient: null,
  updates: new Map([
    ["accuracy", curveOf((step) => step / STEPS)],
    ["reward", curveOf(reward)]
  ]),
  shares: new Map(),
  accuracies: new Map(),
  nodes: []
})

test.each<[string, (step: number) => number, boolean]>([
  ["equal", (step) => step / STEPS, false],
  ["equal but for a completion or two of some steps", (step) => step / STEPS + (step % 2 === 0 ? 0.016 : -0.016), false],
  ["of wrong answers", (step) => 1 - step / STEPS, true],
  ["less for some steps, where completions were too long", (step) => step / STEPS - (step > 10 && step < 20 ? 0.1 : 0), true],
  ["larger by a little throughout", (step) => step / STEPS + 0.02, true]
])("rewards that are %s", (_, reward, drawn) => {
  const data = studyOf({ ...cell({ "rl.algorithm": "ppo" }, [{}]), curves: run(reward) })
  const learning = rlFigures(data).find(({ id }) => id === "learning")!
  expect(learning.panels.map(({ title }) => title)).toEqual(["right answers", ...(drawn ? ["reward"] : [])])
})
