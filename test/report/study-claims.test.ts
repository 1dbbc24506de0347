/** Claims that a study brings in its own file: they are found, checked, judged in its reports, and part of a report's name. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"

import { command } from "../../src/cli/commands/report.ts"
import { endOfRun } from "../../src/cli/end-of-run.ts"
import { loadStudyFile } from "../../src/cli/studies.ts"
import { recordOf } from "../../src/report/data/RunRecord.ts"
import type { StudyData } from "../../src/report/data/study-data.ts"
import { ensureReport } from "../../src/report/write-report.ts"
import { readRun } from "../../src/store/objects/Runs.ts"
import { runStudy } from "./fixtures/run-study.ts"
import { elementsOf } from "./html-check.ts"

const STUDIES = path.join(import.meta.dirname, "fixtures/studies")
const RUN = "kl-sweep-20261122-010000-0001"
const AGAIN = "kl-sweep-20261122-010001-0002"

/** 0.9995 of the completions against 0.5921 with seed 0, and about that with the others. */
const FALL = /the winner's share after RL, kl 0 minus kl 1: \+40\.\d points \[\+3\d\.\d, \+4\d\.\d\] over 3 seeds/

let root: string
let run: Awaited<ReturnType<typeof runStudy>>
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "study-claims-"))
  vi.stubEnv("ECHO_CHAMBER_STUDIES", STUDIES)
  const { study } = await loadStudyFile("kl-sweep")
  run = await runStudy(root, RUN, { seeds: 3 }, study)
  await runStudy(root, AGAIN, { kls: ["1", "null", "0"], seeds: 2 }, study)
})
afterAll(() => {
  vi.unstubAllEnvs()
  fs.rmSync(root, { recursive: true, force: true })
})
afterEach(() => vi.restoreAllMocks())

/** What is written to standard output while `body` runs. */
const listen = async (body: () => Promise<unknown>): Promise<string> => {
  let out = ""
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true))
  await body()
  vi.restoreAllMocks()
  return out
}

/** The text of a section of a report's page, tags taken out. */
const textIn = (file: string, section: string): string => {
  const page = fs.readFileSync(file, "utf8")
  elementsOf(page)
  const from = page.indexOf(`<section id="${section}">`)
  expect(from, section).toBeGreaterThan(0)
  return page
    .slice(from, page.indexOf("</section>", from))
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/\s+/g, " ")
}

/** The run without its nodes: a page with no figure, drawn in no time. */
const nothingRan = () => ({ ...recordOf(readRun(root, RUN).events)!, nodes: [], byId: new Map() })

describe("a study with its claim in one file", () => {
  test("finds its verdict in the report that ends a run", async () => {
    const loaded = await loadStudyFile("kl-sweep")
    const out = await listen(() => endOfRun({ root, runId: RUN, ...loaded, ...run, seconds: 1, writeReport: true }))
    const text = textIn(/^Report {3}(.*)$/m.exec(out)![1]!, "claims")
    expect(text).toContain("1 supported.")
    expect(text).toContain("KL1. A strong KL penalty keeps a second format alive. supported")
    expect(text).toMatch(FALL)
    expect(text).toMatch(/By seed 0: 40\.7, 1: 40\.2, 2: 39\.5\./)
    expect(text).toMatch(/SQL: the numbers behind it pnpm pipeline sql &quot;select .* 'evaluate-[0-9a-f]{8}'/)
    expect(text).toMatch(/Nodes: the 15 results behind it evaluate pretrain seed=0 evaluate-[0-9a-f]{8} /)
    // And on the terminal, where the run ends.
    expect(out).toMatch(/^Claim {4}KL1 supported: A strong KL penalty keeps a second format alive\. \(the winner's share .*\)$/m)
  })

  test("is judged by pipeline report too, which says how many seeds it lacks; and no claim that is not bound", async () => {
    const out = await listen(() => command.run([AGAIN, "--store", root]))
    const file = out.trim()
    expect(textIn(file, "claims")).toContain("It is to be judged with at least 3 seeds; 2 tell something here.")
    expect(textIn(file, "claims")).not.toMatch(/C\d/)
    // In the table of results null is a value of its own, neither 0 nor missing.
    expect(textIn(file, "results")).toMatch(/xsppodefault.*xsppo0/)
  })
})

describe("a report of several runs", () => {
  test("compares what differs between them: each run has one strength, both together are judged", async () => {
    const { study } = await loadStudyFile("kl-sweep")
    const one = await runStudy(root, "kl-sweep-20261122-020000-0003", { kls: ["0"], seeds: 3 }, study)
    await runStudy(root, "kl-sweep-20261122-020001-0004", { kls: ["1"], seeds: 3 }, study)
    expect(one.result.status).toBe("succeeded")
    const report = async (...names: ReadonlyArray<string>) => {
      const file = (await listen(() => command.run([...names, "--store", root]))).trim()
      return textIn(file, "claims")
    }
    expect(await report("kl-sweep-20261122-020000-0003")).toContain("Needs RL runs with kl 0 and with kl 1 on the same policy.")
    const both = await report("kl-sweep-20261122-020000-0003", "kl-sweep-20261122-020001-0004")
    expect(both).toContain("1 supported.")
    expect(both).toMatch(FALL)
  })
})

describe("a report's name", () => {
  test("follows the claims: another criterion in the study's file is another report", async () => {
    const copy = path.join(root, "kl-sweep.ts")
    const source = fs.readFileSync(path.join(STUDIES, "kl-sweep.ts"), "utf8")
    const absolute = source.replaceAll(/from "(\.[^"]*)"/g, (_, to: string) => `from "${path.resolve(STUDIES, to)}"`)
    const { ownClaims } = await loadStudyFile("kl-sweep")
    const nameWith = async (text: string) => {
      const file = path.join(root, `${text.length}-${path.basename(copy)}`)
      fs.writeFileSync(file, text)
      return (await ensureReport({ root, record: nothingRan(), description: "d", ownClaims: [{ ...ownClaims, file }] })).file
    }
    const first = await nameWith(absolute)
    expect(await nameWith(`${absolute}// a comment says nothing to a reader of the report\n`)).toBe(first)
    expect(await nameWith(absolute.replace("MARGIN = 0.2", "MARGIN = 0.25"))).not.toBe(first)
    expect((await ensureReport({ root, record: nothingRan(), description: "d" })).file).not.toBe(first)
  })
})

describe("a study's file with claims that cannot be used", () => {
  const studies = fs.mkdtempSync(path.join(os.tmpdir(), "studies-"))
  afterAll(() => fs.rmSync(studies, { recursive: true, force: true }))
  const load = async (name: string, claims: string) => {
    fs.writeFileSync(
      path.join(studies, `${name}.ts`),
      `export default { name: "${name}", description: "", params: {}, nodes: () => [] }\nexport const claims = ${claims}\n`
    )
    vi.stubEnv("ECHO_CHAMBER_STUDIES", studies)
    return loadStudyFile(name).finally(() => vi.stubEnv("ECHO_CHAMBER_STUDIES", STUDIES))
  }
  const claim = (changes: string) =>
    `{ id: "X1", statement: "s", criterion: "c", needs: "n", seeds: 3, evidence: () => ({ parts: [] }), ...${changes} }`

  test.each([
    ["no-list", `${claim("{}")}`, "its `claims` must be a list of claims."],
    ["no-claim", "[3]", "claim 1 of its `claims` is not a claim"],
    ["no-criterion", `[${claim("{ criterion: undefined }")}]`, "claim 1 of its `claims` has no `criterion`: it must be a text."],
    ["no-evidence", `[${claim("{}")}, ${claim("{ id: 'X2', evidence: 1 }")}]`, "claim 2 of its `claims` has no `evidence`"],
    [
      "misspelt",
      `[${claim("{ controll: 'c' }")}]`,
      'claim 1 of its `claims` has a member "controll", which says nothing. Did you mean'
    ],
    ["one-seed", `[${claim("{ seeds: 1 }")}]`, "claim 1 of its `claims` has no `seeds`: the fewest it may be judged with"],
    ["twice", `[${claim("{}")}, ${claim("{}")}]`, 'two of its claims have the id "X1".']
  ])("is refused by name: %s", async (name, claims, problem) => {
    await expect(load(name, claims)).rejects.toThrow(problem)
  })

  test("and one whose own code fails says so in its place", async () => {
    const { ownClaims } = await load("throws", `[${claim("{ evidence: (data) => data.cells[99].name }")}]`)
    const report = await ensureReport({ root, record: nothingRan(), description: "d", ownClaims: [ownClaims] })
    const text = textIn(report.file, "claims")
    expect(text).toMatch(/Claim X1 of \S*\/throws\.ts cannot be judged: its own code failed, Cannot read properties/)
    expect(text).toMatch(/\(throws\.ts:2:\d+\)\./)
  })

  test("names the line where a claim's own code failed, in a file of the repository", async () => {
    const { judge } = await import("../../src/report/claims/verdict.ts")
    const { ownClaims } = await loadStudyFile("kl-sweep")
    const [judged] = judge(ownClaims.claims, {} as StudyData)
    expect(judged!.why()).toMatch(/\(src\/report\/claims\/trials\.ts:\d+:\d+ in trialsOf\)\.$/)
  })
})
