/** What a query may be and what it may take: reserved names, empty queries, memory and disk, interruption. */

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"

import { Effect, Fiber, Option } from "effect"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"

import { Catalog, type CatalogOptions } from "../../src/catalog/Catalog.ts"
import { memoryBudget } from "../../src/catalog/duckdb/memory-budget.ts"
import { makeSpillFolder } from "../../src/catalog/duckdb/spill-folder.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"
import { sampleStore, tables as sampleTables } from "./sample-store.ts"

const MiB = 2 ** 20

/** Tables whose names and columns SQL reserves for itself. */
const Overlaps = Table.make("overlaps", "", { suite: Column.utf8(), select: Column.int32(), end: Column.int32() })
const Order = Table.make("order", "", { group: Column.utf8(), limit: Column.float64() })
const tables = [...sampleTables, Overlaps, Order]

const store = sampleStore()
// Folders of other queries on this machine must not count.
const temporary = mkdtempSync(join(tmpdir(), "queries-"))
beforeAll(() => void vi.stubEnv("TMPDIR", temporary))
afterAll(() => {
  vi.unstubAllEnvs()
  for (const folder of [store.root, temporary]) rmSync(folder, { recursive: true, force: true })
})

const inCatalog = <A, E>(use: (catalog: Catalog.Catalog) => Effect.Effect<A, E>, options: CatalogOptions = {}): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(Catalog.open(store.root, tables, options), use)))
const query = (sql: string, options: CatalogOptions = {}) => inCatalog((catalog) => catalog.query(sql), options)
const failure = (sql: string, options: CatalogOptions = {}) => inCatalog((catalog) => Effect.flip(catalog.query(sql)), options)

describe("a name that SQL reserves", () => {
  it.each([
    "select count(*) from overlaps",
    "select count(*) from Overlaps where suite = 'x'",
    "select overlaps.suite from overlaps",
    "select o.end from overlaps o",
    "select end, select from overlaps",
    "select a.suite from runs r join overlaps a on r.run = a.suite",
    "select * from overlaps, runs",
    "with x as (select * from overlaps) select count(*) from x",
    "select (select count(*) from overlaps) as n",
    "from overlaps",
    "describe overlaps",
    "summarize overlaps",
    "select max(end) from overlaps group by select order by select",
    "select table, step, value from metrics where table = 'training' order by table",
    "select distinct table from metrics",
    "select group, limit from order",
    "select group, sum(limit) from order group by group order by group limit 3",
    "select o.group from order o left join overlaps p on o.group = p.suite",
    "select 'overlaps' as x /* from overlaps */, count(*) -- overlaps\nfrom overlaps",
    "select $$overlaps$$ from overlaps union all select suite from overlaps"
  ])("needs no quotes: %s", async (sql) => {
    await query(sql)
  })

  it("in quotes is the same, and a query that can be parsed is left alone", async () => {
    expect((await query('select count(*) from "overlaps"')).rows).toEqual([[0n]])
    const overlaps = "select (date '2026-01-01', date '2026-01-03') overlaps (date '2026-01-02', date '2026-01-04') as x"
    expect((await failure(overlaps)).message).not.toContain('"overlaps"')
    expect((await query("select case when true then 1 end as end")).rows).toEqual([[1]])
  })

  it("does not hide a mistake: the message is about what was written", async () => {
    expect((await failure("selec count(*) from overlaps")).message).toBe(
      'Parser Error: syntax error at or near "selec"\n\nLINE 1: selec count(*) from overlaps\n        ^'
    )
    expect((await failure("select count( from overlaps")).message).toContain("LINE 1: select count( from overlaps\n")
  })
})

describe("a query without a statement is told of", () => {
  it.each([
    "-- only a comment",
    ";",
    ";;",
    " ; -- x\n",
    "/* nothing */",
    "\n\n-- a\n-- b\n",
    "/* a */ ; /* b */",
    "--",
    "\t;\t",
    "-- x\n;"
  ])("%j", async (sql) => {
    expect(await failure(sql)).toMatchObject({ message: "There is no statement in the query.", badInput: true })
  })
})

describe("memory", () => {
  const small = { budget: { bytes: 120 * MiB, threads: 2 } }

  it("of a query is at most half of the machine's", () => {
    const { bytes, threads } = memoryBudget()
    expect(bytes).toBeLessThanOrEqual(Math.max(96 * MiB, Number(process.availableMemory())))
    expect(threads).toBeGreaterThanOrEqual(1)
  })

  it("bounds no result: rows are written as they come", async () => {
    let bytes = 0
    const put = async (piece: string | Uint8Array) => {
      bytes += piece.length
      return true
    }
    const before = process.memoryUsage().rss
    const { rows } = await inCatalog(
      (catalog) => catalog.write("select repeat('x', 1000) as x from range(400000)", "csv", put),
      small
    )
    expect([rows, bytes]).toEqual([400_000, 400_000 * 1001 + 2])
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * MiB)
  })

  it("waits for a slow reader", async () => {
    let waiting = 0
    let most = 0
    const put = async (piece: string | Uint8Array) => {
      most = Math.max(most, ++waiting)
      await new Promise((resolve) => setTimeout(resolve, piece.length > 0 ? 1 : 0))
      waiting--
      return true
    }
    await inCatalog((catalog) => catalog.write("from range(50000)", "json", put))
    expect(most).toBe(1)
  })

  it("ends when the reader has enough", async () => {
    let pieces = 0
    const { rows } = await inCatalog((catalog) => catalog.write("from range(100000000000)", "csv", async () => ++pieces < 3))
    expect(rows).toBeLessThan(100_000)
  })

  it("splits what DuckDB gives at once where its rows are large", async () => {
    const lengths: Array<number> = []
    const put = async (piece: string | Uint8Array) => (lengths.push(piece.length), true)
    const { rows } = await inCatalog((catalog) => catalog.write("select repeat('y', 30000000) as y from range(9)", "csv", put))
    expect(rows).toBe(9)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(2 + 9 * 30_000_001)
    expect(Math.max(...lengths)).toBeLessThan(80_000_000)
  })

  const rowTooLarge = {
    message: expect.stringMatching(
      /^A row of the result is too large to be printed: it takes about 0\.\d GB\.\n\nunnest\(\) makes/
    ),
    badInput: false
  }

  it.each([
    ["a text", "select repeat('y', 90000000)"],
    ["bytes", "select repeat('y', 90000000)::blob"],
    ["a list of numbers", "select list(range) from range(4000000)"],
    ["a list of texts", "select list(repeat('y', 100)) from range(900000)"],
    ["a list of lists", "select list([range, range]) from range(1200000)"],
    ["a struct", "select {'a': 1, 'b': {'c': repeat('y', 90000000)}}"],
    ["a map", "select map([1, 2], [repeat('y', 90000000), null])"],
    ["a union", "select union_value(k := repeat('y', 90000000))"],
    ["an array", "select [repeat('y', 90000000), 'x']::varchar[2]"],
    ["columns together", "select repeat('y', 50000000) as a, repeat('y', 50000000) as b"],
    ["a row behind others", "select repeat('y', range * 30000000) from range(4)"]
  ])("of a row that is %s, too large to be made a text of, is a sentence that says what helps", async (_, sql) => {
    expect(await failure(sql)).toMatchObject(rowTooLarge)
  })

  it.each(["csv", "json", "arrow"] as const)("of a row that is too large is that sentence as %s too", async (format) => {
    const write = (catalog: Catalog.Catalog) =>
      Effect.flip(catalog.write("select repeat('y', 90000000)", format, async () => true))
    expect(await inCatalog(write)).toMatchObject(rowTooLarge)
  })

  it("goes by what a row holds, not by what stands where it holds nothing", async () => {
    const sql = "select case when range % 2 = 0 then [repeat('y', 40000000)] end as a, null::varchar[][2] as b from range(2)"
    expect((await query(sql)).rows.map(([a, b]) => [a === null, b])).toEqual([
      [false, null],
      [true, null]
    ])
  })

  it("counts a table's rows without holding them, up to some millions", async () => {
    const { rows, rowCount, uncounted } = await inCatalog((catalog) => catalog.query("from range(100000)", 3), small)
    expect([rows, rowCount, uncounted]).toEqual([[[0n], [1n], [2n]], 100_000, false])
  })

  it("spills to disk what does not fit, and leaves nothing there", async () => {
    const sorted = await inCatalog(
      (catalog) => catalog.query("select range, repeat('y', 100) as y from range(2000000) order by hash(range)", 1),
      small
    )
    expect(sorted.rowCount).toBe(2_000_000)
    expect(readdirSync(temporary)).toEqual([])
  })

  it.each([
    ["a list of everything", "select list(range) from range(100000000)"],
    ["a text of everything", "select string_agg(range::varchar, ',') from range(100000000)"],
    ["a list of pairs", "select list([range, range]) from range(100000000)"],
    ["what DuckDB does not count", "select histogram(range) from range(30000000)"]
  ])("that %s exceeds is a sentence that says what helps, and no advice on what is locked", async (_, sql) => {
    const { message, badInput } = await failure(sql, small)
    expect(message).toMatch(/^The query needs more than it may take on this machine: 0\.1 GB of memory, .* GB of disk in /)
    expect(message).toContain("What helps: fewer columns; fewer rows")
    expect(message).not.toMatch(/SET |memory_limit|duckdb\.org/)
    expect(badInput).toBe(false)
    expect(readdirSync(temporary)).toEqual([])
  })

  it("is given back by a query that is interrupted while it spills", async () => {
    const sql = "select range, repeat('y', 100) as y from range(50000000) order by hash(range)"
    await inCatalog((catalog) => Effect.timeoutOption(catalog.query(sql, 1), 700), small)
    expect(readdirSync(temporary)).toEqual([])
  })

  it("is not waited for when the reader has stopped reading", async () => {
    const stalled = () => new Promise<boolean>(() => {})
    // Else it would never come back.
    const write = (catalog: Catalog.Catalog) => Effect.timeoutOption(catalog.write("from range(1000000)", "csv", stalled), 200)
    expect(Option.isNone(await inCatalog(write))).toBe(true)
  })
})

describe("a folder of what was put on disk", () => {
  const parent = join(temporary, "spills")
  beforeAll(() => void mkdirSync(parent))
  const own = makeSpillFolder()!
  afterAll(() => own.remove())
  /** The name of this process's folder with another owner. */
  const nameWith = (change: (parts: Array<string>) => void): string => {
    const parts = basename(own.path).split("-")
    change(parts)
    return parts.join("-")
  }
  // echo-chamber-sql-HOST-BOOT-SPACE-PID-STARTED-XXXXXX
  const gone = 4_000_000

  it.each([
    ["of a process that is gone", (p: Array<string>): void => void (p[6] = String(gone)), true],
    ["of another process with the id of a living one", (p: Array<string>): void => void (p[7] = "1"), true],
    ["of an earlier boot", (p: Array<string>): void => void (p[4] = "00000000"), true],
    ["of a living process", (): void => {}, false],
    ["of another host", (p: Array<string>): void => void ((p[3] = "00000000"), (p[6] = String(gone))), false],
    ["of another container", (p: Array<string>): void => void ((p[5] = "00000000"), (p[6] = String(gone))), false],
    ["without an owner", (p: Array<string>): void => void p.splice(3, 5), false]
  ] as const)("%s: removed by the next query: %s", (_, change, removed) => {
    const folder = join(parent, nameWith(change))
    mkdirSync(folder)
    makeSpillFolder(parent)!.remove()
    expect(existsSync(folder)).toBe(!removed)
  })

  it("is never a link that someone else put there", () => {
    const target = mkdtempSync(join(temporary, "victim-"))
    symlinkSync(
      target,
      join(
        parent,
        nameWith((parts) => void (parts[6] = String(gone)))
      )
    )
    makeSpillFolder(parent)!.remove()
    expect(existsSync(target)).toBe(true)
  })

  it("that cannot be made is none: queries run without", async () => {
    expect(makeSpillFolder("/proc/nowhere")).toBeUndefined()
    vi.stubEnv("TMPDIR", "/proc/nowhere")
    expect((await query("select 1 as a")).rows).toEqual([[1]])
    const { message } = await failure("select list(range) from range(100000000)", { budget: { bytes: 120 * MiB, threads: 2 } })
    expect(message).toContain("No temporary folder can be written")
    vi.stubEnv("TMPDIR", temporary)
  })
})

describe("a param", () => {
  it("has the type that its stage declares, whatever the store holds", async () => {
    const params = new Map([
      ["seed", "DOUBLE"],
      ["kl", "VARCHAR"],
      ["scale", "BIGINT"]
    ] as const)
    const { rows } = await inCatalog(
      (catalog) =>
        catalog.query(
          "select column_name, column_type from (describe rollouts) where column_name in ('seed', 'kl', 'scale', 'algorithm')"
        ),
      { params }
    )
    expect(Object.fromEntries(rows)).toEqual({ seed: "DOUBLE", kl: "VARCHAR", scale: "BIGINT", algorithm: "VARCHAR" })
    const values = await query("select distinct seed, kl, scale from rollouts where run = 'sweep-1'", { params })
    expect(values.rows).toEqual([[1, "0.5", null]])
  })
})

describe("a query that the caller has given a name", () => {
  const views = [
    {
      name: "spoken",
      over: ["rollouts", "nodes"],
      sql: "select r.run, count(*) as n from rollouts r join nodes using (run, node) group by r.run"
    }
  ]

  it("is asked like a table, and reads all of its tables whatever else is filtered", async () => {
    const alone = await query("select run, n from spoken order by run", { views })
    expect(alone.rows).toEqual([
      ["sweep-1", 6n],
      ["sweep-2", 10n]
    ])
    const beside =
      "select s.n, count(*) from spoken s join rollouts r using (run) where r.run = 'sweep-1' and r.step = 0 group by all"
    expect((await query(beside, { views })).rows).toEqual([[6n, 1n]])
    expect((await query("select count(*) from (describe spoken)", { views })).rows).toEqual([[2n]])
  })

  it("is known to who asks for one by a near name", async () => {
    expect((await failure("select * from spokn", { views })).message).toContain("spoken")
  })
})

describe("queries of several askers", () => {
  const untilTaken = () => {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const begun = Promise.withResolvers<void>()
    const put = () => {
      begun.resolve()
      return promise
    }
    return { put, begun: begun.promise, take: () => resolve(true) }
  }
  /** Starts a query that does not end before its result is taken. */
  const held = Effect.fnUntraced(function* (catalog: Catalog.Catalog) {
    const reader = untilTaken()
    const fiber = yield* Effect.forkChild(catalog.write("from range(10)", "csv", reader.put))
    yield* Effect.promise(() => reader.begun)
    return { fiber, take: reader.take }
  })

  it("stop nothing by leaving the line", async () => {
    const { rows } = await inCatalog((catalog) =>
      Effect.gen(function* () {
        const { fiber, take } = yield* held(catalog)
        const waiting = yield* Effect.forkChild(catalog.query("select 1"))
        yield* Effect.yieldNow
        yield* Fiber.interrupt(waiting)
        take()
        return yield* Fiber.join(fiber)
      })
    )
    expect(rows).toBe(10)
  })

  it("are stopped one at a time: the next in line is answered", async () => {
    const listeners = process.listenerCount("exit")
    const given = await inCatalog((catalog) =>
      Effect.gen(function* () {
        const answers: Array<unknown> = []
        for (let i = 0; i < 3; i++) {
          const { fiber } = yield* held(catalog)
          const next = yield* Effect.forkChild(catalog.query(`select ${i}`))
          yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          answers.push((yield* Fiber.join(next)).rows)
        }
        return { answers, listening: process.listenerCount("exit") - listeners }
      })
    )
    expect(given.answers).toEqual([[[0]], [[1]], [[2]]])
    // Node warns of a leak beyond ten.
    expect(given.listening).toBeLessThanOrEqual(1)
  })
})
