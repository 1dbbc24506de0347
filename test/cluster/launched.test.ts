/** Stages that a command starts elsewhere, as ssh would: here it is a shell of this machine. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { nodeStates, place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { until } from "./slurm-cluster.ts"

const STUDIES = path.join(import.meta.dirname, "fixtures")

const drill = (profile: object, pace = 0) => {
  const at = place(STUDIES)
  const work = temporaryFolder()
  const steps = path.join(work, "steps")
  const trace = path.join(path.dirname(at.store), "trace")
  const file = path.join(work, "hosts.json")
  const prologue = [`export ECHO_TEST_STEPS=${steps} ECHO_TEST_TRACE=${trace} ECHO_TEST_PACE=${pace}`]
  const launch = ["sh", "-c", "{command}"]
  fs.writeFileSync(
    file,
    JSON.stringify({ launch, hosts: ["one", "two"], pollSeconds: 0.3, visibleSeconds: 1, prologue, ...profile })
  )
  return {
    at,
    start: (...args: ReadonlyArray<string>) =>
      at.start(["run", "row", ...args, "--executor", "command", "--profile", file, "--no-report", "--checkpoint-seconds", "0"]),
    steps: () => (fs.existsSync(steps) ? fs.statSync(steps).size : 0)
  }
}

describe("stages that a command starts on hosts", () => {
  it("give what they give here, on as many at once as there are", async () => {
    const { at, start } = drill({})
    const run = await start("--tasks", "4").ended
    expect(run.code, run.err).toBe(0)
    const here = await place(STUDIES).pipeline(["run", "row", "--tasks", "4", "--no-report"])
    const digest = /Digest\s+([0-9a-f]{16})/
    expect(digest.exec(run.out)?.[1]).toBe(digest.exec(here.out)?.[1])
    expect(run.err).toMatch(/runs on one/)
    expect(run.err).toMatch(/runs on two/)
    expect(fs.readdirSync(path.join(at.store, "cluster"))).toEqual([])
  })

  it("save their state when the run is stopped, though no signal reaches them, and go on", async () => {
    // In a session of its own a process is not told of a Ctrl-C.
    const one = drill({ launch: ["setsid", "--wait", "sh", "-c", "{command}"] }, 50)
    const run = one.start("--tasks", "2", "--terms", "200")
    await until(() => one.steps() >= 10, "ten steps", 60)
    run.child.kill("SIGINT")
    expect((await run.ended).code).toBe(130)
    expect(Object.values(await nodeStates(one.at, "row"))).toEqual(["stopped", "stopped"])
    const again = await one.start("--tasks", "2", "--terms", "200").ended
    expect(again.code, again.err).toBe(0)
    expect(one.steps()).toBe(400)
  })

  it("leave out a host that does not work", async () => {
    const { start } = drill({ hosts: ["bad", "good"], launch: ["sh", "-c", "[ {host} = bad ] && exit 255; {command}"] })
    const { code, err } = await start("--tasks", "2").ended
    expect(code, err).toBe(0)
    expect(err).toMatch(/ended without a word \(FAILED\): submitted again/)
  })

  it("go to another host where one does not answer, and the others are not held up by it", async () => {
    const profile = {
      hosts: ["hangs", "good"],
      startSeconds: 20,
      launch: ["sh", "-c", "[ {host} = hangs ] && exec sleep 300; {command}"]
    }
    const { at, start } = drill(profile)
    const { code, err } = await start("--tasks", "3").ended
    expect(code, err).toBe(0)
    expect(err).toMatch(/ended without a word \(FAILED\): submitted again/)
    expect(err).not.toMatch(/runs on hangs[^]*runs on hangs/)
    expect(at.computed().filter((name) => name === "count")).toHaveLength(3)
  })

  it("that have not begun hold up nobody who stops the run", async () => {
    const { start } = drill({ launch: ["sh", "-c", "exec sleep 300; {command}"] })
    const run = start("--tasks", "1")
    await run.said("runs on one")
    const asked = performance.now()
    run.child.kill("SIGINT")
    expect((await run.ended).code).toBe(130)
    // Jobs that save their states are waited for 40 seconds.
    expect(performance.now() - asked).toBeLessThan(30_000)
  })

  it("say what the command said where none works", async () => {
    const { start } = drill({ launch: ["sh", "-c", "echo no route to {host}; exit 255; {command}"], retries: 1 })
    const { code, err } = await start("--tasks", "1").ended
    expect(code).toBe(1)
    expect(err).toMatch(/ended without a word \(FAILED\), 2 times/)
    expect(err).toMatch(/no route to/)
  })

  it.each([
    [["--profile", "x.json"], /--profile goes with --executor slurm or command/],
    [["--detach"], /--detach goes with --executor slurm/],
    [["--executor", "command"], /needs a profile whose launch has \{command\}/],
    [["--executor", "slrum"], /--executor must be one of local, slurm, command/],
    [["--executor", "slurm", "--profile", "/nowhere.json"], /\/nowhere\.json/]
  ])("are refused where the flags are wrong: %s", async (args, problem) => {
    const { code, err } = await place(STUDIES)
      .here(["run", "row", ...args])
      .catch((cause: unknown) => ({ code: 2, err: String(cause) }))
    expect(code).toBe(2)
    expect(err).toMatch(problem)
  })
})
