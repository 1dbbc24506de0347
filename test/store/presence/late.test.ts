/** Holders on hosts whose clocks are hours apart, over a folder that each of them sees as it was up to a minute ago. */

import fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import * as path from "node:path"

import { describe, expect, it, onTestFinished } from "vitest"

import { lookAnew } from "../../../src/store/disk/inside.ts"
import { acquire, holderOf, isLease } from "../../../src/store/presence/Lease.ts"
import { enter, newToken, observer } from "../../../src/store/presence/Presence.ts"
import type { Steps } from "../../../src/store/presence/steps.ts"
import { count } from "../../dag/fixtures/stages/count.ts"
import { runNodes } from "../../dag/study-in-a-folder.ts"
import { folderInMemory, temporaryFolder } from "../temporary-folder.ts"
import { type Actor, world } from "./interleaving.ts"
import { type LateViews, lateViews } from "./late-views.ts"

/** What NFS remembers at most, and the time that a computation takes: longer than a silence. */
const DELAY = 60_000
const WORK = { steps: 20, milliseconds: 15_000 }
const KEYS = ["a", "b", "c"].map((letter) => letter.repeat(64))

interface Course {
  /** By key, how often it was begun and how often somebody lost it while at work. */
  readonly begun: Map<string, number>
  lost: number
}

/** Computes every key that nobody else has computed, as `computeAction` goes about it. */
function* worker(root: string, self: Actor, course: Course, keys: ReadonlyArray<string>): Steps<void> {
  const seen = observer(root, self.machine)
  const record = (key: string) => path.join(root, "actions", `${key}.json`)
  const isRecorded = (key: string) => fs.lstatSync(record(key), { throwIfNoEntry: false }) !== undefined
  for (const key of keys)
    for (;;) {
      if (isRecorded(key)) break
      const presence = yield* enter(root, self.machine, "attempt", newToken())
      self.presences.add(presence)
      const lease = yield* acquire(seen, key, presence)
      if (isLease(lease)) {
        yield 0
        lookAnew(root, "actions")
        if (!isRecorded(key)) {
          course.begun.set(key, (course.begun.get(key) ?? 0) + 1)
          for (let step = 0; step < WORK.steps && lease.isOurs(); step++) yield WORK.milliseconds
          if (lease.isOurs()) fs.writeFileSync(record(key), "done")
          else course.lost++
        }
        lease.release()
      }
      self.presences.delete(presence)
      presence.leave()
      while (!isLease(lease) && !isRecorded(key) && (yield* holderOf(seen, key)) !== null) yield 5000
    }
}

/** Takes every step as the host sees the folder then. */
function* seeing(views: LateViews, host: string, self: Actor, steps: Steps<void>): Steps<void> {
  for (;;) {
    const next = views.as(host, self.machine.now(), () => steps.next())
    if (next.done === true) return
    yield next.value
  }
}

const story = (seed: number, kills: number) => {
  const root = folderInMemory()
  fs.mkdirSync(path.join(root, "actions"))
  const isLate = (file: string) =>
    file.startsWith(root) && /(?:lease\.json|\.beat|presence\/.*\.json|actions\/.*\.json)$/.test(file)
  const views = lateViews(folderInMemory(), DELAY, isLate)
  try {
    const { chance, add, play, actors } = world(seed)
    const course: Course = { begun: new Map(), lost: 0 }
    for (const [i, host] of ["a", "b", "c", "b"].entries()) {
      const keys = KEYS.toSorted(() => chance() - 0.5)
      add(`worker ${i}`, host, (self) => seeing(views, host, self, worker(root, self, course, keys)))
    }
    play({ kills, stops: 0, look: () => {} })
    const killed = actors.filter(({ state }) => state === "killed").length
    const recorded = KEYS.filter((key) => fs.existsSync(path.join(root, "actions", `${key}.json`)))
    return { ...course, killed, recorded: recorded.length, survivors: actors.length - killed, stale: views.stale() }
  } finally {
    views.end()
  }
}

describe("over a folder that shows late what others did", () => {
  it("nothing is taken from a holder that lives, and each key is computed once", () => {
    let stale = 0
    for (let seed = 0; seed < 60; seed++) {
      const course = story(seed, 0)
      stale += course.stale
      expect([...course.begun.values()], `seed ${seed}`).toEqual([1, 1, 1])
      expect([course.lost, course.recorded], `seed ${seed}`).toEqual([0, 3])
    }
    // Otherwise nobody saw anything late, and this shows nothing.
    expect(stale).toBeGreaterThan(1000)
  })

  it("the key of a holder that died is taken over, and no other is computed twice", () => {
    let killed = 0
    for (let seed = 0; seed < 60; seed++) {
      const course = story(seed, 1)
      killed += course.killed
      const begun = [...course.begun.values()].reduce((sum, times) => sum + times, 0)
      expect(course.recorded, `seed ${seed}`).toBe(3)
      expect(course.lost, `seed ${seed}`).toBe(0)
      expect(begun, `seed ${seed}`).toBeLessThanOrEqual(3 + course.killed)
    }
    expect(killed).toBeGreaterThan(5)
  })
})

it("a result that another host has just recorded is seen by whoever gets the lease after it", async () => {
  const root = temporaryFolder()
  await runNodes(root, [count({}, { terms: 2 })])
  const { openSync } = fs
  let isOpened = false
  Object.assign(fs, {
    openSync: (file: string, ...rest: readonly [string]) => {
      if (file === path.join(root, "actions")) isOpened = true
      if (!isOpened && file.startsWith(path.join(root, "actions/")))
        throw Object.assign(new Error(`ENOENT: ${file}`), { code: "ENOENT", path: file })
      return openSync(file, ...rest)
    }
  })
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(fs, { openSync })
    syncBuiltinESMExports()
  })
  const { states } = await runNodes(root, [count({}, { terms: 2 })])
  expect([isOpened, states]).toEqual([true, ["count: cached"]])
})
