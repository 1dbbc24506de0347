/** `pipeline ui` as a command: its address, its flags, and how it ends. */

import * as http from "node:http"
import type { AddressInfo } from "node:net"

import { describe, expect, it } from "vitest"

import { place } from "../cli/command-line.ts"
import { studyStore } from "./study-store.ts"

const store = studyStore(1)
const { here, start } = place()

describe("pipeline ui", () => {
  it("prints its address, and a signal ends it", async () => {
    const server = start(["ui", "--store", store.root, "--no-open"])
    await server.said("Ctrl-C ends it")
    server.child.kill("SIGINT")
    const { code, out } = await server.ended
    expect(code).toBe(130)
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32}\n$/)
  })

  it("refuses what is no port, a port that is taken, and a store that is not there, each with what to do", async () => {
    const wrong = async (...args: ReadonlyArray<string>) => {
      const { code, err } = await here(["ui", "--no-open", ...args])
      expect(code).toBe(2)
      return err
    }
    for (const port of ["0", "65536", "x", "-1"])
      expect(await wrong(`--port=${port}`, "--store", store.root)).toContain(`a port is a whole number from 1 to 65535`)
    const taken = http.createServer()
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve))
    const { port } = taken.address() as AddressInfo
    expect(await wrong("--port", String(port), "--store", store.root)).toBe(
      `Port ${port} cannot be listened on: something else listens there, another pipeline ui perhaps. ` +
        "Name another one, or none for one that is free.\n"
    )
    taken.close()
    expect(await wrong("--store", `${store.root}/nowhere`)).toContain("There is no such store.")
    expect(await wrong("smoke")).toContain("no words")
  })
})
