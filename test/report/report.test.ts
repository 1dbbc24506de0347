/** The whole HTML report, of a run that came to its end and of one that did not. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { expertIterationSlower } from "../../src/report/claims/algorithm-claims.ts"
import { klKeepsBreadth } from "../../src/report/claims/outcome-claims.ts"
import { scaleFlips } from "../../src/report/claims/winner-claims.ts"
import { recordOf, type RunRecord } from "../../src/report/data/RunRecord.ts"
import { renderReport } from "../../src/report/render-report.ts"
import { ensureReport } from "../../src/report/write-report.ts"
import { eventsFile, readRun } from "../../src/store/objects/Runs.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { runStudy } from "./fixtures/run-study.ts"
import { elementsOf } from "./html-check.ts"

const FIGURES = [
  "formats",
  "learning",
  "pass1",
  "pass-at-k",
  "format-shares",
  "format-accuracy",
  "difficulty",
  "scales",
  "sources",
  "confusion",
  "loss",
  "held-out",
  "probes"
]

let root: string
beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "report-"))
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

const recordFor = (run: string): RunRecord => recordOf(readRun(root, run).events)!
const ppo = { "rl.algorithm": "ppo" }
const claims = [
  scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": "l" }, sharing: ["rl.algorithm"], seeds: 2 }),
  expertIterationSlower({ ppo, ei: { "rl.algorithm": "ei" }, sharing: ["pretrain.scale"], seeds: 2 }),
  klKeepsBreadth({ weak: { "rl.kl": 0 }, strong: { "rl.kl": 1 }, sharing: [], k: 8, seeds: 2 })
]
const render = (record: RunRecord): Promise<string> =>
  Effect.runPromise(Effect.provide(renderReport(record, "Does size decide the winner? <really>", claims), Store.layer(root)))
/** The HTML of one section, by its id. */
const sectionOf = (page: string, id: string): string => {
  const from = page.indexOf(`<section id="${id}">`)
  expect(from, `section ${id}`).toBeGreaterThan(0)
  const next = page.indexOf("<section", from + 1)
  return page.slice(from, next < 0 ? page.length : next)
}

describe("the report of a whole run", () => {
  const run = "made-up-20261122-010000-0001"
  let page: string
  beforeAll(async () => {
    await runStudy(root, run, {})
    page = await render(recordFor(run))
  })

  test("is well-formed HTML with a title, a language and a viewport for phones", () => {
    const elements = elementsOf(page)
    expect(elements[0]).toEqual({ name: "html", attributes: { lang: "en" } })
    expect(elements.some(({ name, attributes }) => name === "meta" && attributes["name"] === "viewport")).toBe(true)
    expect(page).toContain("<title>made-up: report of a run</title>")
    expect(page).toContain("Does size decide the winner? &lt;really&gt;")
  })

  test("loads nothing and runs nothing", () => {
    for (const { name, attributes } of elementsOf(page)) {
      expect(["script", "iframe", "link", "img", "object", "embed", "image", "use"]).not.toContain(name)
      for (const [attribute, value] of Object.entries(attributes)) {
        expect(attribute).not.toMatch(/^on|^src$/)
        if (attribute === "href") expect(value).toMatch(/^#/)
      }
    }
    expect(page).not.toMatch(/url\(|@import|https?:\/\//)
  })

  test("every link leads to a place on the page, and no two places have one name", () => {
    const elements = elementsOf(page)
    const ids = elements.flatMap(({ attributes }) => attributes["id"] ?? [])
    expect(new Set(ids).size).toBe(ids.length)
    for (const { name, attributes } of elements) if (name === "a") expect(ids).toContain(attributes["href"]!.slice(1))
  })

  test.each(FIGURES)("draws figure %s with its title, axes and an accessible name", (id) => {
    const section = sectionOf(page, id)
    expect(section).not.toContain("Not drawn")
    expect(section).toMatch(/<svg role="img" aria-label="[^"]+"/)
    expect(section).toContain("role-axis-title")
    expect(section).not.toContain("NaN")
  })

  test("rows of every table have as many cells as the head", () => {
    for (const table of page.match(/<table>[\s\S]*?<\/table>/g)!) {
      const cells = table
        .split("<tr>")
        .slice(1)
        .map((row) => (row.match(/<t[hd][ >]/g) ?? []).length)
      expect(new Set(cells).size).toBe(1)
    }
  })

  test("judges the claims that the study binds, and names what they lack", () => {
    const section = sectionOf(page, "claims")
    expect(section).toMatch(/C7\. [^<]*<\/strong>\s*<span class="verdict open">inconclusive</)
    expect(section).toContain("It is to be judged with at least 2 seeds; one tells something here.")
    expect(section).toContain("Needs RL with a weak and a strong KL penalty on the same policy.")
    expect([...section.matchAll(/<div class="claim" id="claim-(\w+)">/g)].map(([, id]) => id)).toEqual(["C7", "C9", "C5"])
  })

  test("gives the attributed shares in numbers, before and after, counted and corrected", () => {
    const numbers = page.slice(page.indexOf("Sources in numbers"))
    const row = /<td>xs ppo<\/td>\s*<td>classifier<\/td>\s*<td>tinygsm<\/td>((?:\s*<td class="right">[^<]*<\/td>)+)/.exec(
      numbers
    )!
    expect([...row[1]!.matchAll(/>([^<]*)</g)].map(([, cell]) => cell!.trim()).filter((cell) => cell !== "")).toEqual([
      "25.0",
      "40.0",
      "39.2",
      "80.0",
      "78.4"
    ])
  })

  test("says what was left out and cut, node by node", () => {
    const section = sectionOf(page, "left-out")
    for (const line of [
      "mix: suite &quot;gsm8k:test&quot; is without 2 rows that cannot be used or graded; problems left: 198",
      "omi2 has 3 of 1000 questions of the evaluation suite &quot;gsm8k:test&quot; in it (0.3 %, 1 in whole)",
      "40 of 1000 documents are longer than the context of 16 tokens and are cut (omi2 40 of 1000): 1 % of the tokens",
      "has 200 of the 300 problems that are wanted",
      "4 of 200 problems of suite",
      "leave no room for an answer in a context of 16"
    ])
      expect(section).toContain(line)
    // Three questions that share some words and none in whole are chance.
    expect(section).not.toContain("svamp:test")
    expect(section).toMatch(/sampled[^%]*25\.0[^%]*12\.5/)
    expect(section).toMatch(/RL[^%]*2\.0[^%]*0\.0/)
  })

  test("shows completions as text, markup in them included", () => {
    const completions = sectionOf(page, "completions")
    expect(completions).toContain("<pre>def simple_math_problem():\n    apples = ")
    expect(completions).toContain("NameError: &lt;b&gt;apples&lt;/b&gt;")
  })

  test("lists every node with its artifact, and the commands to go on with", () => {
    const record = recordFor(run)
    const nodes = sectionOf(page, "run")
    for (const { outcome } of record.nodes)
      if (outcome.state === "finished") expect(nodes).toContain(outcome.artifact.slice(0, 12))
    expect(nodes).toContain("pnpm pipeline plan made-up --why")
  })

  test("every command names the store that the run was made with", async () => {
    const drawn = await render({ ...recordFor(run), command: ["made-up", "--store", "/tmp/my store"] })
    const commands = [...drawn.matchAll(/pnpm pipeline [^\n<]*/g)].map(([command]) => command)
    expect(new Set(commands.map((command) => command.split(" ")[2]))).toEqual(new Set(["run", "plan", "show", "sql"]))
    for (const command of commands) expect(command).toMatch(/ --store '\/tmp\/my store'$/)
  })

  test("has the same bytes when it is drawn again", async () => {
    expect(await render(recordFor(run))).toBe(page)
  })

  test("is drawn once for the same artifacts, whichever run asks", async () => {
    const first = await ensureReport({ root, record: recordFor(run), description: "d" })
    expect(first).toMatchObject({ problem: null, drawn: true })
    expect(path.relative(root, first.file)).toMatch(/^reports\/made-up-[0-9a-f]{16}\.html$/)
    const again = "made-up-20261122-010001-0002"
    await runStudy(root, again, {})
    // Another description would be another page.
    expect((await ensureReport({ root, record: recordFor(again), description: "another" })).file).not.toBe(first.file)
    expect(await ensureReport({ root, record: recordFor(again), description: "d" })).toEqual({
      file: first.file,
      problem: null,
      drawn: false
    })
  })
})

describe("the report of a run that did not come to its end", () => {
  test("a failed branch is named at the top and the rest is drawn", async () => {
    const run = "made-up-20261122-010002-0003"
    await runStudy(root, run, { algorithms: ["ppo", "broken"], scales: ["xs"] })
    const page = await render(recordFor(run))
    elementsOf(page)
    expect(page).toContain("This report is not complete.")
    expect(page).toContain("failed: the gradient is not finite at step 3")
    expect(sectionOf(page, "formats")).toContain("<svg")
    expect(sectionOf(page, "scales")).toContain("Not drawn. No setting was trained at more than one scale.")
  })

  test("a run that was killed before anything finished says what is missing everywhere", async () => {
    const run = "made-up-20261122-010003-0004"
    await runStudy(root, run, { scales: ["xs"], algorithms: ["ppo"] })
    const file = eventsFile(root, run)
    const planned = fs
      .readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => /"run-started"|"node-planned"/.test(line))
    fs.writeFileSync(file, `${planned.join("\n")}\n{"event":"node-fin`)
    const record = recordFor(run)
    expect(record.status).toBe("unfinished")
    const page = await render(record)
    elementsOf(page)
    for (const id of FIGURES) expect(sectionOf(page, id)).toContain("Not drawn.")
    expect(page).toContain("rl was not finished")
  })

  test("a log without a beginning has no record", () => {
    expect(recordOf([])).toBeNull()
  })

  test("a report that cannot be written is a problem in words, not an exception", async () => {
    const blocked = path.join(root, "a-file")
    fs.writeFileSync(blocked, "")
    const record = recordFor("made-up-20261122-010000-0001")
    const written = await ensureReport({ root, record, description: "d", output: path.join(blocked, "report.html") })
    expect(written.problem).toMatch(/not a folder|there already/)
  })
})
