/** Drills on a real Slurm of two nodes: whatever happens to jobs, nodes, drivers and controller, the study ends as it would. */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"

import { type Ended, nodeStates, place, type Place, type Started } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type Cluster, slurmMissing, startCluster, until } from "./slurm-cluster.ts"

const missing = slurmMissing()
if (missing !== null)
  console.warn(
    `No ${missing} here: jobs on a cluster are NOT TESTED. apt-get install slurmctld slurmd slurm-client munge brings it.`
  )

const STUDIES = path.join(import.meta.dirname, "fixtures")
const CHAINS = path.resolve(import.meta.dirname, "../dag/fixtures/studies")

interface Drill {
  readonly at: Place
  /** Starts a run on the cluster. */
  readonly start: (args: ReadonlyArray<string>, environment?: Readonly<Record<string, string>>) => Started
  /** How many steps have been computed, those that were computed twice counted twice. */
  readonly steps: () => number
  /** Calls of the scheduler's commands so far. */
  readonly calls: (command: string) => number
}

describe.skipIf(missing !== null)("on a cluster with Slurm", () => {
  let cluster: Cluster
  const folder = fs.mkdtempSync("/tmp/slurm-")
  const drivers: Array<Started> = []
  beforeAll(async () => {
    cluster = await startCluster(folder, { port: 26_900 })
  }, 60_000)
  afterEach(async () => {
    for (const { child } of drivers.splice(0)) child.kill("SIGKILL")
    cluster.call("scancel", "--me", "--signal=KILL", "--full")
    cluster.call("scancel", "--me")
    await cluster.reviveNodes()
    await until(() => cluster.call("squeue", "-h", "--me") === "", "an empty queue", 60)
  })
  afterAll(async () => {
    await cluster.stop()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  const drill = (studies: string, pace: number, profile: object = {}): Drill => {
    const at = place(studies)
    const work = temporaryFolder()
    const steps = path.join(work, "steps")
    const trace = path.join(path.dirname(at.store), "trace")
    // The commands as a driver finds them, counted.
    const bin = path.join(work, "bin")
    fs.mkdirSync(bin)
    for (const command of ["sbatch", "squeue", "scancel", "scontrol"])
      fs.writeFileSync(path.join(bin, command), `#!/bin/sh\necho ${command} >> ${work}/calls\nexec /usr/bin/${command} "$@"\n`, {
        mode: 0o755
      })
    const file = path.join(work, "lab.json")
    fs.writeFileSync(
      file,
      JSON.stringify({
        pollSeconds: 0.5,
        pollMostSeconds: 2,
        visibleSeconds: 2,
        graceSeconds: 5,
        memoryGB: 0.5,
        prologue: [`export ECHO_TEST_STEPS=${steps} ECHO_TEST_TRACE=${trace} ECHO_TEST_PACE=${pace}`],
        ...profile
      })
    )
    return {
      at,
      start: (args, environment = {}) => {
        const started = at.start(
          ["run", ...args, "--executor", "slurm", "--profile", file, "--no-report", "--checkpoint-seconds", "0"],
          { SLURM_CONF: cluster.env["SLURM_CONF"]!, PATH: `${bin}:${cluster.env["PATH"]!}`, ...environment }
        )
        drivers.push(started)
        return started
      },
      steps: () => (fs.existsSync(steps) ? fs.statSync(steps).size : 0),
      calls: (command) =>
        fs.existsSync(`${work}/calls`)
          ? fs
              .readFileSync(`${work}/calls`, "utf8")
              .split("\n")
              .filter((name) => name === command).length
          : 0
    }
  }
  const chain = (pace: number, profile: object = {}) => drill(CHAINS, pace, profile)
  const digestIn = ({ out }: Ended) => /Digest\s+([0-9a-f]{16})/.exec(out)?.[1]
  /** The digest of the same study, computed without a cluster. */
  const localDigest = async (args: ReadonlyArray<string>) =>
    digestIn(await place(args[0] === "row" ? STUDIES : CHAINS).pipeline(["run", ...args, "--no-report"]))
  const running = (name = "RUNNING") =>
    cluster.call("squeue", "-h", "--me", "-t", name, "-o", "%i").trim().split("\n").filter(Boolean)
  const isAt = (one: Drill, step: number) => until(() => one.steps() >= step, `step ${step}`, 60)

  it("a study gives what it gives on one machine, what is light without a job, and then comes from the cache", async () => {
    const one = chain(5)
    const first = await one.start(["chain"]).ended
    expect(first.code, first.err).toBe(0)
    expect(digestIn(first)).toBe(await localDigest(["chain"]))
    expect(one.calls("sbatch")).toBe(1)
    const looks = one.calls("squeue")
    const second = await one.start(["chain"]).ended
    expect(second.out).toContain("2 of 2 nodes done, 2 from cache")
    expect([one.calls("sbatch"), one.calls("squeue")]).toEqual([1, looks])
    expect(fs.readdirSync(path.join(one.at.store, "cluster"))).toEqual([])
  })

  it("a job that is preempted saves its state and goes on where it was", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "300"])
    await isAt(one, 5)
    const [node] = cluster.call("squeue", "-h", "--me", "-t", "RUNNING", "-o", "%N").trim().split("\n")
    cluster.call("sbatch", "-o", "/dev/null", "-p", "high", "-w", node!, "-c", "2", "--wrap", "sleep 3")
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    // By us where it left in time, by the scheduler where it was killed.
    expect(err).toMatch(/submitted again|waits in the queue \(BeginTime\)/)
    expect(err).toMatch(/resuming after step/)
    expect(one.steps()).toBeLessThanOrEqual(301)
  })

  it("a job that gets a signal saves its state and goes on where it was", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "40"])
    await isAt(one, 5)
    cluster.call("scancel", "--signal=USR2", "--full", ...running())
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    expect(err).toMatch(/resuming after step/)
    expect(one.steps()).toBe(40)
  })

  it("a driver that is killed is replaced by one that goes on with its job", async () => {
    const one = chain(100)
    const first = one.start(["chain", "--terms", "60"])
    await isAt(one, 5)
    first.child.kill("SIGKILL")
    await first.ended
    const second = await one.start(["chain", "--terms", "60"]).ended
    expect(second.code, second.err).toBe(0)
    expect(second.err).toMatch(/goes on as job \d+_0 of an earlier run/)
    expect(one.steps()).toBe(60)
    expect(one.calls("sbatch")).toBe(1)
  })

  it("a driver that is killed before it has noted its job is replaced by one that finds it", async () => {
    const one = chain(100)
    const bin = temporaryFolder()
    // The answer comes when the driver is no more.
    fs.writeFileSync(path.join(bin, "sbatch"), `#!/bin/sh\n/usr/bin/sbatch "$@" > ${bin}/id\ntouch ${bin}/taken\nsleep 60\n`, {
      mode: 0o755
    })
    const first = one.start(["chain", "--terms", "60"], { PATH: `${bin}:${cluster.env["PATH"]!}` })
    await until(() => fs.existsSync(`${bin}/taken`), "a submission")
    first.child.kill("SIGKILL")
    await first.ended
    const second = await one.start(["chain", "--terms", "60"]).ended
    expect(second.code, second.err).toBe(0)
    expect(second.err).toMatch(/of an earlier run/)
    expect(one.steps()).toBe(60)
  })

  it("Ctrl-C cancels the jobs, whose states are saved, and the next run goes on with them", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "60"])
    await isAt(one, 5)
    run.child.kill("SIGINT")
    const { code } = await run.ended
    expect(code).toBe(130)
    expect(running()).toEqual([])
    expect(await nodeStates(one.at, "chain")).toMatchObject({ count: "stopped" })
    const second = await one.start(["chain", "--terms", "60"]).ended
    expect(second.code, second.err).toBe(0)
    expect(one.steps()).toBe(60)
  })

  it.each([
    ["with --detach Ctrl-C", ["--detach"], "SIGINT"],
    ["a terminal that goes away (SIGHUP)", [], "SIGHUP"]
  ] as const)("%s leaves the jobs at work", async (_, flags, signal) => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "60", ...flags])
    await isAt(one, 5)
    run.child.kill(signal)
    const { code, err } = await run.ended
    expect([code, running().length], err).toEqual([130, 1])
    const second = await one.start(["chain", "--terms", "60"]).ended
    expect(second.code, second.err).toBe(0)
    expect(one.steps()).toBe(60)
  })

  it("two drivers, one of them without the cluster, compute each key once", async () => {
    const one = drill(STUDIES, 50)
    const on = one.start(["row", "--tasks", "4", "--terms", "40"])
    await isAt(one, 3)
    const off = one.at.start(["run", "row", "--tasks", "4", "--terms", "40", "--no-report"])
    const [first, second] = await Promise.all([on.ended, off.ended])
    expect([first.code, second.code], first.err + second.err).toEqual([0, 0])
    expect(digestIn(first)).toBe(digestIn(second))
    expect(one.at.computed().filter((name) => name === "count")).toHaveLength(4)
  })

  it("a driver that is stopped leaves the jobs of another one alone", async () => {
    const one = drill(STUDIES, 100)
    const first = one.start(["row", "--tasks", "2", "--terms", "120"])
    await isAt(one, 10)
    const second = one.start(["row", "--tasks", "2", "--terms", "120"])
    await second.said("computes this already")
    second.child.kill("SIGINT")
    expect((await second.ended).code).toBe(130)
    const { code, err } = await first.ended
    expect(code, err).toBe(0)
    expect(err).not.toMatch(/cancelled|submitted again/)
    expect(one.steps()).toBe(240)
  })

  it("a stage that fails is said with its words, and others come to their end", async () => {
    const one = drill(CHAINS, 5)
    const { code, out, err } = await one.start(["branches"]).ended
    expect(code, err).not.toBe(0)
    expect(err + out).toMatch(/failed {2}break/)
    const [log] = /\S+log\.\d+/.exec(out + err)!
    expect(fs.readFileSync(log, "utf8")).toMatch(/The engine broke down/)
    // The branch that does not need it.
    expect(await nodeStates(one.at, "branches")).toMatchObject({ count: "done" })
  })

  it("what the cluster will never give is refused with its words", async () => {
    const one = chain(5, { partition: "nowhere" })
    const { code, err } = await one.start(["chain"]).ended
    expect(code).toBe(2)
    expect(err).toMatch(/Slurm refuses the job: .*[Ii]nvalid partition/)
  })

  it("a controller that is away for a while is waited for", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "60"])
    await isAt(one, 5)
    // What it has not written down yet, it loses.
    await new Promise((resolve) => setTimeout(resolve, 3000))
    await cluster.stopController()
    await new Promise((resolve) => setTimeout(resolve, 5000))
    await cluster.startController()
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    expect(one.steps()).toBeLessThanOrEqual(62)
  })

  it("of an array, tasks that are requeued and signalled cost the others nothing", async () => {
    const one = drill(STUDIES, 100)
    const run = one.start(["row", "--tasks", "4", "--terms", "60"])
    await until(() => running().length >= 3, "three tasks", 60)
    await isAt(one, 20)
    const [requeued, signalled] = running()
    cluster.call("scontrol", "requeue", requeued!)
    cluster.call("scancel", "--signal=USR2", "--full", signalled!)
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    expect(one.steps()).toBeLessThanOrEqual(4 * 60 + 4)
    expect(one.calls("sbatch")).toBeLessThanOrEqual(3)
  })

  it("a job that a person cancels is not submitted again", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "100"])
    await isAt(one, 5)
    cluster.call("scancel", ...running())
    const { code, err } = await run.ended
    expect(code, err).toBe(130)
    expect(err).toContain("was cancelled; its state is saved")
    expect(one.calls("sbatch")).toBe(1)
  })

  it("a job that takes more memory than it was given gets more, and goes on", async () => {
    // Zeros have no line ends: `tail` keeps all of them.
    const hog = 'if [ "$SLURM_MEM_PER_NODE" -lt 600 ]; then head -c 800000000 /dev/zero | tail | sleep 30; fi'
    const one = chain(5, { prologue: [hog] })
    const { code, err } = await one.start(["chain"]).ended
    expect(code, err).toBe(0)
    expect(err).toMatch(/ran out of memory: submitted again/)
    expect(one.calls("sbatch")).toBe(2)
  }, 180_000)

  it("a job that reaches its time limit has saved its state and goes on", async () => {
    const one = chain(100, { minutes: 2 })
    const { code, err } = await one.start(["chain", "--terms", "1300"]).ended
    expect(code, err).toBe(0)
    expect(err).toMatch(/(?:was stopped|reached its time limit): submitted again/)
    expect(err).toMatch(/resuming after step/)
    expect(one.steps()).toBeLessThanOrEqual(1302)
  }, 400_000)

  it("a node that is lost is replaced, and what was saved is used", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "120"])
    await isAt(one, 10)
    const [node] = cluster.call("squeue", "-h", "--me", "-t", "RUNNING", "-o", "%N").trim().split("\n")
    cluster.killNode(node!, true)
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    expect(one.steps()).toBeLessThanOrEqual(122)
  }, 180_000)

  it("a job that was taken for dead and goes on is left alone, and its result counts", async () => {
    const one = chain(100)
    const run = one.start(["chain", "--terms", "600"])
    await isAt(one, 10)
    const [node] = cluster.call("squeue", "-h", "--me", "-t", "RUNNING", "-o", "%N").trim().split("\n")
    // Its daemon alone: the process computes on, unseen.
    cluster.killNode(node!, false)
    const { code, err } = await run.ended
    expect(code, err).toBe(0)
    // The one that was started in its place saw that it lives, and left it alone.
    expect(err).toMatch(/process \d+ on .* computes this already/)
    expect([one.steps(), one.at.computed().filter((name) => name === "count").length]).toEqual([600, 1])
  }, 240_000)
})
