/** Compiling the engine on first use, by compilers that do what they should and by ones that do not. */

import * as fs from "node:fs"
import { availableParallelism } from "node:os"
import * as path from "node:path"

import { Effect, Exit } from "effect"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

import { compileLibrary } from "../../../../src/engine/native/compile.ts"
import { loadLibrary } from "../../../../src/engine/native/library.ts"
import { readyEngine } from "../../../../src/engine/ready.ts"
import { type EngineChoice, resolveEngine } from "../../../../src/engine/select.ts"
import { place } from "../../../cli/command-line.ts"
import { temporaryFolder } from "../../../store/temporary-folder.ts"

const VARIABLES = ["CC", "ECHO_CHAMBER_CACHE", "ECHO_CHAMBER_ISA"] as const
let before: Readonly<Record<string, string | undefined>> = {}
let cache = ""
beforeEach(() => {
  before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]))
  cache = temporaryFolder()
  Object.assign(process.env, { ECHO_CHAMBER_CACHE: cache, ECHO_CHAMBER_ISA: "portable" })
})
afterEach(() => {
  for (const [name, value] of Object.entries(before))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
})

/** A compiler that tells its version and then does as the script says. */
const compiler = (script: string, mode = 0o755): string => {
  const file = path.join(temporaryFolder(), "cc")
  fs.writeFileSync(file, `#!/bin/sh\nfor word; do [ "$word" = --version ] && echo "fake 1.0" && exit 0; done\n${script}\n`)
  fs.chmodSync(file, mode)
  return file
}
const AUTO = { engine: "auto", mode: "auto" } as const

/** Compilers that fail, what is told of each, and what helps. */
const FAILING: Readonly<Record<string, readonly [script: string, told: string, remedy: string]>> = {
  "says nothing": ["exit 1", "nothing; its exit code was 1", "apt-get install gcc"],
  "is too old (GCC)": [
    `echo "gcc: error: unrecognized command line option '-mamx-tile'; did you mean '-mabm'?" >&2; exit 1`,
    "unrecognized command line option '-mamx-tile'",
    "too old or not for this processor: GCC 11, Clang 13"
  ],
  "is too old (Clang)": [`echo "clang: error: unknown argument: '-mamx-bf16'" >&2; exit 1`, "unknown argument", "too old"],
  "has an assembler that is too old": [
    `echo "a.s:12: Error: no such instruction: 'tdpbf16ps'" >&2; exit 1`,
    "no such instruction",
    "too old"
  ],
  "finds no room": [
    `echo "/tmp/cc1.s: error: No space left on device" >&2; exit 1`,
    "No space left on device",
    "Free some space: the compiler puts its files into the system's temporary folder (TMPDIR)"
  ],
  "lacks headers": [`echo "a.c:3:10: fatal error: stdio.h: No such file or directory" >&2; exit 1`, "stdio.h", "libc6-dev"],
  "lacks its parts": [
    `echo "gcc: fatal error: cannot execute 'cc1': execvp: No such file" >&2; exit 1`,
    "cc1",
    "Parts of the compiler are missing"
  ],
  "lacks libraries": [`echo "/usr/bin/ld: cannot find -lm" >&2; exit 1`, "cannot find -lm", "Parts of the compiler are missing"],
  "finds no memory": [`echo "cc1: out of memory allocating 65536 bytes" >&2; exit 1`, "out of memory", ""],
  "is killed": ["kill -9 $$", "signal SIGKILL ended it", "out of memory"],
  "writes nothing": ["exit 0", "it wrote no library", "apt-get install gcc"],
  "writes an empty library": [
    'while [ $# -gt 0 ]; do [ "$1" = -o ] && : > "$2"; shift; done',
    "it wrote no library",
    "apt-get install gcc"
  ]
}

describe("a compiler that", () => {
  it.each(Object.keys(FAILING))("%s is quoted with what helps, and leaves nothing in the cache", async (what) => {
    const [script, told, remedy] = FAILING[what]!
    process.env["CC"] = compiler(script)
    const exit = await Effect.runPromiseExit(compileLibrary("portable", { say: () => {} }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain(told)
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain(remedy)
    expect(Exit.isFailure(exit) && String(exit.cause)).not.toMatch(/spawn|Error: Command failed/)
    expect(fs.readdirSync(cache)).toEqual([])
  })

  it.each(Object.keys(FAILING))(
    "%s gives way to the wasm engine where the choice is open, and it is said what helps",
    async (what) => {
      process.env["CC"] = compiler(FAILING[what]![0])
      const choice = Effect.runSync(resolveEngine(AUTO))
      expect(choice.name).toBe("native")
      const ready = await Effect.runPromise(readyEngine(AUTO, choice))
      expect(ready.name).toBe("wasm")
      expect(ready.notice).toMatch(
        /^The native engine could not be compiled for portable \(.*\)\. .*\. Until then the wasm engine, .*computes\.$/
      )
    }
  )

  it("may not be run is said to be so", async () => {
    process.env["CC"] = compiler("exit 0", 0o644)
    const exit = await Effect.runPromiseExit(compileLibrary("portable", { say: () => {} }))
    // Whoever may do everything is refused as well: nobody may run what nobody may.
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("permission is denied")
  })
})

describe("an engine that is asked for by name", () => {
  it.each([
    { engine: "native", mode: "auto" },
    { engine: "native", mode: "f32" }
  ] as const)("is not replaced by another: %j", async (request) => {
    process.env["CC"] = compiler("exit 1")
    const exit = await Effect.runPromiseExit(readyEngine(request, Effect.runSync(resolveEngine(request))))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("Compiling the native engine failed")
  })

  it("that needs no compiler is ready", async () => {
    process.env["CC"] = compiler("exit 1")
    const choice = Effect.runSync(resolveEngine({ engine: "wasm", mode: "auto" }))
    expect(await Effect.runPromise(readyEngine({ engine: "wasm", mode: "auto" }, choice))).toBe(choice)
  })
})

it("a compiler that knows all but the newest instructions compiles the engine for older ones", async () => {
  process.env["CC"] = compiler(
    `case "$*" in *-mamx*) echo "error: unrecognized option -mamx-tile" >&2; exit 1;; esac; exec cc "$@" -O0`
  )
  delete process.env["ECHO_CHAMBER_ISA"]
  const amx: EngineChoice = { name: "native", mode: "bf16x3", isa: "amx", numericsClass: "native/bf16x3/x" }
  const ready = await Effect.runPromise(readyEngine(AUTO, amx))
  expect(ready).toMatchObject({ name: "native", mode: "f32" })
  expect(ready.notice).toMatch(/could not be compiled for amx .* Until then native f32 on \w+ computes\.$/)
})

describe("on first use", () => {
  it("files are compiled side by side, with the time told, into a library that can be loaded; then it is there", async () => {
    const log = path.join(temporaryFolder(), "log")
    process.env["CC"] = compiler(`echo begin >> ${log}; cc "$@" -O0; code=$?; echo end >> ${log}; exit $code`)
    const said: Array<string> = []
    const library = await Effect.runPromise(compileLibrary("portable", { say: (line) => said.push(line) }))
    expect(said[0]).toMatch(/^compiling the native engine for portable with .*cc, once on this machine$/)
    expect(said[1]).toMatch(/^compiled the native engine in \d+\.\d s$/)
    expect(fs.readdirSync(cache)).toEqual([path.basename(library)])
    expect(() => loadLibrary(library)).not.toThrow()
    let [running, most] = [0, 0]
    for (const word of fs.readFileSync(log, "utf8").trim().split("\n"))
      most = Math.max(most, (running += word === "begin" ? 1 : -1))
    expect(most).toBeGreaterThan(availableParallelism() > 1 ? 1 : 0)

    const again: Array<string> = []
    expect(await Effect.runPromise(compileLibrary("portable", { say: (line) => again.push(line) }))).toBe(library)
    expect(again).toEqual([])
  })

  it("a run whose compiler fails says so at once and goes on with wasm", async () => {
    const at = place()
    const run = at.start(["run", "smoke", "--no-report", "--json"], {
      CC: compiler("echo 'error: broken' >&2; exit 1"),
      ECHO_CHAMBER_CACHE: cache
    })
    await run.said('"event":"node-started"')
    run.child.kill("SIGKILL")
    const { err, out } = await run.ended
    expect(err).toMatch(
      /could not be compiled for \w+ \(error: broken\)\. Another compiler may do: .* Until then the wasm engine/
    )
    expect(out).toContain('"engine":"wasm f32 ')
  })
})
