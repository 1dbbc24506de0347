/** What is printed and written at the end of a run, and by `pipeline report`. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"

import { command } from "../../src/cli/commands/report.ts"
import { endOfRun } from "../../src/cli/end-of-run.ts"
import { runStudy } from "./fixtures/run-study.ts"
import { study } from "./fixtures/study.ts"

const RUN = "made-up-20261122-010000-0001"
let root: string
let end: Omit<Parameters<typeof endOfRun>[0], "writeReport">
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "report-"))
  const ownClaims = { claims: [], file: path.join(import.meta.dirname, "fixtures/study.ts") }
  end = {
    root,
    runId: RUN,
    study,
    ownClaims,
    seconds: 61,
    ...(await runStudy(root, RUN, { scales: ["xs"], algorithms: ["ppo"] }))
  }
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

/** What is written to the two streams while `body` runs. */
const listen = async (body: () => Promise<unknown>) => {
  const said = { out: "", err: "" }
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((said.out += String(text)), true))
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((said.err += String(text)), true))
  await body()
  vi.restoreAllMocks()
  return said
}

describe("the end of a run", () => {
  test("prints results, where the report is and a query, within 120 columns but for the query", async () => {
    const { out, err } = await listen(() => endOfRun({ ...end, writeReport: true }))
    expect(err).toBe("")
    const lines = out.split("\n")
    expect(lines[1]).toMatch(/^scale {2}algorithm {2}pass@1 .* winner {2,}from step$/)
    expect(lines[2]).toMatch(/^xs {5}ppo {8}15\.4 ±5\.0 → 39\.6 ±5\.0/)
    expect(out).toContain("made-up: 7 of 7 nodes done, 0 from cache, in 1 min 01 s. Run made-up-20261122-010000-0001")
    expect(out).toMatch(/^Digest {3}[0-9a-f]{16} of all 7 artifacts, the same /m)
    const report = /^Report {3}(.*)$/m.exec(out)![1]!
    expect(fs.readFileSync(report, "utf8")).toContain("<title>made-up: report of a run</title>")
    expect(out).toMatch(
      /^Ask {6}pnpm pipeline sql "select scale, algorithm, format, avg\(correct::int\).* where study = 'made-up' and latest /m
    )
    for (const line of lines)
      if (!line.startsWith("Ask") && !line.startsWith("Report")) expect(line.length).toBeLessThanOrEqual(120)
  })

  test("takes the report that is there", async () => {
    const first = /^Report {3}(.*)$/m.exec((await listen(() => endOfRun({ ...end, writeReport: true }))).out)![1]!
    const before = fs.statSync(first).mtimeMs
    await listen(() => endOfRun({ ...end, writeReport: true }))
    expect(fs.statSync(first).mtimeMs).toBe(before)
  })

  test("without a report prints the table all the same", async () => {
    const { out } = await listen(() => endOfRun({ ...end, writeReport: false }))
    expect(out).toContain("xs     ppo")
    expect(out).not.toContain("Report")
  })

  test("warns of a report that cannot be written, and of a run without a log, and fails neither", async () => {
    const reports = path.join(root, "reports")
    fs.rmSync(reports, { recursive: true, force: true })
    fs.writeFileSync(reports, "in the way")
    const { err, out } = await listen(() => endOfRun({ ...end, writeReport: true }))
    fs.rmSync(reports)
    expect(out).toContain("xs     ppo")
    expect(err).toMatch(/^The report could not be written: /)
    expect((await listen(() => endOfRun({ ...end, events: [], writeReport: true }))).err).toMatch(
      /^The log of run .* has no beginning/
    )
  })
})

describe("pipeline report", () => {
  test("writes the report of a study's latest run where it is told to", async () => {
    const file = path.join(root, "elsewhere.html")
    const { out } = await listen(() => command.run(["made-up", "--store", root, "--output", file]))
    expect(out).toBe(`${file}\n`)
    expect(fs.readFileSync(file, "utf8")).toContain(RUN)
  })
  test("takes a run by its name", async () => {
    const { out } = await listen(() => command.run([RUN, "--store", root]))
    expect(out.trim()).toMatch(/reports\/made-up-[0-9a-f]{16}\.html$/)
  })
  test("an unknown name is refused with the names near to it", async () => {
    await expect(command.run(["smok", "--store", root])).rejects.toThrow(
      /No run or study "smok" has run in .* Did you mean "smoke"/
    )
    await expect(command.run(["scale-sweep", "--store", root])).rejects.toThrow(
      /"scale-sweep" has not run in .* yet\. Start with: pipeline run scale-sweep/
    )
    await expect(command.run(["made-up", "--store", path.join(root, "nowhere")])).rejects.toThrow(/There is no such store/)
    fs.mkdirSync(path.join(root, "empty"))
    await expect(command.run(["made-up", "--store", path.join(root, "empty")])).rejects.toThrow(/There are no runs in/)
    fs.rmdirSync(path.join(root, "empty"))
  })
})
