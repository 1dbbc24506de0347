/** What names on the command line stand for: in every command what is called so, else the one thing that begins so. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { editableStudies, place } from "./command-line.ts"

/** Seventeen nodes of a stage: two of them begin with the same digit. */
const MANY = `import { Study } from "../../../../src/dag/Study.ts"
import { count } from "../stages/count.ts"
import { sum } from "../stages/sum.ts"
export default Study.make("many", "many sums", {}, () => {
  const numbers = count({}, { terms: 1 })
  return Array.from({ length: 17 }, (_, i) => sum({ numbers }, { scale: i + 1 }))
})`

const at = place()
const runs: Array<string> = []
const keys: Array<string> = []
const artifacts: Array<string> = []

beforeAll(async () => {
  // A branch of the last one breaks down.
  for (const [study, code] of [
    ["chain", 0],
    ["chain", 0],
    ["branches", 1]
  ] as const)
    expect((await at.pipeline(["run", study, "--no-report"])).code).toBe(code)
  for (const { run } of JSON.parse((await at.here(["status", "--json"])).out) as ReadonlyArray<{ readonly run: string }>)
    runs.push(run)
  for (const name of fs.readdirSync(path.join(at.store, "actions"))) {
    keys.push(name.replace(".json", ""))
    const { output } = JSON.parse(fs.readFileSync(path.join(at.store, "actions", name), "utf8")) as {
      readonly output: { readonly digest: string }
    }
    artifacts.push(output.digest)
  }
}, 60_000)

describe("an empty word", () => {
  it.each([
    ["show", ""],
    ["show", " "],
    ["show", "sum", ""],
    ["status", ""],
    ["status", "\t"],
    ["report", ""],
    ["run", ""],
    ["plan", ""],
    ["plan", " "],
    ["plan", "chain", ""],
    ["list", ""],
    ["data", "check", ""],
    ["data", "list", ""],
    ["data", "import", ""],
    ["verify", ""],
    ["gc", ""],
    ["doctor", ""]
  ])("is refused by %s %j %j", async (...words) => {
    const { code, out, err } = await at.here(words.filter((word) => word !== undefined))
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(/^pipeline [a-z ]+ (is given an empty word\. It takes|needs the name of a study)/)
  })
})

describe("the beginning of a run's id", () => {
  it.each(["status", "report"])("is enough for %s where no other begins so, and an id is enough everywhere", async (command) => {
    const branches = runs.find((run) => run.startsWith("branches"))!
    for (const name of [branches, "branches", "b", branches.slice(0, -2)])
      expect((await at.here([command, name])).out, name).toContain(command === "status" ? branches : "reports/branches-")
  })

  it.each(["status", "report"])("is refused by %s where several begin so, with what fits", async (command) => {
    const chains = runs.filter((run) => run.startsWith("chain-")).toSorted()
    expect(chains.length).toBe(2)
    for (const name of ["c", "chai", "chain-"]) {
      const { code, out, err } = await at.here([command, name])
      expect([code, out]).toEqual([2, ""])
      expect(err).toBe(`"${name}" is the beginning of ${chains.join(", ")}: give more of it.\n`)
    }
  })

  it.each(["status", "report"])("is no guess: %s refuses what begins nothing, with near names", async (command) => {
    const { code, err } = await at.here([command, "hcain"])
    expect(code).toBe(2)
    expect(err).toContain('No run or study "hcain" has run in ')
    expect(err).toContain('Did you mean "chain"')
  })

  it.each(["status", "report"])("is not meant by the name of a study that has not run: %s says so", async (command) => {
    const { code, err } = await at.here([command, "smoke"])
    expect([code, err]).toEqual([2, `"smoke" has not run in ${at.store} yet. Start with: pipeline run smoke\n`])
  })

  it("is not needed of a study, which stands for its newest run", async () => {
    const newest = runs.find((run) => run.startsWith("chain-"))!
    expect((await at.here(["status", "chain"])).out).toContain(newest)
    expect((await at.here(["report", "chain"])).out).toContain("reports/chain-")
  })
})

describe("show, by a name that fits several things", () => {
  it("refuses the beginning of the ids of several stages, with what fits", async () => {
    const { code, out, err } = await at.here(["show", "s"])
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(/^"s" is the beginning of (s\w*(-[0-9a-f]*)?(, | and \d+ more)?)+: give more of it\.\n$/)
  })

  /** How many keys, artifacts and nodes begin so, those among them that were begun and gave nothing. */
  const fits = async () => {
    const nodes = (await at.here(["status", "branches", "--json"])).out + (await at.here(["status", "chain", "--json"])).out
    const named = [...nodes.matchAll(/"(?:id|key)": "([^"]+)"/g)].map(([, name]) => name!)
    return (beginning: string) => new Set([...keys, ...artifacts, ...named].filter((one) => one.startsWith(beginning))).size
  }

  it("refuses each digit with which several keys, artifacts or nodes begin, and takes it where one does", async () => {
    const fitting = await fits()
    for (const digit of "0123456789abcdef") {
      const { code, err } = await at.here(["show", digit])
      expect([digit, code, err]).toEqual([digit, fitting(digit) === 1 ? 0 : 2, err])
      if (fitting(digit) > 1) expect(err).toContain(`"${digit}" is the beginning of `)
    }
  })

  it("takes as few digits of a key or an artifact as are of one only", async () => {
    const fitting = await fits()
    for (const [i, key] of keys.entries())
      for (const digest of [key, artifacts[i]!]) {
        let digits = 1
        while (fitting(digest.slice(0, digits)) > 1) digits++
        const { code, out } = await at.here(["show", digest.slice(0, digits)])
        expect([code, out.includes(digest)], digest.slice(0, digits)).toEqual([0, true])
      }
  })

  it("takes a label that is the beginning of ids for the node that is called so", async () => {
    expect((await at.here(["show", "count"])).code).toBe(0)
  })
})

describe("the beginning of a node's id", () => {
  const { studies } = editableStudies()
  const many = place(studies)
  const ids: Array<string> = []

  beforeAll(async () => {
    fs.writeFileSync(path.join(studies, "many.ts"), MANY)
    const { code, err } = await many.pipeline(["run", "many", "--no-report"])
    expect([code, err.includes("failed")]).toEqual([0, false])
    const { out } = await many.here(["list", "many", "--json"])
    const { nodes } = JSON.parse(out) as { readonly nodes: ReadonlyArray<{ readonly node: string }> }
    ids.push(...nodes.map(({ node }) => node).filter((node) => node.startsWith("sum-")))
  }, 60_000)

  it("is enough where no other begins so, and may be longer than the id that is shown", async () => {
    for (const id of ids.slice(0, 3)) {
      const shown = await many.here(["show", id])
      expect(shown.out).toContain(`node   ${id}, stage sum`)
      expect((await many.here(["show", id.slice(0, -1)])).out).toBe(shown.out)
    }
  })

  it("is refused where two begin so, with what tells them apart", async () => {
    const [digit = "", alike = []] = [...Map.groupBy(ids, (id) => id.slice(0, 5))].find(([, { length }]) => length > 1) ?? []
    const { code, err } = await many.here(["show", digit])
    expect(code).toBe(2)
    expect(err).toMatch(new RegExp(`^"${digit}" is the beginning of ${digit}\\w+, ${digit}\\w+.*: give more of it\\.`))
    const [, first = "", second = ""] = / of (\S+), ([^\s,:]+)/.exec(err) ?? []
    expect(alike.filter((id) => id.startsWith(first) || first.startsWith(id)).length).toBe(1)
    expect(alike.filter((id) => id.startsWith(second) || second.startsWith(id)).length).toBe(1)
  })

  it("is what tells nodes of one label apart: show lists the others, and what takes a model says which it takes", async () => {
    fs.writeFileSync(path.join(studies, "many.ts"), MANY.replace("terms: 1", "terms: 2"))
    expect((await many.pipeline(["run", "many", "--no-report"])).code).toBe(0)
    const { out } = await many.here(["show", "count"])
    const [, newest] = /node +(count-\w+), /.exec(out)!
    const [, older, run] = /also called so +(count-\w+) of (many-\S+)\n/.exec(out)!
    expect(older).not.toBe(newest)
    const { code, err } = await many.here(["export-model", "count", path.join(studies, "out")])
    expect(code).toBe(2)
    expect(err).toMatch(/^"count" is taken for count-\w+ of run many-\S+ \(study many\)\. /)
    expect(err).toContain(`${newest} of run`)
    expect(err).toContain(`Also called so: ${older} of ${run}. Name one by its id.\n`)
    expect((await many.here(["export-model", newest!, path.join(studies, "out")])).err).not.toContain("called so")
  })
})
