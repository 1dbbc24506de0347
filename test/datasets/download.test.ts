/** One file over HTTP, from servers that behave as the hub, its storage, a proxy and a broken network do. */

import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import http, { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { join } from "node:path"

import { afterEach, describe, expect, it } from "vitest"

import { download, type DownloadOptions, tokenHeader, useProxies } from "../../src/datasets/fetch/download.ts"
import { temporaryFolder } from "./hub.ts"

const servers: Array<Server> = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})
const serve = async (listener: RequestListener) => {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return { server, at: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const body = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251))
const sha256 = createHash("sha256").update(body).digest("hex")
const whole = { bytes: body.length, sha256, gitBlob: null }
const unknown = { bytes: null, sha256: null, gitBlob: null }
const first = ({ range }: IncomingHttpHeaders): number => Number(/bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0)

/** Sends the file, or the part asked for, with the headers of a storage. */
const storage =
  (headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    const from = first(request.headers)
    const range = from > 0 ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}
    response
      .writeHead(from > 0 ? 206 : 200, { ...headers, ...range, "content-length": body.length - from })
      .end(body.subarray(from))
  }

const fetched = async (url: string, expected = whole as Parameters<typeof download>[2], options: DownloadOptions = {}) => {
  const folder = temporaryFolder()
  const path = join(folder, "train.parquet")
  const run = () => download(url, path, expected, { patience: 1, ...options })
  return { run, path, partial: `${path}.partial`, left: () => readdirSync(folder) }
}
const failureOf = async (run: () => Promise<unknown>): Promise<string> => {
  const error = await run().catch((error: unknown) => error)
  expect(error).toMatchObject({ _tag: "DownloadFailed" })
  return (error as Error).message
}

describe("a file of the hub", () => {
  it("is followed to the storage of another host, with the wanted part and without the token", async () => {
    const seen: Array<IncomingHttpHeaders> = []
    const cdn = await serve((request, response) => {
      seen.push(request.headers)
      storage()(request, response)
    })
    const hub = await serve((request, response) => {
      seen.push(request.headers)
      response.writeHead(302, { location: `${cdn.at.replace("127.0.0.1", "localhost")}/blob` }).end()
    })
    const { run, path, partial } = await fetched(`${hub.at}/resolve/train.parquet`, whole, { headers: tokenHeader("hf_1") })
    writeFileSync(partial, body.subarray(0, 2000))
    expect(await run()).toBe("resumed")
    expect(readFileSync(path).equals(body)).toBe(true)
    expect(seen.map(({ range, authorization }) => [range, authorization])).toEqual([
      ["bytes=2000-", "Bearer hf_1"],
      ["bytes=2000-", undefined]
    ])
    expect(existsSync(partial)).toBe(false)
  })

  it("of a gated dataset asks for a token, and says when the token's account may not read it", async () => {
    const hub = await serve((request, response) => {
      if (request.headers.authorization === "Bearer good") storage()(request, response)
      else response.writeHead(request.headers.authorization === undefined ? 401 : 403).end()
    })
    const url = `${hub.at}/train.parquet`
    expect(await failureOf((await fetched(url)).run)).toMatch(/HTTP 401\. It asks for an account.*set HF_TOKEN/)
    const refused = await fetched(url, whole, { headers: tokenHeader("bad") })
    expect(await failureOf(refused.run)).toMatch(/HTTP 403\. The account of HF_TOKEN may not read it/)
    expect(await (await fetched(url, whole, { headers: tokenHeader("good") })).run()).toBe("downloaded")
    expect([tokenHeader(""), tokenHeader("x")]).toEqual([{}, { authorization: "Bearer x" }])
  })

  it("is asked for again by a busy or broken server, after the wait that it asks for, and given up in the end", async () => {
    let busy = 2
    const hub = await serve((request, response) => {
      if (busy-- > 0) response.writeHead(busy === 0 ? 503 : 429, { "retry-after": "0.05" }).end()
      else storage()(request, response)
    })
    const started = performance.now()
    expect(await (await fetched(`${hub.at}/train.parquet`)).run()).toBe("downloaded")
    expect(performance.now() - started).toBeGreaterThan(95)
    const broken = await serve((_, response) => response.writeHead(500).end())
    expect(await failureOf((await fetched(`${broken.at}/train.parquet`)).run)).toMatch(/HTTP 500\. Try again later/)
  })

  it("is never a web page, nor another part than the one asked for, nor of another size", async () => {
    const login = await serve((_, response) =>
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>")
    )
    const page = await fetched(`${login.at}/datasets/a/b/resolve/main/train.parquet`)
    expect(await failureOf(page.run)).toMatch(/was answered with a web page instead of train\.parquet\. Look at it in a browser/)
    expect(page.left()).toEqual([])
    expect(await failureOf((await fetched(`${login.at}/datasets/a/b/blob/main/x.parquet`)).run)).toContain(
      "/resolve/ in place of /blob/"
    )

    const asked: Array<string | undefined> = []
    const confused = await serve((request, response) => {
      asked.push(request.headers.range)
      if (asked.length === 1) response.writeHead(206, { "content-range": "bytes 0-99/5000" }).end(body.subarray(0, 100))
      else storage()(request, response)
    })
    const part = await fetched(`${confused.at}/train.parquet`)
    writeFileSync(part.partial, body.subarray(0, 1000))
    await part.run()
    expect(asked).toEqual(["bytes=1000-", undefined])
    expect(readFileSync(part.path).equals(body)).toBe(true)

    const longer = await serve((_, response) => response.writeHead(200).end(Buffer.concat([body, body])))
    const long = await fetched(`${longer.at}/train.parquet`)
    expect(await failureOf(long.run)).toMatch(/came damaged: it has 10000 bytes, and should have 5000/)
    expect(long.left()).toEqual([])
  })
})

describe("a file of which nothing is known", () => {
  it("goes on where it stopped only while the server has the same version", async () => {
    const asked: Array<string> = []
    let version = '"1"'
    let breaks = true
    const site = await serve((request, response) => {
      const { range = "", "if-range": wanted = "" } = request.headers
      asked.push(`${range} ${wanted}`.trim())
      if (breaks) {
        breaks = false
        response.writeHead(200, { etag: version, "content-length": body.length })
        response.write(body.subarray(0, 1000), () => response.destroy())
      } else if (wanted === version) storage({ etag: version })(request, response)
      else response.writeHead(200, { etag: version }).end(body)
    })
    const same = await fetched(`${site.at}/train.parquet`, unknown)
    await same.run()
    expect(asked.splice(0)).toEqual(["", 'bytes=1000- "1"'])
    expect(readFileSync(same.path).equals(body)).toBe(true)
    expect(same.left()).toEqual(["train.parquet"])

    breaks = true
    version = '"2"'
    const newer = await fetched(`${site.at}/train.parquet`, unknown)
    writeFileSync(newer.partial, "of an older version")
    writeFileSync(`${newer.partial}.etag`, '"1"')
    breaks = false
    await newer.run()
    expect(asked).toEqual(['bytes=19- "1"'])
    expect(readFileSync(newer.path).equals(body)).toBe(true)
  })
})

describe.skipIf(typeof http.setGlobalProxyFromEnv !== "function")("a proxy", () => {
  const names = ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"]
  const before = names.map((name) => process.env[name])
  afterEach(() => {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) delete process.env[name]
      else process.env[name] = before[i]
    }
  })

  it("named in the environment is the way to the hub", async () => {
    const hub = await serve(storage())
    const asked: Array<string> = []
    const proxy = await serve((_, response) => response.writeHead(500).end())
    proxy.server.on("connect", (request, socket: Socket) => {
      asked.push(request.url!)
      const onward = connect((hub.server.address() as AddressInfo).port, "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n")
        onward.pipe(socket).pipe(onward)
      })
    })
    process.env["HTTP_PROXY"] = process.env["http_proxy"] = proxy.at
    process.env["NO_PROXY"] = process.env["no_proxy"] = ""
    const restore = useProxies()
    try {
      expect(await (await fetched("http://hub.invalid/train.parquet")).run()).toBe("downloaded")
    } finally {
      restore()
    }
    expect(asked).toEqual(["hub.invalid:80"])
  })
})
