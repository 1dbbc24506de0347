/**
 * Promise: a result is kept under the code that made it. Files may be edited while a run is under way, and put back: what was
 * computed by other code than the key says is refused by name, and what was not is kept.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { editableStudies, nodeStates, place } from "../cli/command-line.ts"
import { objectsIn } from "../dag/study-in-a-folder.ts"

const SLOW = { ECHO_TEST_PACE: "150" }

/** A study of two counts, one after another, and a sum of each. */
const PAIR = `import { Study } from "../../../../src/dag/Study.ts"
import { count } from "../stages/count.ts"
import { sum } from "../stages/sum.ts"
export default Study.make("pair", "two counts", {}, () => [12, 3].map((terms) => sum({ numbers: count({}, { terms }) }, {})))`

/** A stage that loads a part of itself only at its end. */
const LATE = `import { Effect } from "effect"
import * as Param from "../../../../src/dag/Param.ts"
import * as Stage from "../../../../src/dag/Stage.ts"
import { Numbers } from "./kinds.ts"
import { pace, trace } from "./trace.ts"
export const late = Stage.make({
  name: "late", inputs: {}, params: { terms: Param.integer(12, "rows") }, output: Numbers, module: import.meta.url,
  run: Effect.fn("late")(function* ({ params, output, checkpoints, progress }) {
    trace("late")
    for (let index = yield* checkpoints.restore({}); index < params.terms; index++) {
      yield* Effect.sleep(pace())
      yield* output.sequence.append({ index, value: index })
      yield* progress.report(index + 1, params.terms, {})
      yield* checkpoints.offer(index + 1, {})
    }
    const { STEP } = yield* Effect.promise(() => import("./rule.ts"))
    yield* output.about.write({ terms: params.terms, last: STEP })
  })
})`
const LATE_STUDY = `import { Study } from "../../../../src/dag/Study.ts"
import { late } from "../stages/late.ts"
export default Study.make("later", "a late import", {}, () => late({}, {}))`

const withFiles = (files: Readonly<Record<string, string>>) => {
  const editable = editableStudies()
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(editable.studies, "..", name), text)
  return { ...editable, at: place(editable.studies) }
}

const run = (study: string, ...more: ReadonlyArray<string>) => ["run", study, "--no-report", "--json", "--threads", "1", ...more]

describe("code that is edited during a run", () => {
  it("leaves what was loaded before as it is, and refuses by name what is loaded after", async () => {
    const { at, edit } = withFiles({ "studies/pair.ts": PAIR })
    const { reached, ended } = at.start(run("pair"), SLOW)
    await reached(2)
    edit("stages/rule.ts", "STEP = 3", "STEP = 4")
    const { code, err } = await ended
    expect(code).toBe(1)
    expect(err).toMatch(/count terms=3: The code of stage count changed while this run was under way \(.*stages\/rule\.ts\)/)
    expect(err).toContain("nothing of it was kept. Run again.")

    edit("stages/rule.ts", "STEP = 4", "STEP = 3")
    expect((await at.pipeline(run("pair"))).code).toBe(0)
    const undisturbed = place(at.studies)
    await undisturbed.pipeline(run("pair"))
    expect(objectsIn(at.store)).toEqual(objectsIn(undisturbed.store))
    expect(Object.values(await nodeStates(at, "pair"))).toEqual(["cached", "cached", "done", "done"])
  })

  it("does not reach a light stage, whose code the run has loaded", async () => {
    const { at, edit } = withFiles({})
    const { reached, ended } = at.start(run("chain"), SLOW)
    await reached(2)
    edit("stages/sum.ts", "value * params.scale", "value * params.scale + 1")
    expect((await ended).code).toBe(0)
    edit("stages/sum.ts", "value * params.scale + 1", "value * params.scale")
    expect((await at.here(["plan", "chain"])).out).toContain("2 nodes, all cached")
    const undisturbed = place(at.studies)
    await undisturbed.pipeline(run("chain"))
    expect(objectsIn(at.store)).toEqual(objectsIn(undisturbed.store))
  })

  it.each([
    ["whose module a stage has yet to load", "stages/rule.ts", "STEP = 3", "STEP = 4"],
    ["and has gone", "stages/rule.ts", "export const STEP = 3", "export const OTHER = 3"]
  ])("%s keeps its result from being kept, its checkpoints too", async (_, file, from, to) => {
    const { at, edit } = withFiles({ "stages/late.ts": LATE, "studies/later.ts": LATE_STUDY })
    const { reached, ended } = at.start(run("later", "--checkpoint-seconds", "0"), SLOW)
    await reached(3)
    edit(file, from, to)
    const { code, err } = await ended
    expect(code).toBe(1)
    // The second where the file is written between the two looks of a checkpoint: at what it says, and at whether it was touched.
    expect(err).toMatch(/The code of stage late changed while this run was under way|rule\.ts was touched while stage late was/)
    edit(file, to, from)
    expect((await at.here(["plan", "later"])).out).toContain("1 to run now")
    expect((await at.pipeline(run("later"))).code).toBe(0)
    const undisturbed = place(at.studies)
    await undisturbed.pipeline(run("later"))
    expect(objectsIn(at.store)).toEqual(objectsIn(undisturbed.store))
  })
})

describe("a stage that is not where it says it is", () => {
  const copied = (name: string, module: string) =>
    `import * as Stage from "../../../../src/dag/Stage.ts"\n` +
    `import { count as original } from "./count.ts"\nexport { count } from "./count.ts"\n` +
    `export const twin = Stage.make({ ...original, name: "${name}", module: ${module} })`
  const study = (calls: string) =>
    `import { Study } from "../../../../src/dag/Study.ts"\n` +
    `import { count } from "../stages/count.ts"\nimport { twin } from "../stages/copy.ts"\n` +
    `export default Study.make("twins", "twins", {}, () => ${calls})`

  it.each([
    [
      "with the name of another in the study",
      "count",
      "import.meta.url",
      "[count({}, {}), twin({}, {})]",
      "Two stages of this study are called"
    ],
    [
      "with the name of another in its module",
      "count",
      "import.meta.url",
      "twin({}, {})",
      "but the stage of that name there is another."
    ],
    ["of another module", "copy", `new URL("./sum.ts", import.meta.url).href`, "twin({}, {})", "which exports no such stage."],
    ["of a module that is not there", "copy", `"stages/none.ts"`, "twin({}, {})", "is in stages/none.ts, which cannot be loaded"]
  ])("is refused: %s", async (_, name, module, calls, words) => {
    const { at } = withFiles({ "stages/copy.ts": copied(name, module), "studies/twins.ts": study(calls) })
    for (const command of ["plan", "run"]) {
      const { code, err } = await at.here([command, "twins"])
      expect(err).toContain(words)
      expect(code).toBe(2)
    }
    expect(at.computed()).toEqual([])
  })

  it("is taken where it is, under a name of its own", async () => {
    const { at } = withFiles({
      "stages/copy.ts": copied("count-again", "import.meta.url"),
      "studies/twins.ts": study("[count({}, {}), twin({}, {})]")
    })
    expect((await at.here(["plan", "twins"])).out).toContain("2 nodes: 0 cached, 2 to run now")
  })
})
