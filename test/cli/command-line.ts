/** Runs the real command line in processes of its own, against the test studies or an edited copy of them. */

import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, vi } from "vitest"

import { commandLine } from "../../src/cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const ROOT = path.resolve(import.meta.dirname, "../..")
const FIXTURES = path.join(ROOT, "test/dag/fixtures")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves when what was printed so far holds the text. */
  readonly said: (text: string) => Promise<void>
  /** Resolves when a stage of a run with `--json` has told of that many steps. */
  readonly reached: (step: number) => Promise<void>
}

export interface Place {
  readonly store: string
  readonly studies: string
  /** `stdout`: where its standard output goes, a file descriptor; by default it is read. */
  readonly start: (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>, stdout?: number) => Started
  readonly pipeline: (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>) => Promise<Ended>
  /** The same in this process, for commands that start no run: ten times as fast. One at a time. */
  readonly here: (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>) => Promise<Ended>
  /** Stages computed so far, over all processes. */
  readonly computed: () => ReadonlyArray<string>
}

/** A fresh store, over the test studies. */
export const place = (studies: string = path.join(FIXTURES, "studies")): Place => {
  const folder = temporaryFolder()
  const store = path.join(folder, "store")
  const trace = path.join(folder, "trace")
  const start: Place["start"] = (args, environment = {}, stdout) => {
    const child = spawn(process.execPath, [path.join(ROOT, "bin/pipeline.mjs"), ...args], {
      cwd: folder,
      stdio: ["ignore", stdout ?? "pipe", "pipe"],
      env: {
        ...plainEnvironment(),
        ECHO_CHAMBER_STUDIES: studies,
        ECHO_CHAMBER_STORE: store,
        ECHO_TEST_TRACE: trace,
        ...environment
      }
    })
    running.add(child)
    child.on("exit", () => running.delete(child))
    let out = ""
    let err = ""
    const listeners = new Set<() => void>()
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text
      for (const listener of listeners) listener()
    })
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      err += text
      for (const listener of listeners) listener()
    })
    const ended = new Promise<Ended>((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err })))
    const until = (what: string, holds: () => boolean) =>
      new Promise<void>((resolve, reject) => {
        const listener = () => {
          if (!holds()) return
          listeners.delete(listener)
          resolve()
        }
        listeners.add(listener)
        listener()
        void ended.then(() => reject(new Error(`it ended before ${what}:\n${out}${err}`)))
      })
    return {
      child,
      ended,
      said: (text) => until(`saying "${text}"`, () => `${out}${err}`.includes(text)),
      reached: (step) => until(`step ${step}`, () => [...out.matchAll(/"done":(\d+),/g)].some(([, done]) => Number(done) >= step))
    }
  }
  return {
    store,
    studies,
    start,
    pipeline: (args, environment) => start(args, environment).ended,
    here: (args, environment) =>
      inThisProcess(args, { ECHO_CHAMBER_STUDIES: studies, ECHO_CHAMBER_STORE: store, ...environment }),
    computed: () =>
      (fs.existsSync(trace) ? fs.readFileSync(trace, "utf8").trim().split("\n") : []).map((line) => line.split(" ")[0]!)
  }
}

/** What a test that failed left running. */
const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill("SIGKILL")
})

const inThisProcess = async (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>): Promise<Ended> => {
  const ended = { code: 0, signal: null, out: "", err: "" }
  const take = (stream: "out" | "err") => (text: string | Uint8Array) => {
    ended[stream] += typeof text === "string" ? text : Buffer.from(text).toString("utf8")
    return true
  }
  const before = Object.fromEntries(Object.keys(environment).map((name) => [name, process.env[name]]))
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(take("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(take("err"))
  ]
  Object.assign(process.env, environment)
  try {
    ended.code = await commandLine(args)
  } finally {
    for (const spy of spies) spy.mockRestore()
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
  return ended
}

/** The surroundings without what would choose another engine, store or set of data. */
const plainEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("ECHO_") && name !== "NODE_OPTIONS"))

/**
 * A copy of the test stages and studies that a test may edit. It lies in the repository's ignored build folder, as deep as the
 * original, so that its imports still lead home.
 */
export const editableStudies = (): {
  readonly studies: string
  readonly edit: (file: string, from: string, to: string) => void
} => {
  const parent = path.join(ROOT, "build/tests")
  fs.mkdirSync(parent, { recursive: true })
  const copy = fs.mkdtempSync(path.join(parent, "studies-"))
  copies.push(copy)
  fs.cpSync(FIXTURES, copy, { recursive: true })
  return {
    studies: path.join(copy, "studies"),
    edit: (file, from, to) => {
      const source = fs.readFileSync(path.join(copy, file), "utf8")
      if (!source.includes(from)) throw new Error(`${file} does not hold "${from}"`)
      fs.writeFileSync(path.join(copy, file), source.replace(from, to))
    }
  }
}

const copies: Array<string> = []
afterAll(() => {
  for (const copy of copies) fs.rmSync(copy, { recursive: true, force: true })
})

/** Labels and states of the newest run's nodes, as `pipeline status --json` tells them. */
export const nodeStates = async (at: Place, study: string): Promise<Readonly<Record<string, string>>> => {
  const { out } = await at.here(["status", study, "--json"])
  const { nodes } = JSON.parse(out) as { readonly nodes: ReadonlyArray<{ readonly label: string; readonly state: string }> }
  return Object.fromEntries(nodes.map(({ label, state }) => [label, state]))
}
