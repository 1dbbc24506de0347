/**
 * The fault drill: at the k-th operation of a run the disk is full, fails, or does half of what it was asked. Whatever k is, the
 * run says so in a sentence with an exit code that fits, nothing is lost, every command works afterwards, and the next run ends
 * with the bytes of an undisturbed one. By default k goes over the run in strides; ECHO_TEST_DRILL=all takes every k.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { objectsIn } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type CommandServer, commandServer } from "./command-server.ts"
import { type Fault, type Faults, faultsImpossible, makeFaults, type Operation, OPERATIONS } from "./faults.ts"
import { notASentence } from "./sentences.ts"

const impossible = faultsImpossible()
if (impossible !== null) console.warn(`The fault drill is SKIPPED: ${impossible}.`)

const folder = temporaryFolder()
const root = path.join(folder, "root")
const STUDIES = path.join(import.meta.dirname, "fixtures/studies")
/** Whether every k is tried. */
const ALL = process.env["ECHO_TEST_DRILL"] === "all"

let faults: Faults
let server: CommandServer
beforeAll(() => {
  if (impossible !== null) return
  fs.mkdirSync(root)
  faults = makeFaults(folder, root)
  server = commandServer({
    ...faults.environment,
    ECHO_CHAMBER_STUDIES: STUDIES,
    ECHO_CHAMBER_CACHE: path.join(folder, "cache")
  })
})
afterAll(() => server?.end())

const runOf = (study: string) => ["run", study, "--no-report", "--checkpoint-seconds", "0"]

const filesIn = (store: string): ReadonlyArray<string> =>
  fs.existsSync(store) ? fs.readdirSync(store, { recursive: true, encoding: "utf8" }) : []

/** Files on their way to a name, which only a killed process may leave. */
const unfinished = (store: string): ReadonlyArray<string> =>
  filesIn(store).filter((name) => /(^|\/)tmp-[^/]*$|\.(partial|claim|new|stale|copy)$/.test(name))

/** Results by key: what must be equal at the end, whatever happened. */
const results = (store: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs.readdirSync(path.join(store, "actions")).map((name) => {
      const record = JSON.parse(fs.readFileSync(path.join(store, "actions", name), "utf8")) as {
        readonly output: { readonly digest: string }
      }
      return [name, record.output.digest]
    })
  )

/** The objects; what could not be removed lies beside them. */
const kept = (store: string) => objectsIn(store).filter((name) => !name.startsWith("tmp-"))

interface Undisturbed {
  readonly objects: ReadonlyArray<string>
  readonly results: Readonly<Record<string, string>>
  readonly operations: Readonly<Record<Operation, number>>
}

const undisturbed = async (study: string): Promise<Undisturbed> => {
  const store = path.join(root, `${study}-whole`)
  // The first run of a process also fills its caches.
  for (const other of [`${store}-first`, store]) {
    faults.arm({ operations: OPERATIONS, fault: "EIO", first: null })
    const { code, err } = await server.command([...runOf(study), "--store", other])
    if (code !== 0) throw new Error(err)
  }
  return { operations: faults.disarm().of, objects: kept(store), results: results(store) }
}

interface Trial {
  readonly operations: ReadonlyArray<Operation>
  readonly fault: Fault
  readonly first: number
  readonly times?: number
}

let stores = 0

/** What of a trial was not as it should be; a line each. */
const tryOut = async (study: string, trial: Trial, whole: Undisturbed): Promise<ReadonlyArray<string>> => {
  const store = path.join(root, `trial-${stores++}`)
  const wrong: Array<string> = []
  faults.arm(trial)
  const run = await server.command([...runOf(study), "--store", store])
  const { failed, last } = faults.disarm()
  const object = (what: string) =>
    wrong.push(
      `${trial.operations.join("+")} ${trial.fault} #${trial.first} ${timesWords(trial.times)} ` +
        `at ${path.relative(store, last)} (exit ${run.code}): ${what}`
    )
  const sentence = (what: string, { out, err }: typeof run) => {
    const problem = notASentence(`${out}\n${err}`)
    if (problem !== null) object(`${what} says ${JSON.stringify(problem)} in ${err}`)
  }
  sentence("the run", run)
  if (run.code === 0 && JSON.stringify(results(store)) !== JSON.stringify(whole.results)) object("exit code 0, and results lack")
  if (run.code !== 0 && run.code !== 1 && run.code !== 2) object("this is no exit code of a failure")
  if (run.code !== 0 && run.err.trim() === "") object("it failed without a word")
  if (failed === 0 && run.code !== 0) object(`nothing failed, and yet: ${run.err}`)
  if (!trial.operations.includes("unlink") && unfinished(store).length > 0) object(`it leaves ${unfinished(store).join(", ")}`)

  // What could not be removed names the process of the run, which in truth has ended with it.
  if (filesIn(store).some((name) => /(^|\/)(lease\.json|presence\/.*)$/.test(name))) server.end()
  // Where not even its folder could be made there is nothing to ask.
  const commands = fs.existsSync(store) ? [["status"], ["gc"], ["sql", "select label, status from nodes"], ["verify"]] : []
  for (const command of commands) {
    const ended = await server.command([...command, "--store", store])
    sentence(command[0]!, ended)
    if (ended.code !== 0) object(`${command[0]} afterwards ends with ${ended.code}: ${ended.out}${ended.err}`)
    else if (command[0] !== "verify" && ended.err.trim() !== "") object(`${command[0]} afterwards says ${ended.err}`)
  }
  const again = await server.command([...runOf(study), "--store", store])
  sentence("the next run", again)
  if (again.code !== 0) object(`the next run ends with ${again.code}: ${again.err}`)
  const verified = await server.command(["verify", "--store", store])
  if (verified.code !== 0) object(`verify after the next run: ${verified.out}${verified.err}`)
  if (JSON.stringify(results(store)) !== JSON.stringify(whole.results)) object("the results after the next run are others")
  if (JSON.stringify(kept(store)) !== JSON.stringify(whole.objects)) object("the objects after the next run are others")
  if (wrong.length === 0) fs.rmSync(store, { recursive: true, force: true })
  return wrong
}

/** Every k up to a number, or so many of them spread over it, the first and the last included. */
const spread = (most: number, count: number): ReadonlyArray<number> =>
  ALL || most <= count
    ? Array.from({ length: most }, (_, i) => i + 1)
    : Array.from({ length: count }, (_, i) => 1 + Math.round((i * (most - 1)) / (count - 1)))

/** What may befall which operations; `times` of a signal is a burst, as no signal comes for ever. */
const DRILLS: ReadonlyArray<{
  readonly fault: Fault
  readonly operations: ReadonlyArray<Operation>
  readonly times?: number
  readonly tries?: number
}> = [
  { fault: "ENOSPC", operations: ["write"], times: 1 },
  { fault: "ENOSPC", operations: ["create", "write", "sync", "mkdir", "link"] },
  { fault: "EDQUOT", operations: ["create", "write", "sync", "mkdir", "link"] },
  { fault: "EIO", operations: ["read"], times: 1 },
  { fault: "EIO", operations: ["read"], tries: 8 },
  { fault: "EIO", operations: ["write"], times: 1 },
  { fault: "EIO", operations: ["sync"], times: 1 },
  { fault: "EIO", operations: ["open", "create", "list"], times: 1 },
  { fault: "EIO", operations: ["rename", "link", "mkdir", "change"], times: 1 },
  { fault: "EIO", operations: ["unlink"], times: 2, tries: 4 },
  { fault: "EIO", operations: ["look"], times: 1 },
  {
    fault: "EIO",
    operations: ["open", "create", "read", "write", "sync", "rename", "link", "mkdir", "unlink", "list", "look", "change"],
    tries: 4
  },
  { fault: "EMFILE", operations: ["open", "create", "list"], times: 3, tries: 8 },
  { fault: "EMFILE", operations: ["open", "create", "list"], tries: 3 },
  { fault: "EINTR", operations: ["open", "create", "read", "write", "sync"], times: 5 },
  { fault: "EROFS", operations: ["create", "write", "rename", "link", "mkdir", "unlink", "change"], tries: 4 },
  { fault: "EACCES", operations: ["open", "create", "list"], times: 1 },
  { fault: "ESTALE", operations: ["open", "read", "write", "sync", "rename"], times: 1 },
  { fault: "EPERM", operations: ["link"] },
  { fault: "EOPNOTSUPP", operations: ["link"] },
  { fault: "EINVAL", operations: ["sync"] },
  { fault: "SHORT", operations: ["read", "write"] },
  { fault: "SHORT", operations: ["read", "write"], times: 1 }
]

describe.skipIf(impossible !== null)("a disk that fails", () => {
  let whole: Undisturbed
  beforeAll(async () => {
    if (impossible === null) whole = await undisturbed("light")
  })

  for (const drill of DRILLS)
    it(`with ${drill.fault} at ${drill.operations.join(", ")}, ${timesWords(drill.times)}`, { timeout: 3_600_000 }, async () => {
      const most = drill.operations.reduce((sum, operation) => sum + whole.operations[operation], 0)
      const wrong: Array<string> = []
      for (const first of spread(most, drill.tries ?? 12)) wrong.push(...(await tryOut("light", { ...drill, first }, whole)))
      expect(wrong.join("\n\n")).toBe("")
    })
})

describe.skipIf(impossible !== null)("a disk that fails under a stage in a process of its own", () => {
  let whole: Undisturbed
  beforeAll(async () => {
    if (impossible === null) whole = await undisturbed("heavy")
  })

  for (const drill of DRILLS.filter(({ fault, times }) => ALL || (fault === "ENOSPC" && times === undefined)))
    it(`with ${drill.fault} at ${drill.operations.join(", ")}, ${timesWords(drill.times)}`, { timeout: 3_600_000 }, async () => {
      const most = drill.operations.reduce((sum, operation) => sum + whole.operations[operation], 0)
      const wrong: Array<string> = []
      for (const first of spread(most, 5)) wrong.push(...(await tryOut("heavy", { ...drill, first }, whole)))
      expect(wrong.join("\n\n")).toBe("")
    })
})

const timesWords = (times: number | undefined): string =>
  times === undefined ? "from then on" : times === 1 ? "once" : `${times} times`
