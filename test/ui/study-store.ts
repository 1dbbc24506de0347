/** A store with one finished run of a small study, in the shapes of real artifacts: what the page has to show. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Attribution } from "../../schemas/attribution.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { signed } from "../../src/store/disk/signed-text.ts"
import type * as Table from "../../src/store/schema/Table.ts"
import { SampleStore } from "../catalog/sample-store.ts"

type Row = Readonly<Record<string, unknown>>

/** Rows with every column of a table, those that are not given empty. */
export const rowsOf = (table: Table.Any, rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(table.columns).map(([name, { type }]) => {
        const empty = type === "utf8" ? "" : type === "bool" ? false : type.startsWith("list") ? [] : 0
        return [name, name in row ? row[name] : empty]
      })
    )
  )

export const RUN = "smoke-20261130-040034-11c1afa"
export const REPORT = "smoke-0123456789abcdef.html"
export const FORMATS = ["tinygsm", "omi1", "omi2"]

/** A row of an evaluation, where nothing else is said of it. */
export const SCORE = {
  suite: "unseen",
  decoding: "greedy",
  text: "it is 3",
  format: "omi1",
  correct: true,
  answer: "3",
  gold: "3"
}

const planned = (node: string, label: string, stage: string, params: object, inputs: object) => ({
  event: "node-planned",
  node,
  label,
  stage,
  params,
  inputs
})

/** Beginning and end of a run's log. */
export const started = (run: string, study: string, time = "2026-11-30T04:00:34.411Z") => ({
  time,
  event: "run-started",
  run,
  study,
  settings: {},
  command: [study],
  host: "elsewhere",
  pid: 1,
  engine: "native f32"
})

/** The store; `steps` of RL with eight completions each. */
export const studyStore = (steps = 30): SampleStore => {
  const store = new SampleStore()
  const write = (table: Table.Any, rows: ReadonlyArray<Row>) => store.write(table, rowsOf(table, rows))
  const document = { document: 1, source: "omi1", format: "omi1", problem: "d-1", text: "the whole document, <b>not bold</b>" }
  const rollouts = Array.from({ length: steps * 8 }, (_, i) => ({
    step: Math.floor(i / 8),
    prompt: i % 4,
    sample: i % 2,
    problem: `p-${i % 5}`,
    question: `how many are ${i}?`,
    text: `it is ${i}`,
    format: FORMATS[i % 3],
    correct: i % 2 === 0,
    answer: String(i),
    gold: String(i),
    error: null,
    reward: i % 2 === 0 ? 1 : 0
  }))
  const shares = Array.from({ length: steps }, (_, step) =>
    FORMATS.map((format, i) => ({ step, format, share: i === 0 ? step / steps : (1 - step / steps) / 2 }))
  ).flat()
  const updates = Array.from({ length: steps }, (_, step) => ({ step, accuracy: step / steps, reward: step / steps }))
  const scores = Array.from({ length: 20 }, (_, i) => ({
    suite: "unseen",
    decoding: "greedy",
    problem: `p-${i}`,
    question: `how many are ${i}?`,
    text: `<script>document.title = "taken"</script> it is ${i}`,
    format: FORMATS[i % 3],
    correct: i % 2 === 0,
    answer: null,
    error: "no answer",
    gold: "3"
  }))
  const nodes = {
    mix: store.action(
      "mix",
      { seed: 1 },
      { documents: write(Corpus.tables.documents, [{ ...document, document: 0 }, document]) }
    ),
    rl: store.action(
      "rl",
      { seed: 2 },
      {
        rollouts: write(RlRun.tables.rollouts, rollouts),
        formatShares: write(RlRun.tables.formatShares, shares),
        updates: write(RlRun.tables.updates, updates)
      }
    ),
    evaluate: store.action("evaluate", { seed: 3 }, { scores: write(Evaluation.tables.scores, scores) }),
    attribute: store.action(
      "attribute",
      { seed: 4 },
      {
        attributions: write(Attribution.tables.attributions, [
          { method: "classifier", target: 3, problem: "p-3", format: "omi1", source: "omi1", score: 0.9 }
        ]),
        matchedSpans: write(Attribution.tables.matchedSpans, [
          { target: 3, length: 5, document: 1, source: "omi1", count: 2, text: "it is" }
        ])
      }
    )
  }
  const finished = (node: keyof typeof nodes) => [
    { event: "node-started", node, key: nodes[node].key },
    { event: "node-finished", node, ...nodes[node], cached: false, seconds: 2.5 }
  ]
  store.log(RUN, [
    started(RUN, "smoke"),
    planned("mix", "mix", "mix", { seed: 1 }, {}),
    planned("rl", "rl ppo", "rl", { seed: 2 }, { corpus: "mix" }),
    planned("evaluate", "evaluate rl ppo", "evaluate", { seed: 3 }, { policy: "rl", corpus: "mix" }),
    planned("attribute", "attribute ppo", "attribute", { seed: 4 }, { scores: "evaluate", corpus: "mix" }),
    planned("broken", "compare", "compare", { seed: 5 }, { policy: "rl" }),
    planned("after", "judge", "compare", { seed: 6 }, { policy: "broken" }),
    ...finished("mix"),
    ...finished("rl"),
    ...finished("evaluate"),
    ...finished("attribute"),
    { event: "node-failed", node: "broken", error: "loss is not finite", log: null },
    { event: "node-skipped", node: "after", because: "compare" },
    { event: "run-finished", status: "failed", seconds: 12.5 }
  ])
  fs.mkdirSync(path.join(store.root, "reports"))
  fs.writeFileSync(path.join(store.root, "reports", REPORT), signed(REPORT, "<!doctype html><title>a report</title>\n"))
  return store
}

/** A run of many nodes, some of which wait. */
export const manyNodes = (store: SampleStore, run: string, count: number): void =>
  store.log(run, [
    started(run, "wide"),
    planned("mix-0", "mix", "mix", {}, {}),
    ...Array.from({ length: count - 1 }, (_, i) =>
      planned(`rl-${i}`, `rl ${i}`, i % 3 === 0 ? "rl" : "evaluate", { seed: i }, { from: i < 30 ? "mix-0" : `rl-${i % 30}` })
    )
  ])
