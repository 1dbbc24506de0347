/** Artifacts that are gone cost a query their rows and one line, however many they are. */

import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { Catalog } from "../../src/catalog/Catalog.ts"
import { lostLines } from "../../src/catalog/tables/lost-artifacts.ts"
import { sampleStore, tables } from "./sample-store.ts"

const gone = (run: string, digest: string) => ({ run, digest, problem: "is missing" })
const damaged = (run: string, digest: string) => ({ run, digest, problem: "has 3 bytes instead of 4" })
const GC = 'gc removes what no kept run needs; "pipeline verify" tells of anything else.'

describe("what is lost is told of", () => {
  it.each([
    ["nothing", [], []],
    ["one", [gone("a", "1")], ["1 artifact of run a, which is no longer in the store. "]],
    ["one twice", [gone("a", "1"), gone("a", "1")], ["1 artifact of run a, which is"]],
    ["one of two runs", [gone("a", "1"), gone("b", "1")], ["1 artifact of runs a and b, which is"]],
    ["two of one", [gone("a", "1"), gone("a", "2")], ["2 artifacts of run a, which are no longer in the store. "]],
    ["three runs", [gone("a", "1"), gone("b", "2"), gone("c", "3")], ["3 artifacts of runs a, b and c, which are"]],
    ["many runs", [..."abcdefg"].map((run) => gone(run, run)), ["7 artifacts of runs a, b, c and 4 more, which are"]],
    ["damage", [damaged("a", "1")], ['1 artifact of run a: object 1 has 3 bytes instead of 4. "pipeline verify" names each']],
    ["both", [gone("a", "1"), damaged("b", "2")], ["1 artifact of run a, which is", "1 artifact of run b: object 2 has"]],
    ["a thousand", Array.from({ length: 1000 }, (_, i) => gone("a", String(i))), ["1,000 artifacts of run a, which are"]]
  ])("in a line: %s", (_, lost, expected) => {
    const lines = lostLines(lost)
    expect(lines).toHaveLength(expected.length)
    for (const [i, words] of expected.entries()) expect(lines[i]).toContain(`Left out: the rows of ${words}`)
    expect(lines.filter((line) => line.includes("no longer")).every((line) => line.endsWith(GC))).toBe(true)
  })
})

const query = (root: string, sql: string) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Catalog.open(root, tables), (catalog) => catalog.query(sql))))

/** The sample's second log is cut short, which is told of as well. */
const leftOut = (warnings: ReadonlyArray<string>) => warnings.filter((line) => !line.startsWith("the log of run sweep-2"))

/** A store from which the artifact of a node is gone, with its record as `gc` does, or without. */
const without = async (node: string, { record = true } = {}) => {
  const store = sampleStore()
  const { rows } = await query(
    store.root,
    `select n.artifact, n.key, f.file from nodes n join artifacts f using (artifact) where n.node = '${node}'`
  )
  for (const [artifact, key, file] of rows as ReadonlyArray<[string, string, string]>) {
    for (const digest of [artifact, file]) rmSync(store.objectPath(digest), { force: true })
    if (record) rmSync(join(store.root, "actions", `${key}.json`), { force: true })
  }
  return store
}

describe("a query over artifacts of which some are gone", () => {
  it.each([
    ["select count(*) from rollouts", 12, 1],
    ["select count(text) from rollouts", 12, 1],
    ["select count(*) from rollouts where algorithm = 'grpo'", 0, 1],
    ["select count(*) from rollouts where run = 'sweep-2'", 6, 1],
    ["select count(*) from rollouts where run = 'sweep-1'", 6, 0],
    ["select count(*) from rollouts where latest", 6, 0],
    ["select count(*) from rollouts where stage = 'pretrain'", 0, 0],
    ["select count(*) from training", 6, 0],
    ["select count(*) from metrics where \"table\" = 'training'", 12, 0],
    ["select count(*) from runs", 2, 0],
    ["select count(*) from nodes", 7, 0],
    ["select count(*) from rollouts a join rollouts b using (step, run, node)", 12, 1]
  ])("%s: %i rows, and %i lines", async (sql, rows, lines) => {
    for (const record of [true, false]) {
      const store = await without("rl-grpo", { record })
      const result = await query(store.root, sql)
      expect(result.rows).toEqual([[BigInt(rows)]])
      expect(leftOut(result.warnings)).toHaveLength(lines)
      rmSync(store.root, { recursive: true })
    }
  })

  it("does not read a byte of what is damaged", async () => {
    const store = sampleStore()
    const { rows } = await query(store.root, "select file from artifacts where part = 'rollouts'")
    for (const [file] of rows as ReadonlyArray<[string]>) {
      rmSync(store.objectPath(file))
      writeFileSync(store.objectPath(file), "garbage")
    }
    const result = await query(store.root, "select count(*) from rollouts")
    const lines = leftOut(result.warnings)
    expect([result.rows, lines.length]).toEqual([[[0n]], 1])
    expect(lines[0]).toMatch(/^Left out: the rows of 2 artifacts of runs sweep-1 and sweep-2: object .* has 7 bytes/)
    rmSync(store.root, { recursive: true })
  })
})
