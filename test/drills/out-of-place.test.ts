/**
 * A FIFO, a device, a link, a socket, a folder or a file of absurd size in place of any file of a store: every command answers,
 * in a sentence and without waiting for it, and after "verify --repair" a run ends as if it had never been there.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { type CommandServer, commandServer } from "./command-server.ts"
import { notASentence } from "./sentences.ts"

const folder = temporaryFolder()
const sound = path.join(folder, "sound")
const RUN = ["run", "light", "--no-report"]

let server: CommandServer
beforeAll(async () => {
  server = commandServer({
    ECHO_CHAMBER_STUDIES: path.join(import.meta.dirname, "fixtures/studies"),
    ECHO_CHAMBER_CACHE: path.join(folder, "cache")
  })
  const { code, err } = await server.command([...RUN, "--store", sound])
  if (code !== 0) throw new Error(err)
  // What a run that is going on has besides.
  for (const key of fs.readdirSync(path.join(sound, "attempts"))) {
    fs.writeFileSync(path.join(sound, "attempts", key, "log"), "a line\n")
    fs.writeFileSync(path.join(sound, "attempts", key, "checkpoint.json"), "{}")
  }
})
afterAll(() => server?.end())

const SORTS: Readonly<Record<string, (at: string) => void>> = {
  "a FIFO": (at) => void execFileSync("mkfifo", [at]),
  "a link to /dev/zero": (at) => fs.symlinkSync("/dev/zero", at),
  "a link to nowhere": (at) => fs.symlinkSync("/nowhere/at/all", at),
  "a link to itself": (at) => fs.symlinkSync(at, at),
  "a socket": (at) => {
    const server = net.createServer().listen(at)
    server.unref()
  },
  "a folder": (at) => fs.mkdirSync(at),
  "a folder with something in it": (at) => fs.mkdirSync(path.join(at, "inside"), { recursive: true }),
  "a terabyte of nothing": (at) => {
    fs.writeFileSync(at, "")
    fs.truncateSync(at, 2 ** 40)
  }
}

const first = (store: string, ...names: ReadonlyArray<string>): string => {
  const at = path.join(store, ...names)
  return path.join(at, fs.readdirSync(at).toSorted()[0]!)
}
const record = (store: string) =>
  JSON.parse(fs.readFileSync(first(store, "actions"), "utf8")) as {
    readonly key: string
    readonly output: {
      readonly digest: string
      readonly tables: Readonly<Record<string, { readonly file: string }>>
      readonly documents: Readonly<Record<string, { readonly file: string }>>
    }
  }
const object = (store: string, digest: string) => path.join(store, "objects", "sha256", digest.slice(0, 2), digest)

const PLACES: Readonly<Record<string, (store: string) => string>> = {
  "a manifest": (store) => object(store, record(store).output.digest),
  "a table": (store) => object(store, Object.values(record(store).output.tables)[0]!.file),
  "a document": (store) => object(store, Object.values(record(store).output.documents)[0]!.file),
  "an action record": (store) => first(store, "actions"),
  "a run's log": (store) => path.join(first(store, "runs"), "events.jsonl"),
  "a run's folder": (store) => first(store, "runs"),
  observations: (store) => first(store, "observations"),
  "a code text": (store) => first(store, "code"),
  "an attempt's log": (store) => path.join(store, "attempts", record(store).key, "log"),
  "an attempt's checkpoint": (store) => path.join(store, "attempts", record(store).key, "checkpoint.json"),
  "an attempt's folder": (store) => path.join(store, "attempts", record(store).key)
}

const COMMANDS: ReadonlyArray<ReadonlyArray<string>> = [
  ["status"],
  ["status", "light"],
  ["show", "tally"],
  ["show", "sum", "--rows", "1"],
  ["plan", "light", "--why"],
  ["verify"],
  ["gc"],
  ["sql", "select * from nodes", "--format", "csv"],
  ["sql", "select * from artifacts", "--format", "csv"],
  ["report"]
]

describe("in place of", () => {
  for (const [place, where] of Object.entries(PLACES))
    it(`${place}, whatever lies there, no command waits or breaks, and the store is mended`, { timeout: 600_000 }, async () => {
      const wrong: Array<string> = []
      for (const [sort, put] of Object.entries(SORTS)) {
        const store = path.join(folder, "store")
        fs.rmSync(store, { recursive: true, force: true })
        fs.cpSync(sound, store, { recursive: true })
        const at = where(store)
        fs.rmSync(at, { recursive: true, force: true })
        // Paths of sockets are short.
        const near = path.join(folder, "s")
        put(sort === "a link to itself" ? at : near)
        if (sort !== "a link to itself") fs.renameSync(near, at)
        const tryOut = async (args: ReadonlyArray<string>) => {
          const ended = await server.command([...args, "--store", store])
          const problem = notASentence(`${ended.out}\n${ended.err}`)
          if (problem !== null) wrong.push(`${sort}, ${args.join(" ")}: ${JSON.stringify(problem)} in ${ended.out}${ended.err}`)
          if (![0, 1, 2].includes(ended.code ?? -1)) wrong.push(`${sort}, ${args.join(" ")}: exit code ${ended.code}`)
          if (ended.code !== 0 && `${ended.out}${ended.err}`.trim() === "") wrong.push(`${sort}, ${args.join(" ")}: no word`)
          return ended
        }
        for (const args of COMMANDS) await tryOut(args)
        await tryOut(RUN)
        await tryOut(["verify", "--repair"])
        const again = await tryOut(RUN)
        // A folder of the store itself that is none is its owner's to mend.
        if (place === "an attempt's folder") continue
        if (again.code !== 0) wrong.push(`${sort}: the run after the repair ends with ${again.code}: ${again.err}`)
        const verified = await tryOut(["verify"])
        if (verified.code !== 0) wrong.push(`${sort}: verify is not content at the end: ${verified.out}${verified.err}`)
      }
      expect(wrong.join("\n\n")).toBe("")
    })
})
