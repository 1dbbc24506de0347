/** Importing from files, and from a hub that is a server of this test: with ranges, pages, broken connections and wrong bytes. */

import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { afterEach, describe, expect, it } from "vitest"

import { importDataset } from "../../src/datasets/fetch/import.ts"
import { readDataset } from "../../src/datasets/read/load.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "./hub.ts"

const train = { dataset: "gsm8k", split: "train" }
const rowsIn = async (data: string, split = "train") =>
  (await readDataset("gsm8k", split, { data, repository: join(data, "none/none"), environment: {}, purpose: "evaluation" }))
    .length

describe("importing files", () => {
  it("copies a folder into the hub's layout, and does nothing the second time", async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    writeParquet(from, "some/where/main/train-00000-of-00001.parquet", gsm8kRows(5))
    writeIn(from, "some/where/README.md", "not data")
    const first = await importDataset(train, { to, from })
    expect(first.files).toMatchObject([{ name: "main/train-00000-of-00001.parquet", how: "copied" }])
    expect(first.folder).toBe(join(to, "openai/gsm8k"))
    expect(await rowsIn(to)).toBe(5)
    expect((await importDataset(train, { to, from })).files[0]!.how).toBe("present")
  })

  it("reads packed files to their end, far behind the rows that are looked at", async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    const mine = join(from, "mine.jsonl.gz")
    const members = [0, 1, 2].map((i) => gzipSync(jsonl(gsm8kRows(2000, i * 2000))))
    members[2]![500]! ^= 1
    writeFileSync(mine, Buffer.concat(members))
    await expect(importDataset(train, { to, from: mine })).rejects.toThrow(/was not imported: .* damaged in member 3/)
    // The user's own file is named, and not the copy that is removed again.
    await expect(importDataset(train, { to, from: mine })).rejects.toThrow(mine)
    await expect(importDataset(train, { to, from: mine })).rejects.not.toThrow(join(to, "openai"))
    expect(existsSync(join(to, "openai/gsm8k/train.jsonl.gz"))).toBe(false)
  })

  it("gives a single file the name under which it is found, packed or not", async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    const mine = join(from, "mine.jsonl.gz")
    writeFileSync(mine, gzipSync(jsonl(gsm8kRows(4))))
    expect((await importDataset(train, { to, from: mine })).files[0]!.name).toBe("train.jsonl.gz")
    expect(await rowsIn(to)).toBe(4)
  })

  it("refuses, and leaves nothing of, a file of another shape", async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    const wrong = writeIn(from, "train.jsonl", jsonl([{ q: "Q?", a: "1" }]))
    await expect(importDataset(train, { to, from: wrong })).rejects.toMatchObject({
      badInput: true,
      message: expect.stringMatching(/^gsm8k:train was not imported: none of its rows.*row 0, field question: is missing/)
    })
    expect(existsSync(join(to, "openai/gsm8k/train.jsonl"))).toBe(false)
  })

  it("refuses what is not there, of another kind, or in the way of what is", async () => {
    const [from, to] = [temporaryFolder(), temporaryFolder()]
    const refused = async (file: string) => {
      const error = await importDataset(train, { to, from: file }).catch((error: unknown) => error)
      expect(error).toMatchObject({ badInput: true })
      return (error as Error).message
    }
    expect(await refused(join(from, "nothing.jsonl"))).toContain("there is no file or folder")
    expect(await refused(from)).toContain("holds none of the files")
    expect(await refused(writeIn(from, "x.xlsx", "x"))).toContain("x.xlsx is not of a kind that it is read from")
    const file = writeIn(from, "train.jsonl", jsonl(gsm8kRows(3)))
    await importDataset(train, { to, from: file })
    writeFileSync(file, jsonl(gsm8kRows(2)))
    expect(await refused(file)).toContain("is there already, with other contents")
    expect(await rowsIn(to)).toBe(3)
  })
})

const COMMIT = "0123456789abcdef0123456789abcdef01234567"
const servers: Array<Server> = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** A hub with one repository; `answer` may answer a file's request in its own way, and then returns true. */
const hub = async (
  files: Readonly<Record<string, Uint8Array>>,
  answer: (request: IncomingMessage, response: ServerResponse, body: Uint8Array) => boolean = () => false
) => {
  const requests: Array<string> = []
  const server = createServer((request, response) => {
    const url = new URL(request.url!, "http://hub")
    requests.push(`${url.pathname}${request.headers.range === undefined ? "" : ` ${request.headers.range}`}`)
    const json = (value: unknown, headers = {}) => response.writeHead(200, headers).end(JSON.stringify(value))
    if (url.pathname === "/api/datasets/openai/gsm8k/revision/main") return json({ sha: COMMIT })
    if (url.pathname === `/api/datasets/openai/gsm8k/tree/${COMMIT}/main`) {
      // One file a page, as a hub with many would.
      const page = Number(url.searchParams.get("cursor") ?? 0)
      const [path, body] = Object.entries(files)[page]!
      const blob = createHash("sha1").update(`blob ${body.length}\0`).update(body).digest("hex")
      const lfs = { oid: createHash("sha256").update(body).digest("hex"), size: body.length, pointerSize: 1 }
      const more = page + 1 < Object.keys(files).length
      const next = `http://localhost:${(server.address() as AddressInfo).port}${url.pathname}?cursor=${page + 1}`
      return json(
        [
          { type: "directory", path: "main", oid: "0" },
          { type: "file", path, oid: blob, size: body.length, ...(page === 0 ? { lfs } : {}) }
        ],
        more ? { link: `<${next}>; rel="next"` } : {}
      )
    }
    const body = files[url.pathname.replace(`/datasets/openai/gsm8k/resolve/${COMMIT}/`, "")]
    if (body === undefined) return response.writeHead(404).end()
    if (answer(request, response, body)) return undefined
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
    return response.writeHead(from > 0 ? 206 : 200).end(body.subarray(from))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return { endpoint: `http://localhost:${(server.address() as AddressInfo).port}`, requests }
}

const shard = (folder: string, name: string, count: number): Uint8Array =>
  readFileSync(writeParquet(folder, name, gsm8kRows(count)))
const twoFiles = () => {
  const folder = temporaryFolder()
  return {
    "main/train-00000-of-00001.parquet": shard(folder, "a.parquet", 300),
    "main/test-00000-of-00001.parquet": shard(folder, "b.parquet", 20)
  }
}

describe("importing from the hub", () => {
  it("downloads the files of the split at one commit, checks their digests, and does nothing the second time", async () => {
    const to = temporaryFolder()
    const { endpoint, requests } = await hub(twoFiles())
    const imported = await importDataset(train, { to, endpoint })
    expect(imported).toMatchObject({ commit: COMMIT, files: [{ name: "main/train-00000-of-00001.parquet", how: "downloaded" }] })
    expect(await rowsIn(to)).toBe(300)
    expect((await importDataset({ ...train, split: "test" }, { to, endpoint })).files[0]!.how).toBe("downloaded")
    const before = requests.length
    expect((await importDataset(train, { to, endpoint })).files[0]!.how).toBe("present")
    expect(requests.slice(before).filter((path) => path.includes("/resolve/"))).toEqual([])
  })

  it("goes on where a broken connection stopped, in the same run and in the next one", async () => {
    const to = temporaryFolder()
    let breaks = 2
    const { endpoint, requests } = await hub(twoFiles(), (request, response, body) => {
      if (breaks-- <= 0) return false
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
      response.writeHead(from > 0 ? 206 : 200, { "content-length": body.length - from })
      response.write(body.subarray(from, from + 1000), () => response.destroy())
      return true
    })
    await importDataset(train, { to, endpoint, patience: 1 })
    expect(requests.filter((path) => path.includes("/resolve/")).map((path) => path.split(" ")[1])).toEqual([
      undefined,
      "bytes=1000-",
      "bytes=2000-"
    ])
    expect(await rowsIn(to)).toBe(300)

    const again = temporaryFolder()
    const file = "openai/gsm8k/main/train-00000-of-00001.parquet"
    writeIn(again, `${file}.partial`, readFileSync(join(to, file)).subarray(0, 500))
    expect((await importDataset(train, { to: again, endpoint })).files[0]!.how).toBe("resumed")
    expect(requests.at(-1)).toContain("bytes=500-")
    expect(await rowsIn(again)).toBe(300)
  })

  it("never keeps bytes that are not those of the hub", async () => {
    const to = temporaryFolder()
    const { endpoint } = await hub(twoFiles(), (_, response, body) => {
      const wrong = Uint8Array.from(body)
      wrong[100]! ^= 1
      response.writeHead(200).end(wrong)
      return true
    })
    const file = join(to, "openai/gsm8k/main/train-00000-of-00001.parquet")
    for (const split of ["train", "test"])
      await expect(importDataset({ ...train, split }, { to, endpoint, patience: 1 })).rejects.toMatchObject({
        _tag: "DownloadFailed",
        message: expect.stringMatching(/came damaged: it has the (git )?digest/)
      })
    expect([existsSync(file), existsSync(`${file}.partial`)]).toEqual([false, false])
  })

  it("says in words that the network is closed, what a refusal means, and that a split is not on the hub", async () => {
    const to = temporaryFolder()
    const closed = await hub({})
    servers.pop()!.close()
    await expect(importDataset(train, { to, endpoint: closed.endpoint, patience: 1 })).rejects.toMatchObject({
      message: expect.stringMatching(/localhost.*cannot be reached \(ECONNREFUSED.*no way into the network.*--from FILE/s)
    })
    const { endpoint } = await hub(twoFiles(), (_, response) => {
      response.writeHead(403).end()
      return true
    })
    await expect(importDataset(train, { to, endpoint })).rejects.toMatchObject({
      message: expect.stringMatching(/HTTP 403\. It asks for an account/)
    })
    const other = await hub({ "main/other.parquet": new Uint8Array(3) })
    await expect(importDataset(train, { to, endpoint: other.endpoint })).rejects.toMatchObject({
      badInput: true,
      message: expect.stringMatching(/openai\/gsm8k has no file main\/train-\*\.parquet on the hub.*grade-school-math/)
    })
  })

  it("takes one file from a URL", async () => {
    const to = temporaryFolder()
    const { endpoint } = await hub({ "main/x": new Uint8Array(1), "train.jsonl": Buffer.from(jsonl(gsm8kRows(3))) })
    await importDataset(train, { to, from: `${endpoint}/datasets/openai/gsm8k/resolve/${COMMIT}/train.jsonl` })
    expect(await rowsIn(to)).toBe(3)
  })
})
