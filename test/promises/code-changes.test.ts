/** Promise: what code means decides what runs again. A comment reruns nothing; a changed constant its stage and what follows. */

import { describe, expect, it } from "vitest"

import { editableStudies, nodeStates, place } from "../cli/command-line.ts"

const RUN = ["run", "chain", "--no-report"]

describe("editing code between runs", () => {
  it("reruns nothing for comments and types, and a stage and its followers for a constant in a module it imports", async () => {
    const { studies, edit } = editableStudies()
    const at = place(studies)
    expect((await at.pipeline(RUN)).code).toBe(0)
    expect(await nodeStates(at, "chain")).toEqual({ count: "done", sum: "done" })

    edit("stages/rule.ts", "/** What", "// A comment.\n/** What")
    edit("stages/rule.ts", "STEP = 3", "STEP: number = 3")
    edit("stages/count.ts", "/** A long stage", "/** A very long stage")
    const { out: unchanged } = await at.pipeline(["plan", "chain"])
    expect(unchanged).toContain("2 nodes, all cached: a run computes nothing.")

    edit("stages/rule.ts", "= 3", "= 4")
    const { out: why } = await at.pipeline(["plan", "chain", "--why"])
    expect(why).toMatch(/count +run +changed: .*stages\/rule\.ts\n/)
    expect(why).toMatch(/code .*stages\/rule\.ts\n +- export const STEP = 3 ; eof\n +\+ export const STEP = 4 ; eof\n/)
    expect(why).toContain("2 nodes: 0 cached, 1 to run now, 1 that may be cached, depending on what those before them give.")

    const { out: waived } = await at.pipeline(["plan", "chain", "--assume-unchanged", "count"])
    expect(waived).toMatch(/count +cached +taken as unchanged although .*stages\/rule\.ts changed/)
    expect(waived).toMatch(/sum +cached\n/)

    expect((await at.pipeline(RUN)).code).toBe(0)
    expect(await nodeStates(at, "chain")).toEqual({ count: "done", sum: "done" })
    expect(at.computed()).toEqual(["count", "sum", "count", "sum"])
  })

  it("records beside a result that is taken as unchanged the params that it was made with, defaults included", async () => {
    const { studies, edit } = editableStudies()
    const at = place(studies)
    expect((await at.pipeline(RUN)).code).toBe(0)
    edit("stages/count.ts", "offset: Param.number(0,", "offset: Param.number(5,")
    edit("stages/count.ts", 'label: Param.string("",', 'extra: Param.integer(7, "new"),\n    label: Param.string("",')
    const assumed = ["--assume-unchanged", "count"]
    const { out } = await at.pipeline(["plan", "chain", ...assumed])
    expect(out).toMatch(/count +cached +taken as unchanged although .*stages\/count\.ts, .*offset.*, .*extra.* changed/)
    expect((await at.pipeline([...RUN, ...assumed])).code).toBe(0)
    expect(at.computed()).toEqual(["count", "sum"])
    const recorded = await at.here([
      "sql",
      "select p.name, p.value from params p join nodes n using (run, node) where n.stage = 'count' and n.cached order by 1",
      "--format",
      "csv"
    ])
    expect(recorded.out.replaceAll('"', "")).toBe("name,value\nlabel,\noffset,0\nterms,12\n")
    expect((await at.here(["show", "count"])).out).toMatch(/offset +0 +default\n/)
    expect((await at.here(["plan", "chain", "--json", ...assumed])).out).toContain('"offset": 0')
  })
})
