/**
 * The contract of backends, kept by a server that others wrote: moto, a Python package. It honours If-None-Match and If-Match of
 * PutObject, which not every such server does.
 */

import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import type { Backend } from "../../../src/store/remote/Backend.ts"
import { openBackend } from "../../../src/store/remote/open.ts"
import { contract } from "./contract.ts"

const program = (process.env["PATH"] ?? "")
  .split(path.delimiter)
  .map((folder) => path.join(folder, "moto_server"))
  .find((file) => fs.existsSync(file))
if (program === undefined)
  console.warn("No moto_server here: a server that others wrote is NOT TESTED. pip install moto[s3] flask flask-cors brings it.")

describe.skipIf(program === undefined)("a bucket of moto", () => {
  const before = { ...process.env }
  let server: ChildProcess
  let backend: Backend
  beforeAll(async () => {
    server = spawn(program!, ["-H", "127.0.0.1", "-p", "0"], { stdio: ["ignore", "pipe", "pipe"] })
    const address = await new Promise<string>((resolve, reject) => {
      let said = ""
      const listen = (text: Buffer) => {
        said += text.toString()
        const [found] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said) ?? []
        if (found !== undefined) resolve(found)
      }
      server.stdout!.on("data", listen)
      server.stderr!.on("data", listen)
      server.on("exit", () => reject(new Error(`moto_server ended: ${said}`)))
    })
    await fetch(`${address}/echo`, { method: "PUT" })
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_ENDPOINT_URL_S3: address
    })
    backend = await Effect.runPromise(openBackend("s3://echo/some/prefix", true))
  })
  afterAll(() => {
    process.env = before
    server?.kill()
  })

  contract(() => backend)

  it("is told from one that is not there", async () => {
    await expect(Effect.runPromise(openBackend("s3://elsewhere", true))).rejects.toThrow(/there is no bucket elsewhere/)
  })
})
