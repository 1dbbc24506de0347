/** The contract of backends, kept by each that there is, in good weather and in bad. */

import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { type Backend, RemoteFailed } from "../../../src/store/remote/Backend.ts"
import { folderBackend } from "../../../src/store/remote/folder.ts"
import { bucketAt } from "../../../src/store/remote/location.ts"
import { openBackend } from "../../../src/store/remote/open.ts"
import { patient } from "../../../src/store/remote/patient.ts"
import { s3Backend } from "../../../src/store/remote/s3.ts"
import { BUCKET, type Double, type DoubleOptions, startDouble } from "../fixtures/s3-double.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { contract } from "./contract.ts"

const QUICKLY = Array.from({ length: 12 }, () => 1)
const KEYS = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "secret" }

/** A folder on a disk that several share: names show late in listings, and answers to what was done get lost. */
const distant = (root: string, listedAfter: number): Backend => {
  const raw = folderBackend(root)
  const written = new Map<string, number>()
  let asked = 0
  const lost = new RemoteFailed({ url: root, problem: "the answer was lost.", passing: true, badInput: false })
  /** Of each two the second loses its answer. */
  const losing = <A>(name: string, done: Effect.Effect<A, RemoteFailed>) =>
    Effect.flatMap(done, (answer) => {
      written.set(name, performance.now())
      return asked++ % 2 === 1 ? Effect.fail(lost) : Effect.succeed(answer)
    })
  return {
    ...raw,
    create: (name, bytes) => losing(name, raw.create(name, bytes)),
    replace: (name, bytes, tag) => losing(name, raw.replace(name, bytes, tag)),
    put: (name, content) => losing(name, raw.put(name, content)),
    list: (folder) =>
      Effect.map(raw.list(folder), (entries) =>
        entries.filter(({ name }) => performance.now() - (written.get(name) ?? Number.NEGATIVE_INFINITY) >= listedAfter)
      )
  }
}

describe("a folder", () => {
  const backend = folderBackend(temporaryFolder())
  contract(() => backend)
})

describe("a folder that shows things late and loses answers", () => {
  const backend = patient(distant(temporaryFolder(), 200), QUICKLY)
  contract(() => backend, 250)
})

/** A double that answers for the length of a group of tests. */
const doubled = (options: DoubleOptions) => {
  let double: Double
  let backend: Backend
  const before = { ...process.env }
  beforeAll(async () => {
    double = await startDouble(options)
    Object.assign(process.env, KEYS, { AWS_EC2_METADATA_DISABLED: "true", AWS_ENDPOINT_URL_S3: double.url })
    backend = patient(s3Backend(bucketAt(`s3://${BUCKET}/some/prefix`)), QUICKLY)
  })
  afterAll(async () => {
    process.env = before
    await double.close()
  })
  return { backend: () => backend, double: () => double }
}

describe("a bucket", () => {
  const { backend, double } = doubled({ pageSize: 5 })
  contract(backend)

  it("has everything below the prefix", () => {
    expect([...double().entries.keys()].filter((name) => !name.startsWith("some/prefix/"))).toEqual([])
  })

  it("is told from one that is not there, in a sentence", async () => {
    const problem = Effect.runPromise(openBackend("s3://elsewhere/x", true))
    await expect(problem).rejects.toThrow(/s3:\/\/elsewhere\/x: there is no bucket elsewhere\. Check its name/)
  })

  it("asks for keys in a sentence where there are none", async () => {
    const before = { ...process.env }
    for (const name of Object.keys(KEYS)) delete process.env[name]
    process.env["HOME"] = temporaryFolder()
    const problem = Effect.runPromise(openBackend(`s3://${BUCKET}`, true))
    await expect(problem).rejects.toThrow(/no keys were found\. Set AWS_ACCESS_KEY_ID/)
    process.env = before
  })

  it("is told from a network that is not there, in a sentence and soon", async () => {
    const { AWS_ENDPOINT_URL_S3: there } = process.env
    process.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:1"
    await expect(Effect.runPromise(openBackend(`s3://${BUCKET}`, true))).rejects.toThrow(/cannot be reached \(ECONNREFUSED\)/)
    process.env["AWS_ENDPOINT_URL_S3"] = there
  })
})

describe("a bucket in bad weather", () => {
  const { backend, double } = doubled({ rate: 0.35, seed: 7, listedAfter: 300, pageSize: 5 })
  contract(backend, 350)

  it("was in bad weather", () => {
    expect(double().requests.length).toBeGreaterThan(80)
  })
})

describe("a server that takes conditions and does not look at them", () => {
  doubled({ conditions: false })

  it("is refused before anything is stored", async () => {
    await expect(Effect.runPromise(openBackend(`s3://${BUCKET}/x`, true))).rejects.toThrow(/lets a second writer win/)
  })

  it("may be read from", async () => {
    expect((await Effect.runPromise(openBackend(`s3://${BUCKET}/x`, false))).url).toBe(`s3://${BUCKET}/x`)
  })
})

describe.skipIf(process.env["ECHO_TEST_S3"] === undefined)("the service that ECHO_TEST_S3 names", () => {
  const { url, bucket, prefix } = bucketAt(process.env["ECHO_TEST_S3"] ?? "s3://none")
  const place = `${prefix}${Date.now().toString(36)}/`
  const backend = patient(s3Backend({ url, bucket, prefix: place }))
  contract(() => backend)
})

describe("an address", () => {
  it("is read in one way, and refused in a sentence", () => {
    expect(bucketAt("s3://lab-bucket//studies/rl/")).toEqual({
      url: "s3://lab-bucket/studies/rl",
      bucket: "lab-bucket",
      prefix: "studies/rl/"
    })
    expect(bucketAt("s3://lab-bucket")).toEqual({ url: "s3://lab-bucket", bucket: "lab-bucket", prefix: "" })
    expect(() => bucketAt("gs://lab/x")).toThrow(/gs:\/\/lab\/x is no store: name a folder, or a place in a bucket/)
    expect(() => bucketAt("s3://")).toThrow(/names no bucket/)
    expect(() => bucketAt("s3://lab/../x")).toThrow(/has a prefix of other signs/)
  })
})
