/** From each claim on the scoreboard to its figure, its SQL and its nodes: the links lead there, the SQL prints the numbers. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { tables } from "../../schemas/index.ts"
import { paramTypes } from "../../schemas/params.ts"
import { Catalog } from "../../src/catalog/Catalog.ts"
import { expertIterationSlower, grpoLessStable } from "../../src/report/claims/algorithm-claims.ts"
import type { Claim } from "../../src/report/claims/Claim.ts"
import { klKeepsBreadth, moreIsBetter, nothingToAmplify, sharpening } from "../../src/report/claims/outcome-claims.ts"
import { bestPaidWins, randomDoesNotHelp, tiltPredicts } from "../../src/report/claims/prediction-claims.ts"
import { refinesStyle, transfersToHard } from "../../src/report/claims/refinement-claims.ts"
import { accuracyDecides, concentration, imbalanceFlips, scaleFlips } from "../../src/report/claims/winner-claims.ts"
import { recordOf, type RunRecord } from "../../src/report/data/RunRecord.ts"
import { readStudy, type StudyData } from "../../src/report/data/study-data.ts"
import { judgeStudy } from "../../src/report/judge-study.ts"
import { sqlCommand } from "../../src/report/page/commands.ts"
import { renderReport } from "../../src/report/render-report.ts"
import { queriesBehind } from "../../src/report/sections/claim-queries.ts"
import { readRun } from "../../src/store/objects/Runs.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { runStudy } from "./fixtures/run-study.ts"
import { elementsOf } from "./html-check.ts"

const RUN = "made-up-20261122-010000-0001"
const ppo = { "rl.algorithm": "ppo" }
const grpo = { "rl.algorithm": "grpo" }
const sharing = ["pretrain.scale"]
const seeds = 2
/** A claim of a reader's own, which does not say what it was computed from. */
const own: Claim = {
  id: "my claim / 1",
  statement: "A claim with an id that is no name.",
  criterion: "None.",
  needs: "nothing",
  seeds,
  evidence: ({ cells }) => ({
    parts: [
      {
        measure: "pass@1 after RL",
        unit: "percent",
        test: { kind: "above", margin: 0 },
        observations: cells[0]!.repetitions.map(({ seed, after, member }) => ({
          seed,
          value: after!.pass1!.value,
          error: 0,
          nodes: [member.after!.id]
        })),
        leftOut: []
      }
    ]
  })
}
const claims: ReadonlyArray<Claim> = [
  concentration({ arms: ppo, seeds }),
  accuracyDecides({ arms: ppo, seeds }),
  imbalanceFlips({ balanced: grpo, imbalanced: ppo, sharing, seeds }),
  sharpening({ arms: ppo, k: 4, seeds }),
  klKeepsBreadth({ weak: ppo, strong: grpo, sharing, k: 4, seeds }),
  moreIsBetter({ weight: "pretrain.seed", arms: ppo, seeds }),
  scaleFlips({ small: { "pretrain.scale": "xs" }, large: { "pretrain.scale": "l" }, sharing: ["rl.algorithm"], seeds }),
  grpoLessStable({ ppo, grpo, sharing, seeds }),
  expertIterationSlower({ ppo, ei: grpo, sharing, seeds }),
  refinesStyle({ arms: ppo, seeds }),
  transfersToHard({ withProse: ppo, without: grpo, forced: ppo, sharing, seeds }),
  tiltPredicts({ arms: ppo, seeds }),
  nothingToAmplify({ arms: ppo, seeds }),
  bestPaidWins({ arms: {}, lead: -1, seeds }),
  randomDoesNotHelp({ arms: ppo, seeds }),
  own
]

let root: string
let record: RunRecord
let data: StudyData
let judged: Effect.Success<ReturnType<typeof judgeStudy>>
let page: string
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "claim-queries-"))
  await runStudy(root, RUN, { seeds: 2, algorithms: ["ppo", "grpo"] })
  record = recordOf(readRun(root, RUN).events)!
  const reading = Store.reading(root)
  data = await Effect.runPromise(Effect.provide(readStudy(record, ""), reading))
  judged = await Effect.runPromise(Effect.provide(judgeStudy(record, claims, data), reading))
  page = await Effect.runPromise(Effect.provide(renderReport(record, "", claims), reading))
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

/** The rows that a query prints, as records. */
const ask = (query: string): Promise<ReadonlyArray<Readonly<Record<string, unknown>>>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const catalog = yield* Catalog.open(root, tables, { params: paramTypes })
        const pieces: Array<string> = []
        yield* catalog.write(query, "jsonl", (piece) => Promise.resolve(pieces.push(String(piece)) > 0))
        return pieces
          .join("")
          .split("\n")
          .filter((line) => line !== "")
          .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
      })
    )
  )

/** The commands that stand on the page in the place of a claim, as a shell would take them. */
const commandsOf = (id: string): ReadonlyArray<string> => {
  const from = page.indexOf(`<details id="sql-${id}"`)
  return [...page.slice(from, page.indexOf("</details>", from)).matchAll(/<pre>pnpm pipeline sql &quot;(.*?)&quot;<\/pre>/g)].map(
    ([, query]) => query!.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
  )
}

describe("the scoreboard", () => {
  test("links each claim to its figure, its SQL and its nodes, and every link leads somewhere", () => {
    const ids = new Set(elementsOf(page).flatMap(({ attributes }) => attributes["id"] ?? []))
    const board = page.slice(page.indexOf('<section id="claims">'), page.indexOf('<div class="claim"'))
    const links = [...board.matchAll(/href="#([^"]*)"/g)].map(([, to]) => to!)
    for (const to of links) expect(ids, to).toContain(to)
    for (const { claim, parts, controls, told } of judged) {
      const behind = [...parts, ...controls, ...told].some(({ n }) => n > 0)
      const name = /^[\w.-]+$/.test(claim.id) ? claim.id : `my_claim___1-${/sql-my_claim___1-(\w+)/.exec(page)![1]}`
      for (const kind of ["claim", "figure"]) expect(links).toContain(`${kind}-${name}`)
      for (const kind of ["sql", "nodes"]) expect(links.includes(`${kind}-${name}`), `${kind} of ${name}`).toBe(behind)
    }
  })

  test("a claim's nodes are named, and each leads to its row in the table of nodes", () => {
    const from = page.indexOf('<details id="nodes-C4"')
    const nodes = [...page.slice(from, page.indexOf("</details>", from)).matchAll(/href="#node-([^"]+)">([^<]+)</g)]
    expect(nodes.length).toBeGreaterThan(8)
    for (const [, id, label] of nodes) {
      expect(record.byId.get(id!)!.label).toBe(label)
      expect(page).toContain(`<span id="node-${id}">${label}</span>`)
    }
  })
})

describe("a claim's SQL", () => {
  test.each(claims.map(({ id }) => [id] as const))("of %s runs, and prints rows wherever a seed tells something", async (id) => {
    const { parts, controls, told } = judged.find(({ claim }) => claim.id === id)!
    const queries = queriesBehind([...parts, ...controls, ...told], [RUN])
    expect(queries.length > 0).toBe([...parts, ...controls, ...told].some(({ n }) => n > 0))
    for (const query of queries) {
      const rows = await ask(query)
      const formats = rows.filter(({ metric }) => metric === "share" || metric === "accuracy")
      expect(formats.filter(({ decoding }) => decoding !== "sampled")).toEqual([])
      // The made-up study has no sub-styles, and draws no second sample of a policy.
      if (!/style=|coverages/.test(query)) expect(rows.length, query).toBeGreaterThan(0)
    }
  })

  test("is on the page as it runs, and gives each seed's number", async () => {
    const [query] = commandsOf("C13")
    const rows = await ask(query!)
    const [part] = judged.find(({ claim }) => claim.id === "C13")!.parts
    for (const { seed, value } of part!.part.observations) {
      const of = (label: RegExp) => {
        const found = rows.filter((row) => label.test(String(row["label"])) && String(row["label"]).includes(`seed=${seed}`))
        expect(found.length, `${label} ${seed}`).toBeGreaterThan(0)
        return found.reduce((sum, row) => sum + Number(row["value"]), 0) / found.length
      }
      expect(of(/evaluate.* rl|rl.*evaluate/) - of(/evaluate.*pretrain/)).toBeCloseTo(value, 10)
    }
  })

  test("of several runs asks each of them, and a node of both is printed once", async () => {
    const again = "made-up-20261122-010001-0002"
    await runStudy(root, again, { seeds: 2, algorithms: ["ppo", "grpo"] })
    const { parts } = judged.find(({ claim }) => claim.id === "C13")!
    const [one] = queriesBehind(parts, [RUN])
    const [both] = queriesBehind(parts, [RUN, again])
    expect(await ask(both!)).toEqual(await ask(one!))
  })

  test("a name cannot break out of it, in SQL or in a shell", () => {
    const { parts } = judged.find(({ claim }) => claim.id === "C13")!
    const [query] = queriesBehind(parts, ["a'b"])
    expect(query).toContain("run in ('a''b')")
    expect(sqlCommand({ command: [] }, '$(rm) `x` "y" \\')).toBe('pnpm pipeline sql "\\$(rm) \\`x\\` \\"y\\" \\\\"')
  })
})
