/** Results of a run: estimates over slices and seeds, their uncertainty, winners, the table in a terminal. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { wilson } from "../../src/evaluation/statistics/intervals.ts"
import {
  estimatesOf,
  meanOverSeeds,
  mostSaid,
  type PolicyEstimates,
  tallyOf,
  winnerOf
} from "../../src/report/data/policy-estimates.ts"
import { gathered, type ResultRow, resultsOf } from "../../src/report/data/results.ts"
import { recordOf, type RunRecord } from "../../src/report/data/RunRecord.ts"
import { percentWithSpread, tallyWords } from "../../src/report/page/numbers.ts"
import { resultsText } from "../../src/report/page/results-text.ts"
import { readRun } from "../../src/store/objects/Runs.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { runStudy } from "./fixtures/run-study.ts"

const row = { decoding: "greedy", profile: "corrected", slice: "all", low: 0, high: 1 }

describe("estimates of one evaluation", () => {
  const estimates = estimatesOf([
    { ...row, metric: "pass@1", k: 1, value: 0.25, low: 0.2, high: 0.31 },
    { ...row, metric: "pass@1", k: 1, value: 0.99, profile: "paper" },
    { ...row, metric: "pass@1", k: 1, value: 0.5, slice: "steps=2" },
    { ...row, metric: "pass@1", k: 1, value: 0.75, slice: "steps=1" },
    { ...row, metric: "pass@k", k: 8, value: 0.6, decoding: "sampled" },
    { ...row, metric: "pass@k", k: 1, value: 0.2, decoding: "sampled" },
    { ...row, metric: "majority@k", k: 8, value: 0.3, decoding: "sampled" },
    { ...row, metric: "share", k: 0, value: 1, slice: "format=omi1" },
    { ...row, metric: "share", k: 0, value: 0.7, slice: "format=omi2", decoding: "sampled" },
    { ...row, metric: "share", k: 0, value: 0.3, slice: "format=tinygsm", decoding: "sampled" },
    { ...row, metric: "accuracy", k: 0, value: 0.4, slice: "format=omi2", decoding: "sampled" }
  ])

  test("pass@1 is the greedy one of the corrected profile over all problems", () => {
    expect(estimates.pass1).toEqual({ value: 0.25, low: 0.2, high: 0.31, seeds: 1 })
  })
  test("pass@k and difficulties come in rising order", () => {
    expect([...estimates.passAtK].map(([k, { value }]) => [k, value])).toEqual([
      [1, 0.2],
      [8, 0.6]
    ])
    expect([...estimates.byDifficulty].map(([steps, { value }]) => [steps, value])).toEqual([
      [1, 0.75],
      [2, 0.5]
    ])
  })
  test("shares are those of the sampled completions, and the greedy ones only where nothing was sampled", () => {
    expect([...estimates.shares].map(([format, { value }]) => [format, value])).toEqual([
      ["omi2", 0.7],
      ["tinygsm", 0.3]
    ])
    const greedy = estimatesOf([{ ...row, metric: "share", k: 0, value: 1, slice: "format=omi1" }])
    expect(greedy.shares.get("omi1")?.value).toBe(1)
  })
  test("the winner has the largest share, and there is none where nothing was evaluated", () => {
    expect(winnerOf(estimates)).toBe("omi2")
    expect(winnerOf(null)).toBeNull()
  })
  test("over seeds: the mean with Student's t interval, a format absent from a seed counting as none of it", () => {
    const of = (value: number, format: string) =>
      estimatesOf([
        { ...row, metric: "pass@1", k: 1, value },
        { ...row, metric: "share", k: 0, value: 0.9, slice: `format=${format}` }
      ])
    const mean = meanOverSeeds([of(0.2, "omi1"), of(0.3, "omi1"), of(0.4, "omi2")])!
    // t quantile with 2 degrees of freedom 4.302653; standard error 0.1 / sqrt(3).
    expect(mean.pass1?.value).toBeCloseTo(0.3, 12)
    expect(mean.pass1?.high).toBeCloseTo(0.3 + (4.302652729911275 * 0.1) / Math.sqrt(3), 9)
    expect(mean.pass1?.seeds).toBe(3)
    expect(mean.shares.get("omi1")?.value).toBeCloseTo(0.6, 12)
    expect(mean.shares.get("omi2")?.value).toBeCloseTo(0.3, 12)
  })
})

describe("the uncertainty of a share", () => {
  test("seeds that agree are not certain: what single evaluations leave open stays open; t intervals stay within 0 and 1", () => {
    const of = (value: number) => estimatesOf([{ ...row, metric: "pass@1", k: 1, value, ...wilson(value * 20, 20) }])
    // 0 of 20: Wilson's upper end is z^2 / (20 + z^2).
    expect(meanOverSeeds([of(0), of(0), of(0)])!.pass1).toMatchObject({ value: 0, low: 0, seeds: 3 })
    expect(meanOverSeeds([of(0), of(0), of(0)])!.pass1!.high).toBeCloseTo(3.841459 / 23.841459, 6)
    expect(meanOverSeeds([of(0.9), of(1), of(1)])!.pass1!.high).toBe(1)
  })
  test("is a margin, or the interval itself where a margin would pass 0 or 100", () => {
    const words = (value: number, low: number, high: number) => percentWithSpread({ value, low, high, seeds: 1 })
    expect(words(0.34, 0.311, 0.369)).toBe("34.0 ±2.9")
    expect(words(0, 0, 0.161)).toBe("0.0 [0.0, 16.1]")
    expect(words(0.98, 0.95, 0.992)).toBe("98.0 [95.0, 99.2]")
    expect(words(0.5, Number.NaN, Number.NaN)).toBe("50.0")
    expect(percentWithSpread(null)).toBe("–")
  })
})

describe("results of a run", () => {
  let root: string
  beforeAll(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "report-"))
  })
  afterAll(() => fs.rmSync(root, { recursive: true, force: true }))

  const resultsFor = async (run: string, settings: Readonly<Record<string, unknown>>) => {
    await runStudy(root, run, settings)
    const record = recordOf(readRun(root, run).events)!
    return { record, rows: await read(record) }
  }
  const read = (record: RunRecord): Promise<ReadonlyArray<ResultRow>> =>
    Effect.runPromise(Effect.provide(resultsOf(record), Store.layer(root)))
  const names = (rows: ReadonlyArray<ResultRow>) =>
    rows.map(({ varyingParams }) => varyingParams.map(({ value }) => value).join(" "))

  test("a cell for every scale and algorithm, before and after on the same problems", async () => {
    const { rows } = await resultsFor("made-up-20261122-010000-0001", {})
    expect(names(rows)).toEqual(["xs ppo", "xs grpo", "xs ei", "l ppo", "l grpo", "l ei"])
    expect(rows.map(({ winner }) => winner)).toEqual(["tinygsm", "tinygsm", "tinygsm", "omi2", "omi2", "omi2"])
    expect(rows.flatMap(({ problems }) => problems)).toEqual([])
    const [first] = rows
    // Shares 0.4, 0.3, 0.25 (+ 0.01 sin i) times accuracies 0.22, 0.14, 0.1.
    expect(first?.before?.pass1?.value).toBeCloseTo((0.4 * 0.22 + 0.3084147 * 0.14 + 0.259093 * 0.1) / 1.0189189, 6)
    expect(first?.before?.shares.get("tinygsm")?.value).toBeCloseTo(0.4 / 1.0189189, 6)
    expect(first?.after?.shares.get("tinygsm")?.value).toBeGreaterThan(0.99)
    expect([...(first?.after?.passAtK.keys() ?? [])]).toEqual([1, 2, 4, 8])
  })

  test("a setting that follows from the algorithm is no column of its own", async () => {
    const { rows } = await resultsFor("made-up-20261122-010001-0002", { algorithms: ["ppo", "ei"], scales: ["xs"] })
    expect(rows[0]?.varyingParams.map(({ name }) => name)).toEqual(["scale", "algorithm"])
  })

  test("seeds of one cell are one row with a t interval", async () => {
    const { rows } = await resultsFor("made-up-20261122-010002-0003", { algorithms: ["ppo"], scales: ["xs"], seeds: 3 })
    expect(names(rows)).toEqual(["xs ppo"])
    expect(rows[0]?.members.map(({ seed }) => seed)).toEqual([0, 1, 2])
    expect(rows[0]?.after?.pass1?.seeds).toBe(3)
    expect(resultsText(rows, { width: 120, colours: false }).join("\n")).toContain("t intervals over 3 seeds")
  })

  test("a failed cell is a row that says what failed, and the others keep their numbers", async () => {
    const { rows } = await resultsFor("made-up-20261122-010003-0004", { algorithms: ["ppo", "broken"], scales: ["xs"] })
    expect(names(rows)).toEqual(["xs ppo", "xs broken"])
    expect(rows[0]?.after?.pass1?.value).toBeGreaterThan(0.3)
    expect(rows[1]?.after).toBeNull()
    expect(rows[1]?.before?.pass1?.value).toBeGreaterThan(0.1)
    expect(rows[1]?.problems.join("\n")).toMatch(/rl broken.* failed: the gradient is not finite at step 3/)
  })

  test("a damaged artifact leaves its side empty and is named", async () => {
    const { record, rows } = await resultsFor("made-up-20261122-010004-0005", { algorithms: ["ppo"], scales: ["xs"] })
    const outcome = rows[0]!.members[0]!.after!.outcome
    if (outcome.state !== "finished") throw new Error("the evaluation did not finish")
    const manifest = JSON.parse(
      fs.readFileSync(path.join(root, "objects", "sha256", outcome.artifact.slice(0, 2), outcome.artifact), "utf8")
    )
    const digest: string = manifest.tables.evaluations.file
    const file = path.join(root, "objects", "sha256", digest.slice(0, 2), digest)
    const bytes = fs.readFileSync(file)
    fs.chmodSync(file, 0o644)
    fs.writeFileSync(file, bytes.subarray(0, bytes.length - 8))
    const [damaged] = await read(record)
    fs.writeFileSync(file, bytes)
    expect(damaged?.after).toBeNull()
    expect(damaged?.problems.join("\n")).toContain("is damaged")
  })
})

describe("the winner of several seeds", () => {
  const won = (...said: ReadonlyArray<string | null>) => tallyWords(tallyOf(said))
  test.each([
    [won("omi1"), "omi1"],
    [won("omi1", "omi2", "omi1"), "omi1 (2 of 3)"],
    [won("omi2", "omi2", "omi2"), "omi2 (3 of 3)"],
    [won("omi2", "omi1"), "tie: omi1, omi2 (1 of 2 each)"],
    [won("b", "a", "c", "a", "b"), "tie: a, b (2 of 5 each)"],
    [won("omi1", null), "omi1"],
    [won(null, null), "–"],
    [won(), "–"]
  ])("is that of most seeds, and a tie says so: %s", (words, expected) => expect(words).toBe(expected))

  test("is not that of the mean", () => {
    const of = (a: number) =>
      estimatesOf([
        { ...row, metric: "share", k: 0, value: a, slice: "format=omi1" },
        { ...row, metric: "share", k: 0, value: 1 - a, slice: "format=omi2" }
      ])
    const seeds = [of(0.51), of(0.52), of(0.02)]
    expect(winnerOf(meanOverSeeds(seeds))).toBe("omi2")
    expect(mostSaid(tallyOf(seeds.map(winnerOf)))).toBe("omi1")
  })
})

describe("the table in a terminal", () => {
  const estimate = (value: number) => ({ value, low: value - 0.05, high: value + 0.05, seeds: 1 })
  const side = (pass1: number, tinygsm: number) => ({
    pass1: estimate(pass1),
    passAtK: new Map([
      [1, estimate(pass1 / 2)],
      [8, estimate(0.5)]
    ]),
    guessedAtK: new Map(),
    majorityAtK: new Map([[8, estimate(0.25)]]),
    shares: new Map([
      ["tinygsm", estimate(tinygsm)],
      ["omi2", estimate(1 - tinygsm)]
    ]),
    accuracies: new Map(),
    styleShares: new Map(),
    styleAccuracies: new Map(),
    byDifficulty: new Map()
  })
  const rows: ReadonlyArray<ResultRow> = [
    {
      varyingParams: [
        { name: "scale", value: "xs" },
        { name: "algorithm", value: "ppo" }
      ],
      settings: new Map(),
      estimates: [],
      suite: "unseen-values",
      members: [{ seed: 0, rl: null, start: null, before: null, after: null }],
      before: side(0.123, 0.4),
      after: side(0.34, 0.9),
      wins: { names: ["tinygsm"], count: 1, of: 1 },
      winner: "tinygsm",
      dominance: { step: 12, reached: 2, runs: 3 },
      problems: []
    }
  ]

  test("aligned columns, percent with margins", () => {
    expect(resultsText(rows, { width: 130, colours: false })).toEqual([
      "scale  algorithm  pass@1                greedy       pass@8       majority@8   tinygsm  omi2     winner   from step",
      "xs     ppo        6.2 ±5.0 → 17.0 ±5.0  12.3 → 34.0  50.0 → 50.0  25.0 → 25.0  40 → 90  60 → 10  tinygsm  12 (2 of 3)",
      "percent, before → after RL; greedy: of one greedy answer, the rest of samples; ± half of the 95 % interval, one seed"
    ])
  })
  test("of policies that were not sampled, the greedy numbers with their margins", () => {
    const [row] = rows
    const greedy = (policy: PolicyEstimates | null) => ({
      ...policy!,
      passAtK: new Map(),
      majorityAtK: new Map(),
      shares: new Map()
    })
    const lines = resultsText([{ ...row!, before: greedy(row!.before), after: greedy(row!.after) }], {
      width: 80,
      colours: false
    })
    expect(lines).toEqual([
      "scale  algorithm  greedy pass@1          winner   from step",
      "xs     ppo        12.3 ±5.0 → 34.0 ±5.0  tinygsm  12 (2 of 3)",
      "percent, before → after RL; ± half of the 95 % interval, one seed"
    ])
  })
  test("columns give way to the width, the numbers that matter most stay", () => {
    const lines = resultsText(rows, { width: 60, colours: false })
    expect(lines.slice(0, 2)).toEqual([
      "scale  algorithm  pass@1                tinygsm  winner",
      "xs     ppo        6.2 ±5.0 → 17.0 ±5.0  40 → 90  tinygsm"
    ])
    expect(lines.at(-1)).toContain("more columns in the report")
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(63)
  })
  test("a column of pass@k is of the largest k that all rows have", () => {
    const [one] = rows
    const more = { ...one!, after: { ...one!.after!, passAtK: new Map([...one!.after!.passAtK, [16, estimate(0.7)] as const]) } }
    expect(resultsText([one!, more], { width: 140, colours: false })[0]).toMatch(/pass@8 /)
  })
  test("rows of different numbers of seeds say how many", () => {
    const [one] = rows
    const two = { ...one!, members: [one!.members[0]!, one!.members[0]!] }
    const lines = resultsText([one!, two], { width: 160, colours: false })
    expect(lines.slice(1, 3).map((line) => line.split(/ +/)[2])).toEqual(["1", "2"])
    expect(lines.join("\n")).toContain("t intervals over seeds, of one seed that of the evaluation")
  })
  test("names the winner of most seeds and has it in bold; of a tie nothing is bold", () => {
    const [one] = rows
    const wins = { names: ["omi2"], count: 2, of: 3 }
    const bold = resultsText([{ ...one!, wins, winner: "omi2" }], { width: 140, colours: true })[1]!
    expect(bold).toContain("\u001B[1m60 → 10\u001B[0m")
    expect(bold).toContain("omi2 (2 of 3)")
    const tie = resultsText([{ ...one!, wins: { names: ["a", "b"], count: 1, of: 2 }, winner: null }], {
      width: 140,
      colours: true
    })
    expect(tie[1]).toContain("tie: a, b (1 of 2 each)")
    expect(tie[1]).not.toContain("\u001B[1m")
  })
  test("colours only where they are asked for", () => {
    expect(resultsText(rows, { width: 120, colours: false }).join("")).not.toContain("\u001B")
    expect(resultsText(rows, { width: 120, colours: true })[1]).toContain("\u001B[1m40 → 90\u001B[0m")
  })
  test("a run without policies says so", () => {
    expect(resultsText([], { width: 120, colours: false })).toEqual([
      "This run evaluated no policy, so there are no results to show."
    ])
  })
})

describe("problems of a run that was interrupted", () => {
  const open = (count: number) => Array.from({ length: count }, (_, i) => `rl ${i} was not finished`)
  test("are told one by one where they are few", () => {
    expect(gathered([...open(3), ...open(3), "sft failed: x"])).toEqual([...open(3), "sft failed: x"])
  })
  test("are a line with their number where they are many, and the rest stays", () => {
    expect(gathered([...open(188), "sft failed: x"])).toEqual([
      "188 nodes were not finished, the first of them rl 0: run the study again, and it goes on with them",
      "sft failed: x"
    ])
  })
})
