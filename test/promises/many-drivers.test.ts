/** Promise: drivers in other containers, with clocks apart, or stopped for long, compute each node once and all succeed. */

import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, beforeAll, describe, expect, it } from "vitest"

import { place, type Place } from "../cli/command-line.ts"
import { objectsIn } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const LAUNCHER = path.resolve(import.meta.dirname, "../../bin/pipeline.mjs")
const RUN = ["run", "chain", "--terms", "40", "--no-report", "--checkpoint-seconds", "0", "--json"]
/** Short limits, or a test would take minutes. */
const QUICK = { ECHO_CHAMBER_SILENCE: "3" }

const succeeds = (program: string, args: ReadonlyArray<string>): boolean => {
  try {
    execFileSync(program, args, { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}
const CONTAINER = ["unshare", "-u", "-p", "-f", "--mount-proc"]
const containers = succeeds("unshare", ["-u", "-p", "-f", "--mount-proc", "true"])
const compiler = succeeds("cc", ["--version"])
if (!containers || !compiler)
  console.warn("Without unshare (as root) or cc, drivers in containers and shifted clocks are not tried.")

/** The wall clock of a process, SHIFT seconds off; and a file system without hard links. */
const CLOCK = `#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/time.h>
#include <time.h>
int clock_gettime(clockid_t c, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int x = real(c, t);
  if (!x && (c == CLOCK_REALTIME || c == CLOCK_REALTIME_COARSE)) t->tv_sec += SHIFT;
  return x;
}
`
const NO_LINKS = `#include <errno.h>
int link(const char *a, const char *b) { (void)a; (void)b; errno = CODE; return -1; }
int linkat(int a, const char *b, int c, const char *d, int e) {
  (void)a; (void)b; (void)c; (void)d; (void)e;
  errno = CODE;
  return -1;
}
`
const library = (source: string, ...options: ReadonlyArray<string>): string => {
  const folder = temporaryFolder()
  fs.writeFileSync(path.join(folder, "a.c"), source)
  execFileSync("cc", ["-shared", "-fPIC", ...options, path.join(folder, "a.c"), "-o", path.join(folder, "a.so"), "-ldl"])
  return path.join(folder, "a.so")
}

let whole: ReadonlyArray<string> = []
beforeAll(async () => {
  const at = place()
  const { code, err } = await at.pipeline(RUN)
  if (code !== 0) throw new Error(err)
  whole = objectsIn(at.store)
})

const children: Array<ChildProcess> = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})

interface Driver {
  readonly child: ChildProcess
  readonly out: () => string
  readonly ended: Promise<number | null>
}

/** A driver over the place's store, in a container of its own when asked for. */
const driver = (at: Place, environment: Readonly<Record<string, string>>, inContainer = false): Driver => {
  const [program = "", ...args] = [...(inContainer ? CONTAINER : []), process.execPath, LAUNCHER, ...RUN]
  let out = ""
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      ...QUICK,
      ECHO_TEST_PACE: "40",
      ECHO_TEST_TRACE: path.join(path.dirname(at.store), "trace"),
      ECHO_CHAMBER_STUDIES: at.studies,
      ECHO_CHAMBER_STORE: at.store,
      ...environment
    }
  })
  children.push(child)
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (text) => (out += String(text)))
  return { child, out: () => out, ended: once(child, "close").then(([code]) => code as number | null) }
}

/** Waits until the driver has told of that many steps of a stage. */
const reached = async ({ out }: Driver, step: number): Promise<void> => {
  const steps = () => [...out().matchAll(/"done":(\d+),/g)].map(([, done]) => Number(done))
  for (let tries = 0; !steps().some((done) => done >= step); tries++) {
    if (tries > 600) throw new Error(`step ${step} was never reached:\n${out()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Labels of nodes that this driver says it computed. */
const computedBy = ({ out }: Driver): ReadonlyArray<string> =>
  [...out().matchAll(/"event":"node-finished","node":"(\w+)-[^}]*"cached":false/g)].map(([, stage]) => stage!)

const allWell = async (at: Place, drivers: ReadonlyArray<Driver>): Promise<void> => {
  const codes = await Promise.all(drivers.map(({ ended }) => ended))
  expect(codes, drivers.map(({ out }) => out()).join("\n---\n")).toEqual(drivers.map(() => 0))
  expect(objectsIn(at.store)).toEqual(whole)
  expect((await at.here(["verify"])).code).toBe(0)
  // Who was killed cannot leave; gc sees that they are gone.
  expect((await at.pipeline(["gc", "--yes"], QUICK)).out).not.toContain("Something is running")
  expect(fs.readdirSync(path.join(at.store, "presence"))).toEqual([])
}

describe.skipIf(!containers || !compiler)("two drivers in containers of their own", () => {
  it.each([
    ["an hour ahead", "3600"],
    ["two hours behind", "-7200"],
    ["right", "0"]
  ])("with the second's clock %s compute each node once", async (_, shift) => {
    const at = place()
    const clock = library(CLOCK, `-DSHIFT=${shift}`)
    const first = driver(at, {}, true)
    await reached(first, 5)
    const second = driver(at, { LD_PRELOAD: clock }, true)
    await allWell(at, [first, second])
    expect(at.computed()).toEqual(["count", "sum"])
    expect([...computedBy(first), ...computedBy(second)].toSorted()).toEqual(["count", "sum"])
  })

  it("started at one moment, both as process 1 of their space, compute each node once", async () => {
    const at = place()
    const drivers = [driver(at, {}, true), driver(at, {}, true)]
    await allWell(at, drivers)
    expect(drivers.flatMap(computedBy).toSorted()).toEqual(["count", "sum"])
  })

  it("go on from the first's checkpoint when it was killed, after its silence", async () => {
    const at = place()
    const first = driver(at, {}, true)
    await reached(first, 20)
    execFileSync("pkill", ["-KILL", "-P", String(first.child.pid)])
    await first.ended
    const second = driver(at, {}, true)
    await allWell(at, [second])
    expect(second.out()).toMatch(/"line":"resuming after step \d\d"/)
  })
})

describe("a holder that stands still past its death", () => {
  it("takes over what another has computed, when it goes on", async () => {
    const at = place()
    const first = driver(at, { ECHO_TEST_PACE: "100" })
    await reached(first, 10)
    const [key = ""] = fs.readdirSync(path.join(at.store, "attempts"))
    const { pid } = JSON.parse(fs.readFileSync(path.join(at.store, "attempts", key, "lease.json"), "utf8")) as {
      readonly pid: number
    }
    process.kill(pid, "SIGSTOP")
    const second = driver(at, {})
    expect(await second.ended).toBe(0)
    expect(second.out()).toMatch(/"line":"resuming after step \d+"/)
    process.kill(pid, "SIGCONT")
    await allWell(at, [first])
    expect(computedBy(first)).toEqual([])
  })
})

describe.skipIf(!compiler)("without hard links", () => {
  it.each(["EPERM", "ENOTSUP", "EMLINK", "ENOSYS"])(
    "(%s) two drivers compute each node once, to the same bytes",
    async (code) => {
      const at = place()
      const environment = { LD_PRELOAD: library(NO_LINKS, `-DCODE=${code}`) }
      const drivers = [driver(at, environment), driver(at, environment)]
      await allWell(at, drivers)
      expect(drivers.flatMap(computedBy).toSorted()).toEqual(["count", "sum"])
    }
  )
})
