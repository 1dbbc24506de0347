/** Which filters a query's plan gives, and which parts of a table they let the catalog skip; near names for messages. */

import { DuckDBInstance } from "@duckdb/node-api"
import { beforeAll, describe, expect, it } from "vitest"

import { mayMatch, queryPlan, type QueryPlan } from "../../src/catalog/duckdb/query-plan.ts"
import { nearest } from "../../src/text/near.ts"

let planOf: (sql: string) => Promise<QueryPlan | undefined>
beforeAll(async () => {
  const connection = await (await DuckDBInstance.create(":memory:")).connect()
  planOf = async (sql) => {
    const result = await connection.runAndReadAll(`select json_serialize_sql('${sql.replaceAll("'", "''")}')`)
    return queryPlan(String(result.getRowsJS()[0]![0]))
  }
})

/** `table: column=value|value, ...` for each mention of a table. */
const shown = async (sql: string) =>
  (await planOf(sql))?.scans
    .map(({ filters, table }) =>
      `${table}: ${filters.map(({ column, values }) => `${column}=${values.join("|")}`).join(", ")}`.trim()
    )
    .toSorted()

describe("filters are taken", () => {
  it("from constants that are AND-ed in the WHERE clause of the SELECT that scans the table", async () => {
    expect(
      await shown(
        `select avg(x) from Rollouts r where r.Scale = 's' and (algorithm in ('ppo', 'grpo') and 3 = seed)
          and kl = 0.01 and rate = 1e-4 and latest and cached = false and step > 3 group by y having z = 5`
      )
    ).toEqual(["rollouts: scale=s, algorithm=ppo|grpo, seed=3, kl=0.01, rate=0.0001, latest=true, cached=false"])
  })

  it("in subqueries, common table expressions and unions, each by itself", async () => {
    expect(
      await shown(
        `with a as (select * from scores where run = 'x') select * from a, (from training where run = 'y')
          where a.run = 'z' union all from rollouts where stage = 'rl'`
      )
    ).toEqual(["a:", "rollouts: stage=rl", "scores: run=x", "training: run=y"])
    expect(await shown("select * from scores where run in (select run from runs where latest)")).toEqual([
      "runs: latest=true",
      "scores:"
    ])
  })

  it("through joins, when they name the table", async () => {
    expect(
      await shown(
        "select 1 from rollouts a left join scores b on a.step = b.step where a.run = 'x' and b.run = 'y' and node = 'z'"
      )
    ).toEqual(["rollouts: run=x", "scores: run=y"])
  })
})

describe("filters are left alone", () => {
  it.each([
    ["under OR and NOT", "from rollouts where run = 'x' or step = 1"],
    ["under NOT", "from rollouts where not (run = 'x')"],
    ["on expressions", "from rollouts where lower(run) = 'x' and run like 'y' and run <> 'z' and step + 1 = 2"],
    ["between columns", "from rollouts where run = node"],
    ["with NULL among the options", "from rollouts where run in ('x', null)"],
    ["after sampling", "from rollouts tablesample 10% where run = 'x'"],
    ["after sampling the result", "select * from rollouts where run = 'x' using sample 5 rows"],
    ["after renaming columns", "select * from rollouts as r(a, b, run) where run = 'x'"],
    ["in HAVING and QUALIFY", "select run, count(*) from rollouts group by run having run = 'x' qualify run = 'y'"]
  ])("%s", async (_, sql) => {
    expect(await shown(sql)).toEqual(["rollouts:"])
  })

  it("where a join looks at neighbouring rows", async () => {
    expect(await shown("select 1 from rollouts a positional join scores b where a.run = 'x'")).toEqual(["rollouts:", "scores:"])
    expect(await shown("select 1 from rollouts a asof join scores b on a.step >= b.step where b.run = 'x'")).toEqual([
      "rollouts:",
      "scores:"
    ])
    expect(await shown("select 1 from rollouts a anti join scores b using (run) where a.run = 'x'")).toEqual([
      "rollouts:",
      "scores:"
    ])
  })

  it("on a name that the query itself defines", async () => {
    expect(await shown("with rollouts as (select * from scores) from rollouts where run = 'x'")).toEqual(["rollouts:", "scores:"])
  })

  it("when the statement is no SELECT", async () => {
    expect(await planOf("create table t as from rollouts")).toBeUndefined()
    expect(await planOf("pivot rollouts on run using count(*)")).toBeUndefined()
  })

  it("when the query looks around for tables", async () => {
    for (const sql of ["show tables", "from duckdb_views()", "from query_table('rollouts')", "from information_schema.columns"])
      expect([sql, await planOf(sql)]).toEqual([sql, undefined])
    expect(await shown("describe rollouts")).toEqual(["rollouts:"])
  })
})

describe("a part may match", () => {
  it("unless its constant surely differs", () => {
    const wanted = (...values: Array<string | number | boolean>) => ({ column: "c", values })
    expect(mayMatch("ppo", wanted("grpo", "ppo"))).toBe(true)
    expect(mayMatch("ppo", wanted("PPO"))).toBe(false)
    expect(mayMatch(0.1, wanted(0.1 + 1e-12))).toBe(true)
    expect(mayMatch(0.1, wanted(0.2))).toBe(false)
    expect(mayMatch(null, wanted("x"))).toBe(false)
    expect(mayMatch(true, wanted(false))).toBe(false)
    // SQL converts one to the other; we do not try.
    expect(mayMatch("1", wanted(1))).toBe(true)
    expect(mayMatch(1, wanted("1.0"))).toBe(true)
  })
})

describe("near names", () => {
  it("are few edits away, or contain one another", () => {
    // Three edits: within a third of nine letters, not of eight.
    expect(nearest("saturdays", ["sundays"])).toEqual(["sundays"])
    expect(nearest("saturday", ["sunday"])).toEqual([])
    expect(nearest("rolouts", ["rollouts", "scores", "runs"])).toEqual(["rollouts"])
    expect(nearest("share", ["formatShares", "sourceShares", "runs"])).toEqual(["formatShares", "sourceShares"])
    expect(nearest("smok", ["gsm8k", "scale-sweep", "smoke"])).toEqual(["smoke"])
    expect(nearest("xyz", ["rollouts"])).toEqual([])
  })
})
