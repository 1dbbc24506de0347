/** What the commands say of a node that goes on from a shorter one, and what `gc` leaves of that. */

import * as path from "node:path"

import { beforeAll, expect, it } from "vitest"

import { place } from "../command-line.ts"

const at = place(path.join(import.meta.dirname, "../fixtures/studies"))
const run = async (lengths: string) => {
  const { code, out, err } = await at.pipeline(["run", "walks", "--lengths", lengths, "--no-report"])
  expect([code, err]).toEqual([0, expect.anything()])
  return `${out}${err}`
}
const plan = async (lengths: string, ...more: ReadonlyArray<string>) =>
  (await at.here(["plan", "walks", "--lengths", lengths, ...more])).out

beforeAll(async () => {
  await run("10")
})

it("plan, run, show, sql and verify tell of it; gc keeps its state as long as the shorter result, and no longer", async () => {
  expect(await plan("20")).toMatch(
    /changed: steps 10 \(default\) -> 20; continues walk of steps 10, slowing 2 \(action [0-9a-f]{12}\) from step 8/
  )
  const [node] = JSON.parse(await plan("20", "--json"))
  expect(node).toMatchObject({ state: "run", continues: { step: 8, left: 0.6 } })
  expect(await plan("20,30", "--cost")).toMatch(/walk steps=30 .*; continues walk steps=20 once that is done/)

  expect(await run("20")).toMatch(/walk: continues walk of steps 10, slowing 2 \(action [0-9a-f]{12}\) from step 8/)
  expect((await at.here(["show", "walk"])).out).toMatch(/continued +[0-9a-f]{12} from step 8, made by walk, action/)
  const { out: rows } = await at.here(["sql", "--format", "csv", "select continuedAt from actions order by finishedAt"])
  expect(rows.trim().split("\n")).toEqual(["continuedAt", "", "8"])
  expect((await at.here(["verify"])).code).toBe(0)

  expect(await plan("12")).toContain("from step 8")
  expect((await at.here(["gc", "--yes"])).code).toBe(0)
  expect(await plan("12")).toContain("from step 8")
  // The newest run needs the longer way alone, whose own state is too far for this one.
  expect((await at.here(["gc", "--yes", "--keep-runs", "1"])).code).toBe(0)
  expect(await plan("12")).not.toContain("continues")
  expect(await plan("30")).toContain("from step 18")
})
