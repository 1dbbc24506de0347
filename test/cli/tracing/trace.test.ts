/** `pipeline trace` over a run of real stages: all that it says is what the queries of docs/sql.md give, and is true. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { openArtifact } from "../../../src/dag/running/input-artifact.ts"
import type { Reader } from "../../../src/dag/Stage.ts"
import { digestOfParameters } from "../../../src/model/passed-policies.ts"
import { readParameters, readSnapshot } from "../../../src/model/tensors.ts"
import { Store } from "../../../src/store/objects/Store.ts"
import { place } from "../command-line.ts"

const at = place(path.join(import.meta.dirname, "fixtures/studies"))

type Row = Readonly<Record<string, unknown>>
interface Policy {
  readonly node: string
  readonly step: number
  readonly digest: string
  readonly parent: string | null
}
interface Traced {
  readonly run: string
  readonly node: string
  readonly completion: Row & { readonly row: number; readonly reward: number }
  readonly policies: ReadonlyArray<Policy>
  readonly lineage: ReadonlyArray<Row>
  readonly mixture: ReadonlyArray<Row>
  readonly sources: ReadonlyArray<Row>
  readonly documents: ReadonlyArray<Row>
  readonly updates: ReadonlyArray<Row>
}

const trace = async (...args: ReadonlyArray<string>): Promise<Traced> => {
  const { code, out, err } = await at.here(["trace", ...args, "--format", "json"])
  expect(code, err).toBe(0)
  return JSON.parse(out) as Traced
}
const sql = async (query: string): Promise<ReadonlyArray<Row>> => {
  const { code, out, err } = await at.here(["sql", query, "--format", "json"])
  expect(code, err).toBe(0)
  return JSON.parse(out) as ReadonlyArray<Row>
}

beforeAll(async () => {
  const ended = await at.pipeline(["run", "traced", "--no-report", "--mode", "f32", "--threads", "1"])
  expect(ended.code, ended.err).toBe(0)
}, 1_800_000)

/** The queries of the page, by the line before each. */
const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../../docs/sql.md"), "utf8")
const chapter = page.split("\n## ").find((text) => text.startsWith("Where a completion comes from"))!
const queries = new Map(
  [...chapter.matchAll(/^(.+):\n\n((?: {4}.*\n)+)/gm)].map(([, words, query]) => [words!.toLowerCase(), query!] as const)
)
const asked = ({ run, node, completion }: Traced, words: string): Promise<ReadonlyArray<Row>> => {
  const query = [...queries].find(([named]) => named.includes(words))?.[1]
  if (query === undefined) throw new Error(`the page has no query of ${words}`)
  // The row first: a run's name has its time, which may be 17 o'clock.
  return sql(query.replaceAll("17", String(completion.row)).replaceAll("RUN", run).replaceAll("NODE", node))
}

/** Rows in an order that does not matter, their numbers with the digits that a 32-bit float has. */
const plain = (rows: ReadonlyArray<Row>): ReadonlyArray<string> =>
  rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .map(([name, value]) => [name, typeof value === "number" ? Math.fround(value) : value])
          .toSorted()
      )
    )
    .toSorted()

describe.each([
  ["a rollout", "rl", "the completion"],
  ["an evaluated completion", "evaluate", "one of an evaluation"]
])("every row that trace gives of %s", (_, node, completion) => {
  it("is a row of the page's SQL", async () => {
    const traced = await trace(node)
    expect(plain([traced.completion])).toEqual(plain(await asked(traced, completion)))
    expect(plain(traced.lineage)).toEqual(plain(await asked(traced, "nodes behind")))
    expect(plain(traced.mixture)).toEqual(plain(await asked(traced, "mixtures behind")))
    expect(plain(traced.sources)).toEqual(plain(await asked(traced, "sources by method")))
    expect(plain(traced.documents)).toEqual(plain(await asked(traced, "documents that")))
    expect(plain(traced.updates)).toEqual(plain(await asked(traced, "updates that")))
    for (const part of [traced.mixture, traced.sources, traced.documents, traced.updates]) expect(part.length).toBeGreaterThan(0)
  }, 300_000)
})

describe("the line of policies", () => {
  it("is that of the page's SQL, and goes from the sampler over all stages to random parameters", async () => {
    const traced = await trace("rl", "--step", "2")
    expect(plain(traced.policies as ReadonlyArray<never>)).toEqual(plain(await asked(traced, "policies behind")))
    const { policies } = traced
    expect([...new Set(policies.map(({ node }) => node.split("-")[0]))]).toEqual(["rl", "sft", "pretrain"])
    for (const [i, { parent }] of policies.entries()) expect(parent).toBe(policies[i + 1]?.digest ?? null)
    expect(policies[0]).toMatchObject({ step: 2, digest: traced.completion["policyDigest"] })
    expect(policies.at(-1)).toMatchObject({ step: 0, parent: null })
    const evaluated = await trace("evaluate")
    expect(evaluated.policies[0]).toMatchObject({ step: 3 })
    expect((await asked(evaluated, "an evaluation asked"))[0]).toEqual({ digest: evaluated.policies[0]!.digest })
  }, 300_000)

  it("has every rollout's policy in the rollout's own node", async () => {
    const joined = await sql(
      "select count(*) as rollouts, count(p.digest) as known, count(distinct p.digest) as policies from rollouts r left join " +
        "(select distinct artifact, digest from policies) p on p.artifact = r.artifact and p.digest = r.policyDigest where latest"
    )
    expect(joined).toEqual([{ rollouts: 48, known: 48, policies: 3 }])
  }, 300_000)

  it("says of weights and snapshots what their bytes are", async () => {
    const rows = await sql("select artifact, step, digest, snapshot from policies where latest order by artifact, step")
    for (const [artifact, some] of Map.groupBy(rows, (row) => String(row["artifact"]))) {
      const opened = await Effect.runPromise(Effect.provide(openArtifact(Checkpoint, artifact), Store.reading(at.store)))
      const { spec, weights, snapshots } = opened as Reader<typeof Checkpoint>
      expect(some.at(-1)!["digest"]).toBe(digestOfParameters(readParameters(spec, weights)))
      const kept = some.filter((row) => row["snapshot"] === true)
      expect(kept.map((row) => row["step"])).toEqual([...new Set(snapshots.column("step"))])
      for (const { step, digest } of kept) expect(digest).toBe(digestOfParameters(readSnapshot(spec, snapshots, Number(step))))
    }
  }, 300_000)
})

describe("the batches of supervised training", () => {
  it("hold every training document once in one pass, and as many tokens as training says", async () => {
    const seen = await sql(
      "with seen as (select run, node, step, unnest(documents) as document from batches where latest and stage = 'pretrain'), " +
        "trained as (select d.document, d.tokens, d.heldOut, s.step from documents d left join seen s using (run, document) " +
        "where d.latest) " +
        "select count(step) as times, count(distinct document) filter (step is not null) as different, " +
        "count(*) filter (not heldOut) as training, count(*) filter (heldOut and step is not null) as heldOut, " +
        "sum(least(len(tokens), 64)) filter (step is not null) as tokens from trained"
    )
    const [{ times, different, training, heldOut, tokens }] = seen as [Row]
    expect([times, different, heldOut]).toEqual([training, training, 0])
    expect(await sql("select max(tokens) as tokens from training where latest and stage = 'pretrain'")).toEqual([{ tokens }])
    const steps = "select count(*) as n from training where latest union all select count(*) from batches where latest"
    const [updates, batches] = await sql(steps)
    expect(batches).toEqual(updates)
  }, 300_000)
})

describe("as a person reads it", () => {
  it("stands on one screen, and names node, policies, mixture, sources and documents", async () => {
    const { code, out } = await at.here(["trace", "rl", "--best"])
    expect(code).toBe(0)
    expect(out.trimEnd().split("\n").length).toBeLessThanOrEqual(50)
    for (const words of ["Row ", "Policies", "Made from", "Mixture", "Sources by method", "infinity-gram", "in update pretrain"])
      expect(out).toContain(words)
  }, 300_000)

  it("without a row is the best that was attributed, of the step where one is given", async () => {
    const [best, second] = [await trace("rl"), await trace("rl", "--step", "1", "--best")]
    const rewarded = await sql("select max(reward) as most from rollouts where latest")
    expect([best.completion.reward]).toEqual(rewarded.map(({ most }) => most))
    expect(best.sources.length).toBeGreaterThan(0)
    expect(second.completion["step"]).toBe(1)
    expect((await trace("rl", "--row", String(second.completion.row))).completion).toEqual(second.completion)
  }, 300_000)

  it.each([
    [["rl", "--row", "48"], "rl has no rollout in row 48: it has 48 rollouts, rows 0 to 47."],
    [["rl", "--step", "9"], "rl has no step 9: its rollouts are of steps 0 to 2."],
    [["evaluate", "--step", "1"], "evaluate is an evaluation, which has no steps"],
    [["pretrain"], "pretrain is of kind checkpoint, which has no completions. Name a node of rl or evaluate."],
    [["rl", "--row", "1", "--best"], "--row names one completion of all: leave --best out."],
    [["rl", "--row", "one"], '--row must be a whole number >= 0; got "one".'],
    [["rl", "--format", "yaml"], '--format must be table or json; got "yaml".'],
    [["nothing"], 'There is no node, action or artifact "nothing" in this store.'],
    [[], "pipeline trace needs a node of rl or evaluate."]
  ])(
    "refuses %j in words",
    async (args, words) => {
      const { code, out, err } = await at.here(["trace", ...args])
      expect([code, out]).toEqual([2, ""])
      expect(err).toContain(words)
    },
    300_000
  )
})
