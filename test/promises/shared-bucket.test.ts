/** One store in a bucket, machines that share nothing else: each with a cache folder of its own, in bad weather. */

import { type ChildProcess, fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { place } from "../cli/command-line.ts"
import { objectsIn } from "../dag/study-in-a-folder.ts"
import { BUCKET } from "../store/fixtures/s3-double.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

let server: ChildProcess
let address = ""

beforeAll(async () => {
  const options = JSON.stringify({ rate: 0.05, seed: 11, faults: ["500", "503", "reset", "lost", "torn"], listedAfter: 200 })
  server = fork(path.resolve(import.meta.dirname, "../store/fixtures/s3-double.ts"), [options], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"]
  })
  address = await new Promise((resolve) => server.stdout!.once("data", (line: Buffer) => resolve(line.toString().trim())))
})
afterAll(() => server.kill())

const at = place()
/** A machine: a cache of its own. */
const machine = (more: Readonly<Record<string, string>> = {}) => ({
  AWS_ENDPOINT_URL_S3: address,
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "secret",
  ECHO_CHAMBER_CACHE: temporaryFolder(),
  ...more
})
const store = (name: string) => ["--store", `s3://${BUCKET}/${name}`]
const run = (name: string, ...more: ReadonlyArray<string>) => ["run", "chain", "--no-report", ...store(name), ...more]
/** Makes an object that is not brought before it is read. */
const LARGE = ["--terms", "40000"]
const cacheOf = (of: Readonly<Record<string, string>>) => {
  const stores = path.join(of["ECHO_CHAMBER_CACHE"]!, "stores")
  return path.join(stores, fs.readdirSync(stores)[0]!, "store")
}
const largeObjects = (of: Readonly<Record<string, string>>) =>
  objectsIn(cacheOf(of)).filter(
    (digest) => fs.statSync(path.join(cacheOf(of), "objects/sha256", digest.slice(0, 2), digest)).size > 300_000
  )
/** Until the weather lets it through. */
const persistently = async (url: string, request: RequestInit): Promise<void> => {
  const answer = await fetch(url, request).catch(() => null)
  if (answer?.ok !== true) await persistently(url, request)
}
const digestIn = (out: string) => /^Digest +(\w+)/m.exec(out)?.[1]

describe("machines that share a bucket", () => {
  let first: ReturnType<typeof machine>
  /** The object that count has made. */
  let numbers = ""
  beforeAll(() => void (first = machine()))

  it("compute each key once: what one has made another finds, and fetches the large of it only when it reads it", async () => {
    const second = machine()
    const before = at.computed().length
    const one = await at.pipeline(run("once", ...LARGE), first)
    expect([one.code, one.out.includes("0 from cache")]).toEqual([0, true])
    const two = await at.pipeline(run("once", ...LARGE), second)
    expect([two.code, two.out.includes("2 from cache")]).toEqual([0, true])
    expect(digestIn(two.out)).toBe(digestIn(one.out))
    expect(at.computed().slice(before)).toEqual(["count", "sum"])
    expect([first, second].map((of) => largeObjects(of).length)).toEqual([2, 0])
    const other = await at.pipeline(run("once", ...LARGE, "--set", "sum.scale=3"), second)
    expect([other.code, other.out.includes("1 from cache")]).toEqual([0, true])
    const fetched = largeObjects(second).filter((digest) => largeObjects(first).includes(digest))
    expect(fetched.length).toBe(1)
    numbers = fetched[0]!
  })

  it("answer sql, status, show and verify by what the others made, and tidy up only their own", async () => {
    const third = machine()
    const query = "select stage, count(*) as n from actions group by all order by all"
    const sql = await at.here(["sql", query, "--format", "csv", ...store("once")], third)
    expect([sql.err, sql.out]).toEqual(["", "stage,n\ncount,1\nsum,2\n"])
    const status = await at.here(["status", "chain", ...store("once"), "--json"], third)
    expect(JSON.parse(status.out).nodes.map(({ state }: { readonly state: string }) => state)).toEqual(["cached", "done"])
    const shown = await at.here(["show", "count", ...store("once"), "--rows", "1"], third)
    expect(shown.out).toMatch(/Table sequence: 40,?000 rows/)
    expect(largeObjects(third)).toEqual([numbers])
    const verified = await at.here(["verify", ...store("once")], machine())
    expect(verified.out).toMatch(/objects? \(.*\), 3 actions, .* checked: everything is what it says it is/)
    expect((await at.here(["gc", "--yes", ...store("once")], third)).code).toBe(0)
    const refused = await at.here(["gc", "--keep-runs", "1", ...store("once")], third)
    expect([refused.code, refused.err.split(",")[0]]).toEqual([2, "Nothing is ever removed from a bucket"])
  })

  it("take nothing damaged from the bucket, say what it is, and make it again once it is removed there", async () => {
    const name = `objects/sha256/${numbers.slice(0, 2)}/${numbers}`
    const size = fs.statSync(path.join(cacheOf(first), name)).size
    const there = `${address}/${BUCKET}/once/${name}`
    await persistently(there, { method: "PUT", body: Buffer.alloc(size, "x") })
    const verified = await at.here(["verify", ...store("once")], machine())
    expect([verified.code, verified.err]).toEqual([
      1,
      `An object has other contents in s3://${BUCKET}/once than its name says: remove ${name} there and run again.\n`
    ])
    const other = machine()
    const refused = await at.pipeline(run("once", ...LARGE, "--set", "sum.scale=4"), other)
    expect([refused.code === 0, refused.err.includes(`remove ${name} there and run again`)]).toEqual([false, true])
    await persistently(there, { method: "DELETE" })
    const before = at.computed().length
    const again = await at.pipeline(run("once", ...LARGE, "--set", "sum.scale=4"), machine())
    expect([again.code, again.code === 0 ? "" : again.err]).toEqual([0, ""])
    expect(at.computed().slice(before)).toEqual(["count", "sum"])
  })

  it("wait for each other when both want the same at once", async () => {
    const before = at.computed().length
    const slow = { ECHO_TEST_PACE: "60" }
    const both = await Promise.all([
      at.pipeline(run("together", "--terms", "40"), machine(slow)),
      at.pipeline(run("together", "--terms", "40"), machine(slow))
    ])
    expect(both.map(({ code, err }) => (code === 0 ? "" : err))).toEqual(["", ""])
    expect(digestIn(both[0]!.out)).toBe(digestIn(both[1]!.out))
    expect(at.computed().slice(before).toSorted()).toEqual(["count", "sum"])
  })

  it("go on from the checkpoint of one that was killed", async () => {
    const steps = path.join(temporaryFolder(), "steps")
    const slow = { ECHO_TEST_PACE: "100", ECHO_TEST_STEPS: steps }
    const killed = at.start(run("killed", "--terms", "40", "--checkpoint-seconds", "1", "--json"), machine(slow))
    await killed.reached(25)
    killed.child.kill("SIGKILL")
    await killed.ended
    const other = await at.pipeline(run("killed", "--terms", "40", "--json"), machine({ ECHO_TEST_STEPS: steps }))
    expect(other.code).toBe(0)
    expect(other.out).toMatch(/resuming after step \d+/)
    expect(fs.readFileSync(steps, "utf8").length).toBeLessThan(75)
  })
})

describe("a bucket that cannot be used as a store", () => {
  it("is said in a sentence: no bucket, nothing in it, no folder that a cluster shares", async () => {
    const first = await at.here(["run", "chain", "--store", "s3://elsewhere/x"], machine())
    expect([first.code, first.err]).toEqual([
      2,
      "s3://elsewhere/x: there is no bucket elsewhere. Check its name; where it is not with AWS, check AWS_ENDPOINT_URL_S3 too.\n"
    ])
    const profile = path.join(temporaryFolder(), "lab.json")
    fs.writeFileSync(profile, JSON.stringify({ launch: ["sh", "-c", "{command}"], hosts: ["one"] }))
    const cluster = await at.here(run("cluster", "--executor", "command", "--profile", profile), machine())
    expect([cluster.code, cluster.err]).toEqual([
      2,
      "--executor needs a store in a folder that the machines of the cluster share. On machines that share only a bucket, " +
        "start this run on each without --executor: they share the work.\n"
    ])
    const empty = await at.here(["status", ...store("empty")], machine())
    expect([empty.code, empty.err]).toEqual([2, `There is no such store: nothing is in s3://${BUCKET}/empty.\n`])
  })
})
