/** Stages whose work is told by their params, and records of what they once took. They are planned here and never run. */

import { Effect } from "effect"

import { graphOf } from "../../../src/dag/graph.ts"
import * as Param from "../../../src/dag/Param.ts"
import * as Stage from "../../../src/dag/Stage.ts"
import type { ActionRecord } from "../../../src/store/objects/records.ts"
import { Numbers } from "../fixtures/stages/kinds.ts"

const never = () => Effect.die("it is only planned")

/** Work: steps times the width, which `grow` inherits from here. */
export const plant = Stage.make({
  name: "plant",
  inputs: {},
  params: {
    steps: Param.integer(10, "steps"),
    width: Param.integer(1, "width"),
    seed: Param.seed("seed"),
    colour: Param.string("red", "changes nothing of the work")
  },
  output: Numbers,
  numerics: ["engine"],
  resources: { cost: ({ steps, width }) => steps * width },
  module: import.meta.url,
  run: never
})

export const grow = Stage.make({
  name: "grow",
  inputs: { from: Numbers },
  params: { rounds: Param.integer(1, "rounds"), seed: Param.seed("seed") },
  output: Numbers,
  resources: { cost: ({ rounds, width = 1 }) => rounds * width },
  module: import.meta.url,
  run: never
})

/** Says nothing of its work, and runs in the driver. */
export const weigh = Stage.make({
  name: "weigh",
  inputs: { a: Numbers, b: Numbers },
  params: { decimals: Param.integer(2, "decimals") },
  output: Numbers,
  resources: { process: false },
  module: import.meta.url,
  run: never
})

export const digest = (letter: string): string => letter.repeat(64)

type Given = Partial<Omit<ActionRecord, "output">> & { readonly bytes?: number; readonly result?: string }

/** A record of a stage; `result`: the letter that its artifact's digest is made of. */
export const recordOf = (stage: string, given: Given = {}): ActionRecord => ({
  version: 2,
  key: digest("k"),
  stage,
  components: [],
  params: {},
  inputs: {},
  output: {
    kind: "numbers",
    tables: { sequence: { file: digest("f"), rows: 1, bytes: given.bytes ?? 1000 } },
    documents: {},
    digest: digest(given.result ?? "0")
  },
  seconds: 10,
  cpuSeconds: 10,
  finishedAt: "2026-01-01T00:00:00.000Z",
  host: "here",
  engine: { name: "native", threads: 1 },
  attempt: "a",
  ...given
})

export { graphOf }
