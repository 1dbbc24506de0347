/** The page's server over HTTP, without a browser: who is let in, what is told, and that nothing is changed. */

import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { Evaluation } from "../../schemas/evaluation.ts"
import type * as Table from "../../src/store/schema/Table.ts"
import { SampleStore } from "../catalog/sample-store.ts"
import { request, served } from "./served.ts"
import { FORMATS, manyNodes, REPORT, rowsOf, RUN, SCORE, started, studyStore } from "./study-store.ts"

const store = studyStore()
const server = await served(store.root)
const objects = (answer: { columns: ReadonlyArray<{ name: string }>; rows: ReadonlyArray<ReadonlyArray<unknown>> }) =>
  answer.rows.map((row) => Object.fromEntries(answer.columns.map(({ name }, i) => [name, row[i]])))

describe("the server of the page", () => {
  it("listens on the loopback address, and its address has the token", () => {
    expect(server.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}$/)
  })

  it("exchanges the token for a cookie that scripts cannot read and other pages cannot send", async () => {
    const { pathname, search } = new URL(server.address)
    const { status, headers } = await request(server.port, "GET", `${pathname}${search}`, {})
    expect([status, headers.location]).toEqual([303, "/"])
    expect(String(headers["set-cookie"])).toMatch(/^echo-chamber-\d+=[\w-]{32}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(String(headers["set-cookie"])).not.toContain(search.slice("?token=".length))
  })

  it("tells nothing without the cookie, to another host's name, or to another page", async () => {
    const wrong = [
      await request(server.port, "GET", "/api/runs", {}),
      await request(server.port, "GET", "/", {}),
      await request(server.port, "GET", "/?token=wrong", {}),
      await request(server.port, "GET", "/api/runs?token=wrong", { cookie: `echo-chamber-${server.port}=wrong` }),
      await server.get("/api/runs", { host: `rebound.example:${server.port}` }),
      await server.get("/api/runs", { host: "127.0.0.1:1" }),
      await server.get("/api/runs", { origin: "https://other.example" }),
      await server.sql("select 1", { origin: "null" }),
      await server.sql("select 1", { "content-type": "text/plain" })
    ]
    expect(wrong.map(({ status }) => status)).toEqual([403, 403, 403, 403, 421, 421, 403, 403, 415])
    expect(wrong.filter(({ text }) => text.includes("smoke"))).toEqual([])
    const other = await request(server.port, "DELETE", "/api/runs", {})
    expect(other.status).toBe(405)
  })

  it("lets the page load from itself alone", async () => {
    const { headers, text } = await server.get("/")
    expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'/)
    expect(headers["x-content-type-options"]).toBe("nosniff")
    const named = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThan(2)
    for (const name of [...named, "/lib/vega.js", "/lib/vega-lite.js", "/lib/vega-embed.js"])
      expect([name, (await server.get(name)).status]).toEqual([name, 200])
  })

  it("serves the page's modules as JavaScript, each that another imports", async () => {
    const seen = new Set(["/page/main.ts"])
    for (const name of seen) {
      const { headers, text } = await server.get(name)
      expect([name, headers["content-type"]]).toEqual([name, "text/javascript; charset=utf-8"])
      for (const [, other] of text.matchAll(/from "(\.[^"]+)"/g)) seen.add(new URL(other!, `http://localhost${name}`).pathname)
      expect(text).not.toMatch(/^import type|: string\b/m)
    }
    expect(seen.size).toBeGreaterThan(8)
  })

  it("serves files of a fixed list, whatever path is asked for", async () => {
    const paths = [
      "/page/../serve.ts",
      "/tsconfig.json",
      "/..%2f..%2fpackage.json",
      "/text/near.ts",
      "/report/..%2factions",
      "//",
      "//a/b"
    ]
    for (const name of paths) expect([name, (await server.get(name)).status]).toEqual([name, 404])
    expect((await server.get("/report/%")).status).toBe(404)
  })

  it("tells of runs, and of one run its nodes with their states and why", async () => {
    const { runs, store: root } = await server.json("/api/runs")
    expect(root).toBe(store.root)
    expect(runs).toMatchObject([{ run: RUN, state: "failed", nodes: { done: 4, failed: 1, skipped: 1 }, seconds: 12.5 }])
    const { nodes } = await server.json(`/api/run?run=${RUN}`)
    expect(nodes.slice(4).map(({ id, state, reason }: Record<string, string>) => [id, state, reason])).toEqual([
      ["broken", "failed", "loss is not finite"],
      ["after", "skipped", "needs compare"]
    ])
    expect((await server.get("/api/run?run=nothing")).status).toBe(404)
  })

  it("says what a node waits for", async () => {
    const other = studyStore(1)
    manyNodes(other, "wide-20261130-050000-0000000", 3)
    const page = await served(other.root)
    const { nodes } = await page.json("/api/run?run=wide-20261130-050000-0000000")
    expect(nodes.map(({ state, reason }: Record<string, string>) => [state, reason])).toEqual([
      ["waiting", "waits for a free slot"],
      ["waiting", "waits for mix"],
      ["waiting", "waits for mix"]
    ])
  })

  it("gives curves of a measure over steps, by run and node, and of no other name", async () => {
    const measures = await server.json("/api/measures")
    expect(measures).toContainEqual({ table: "updates", name: "accuracy" })
    const rows = objects(await server.json(`/api/curves?run=${RUN}&measure=updates.accuracy`))
    expect(rows).toHaveLength(30)
    expect(rows[15]).toEqual({ run: RUN, label: "rl ppo", step: 15, value: 0.5 })
    expect((await server.get(`/api/curves?run=${RUN}&measure=updates.accuracy%22%20from%20x%20--`)).status).toBe(400)
    expect((await server.get("/api/curves?measure=updates.accuracy")).status).toBe(400)
  })

  it("thins long curves to means over equal stretches", async () => {
    const long = await served(studyStore(2000).root)
    const rows = objects(await long.json(`/api/curves?run=${RUN}&measure=updates.accuracy`))
    expect(rows).toHaveLength(500)
    expect(rows.slice(0, 2)).toMatchObject([
      { step: 0, value: 0.00075 },
      { step: 4, value: expect.closeTo(0.00275, 9) }
    ])
  })

  it("gives the formats' shares during RL", async () => {
    const rows = objects(await server.json(`/api/formats?run=${RUN}`))
    expect(rows).toHaveLength(30 * FORMATS.length)
    expect(rows.find(({ step, format }) => step === 15 && format === "tinygsm")).toMatchObject({ label: "rl ppo", share: 0.5 })
  })

  it("pages through rollouts, filtered by format, right or wrong, and step", async () => {
    const of = `/api/completions?run=${RUN}&node=rl`
    const first = await server.json(of)
    expect([first.page.rows.length, first.rowsOfPage, first.steps]).toEqual([50, 50, { first: 0, last: 29 }])
    const numbers = async (query: string) => objects((await server.json(`${of}${query}`)).page).map(({ number }) => number)
    const whole = Array.from({ length: 240 }, (_, i) => i)
    expect(await numbers("&offset=200")).toEqual(whole.slice(200))
    const wrong = whole.filter((i) => i % 3 === 1 && i % 2 === 1)
    expect(await numbers("&format=omi1&right=no")).toEqual(wrong)
    expect(await numbers("&step=7&right=yes")).toEqual([56, 58, 60, 62])
    const counts = objects((await server.json(`${of}&format=omi1&step=7`)).counts)
    expect(counts.reduce((sum, { completions }) => sum + Number(completions), 0)).toBe(8)
    expect((await server.get(`${of}&offset=-1`)).status).toBe(400)
    expect(await numbers("&format='%20or%20true%20--")).toEqual([])
  })

  it("pages through completions whatever the stage is called that made them, and of nothing else", async () => {
    const own = new SampleStore()
    const scores = [...Array(3).keys()].map((i) => ({ ...SCORE, problem: `own-${i}` }))
    const table: Table.Any = Evaluation.tables.scores
    const made = own.action("cheap", {}, { scores: own.write(table, rowsOf(table, scores)) })
    const plan = { event: "node-planned", label: "cheap", stage: "cheap", params: {}, inputs: {} }
    const run = "own-20261130-040034-11c1afa"
    own.log(run, [
      started(run, "own"),
      { ...plan, node: "cheap", kind: "evaluation" },
      { ...plan, node: "other", kind: "corpus" },
      { event: "node-started", node: "cheap", key: made.key },
      { event: "node-finished", node: "cheap", ...made, cached: false, seconds: 1 },
      { event: "run-finished", status: "succeeded", seconds: 1 }
    ])
    const beside = await served(own.root)
    const { nodes } = await beside.json(`/api/run?run=${run}`)
    expect(nodes.map(({ id, completions }: Record<string, unknown>) => [id, completions])).toEqual([
      ["cheap", "scores"],
      ["other", null]
    ])
    const { page } = await beside.json(`/api/completions?run=${run}&node=cheap`)
    expect(objects(page).map(({ problem }) => problem)).toEqual(["own-0", "own-1", "own-2"])
    expect((await beside.get(`/api/completions?run=${run}&node=other`)).status).toBe(400)
  })

  it("follows a completion down to the documents that hold it", async () => {
    const found = await server.json(`/api/completion?run=${RUN}&node=evaluate&number=3`)
    expect(objects(found.completion)[0]).toMatchObject({ number: 3, problem: "p-3", question: "how many are 3?" })
    expect(found.lineage.map(({ id }: { id: string }) => id)).toEqual(["evaluate", "rl", "mix"])
    expect(objects(found.attribution.sources)).toEqual([{ method: "classifier", source: "omi1", score: 0.9 }])
    expect(objects(found.attribution.documents)).toMatchObject([
      { source: "omi1", document: 1, tokens: 5, span: "it is", text: "the whole document, <b>not bold</b>" }
    ])
    const rollout = await server.json(`/api/completion?run=${RUN}&node=rl&number=8`)
    expect([objects(rollout.completion)[0]?.["step"], rollout.attribution]).toEqual([1, null])
    expect((await server.get(`/api/completion?run=${RUN}&node=rl&number=999`)).status).toBe(404)
  })

  it("answers SQL with values that a chart can draw, digits that numbers cannot hold as text", async () => {
    const { status, text } = await server.sql(
      "select 1 as a, 2::hugeint as b, 9007199254740993 as c, 1.50 as d, [1, 2] as e, 'nan'::double as f, null as g"
    )
    expect(status).toBe(200)
    expect(JSON.parse(text).rows).toEqual([[1, 2, "9007199254740993", "1.50", "[1,2]", "NaN", null]])
  })

  it("shows the first rows of many and counts the others", async () => {
    const { rows, rowCount } = JSON.parse((await server.sql("select * from range(5000)")).text)
    expect([rows.length, rowCount]).toEqual([2000, 5000])
  })

  it("keeps SQL from files, the network and its own configuration", async () => {
    const forbidden = [
      "select * from read_text('/etc/hostname')",
      `copy (select 1) to '${path.join(store.root, "written.csv")}'`,
      "install httpfs",
      "attach 'x.db'",
      "set enable_external_access = true"
    ]
    for (const sql of forbidden) {
      const { status, text } = await server.sql(sql)
      expect([sql, status, JSON.parse(text).problem]).toEqual([
        sql,
        400,
        expect.stringMatching(/disabled|locked|Permission|cannot/i)
      ])
    }
    expect(fs.existsSync(path.join(store.root, "written.csv"))).toBe(false)
    expect(JSON.parse((await server.sql("selec 1")).text).problem).toContain("syntax error")
    expect((await server.sql(" ")).status).toBe(400)
  })

  /** Sends a query that would take hours; `leave` goes without its answer. */
  const longQuery = async () => {
    const body = JSON.stringify({ sql: "select count(*) from range(100000000) a, range(100000) b" })
    const cookie = String((await request(server.port, "GET", `/${new URL(server.address).search}`, {})).headers["set-cookie"])
    const sent = http.request({
      host: "127.0.0.1",
      port: server.port,
      method: "POST",
      path: "/api/sql",
      headers: { cookie: cookie.split(";")[0], "content-type": "application/json", "content-length": body.length }
    })
    let answered = false
    sent.on("response", () => (answered = true))
    sent.on("error", () => {})
    sent.end(body)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { answered: () => answered, leave: () => sent.destroy() }
  }

  it("stops a query whose asker has gone, and answers the next", async () => {
    const long = await longQuery()
    long.leave()
    expect(JSON.parse((await server.sql("select 1 as one")).text).rows).toEqual([[1]])
  })

  it("answers a short query of one tab while another's long one runs, which goes on", async () => {
    const long = await longQuery()
    expect(JSON.parse((await server.sql("select 1 as one")).text).rows).toEqual([[1]])
    expect(long.answered()).toBe(false)
    long.leave()
  })

  it("keeps what a query made for the next one", async () => {
    await server.sql("create view mine as select 7 as seven")
    expect(JSON.parse((await server.sql("from mine")).text).rows).toEqual([[7]])
  })

  it("shows reports as they were written, where they can do nothing, and none that is damaged", async () => {
    expect(await server.json("/api/reports")).toMatchObject([{ name: REPORT, study: "smoke" }])
    const { headers, text } = await server.get(`/report/${REPORT}`)
    expect(text).toContain("<title>a report</title>")
    expect(headers["content-security-policy"]).toMatch(/^sandbox allow-popups; default-src 'none'/)
    const other = studyStore(1)
    const page = await served(other.root)
    fs.appendFileSync(path.join(other.root, "reports", REPORT), "<script>alert(1)</script>")
    expect((await page.get(`/report/${REPORT}`)).status).toBe(404)
  })

  it("tells within a second which run has changed, and shows it so", async () => {
    const other = studyStore(1)
    const run = "smoke-20261130-060000-0000000"
    other.log(run, [started(run, "smoke")])
    const page = await served(other.root)
    await page.json("/api/runs")
    const cookie = String((await request(page.port, "GET", `/${new URL(page.address).search}`, {})).headers["set-cookie"])
    const stream = await new Promise<http.IncomingMessage>((resolve) =>
      http.get({ host: "127.0.0.1", port: page.port, path: "/api/live", headers: { cookie: cookie.split(";")[0] } }, resolve)
    )
    expect(stream.headers["content-type"]).toBe("text/event-stream")
    const next = () => new Promise<string>((resolve) => stream.once("data", (bytes: Buffer) => resolve(bytes.toString())))
    expect(await next()).toBe(": here\n\n")
    const before = performance.now()
    const heard = next()
    other.log(run, [{ event: "run-finished", status: "succeeded", seconds: 3 }])
    expect(await heard).toBe(`data: {"runs":["${run}"],"grown":[]}\n\n`)
    // Twice what it takes on a machine that is busy with other things.
    expect(performance.now() - before).toBeLessThan(2000)
    expect((await page.json("/api/runs")).runs[0]).toMatchObject({ run, state: "succeeded" })
    const ended = new Promise((resolve) => stream.once("close", resolve))
    stream.on("error", () => {})
    await page.close()
    await ended
  })

  it("leaves the store as it was", () => {
    const names = fs.readdirSync(store.root).toSorted()
    expect(names).toEqual(["actions", "objects", "reports", "runs", "scratch"])
  })
})
