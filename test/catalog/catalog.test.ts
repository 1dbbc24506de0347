/** The catalog on a store made for it: views, their filters, its own tables, what SQL may not do, damaged files. */

import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { Effect, Option } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { Catalog } from "../../src/catalog/Catalog.ts"
import { TYPES } from "./result-types.ts"
import { rolloutsOf, sampleStore, SampleStore, tables, Training } from "./sample-store.ts"

const store = sampleStore()
afterAll(() => rmSync(store.root, { recursive: true, force: true }))

const inCatalog = <A, E>(root: string, use: (catalog: Catalog.Catalog) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Catalog.open(root, tables), use)))
const query = (sql: string, root = store.root) => inCatalog(root, (catalog) => catalog.query(sql))
const rows = async (sql: string, root = store.root) => (await query(sql, root)).rows
const failure = (sql: string) =>
  inCatalog(store.root, (catalog) => Effect.flip(catalog.query(sql))).then((error) => error.message)

describe("a view of a table", () => {
  it("gives the rows that were written, with every type", async () => {
    const found = await rows(
      "select * exclude (run, study, node, stage, artifact, latest) from rollouts where run = 'sweep-1' order by step"
    )
    const expected = rolloutsOf("ppo", 6)
    expect(found.map((row) => row.slice(0, 6))).toEqual(
      expected.map((row) => [row.step, row.text, row.correct, row.reward, [...row.tokens], row.tags])
    )
  })

  it("has the table's columns, then where a row comes from, then params", async () => {
    const { columns } = await query("from rollouts limit 0")
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "step INTEGER",
      "text VARCHAR",
      "correct BOOLEAN",
      "reward FLOAT",
      "tokens INTEGER[]",
      "tags VARCHAR[]",
      "run VARCHAR",
      "study VARCHAR",
      "node VARCHAR",
      "stage VARCHAR",
      "artifact VARCHAR",
      "latest BOOLEAN",
      "algorithm VARCHAR",
      "seed BIGINT",
      "kl DOUBLE",
      "mixture VARCHAR",
      "param_step BIGINT",
      "scale VARCHAR",
      "learningRate DOUBLE"
    ])
  })

  it("can be made on the way: of several statements the last one's rows are given, and that is said", async () => {
    const several = await query("create temp table t as select 3 as x; select 1; select x + 1 as y from t;")
    expect(several).toMatchObject({ columns: [{ name: "y" }], rows: [[4]] })
    expect(several.warnings).toContain("These are 3 statements; shown is the result of the last.")
    expect((await query("select 2; -- and no more")).warnings).toEqual([])
  })

  it("knows params of ancestors, and a node's own before them", async () => {
    expect(
      await rows(
        "select algorithm, scale, seed, learningRate, mixture, count(*) from rollouts where scale = 's' and algorithm = " +
          "'grpo' group by all"
      )
    ).toEqual([["grpo", "s", 1n, 0.01, '{"tinygsm":1,"omi1":2}', 4n]])
  })

  it("shows an artifact once for every run that has it", async () => {
    expect(await rows("select run, algorithm, count(*) from rollouts group by all order by all")).toEqual([
      ["sweep-1", "ppo", 6n],
      ["sweep-2", "grpo", 4n],
      ["sweep-2", "ppo", 6n]
    ])
    expect(await rows("select count(*) from rollouts where latest")).toEqual([[6n]])
  })

  it("of which no artifact exists is empty, not unknown", async () => {
    const empty = new SampleStore()
    expect(await rows("select count(*) from rollouts", empty.root)).toEqual([[0n]])
    expect(await rows("select count(*) from metrics", empty.root)).toEqual([[0n]])
    rmSync(empty.root, { recursive: true })
  })

  it("can be joined, described and summed over", async () => {
    expect(
      await rows(`select a.text = b.text, count(*) from rollouts a join rollouts b using (step)
        where a.run = 'sweep-1' and b.run = 'sweep-2' and b.algorithm = 'ppo' group by all`)
    ).toEqual([[true, 6n]])
    expect((await rows("show tables")).map((row) => row[0])).toEqual([
      "actions",
      "ancestors",
      "artifacts",
      "components",
      "lineage",
      "metrics",
      "nodes",
      "params",
      "rollouts",
      "runs",
      "training"
    ])
    expect((await rows("describe rollouts")).slice(0, 2).map((row) => row[0])).toEqual(["step", "text"])
    expect(
      await rows("with latest as (select * from rollouts where latest) select sum(list_sum(tokens)) from latest")
    ).toHaveLength(1)
  })
})

describe("filters", () => {
  /** A store whose grpo file is gone: only a query that must read it fails. */
  const damaged = sampleStore()
  afterAll(() => rmSync(damaged.root, { recursive: true, force: true }))

  it("on constants leave files unread", async () => {
    const [[file]] = (await rows("select file from artifacts where part = 'rollouts' order by rows limit 1", damaged.root)) as [
      [string]
    ]
    rmSync(damaged.objectPath(file))
    expect(await rows("select count(text) from rollouts where algorithm = 'ppo'", damaged.root)).toEqual([[12n]])
    expect(await rows("select count(text) from rollouts where run in ('sweep-1', 'x')", damaged.root)).toEqual([[6n]])
    expect(await rows("select count(text) from rollouts where kl = 0.5 and stage = 'rl'", damaged.root)).toEqual([[12n]])
    expect(await rows("select count(*) from rollouts where run = 'none of them'", damaged.root)).toEqual([[0n]])
    const rest = await query("select count(text) from rollouts where kl < 0.1", damaged.root)
    expect(rest.rows).toEqual([[0n]])
    expect(rest.warnings.join()).toContain("Left out: the rows of 1 artifact of run sweep-2, which is no longer in the store.")
  })
})

describe("the catalog's own tables", () => {
  it("runs: status, and which stands for its study: a newer one that did not succeed hides nothing", async () => {
    expect(
      await rows("select run, study, status, latest, seconds, nodes, cached, failed, startedAt::varchar from runs order by run")
    ).toEqual([
      ["sweep-1", "sweep", "succeeded", true, 12.5, 2, 0, 0, "2026-11-22 00:45:12.123"],
      ["sweep-2", "sweep", "unfinished", false, null, 5, 2, 1, "2026-11-22 01:45:12.123"]
    ])
  })

  it("nodes: what became of each", async () => {
    expect(await rows("select node, stage, status, cached, error from nodes where run = 'sweep-2' order by node")).toEqual([
      ["after", "evaluate", "skipped", null, "broken failed"],
      ["base", "pretrain", "succeeded", true, null],
      ["broken", "rl", "failed", null, "loss is not finite"],
      ["rl-grpo", "rl", "succeeded", false, null],
      ["rl-ppo", "rl", "succeeded", true, null]
    ])
  })

  it("actions, components, artifacts, lineage and params join to them", async () => {
    expect(
      await rows(`select n.node, a.kind, a.isa, c.value, f.part, f.rows
        from nodes n join actions a using (key) join components c using (key) join artifacts f on f.artifact = n.artifact
        where n.run = 'sweep-1' and c.name = 'stage' order by n.node`)
    ).toEqual([
      ["base", "checkpoint", "avx2", "pretrain", "training", 3],
      ["rl-ppo", "checkpoint/rl-run", "avx2", "rl", "rollouts", 6]
    ])
    expect(
      await rows("select node, input, fromNode, fromArtifact is null from lineage where run = 'sweep-2' order by node")
    ).toEqual([
      ["after", "policy", "broken", true],
      ["broken", "policy", "base", false],
      ["rl-grpo", "policy", "base", false],
      ["rl-ppo", "policy", "base", false]
    ])
    expect(await rows("select name, value, number from params where run = 'sweep-1' and node = 'rl-ppo' order by name")).toEqual([
      ["algorithm", "ppo", null],
      ["kl", "0.5", 0.5],
      ["mixture.omi1", "2", 2],
      ["mixture.tinygsm", "1", 1],
      ["seed", "1", 1],
      ["step", "40", 40]
    ])
  })

  it("ancestors: what a node was made from, with the fewest steps back", async () => {
    expect(await rows("select node, ancestor, depth, stage from ancestors where run = 'sweep-2' order by all")).toEqual([
      ["after", "base", 2, "pretrain"],
      ["after", "broken", 1, "rl"],
      ["broken", "base", 1, "pretrain"],
      ["rl-grpo", "base", 1, "pretrain"],
      ["rl-ppo", "base", 1, "pretrain"]
    ])
  })

  it("metrics: numeric columns over step", async () => {
    expect(await rows(`select "table", step, name, value from metrics where run = 'sweep-1' order by step, name`)).toEqual([
      ["training", 0, "loss", 3],
      ["training", 0, "tokens", 0],
      ["training", 1, "loss", 2],
      ["training", 1, "tokens", 100],
      ["training", 2, "loss", 1],
      ["training", 2, "tokens", 200]
    ])
  })
})

describe("user SQL", () => {
  it("that is wrong gets DuckDB's message with the caret", async () => {
    expect(await failure("selec 1")).toBe('Parser Error: syntax error at or near "selec"\n\nLINE 1: selec 1\n        ^')
  })

  it("that names an unknown table or column gets near names", async () => {
    const table = await failure("select *\nfrom rollout")
    expect(table).toContain("Table with name rollout does not exist!\n\nLINE 2: from rollout\n             ^")
    expect(table).toContain("Near names: rollouts.")
    expect(table).toContain("Tables: rollouts, training, runs,")
    expect(await failure("select algoritm from rollouts")).toContain("Near names: algorithm.")
  })

  it("cannot read or write files, load extensions, or undo that", async () => {
    for (const sql of [
      `from read_csv('${join(store.root, "actions")}/*.json')`,
      `from '${join(store.root, "runs")}/x.parquet'`,
      `copy (select 1) to '${join(store.root, "out.csv")}'`,
      `attach '${join(store.root, "out.db")}' as other`,
      "install httpfs",
      "load httpfs",
      "set enable_external_access = true",
      "set allowed_paths = ['/']",
      `export database '${join(store.root, "dump")}'`
    ])
      await expect(query(sql), sql).rejects.toThrow(/disabled|locked|cannot|not allowed|Permission/i)
    expect(existsSync(join(store.root, "out.csv"))).toBe(false)
    expect(existsSync(join(store.root, "out.db"))).toBe(false)
  })

  it("is interrupted with its fiber", async () => {
    // Else it would take the better part of an hour.
    const pairs = "select count(*) from range(1000000) a, range(1000000) b where a.range % 7 = b.range % 5"
    const given = await inCatalog(store.root, (catalog) => Effect.timeoutOption(catalog.query(pairs), 300))
    expect(Option.isNone(given)).toBe(true)
  })

  it("can use views of its own in later queries", async () => {
    const found = await inCatalog(store.root, (catalog) =>
      Effect.andThen(
        catalog.query("create view mine as select * from rollouts where latest"),
        catalog.query("select count(*) from mine")
      )
    )
    expect(found.rows).toEqual([[6n]])
  })
})

describe("damage", () => {
  it("in a file costs its rows and a line that names it: no byte of it is believed", async () => {
    const broken = sampleStore()
    const [[file]] = (await rows("select file from artifacts where part = 'training'", broken.root)) as [[string]]
    const bytes = readFileSync(broken.objectPath(file))
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(broken.objectPath(file), bytes)
    const { rows: found, warnings } = await query("select count(loss) from training", broken.root)
    expect(found).toEqual([[0n]])
    expect(warnings.join()).toContain(
      `of runs sweep-1 and sweep-2: object ${file.slice(0, 12)} does not have the contents its name says.`
    )
    truncateSync(broken.objectPath(file), 300)
    expect((await query("select count(loss) from training", broken.root)).warnings.join()).toMatch(/has 300 bytes instead of \d+/)
    rmSync(broken.root, { recursive: true })
  })

  it("in a log leaves out what follows it, and says so", async () => {
    const broken = sampleStore()
    const log = join(broken.root, "runs", "sweep-1", "events.jsonl")
    writeFileSync(log, readFileSync(log, "utf8").replace('{"time"', "{time"))
    const result = await query("select run from runs", broken.root)
    expect(result.rows).toEqual([["sweep-2"]])
    expect(result.warnings.join()).toContain("the log of run sweep-1 is damaged from line 1 on: that line is not whole")
    rmSync(broken.root, { recursive: true })
  })

  it("a file older than its table's definition shows null where it lacks a column or has another type", async () => {
    const old = sampleStore()
    const { Table } = await import("../../src/store/schema/Table.ts")
    const { Column } = await import("../../src/store/schema/Column.ts")
    const newer = Table.make("training", "", { ...Training.columns, loss: Column.float32(), speed: Column.float64() })
    const result = await Effect.runPromise(
      Effect.scoped(
        Effect.flatMap(Catalog.open(old.root, [newer]), (catalog) =>
          catalog.query("select step, loss, speed from training where latest order by step")
        )
      )
    )
    expect(result.rows).toEqual([
      [0, null, null],
      [1, null, null],
      [2, null, null]
    ])
    expect(result.warnings.join()).toContain("column loss is float64")
    rmSync(old.root, { recursive: true })
  })
})

describe("parquet", () => {
  const file = join(store.root, "out.parquet")
  const write = async (sql: string) => {
    rmSync(file, { force: true })
    return inCatalog(store.root, (catalog) => catalog.writeParquet(sql, file))
  }
  const back = async (sql: string) => {
    const { DuckDBInstance } = await import("@duckdb/node-api")
    const connection = await (await DuckDBInstance.create(":memory:")).connect()
    return (await connection.runAndReadAll(sql)).getRowsJS()
  }

  it("holds the result of a query", async () => {
    const { rows } = await write("select algorithm, text, tokens from rollouts order by run, algorithm, step -- all")
    expect(rows).toBe(16)
    expect(await back(`select algorithm, count(*), max(tokens) from '${file}' group by all order by all`)).toEqual([
      ["grpo", 4n, [30, 31, 32]],
      ["ppo", 12n, [50]]
    ])
  })

  it.each([
    ["describe rollouts", "column_name"],
    ["show tables", "name"],
    ["summarize training", "column_name"],
    ["explain select 1", "explain_key"],
    ["pragma table_info('rollouts')", "cid"],
    ["call pragma_version()", "library_version"],
    ["create temp table t as select 3 as x; select x from t", "x"],
    ["values (1), (2)", "col0"],
    ["from rollouts limit 3", "step"],
    ["select 1 as a, 2 as a", "a"]
  ])("holds the result of %s", async (sql, column) => {
    const { rows } = await write(sql)
    expect(rows).toBeGreaterThan(0)
    expect((await back(`select column_name from (describe from '${file}')`))[0]).toEqual([column])
    expect(await back(`select count(*) from '${file}'`)).toEqual([[BigInt(rows)]])
  })

  it("keeps the order of rows, and repeated names apart", async () => {
    await write("select range % 7 as a, range as a from range(100000) order by 1 desc, 2")
    expect(await back(`select a, a_1 from '${file}' limit 2`)).toEqual([
      [6n, 6n],
      [6n, 13n]
    ])
  })

  it.each(TYPES)("keeps the type of %s", async (sql, _, __, type) => {
    await write(`select null as x union all select ${sql}`)
    expect(await back(`select typeof(x) from '${file}' limit 1`)).toEqual([[type]])
    expect(await back(`select count(x) from '${file}'`)).toEqual([[sql === "null" ? 0n : 1n]])
  })

  it("holds intervals and times with a zone as text, with every digit", async () => {
    await write("select interval '-1.123456 s' as i, [interval '1 us'] as l, {'z': '12:00:00.123456+05:30'::timetz} as s")
    expect(await back(`select i, l::varchar, s.z from '${file}'`)).toEqual([
      ["-00:00:01.123456", "['00:00:00.000001']", "12:00:00.123456+05:30"]
    ])
  })

  it.each([
    ["csv", (sql: string) => inCatalog(store.root, (catalog) => catalog.write(sql, "csv", async () => true))],
    ["parquet", (sql: string) => write(sql)]
  ])("a value that cannot be cast is told of in %s without SQL that nobody wrote", async (_, asked) => {
    const failed = asked("select x::int from (values ('1'), ('x')) t(x)")
    await expect(failed).rejects.toThrow(/^Conversion Error: Could not convert string 'x' to INT32[^\n]*$/)
  })

  it.skipIf(process.platform === "win32")("that cannot be written is no matter of memory", async () => {
    const missing = join(store.root, "no folder", "x.parquet")
    const failed = inCatalog(store.root, (catalog) => catalog.writeParquet("select 1", missing, "result.parquet"))
    await expect(failed).rejects.toThrow("result.parquet cannot be written: it is not there.")
  })

  it("refuses a sum that no 64 bits hold", async () => {
    await expect(write("select 123456789012345678901234567890::hugeint as s")).rejects.toThrow("::decimal(38,0)")
  })
})
