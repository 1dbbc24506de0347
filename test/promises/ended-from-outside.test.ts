/** Promise: whatever is killed or hung up of what a run consists of, nothing runs on unseen and nothing stays "running". */

import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, describe, expect, it } from "vitest"

import { nodeStates, place, type Place } from "../cli/command-line.ts"

const ROOT = path.resolve(import.meta.dirname, "../..")
const LAUNCHER = path.join(ROOT, "bin/pipeline.mjs")
const RUN = ["run", "chain", "--terms", "600", "--no-report", "--checkpoint-seconds", "0"]
const SLOW = { ECHO_TEST_PACE: "50" }

const started: Array<ChildProcess> = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL")
})

/** What a program prints on the version of a Node; null where there is none. */
const versionOf = (node: string): number | null => {
  try {
    return Number.parseInt(execFileSync(node, ["-p", "process.versions.node"], { encoding: "utf8" }))
  } catch {
    return null
  }
}
const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((node) => (versionOf(node) ?? 99) < 24)

/** How package runners start the Node of this repository: pnpm's script for a shell. */
const WRAPPER = path.join(ROOT, "node_modules/.bin/node")
const npm = ["/usr/bin/npm", "/usr/local/bin/npm"].find((program) => fs.existsSync(program))
if (npm === undefined) console.warn("No npm here: that a run ends with it is NOT TESTED.")

/** Starts a program over a place's store and waits until its run has a node that saves its state. */
const startAt = async (at: Place, program: string, args: ReadonlyArray<string>): Promise<ChildProcess> => {
  const child = spawn(program, args, {
    cwd: ROOT,
    stdio: "ignore",
    env: { ...process.env, ...SLOW, ECHO_CHAMBER_STUDIES: at.studies, ECHO_CHAMBER_STORE: at.store }
  })
  started.push(child)
  await until(() => filesIn(at.store).some((name) => name.endsWith("checkpoint.json")))
  return child
}

const filesIn = (folder: string): ReadonlyArray<string> =>
  fs.existsSync(folder) ? fs.readdirSync(folder, { recursive: true, encoding: "utf8" }) : []

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 600) throw new Error("it never happened")
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** What a run leaves that has come to its end: nobody present, its last event, its node stopped. */
const isOver = async (at: Place, after = "not reached"): Promise<void> => {
  await until(() => filesIn(path.join(at.store, "presence")).length === 0)
  expect(await nodeStates(at, "chain")).toMatchObject({ count: "stopped", sum: after })
  const { out } = await at.here(["sql", "select distinct status from runs", "--format", "csv"])
  expect(out).toBe("status\ninterrupted\n")
}

describe("a run", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("saves its state and leaves on %s", async (signal) => {
    const at = place()
    const child = await startAt(at, process.execPath, [LAUNCHER, ...RUN])
    child.kill(signal)
    const [code] = (await once(child, "exit")) as [number]
    expect(code).toBe(130)
    await isOver(at)
  })

  it("whose stage alone is hung up has its state saved too", async () => {
    const at = place()
    const child = await startAt(at, process.execPath, [LAUNCHER, ...RUN])
    const lease = filesIn(at.store).find((name) => name.endsWith("lease.json"))!
    const { pid } = JSON.parse(fs.readFileSync(path.join(at.store, lease), "utf8")) as { readonly pid: number }
    process.kill(pid, "SIGHUP")
    await once(child, "exit")
    await isOver(at, "skipped")
  })

  it.skipIf(oldNode === undefined)("ends when its launcher on an older Node is killed", async () => {
    const at = place()
    const launcher = await startAt(at, oldNode!, [LAUNCHER, ...RUN])
    launcher.kill("SIGKILL")
    await isOver(at)
  })

  it("ends when the package runner that started it is killed", async () => {
    const at = place()
    // What counts is how a runner is called, and that it starts a shell that starts the command.
    const runner = path.join(path.dirname(at.store), "npx")
    const script = `require("node:child_process").spawn("sh", ["-c", ${JSON.stringify(
      `${[process.execPath, LAUNCHER, ...RUN].map((word) => `'${word}'`).join(" ")}; true`
    )}], { stdio: "ignore" })`
    fs.writeFileSync(runner, script)
    const child = await startAt(at, process.execPath, [runner])
    child.kill("SIGKILL")
    await isOver(at)
  })

  it.skipIf(!fs.existsSync(WRAPPER))(
    "ends when a runner is killed that started it by a wrapper in node_modules/.bin",
    async () => {
      const at = place()
      const runner = path.join(path.dirname(at.store), "pnpm")
      const words = ["-c", `"${WRAPPER}" '${LAUNCHER}' ${RUN.join(" ")}; true`]
      fs.writeFileSync(
        runner,
        `require("node:child_process").spawn("sh", ${JSON.stringify(words)}, { stdio: "ignore" }); setInterval(() => {}, 1000)`
      )
      const child = await startAt(at, process.execPath, [runner])
      child.kill("SIGKILL")
      await isOver(at)
    }
  )

  it.skipIf(npm === undefined)("ends when npm, asked for the script of package.json, is killed", async () => {
    const at = place()
    const child = await startAt(at, process.execPath, [fs.realpathSync(npm!), "run", "pipeline", "--", ...RUN])
    child.kill("SIGKILL")
    await isOver(at)
  })

  it.skipIf(!fs.existsSync("/proc/self/fdinfo"))("that nohup started outlives its terminal", async () => {
    const at = place()
    // What nohup leaves as standard input of a program that was started from a terminal.
    const child = await startAt(at, "sh", ["-c", `exec '${process.execPath}' '${LAUNCHER}' ${RUN.join(" ")} 0>/dev/null`])
    child.kill("SIGHUP")
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(child.exitCode).toBeNull()
    child.kill("SIGTERM")
    await once(child, "exit")
    await isOver(at)
  })

  it("whose processes are all killed is seen as dead by every command, at once", async () => {
    const at = place()
    const child = await startAt(at, process.execPath, [LAUNCHER, ...RUN])
    const lease = filesIn(at.store).find((name) => name.endsWith("lease.json"))!
    const { pid } = JSON.parse(fs.readFileSync(path.join(at.store, lease), "utf8")) as { readonly pid: number }
    child.kill("SIGKILL")
    process.kill(pid, "SIGKILL")
    await once(child, "exit")
    expect((await at.here(["status"])).out).toMatch(/ died /)
    expect(await nodeStates(at, "chain")).toMatchObject({ count: "cut off", sum: "not reached" })
    const { out } = await at.here([
      "sql",
      "select r.status, n.status from runs r join nodes n using (run) order by n.node",
      "--format",
      "csv"
    ])
    expect(out.split("\n").slice(1, 3)).toEqual(["died,stopped", "died,planned"])
    expect((await at.here(["gc", "--yes"])).out).not.toContain("Something is running")
  })
})
