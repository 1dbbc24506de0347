/** `pipeline push` and `pull`: what runs need, between folders and buckets, whole or not at all. */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { seal } from "../../../src/store/disk/sealed.ts"
import { objectsIn } from "../../dag/study-in-a-folder.ts"
import { BUCKET, type Double, startDouble } from "../../store/fixtures/s3-double.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { place } from "../command-line.ts"

const at = place()
let double: Double
let weather: Readonly<Record<string, string>>

beforeAll(async () => {
  const { code, err } = await at.pipeline(["run", "chain", "--no-report"])
  if (code !== 0) throw new Error(err)
  double = await startDouble({ rate: 0.12, seed: 3 })
  weather = {
    AWS_ENDPOINT_URL_S3: double.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "secret"
  }
})
afterAll(() => double.close())

const below = (prefix: string) => [...double.entries.keys()].filter((name) => name.startsWith(prefix))
const records = (store: string) => fs.readdirSync(path.join(store, "actions"))
/** A folder for a store that is not there yet. */
const elsewhere = () => path.join(temporaryFolder(), "store")
/** A copy of the store, to be damaged. */
const copied = () => {
  const store = elsewhere()
  fs.cpSync(at.store, store, { recursive: true })
  return store
}
const damage = (file: string) => {
  fs.chmodSync(file, 0o644)
  fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size, "x"))
}

describe("through a bucket in bad weather", () => {
  const bucket = `s3://${BUCKET}/lab`

  it("copies nothing when asked what it would copy", async () => {
    const { code, out } = await at.here(["push", bucket, "--dry-run"], weather)
    expect(out).toMatch(/objects +\d+ +\d.*\n +results \(records\) +\d+/)
    expect(out).toContain(`would be copied from ${at.store} to ${bucket}. Nothing was copied yet.`)
    expect([code, below("")]).toEqual([0, []])
  })

  it("brings a study to another machine, where everything is found and nothing is computed", async () => {
    const pushed = await at.here(["push", bucket, "chain"], weather)
    expect(pushed.out).toMatch(/objects? \(.*\), \d+ results and 1 run copied/)
    expect(pushed.code).toBe(0)
    const store = elsewhere()
    const pulled = await at.here(["pull", bucket, "--store", store], weather)
    expect([pulled.code, pulled.err]).toEqual([0, ""])
    expect(records(store)).toEqual(records(at.store))
    const before = at.computed().length
    expect((await at.pipeline(["run", "chain", "--no-report", "--store", store])).code).toBe(0)
    expect(at.computed().length).toBe(before)
    const { out } = await at.here(["verify", "--store", store])
    expect(out).toContain("everything is what it says it is")
  })

  it("copies only what is not there yet, after an interruption", async () => {
    const objects = below("lab/objects/")
    for (const name of [...objects.slice(2), ...below("lab/actions/")]) double.entries.delete(name)
    double.requests.length = 0
    expect((await at.here(["push", bucket], weather)).code).toBe(0)
    const sent = new Set(double.requests.filter((request) => request.startsWith("PUT lab/objects/")))
    expect(sent.size).toBe(objects.length - 2)
    expect((await at.here(["push", bucket], weather)).out).toContain("all of it is in")
  })

  it("does not bring over what the bucket holds damaged, nor the results that need it", async () => {
    const [name = ""] = below("lab/objects/")
    const { bytes, ...rest } = double.entries.get(name)!
    double.entries.set(name, { ...rest, bytes: Buffer.alloc(bytes.length, "x") })
    const store = elsewhere()
    const { code, err } = await at.here(["pull", bucket, "--store", store], weather)
    double.entries.set(name, { ...rest, bytes })
    expect(err).toContain(`${name.slice(4)} is not what its name says; results that need it were not copied.`)
    expect(code).toBe(1)
    expect(fs.existsSync(path.join(store, name.slice(4)))).toBe(false)
    expect(records(store).length).toBeLessThan(records(at.store).length)
    const verified = await at.here(["verify", "--store", store])
    expect(verified.out).toContain("everything is what it says it is")
  })

  it("says which runs there are when it is asked for another", async () => {
    const { code, err } = await at.here(["pull", bucket, "chian", "--store", elsewhere()], weather)
    expect(err).toContain(`No run or study "chian" has run in ${bucket}. Did you mean "chain"`)
    expect(code).toBe(2)
  })
})

describe("between folders", () => {
  it("takes no damaged object along", async () => {
    const store = copied()
    const [digest = ""] = objectsIn(store)
    damage(path.join(store, "objects/sha256", digest.slice(0, 2), digest))
    const target = elsewhere()
    const { code, err } = await at.here(["push", target, "--store", store])
    expect(err).toContain("is not what its name says; results that need it were not copied.")
    expect(code).toBe(1)
    expect((await at.here(["verify", "--store", target])).out).toContain("everything is what it says it is")
  })

  it("leaves a result that is there and says that it differs", async () => {
    const target = copied()
    const [name = ""] = records(target)
    const file = path.join(target, "actions", name)
    const { sha256: _, ...record } = JSON.parse(fs.readFileSync(file, "utf8"))
    const other = { ...record, output: { ...record.output, digest: "ab".repeat(32) } }
    fs.chmodSync(file, 0o644)
    const text = `${seal(JSON.stringify(other))}\n`
    fs.writeFileSync(file, text)
    const { err } = await at.here(["push", target])
    expect(fs.readFileSync(file, "utf8")).toBe(text)
    expect(err).toMatch(/has another result in .*; that one stays\./)
  })

  it("refuses one store as both, and a folder that is none", async () => {
    const same = await at.here(["push", at.store])
    expect([same.code, same.err]).toEqual([2, `${at.store} would be copied onto itself. Name two stores.\n`])
    const none = await at.here(["pull", path.join(at.store, "nowhere")])
    expect([none.code, none.err.split(".")[0]]).toEqual([2, "There is no such store"])
    const home = temporaryFolder()
    fs.writeFileSync(path.join(home, "thesis.tex"), "")
    expect((await at.here(["push", home])).err).toContain(`${home} is no store`)
  })
})
