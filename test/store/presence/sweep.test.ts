/** gc and runs at once: whatever the order of their steps, whoever is stopped or killed, nothing that is in use goes away. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { acquire, holderOf, isLease } from "../../../src/store/presence/Lease.ts"
import { enter, newToken, observer } from "../../../src/store/presence/Presence.ts"
import type { Steps } from "../../../src/store/presence/steps.ts"
import { awaitSweep, COMMIT, sweep, type Swept, type Things } from "../../../src/store/presence/Sweep.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Actor, world } from "./interleaving.ts"

const key = (n: number) => String(n).repeat(64)

/** Actions of this miniature and the objects of their results; one object is shared. */
const ACTIONS: Readonly<Record<string, ReadonlyArray<string>>> = {
  [key(1)]: ["o1", "shared"],
  [key(2)]: ["o2", "shared"],
  [key(3)]: ["o3"]
}

const recordFile = (root: string, key: string) => path.join(root, "actions", `${key}.json`)
const objectFile = (root: string, name: string) => path.join(root, "objects", "sha256", name.slice(0, 2), name)
const isWhole = (root: string, key: string) =>
  fs.existsSync(recordFile(root, key)) && ACTIONS[key]!.every((name) => fs.existsSync(objectFile(root, name)))

const newStore = (): string => {
  const root = temporaryFolder()
  for (const folder of ["actions", "objects/sha256", "attempts", "runs"])
    fs.mkdirSync(path.join(root, folder), { recursive: true })
  return root
}

const putObject = (root: string, name: string): void => {
  const file = objectFile(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  if (!fs.existsSync(file)) fs.writeFileSync(file, name)
}

const codeOf = (cause: unknown) => (cause as NodeJS.ErrnoException).code

/** Everything that a sweep finds when nobody is there: all of it may go, since nobody uses it. */
const everything = (root: string): Things => [
  ...fs.readdirSync(path.join(root, "actions")).map((name) => ({ names: ["actions", name] })),
  ...fs
    .readdirSync(path.join(root, "objects", "sha256"))
    .flatMap((folder) =>
      fs.readdirSync(path.join(root, "objects", "sha256", folder)).map((name) => ({ names: ["objects", "sha256", folder, name] }))
    )
]

/** Objects that no record needs, as `gc` without `--keep-runs` finds them. */
const unneeded = (root: string): Things => {
  const needed = new Set(fs.readdirSync(path.join(root, "actions")).flatMap((name) => ACTIONS[name.replace(".json", "")] ?? []))
  return everything(root).filter(({ names }) => names[0] === "objects" && !needed.has(names.at(-1)!))
}

/** Gives the record of an action its place, as a store does: from the holder's own folder. False when the folder is gone. */
const commit = (root: string, key: string, token: string): boolean => {
  try {
    fs.linkSync(path.join(root, "attempts", key, token, COMMIT, "record"), recordFile(root, key))
    if (!isWhole(root, key)) throw new Error(`${key} was recorded when its files were gone`)
    return true
  } catch (cause) {
    if (codeOf(cause) === "EEXIST") return true
    if (codeOf(cause) === "ENOENT") return false
    throw cause
  }
}

/** A run in miniature: takes what is there, computes what is not, and from then on relies on it until it leaves. */
function* run(root: string, self: Actor, keys: ReadonlyArray<string>, used: Set<string>): Steps<void> {
  const seen = observer(root, self.machine)
  const presence = yield* enter(root, self.machine, "run", newToken())
  self.presences.add(presence)
  yield* awaitSweep(seen)
  for (const key of keys)
    for (;;) {
      yield 0
      if (isWhole(root, key) || (yield* compute(root, self, key, seen))) {
        used.add(key)
        break
      }
      while ((yield* holderOf(seen, key)) !== null) yield 500
    }
  for (let i = 0; i < 10; i++) yield 100
  self.presences.delete(presence)
  used.clear()
  presence.leave()
}

function* compute(root: string, self: Actor, key: string, seen: ReturnType<typeof observer>): Steps<boolean> {
  const token = newToken()
  const presence = yield* enter(root, self.machine, "attempt", token)
  self.presences.add(presence)
  const done = yield* (function* () {
    yield* awaitSweep(seen)
    const lease = yield* acquire(seen, key, presence)
    if (!isLease(lease)) return false
    const mine = path.join(root, "attempts", key, token, COMMIT)
    fs.mkdirSync(mine, { recursive: true })
    yield 0
    if (isWhole(root, key)) {
      lease.release()
      return true
    }
    for (const name of ACTIONS[key]!) {
      yield 0
      putObject(root, name)
    }
    yield 0
    try {
      fs.writeFileSync(path.join(mine, "record"), key)
    } catch (cause) {
      if (codeOf(cause) !== "ENOENT") throw cause
    }
    yield 0
    const committed = lease.isOurs() && (yield 0, commit(root, key, token))
    yield 0
    lease.release()
    // The record of a result whose files are gone gives way to ours; only an older store has one.
    return committed && isWhole(root, key)
  })()
  self.presences.delete(presence)
  presence.leave()
  return done
}

const SCENARIOS = 1000

/** One story, by its number. Gives what the sweeps came to. */
const story = (seed: number): ReadonlyArray<Swept["_tag"] | "killed"> => {
  const root = newStore()
  const { chance, add, play, actors } = world(seed)
  for (const key of Object.keys(ACTIONS)) {
    if (chance() < 0.5) continue
    for (const name of ACTIONS[key]!) putObject(root, name)
    fs.writeFileSync(recordFile(root, key), key)
  }
  for (const name of ["left1", "left2"]) putObject(root, name)
  const host = () => (chance() < 0.5 ? "a" : "b")
  const uses: Array<{ readonly self: Actor; readonly used: Set<string> }> = []
  for (let i = 0; i < 1 + Math.floor(chance() * 3); i++) {
    const used = new Set<string>()
    const keys = Object.keys(ACTIONS).toSorted(() => chance() - 0.5)
    uses.push({
      self: add(`run ${i}`, host(), (self) =>
        (function* () {
          if (chance() < 0.5) yield Math.floor(chance() * 3000)
          yield* run(root, self, keys, used)
        })()
      ),
      used
    })
  }
  for (let i = 0; i < 1 + Math.floor(chance() * 2); i++)
    add(`gc ${i}`, host(), (self) =>
      (function* () {
        if (chance() < 0.3) yield Math.floor(chance() * 3000)
        const find = chance() < 0.5 ? everything : unneeded
        let swept: Swept = { _tag: "undone" }
        for (let tries = 1 + Math.floor(chance() * 12); tries > 0; tries--) {
          // In any order: a sweep that ends half done must not show.
          swept = yield* sweep(observer(root, self.machine), () => find(root).toSorted(() => chance() - 0.5))
          if (swept._tag !== "busy") break
          yield 60_000
        }
        return swept
      })()
    )
  play({
    kills: chance() < 0.5 ? 2 : 0,
    stops: chance() < 0.7 ? 3 : 0,
    look: () => {
      for (const { self, used } of uses)
        if (self.state !== "killed" && !self.wasSilent)
          for (const key of used)
            if (!isWhole(root, key)) throw new Error(`seed ${seed}: ${key} went away while ${self.name} used it`)
    }
  })
  // Whatever happened, whoever comes next finds every record with its files, and no trace of a gc that did not end.
  const after = world(seed + 1e6)
  const used = new Set<string>()
  const visitor = after.add("visitor", "c", ({ machine }) => awaitSweep(observer(root, machine)))
  after.play({ kills: 0, stops: 0, look: () => {} })
  for (const key of Object.keys(ACTIONS))
    if (fs.existsSync(recordFile(root, key)) && !isWhole(root, key)) throw new Error(`seed ${seed}: ${key} lost its files`)
  expect(visitor.state).toBe("ended")
  const last = after.add("last run", "c", (self) => run(root, self, Object.keys(ACTIONS), used))
  after.play({ kills: 0, stops: 0, look: () => {} })
  if (last.state !== "ended") throw new Error(`seed ${seed}: the last run did not end`)
  for (const key of Object.keys(ACTIONS)) if (!isWhole(root, key)) throw new Error(`seed ${seed}: ${key} has no files`)
  return actors
    .filter(({ name }) => name.startsWith("gc"))
    .map(({ result }) => (result === undefined ? "killed" : (result as Swept)._tag))
}

describe("gc beside runs, on two hosts whose clocks are hours apart", () => {
  it(`takes nothing that is in use and lets nobody wait for ever, in ${SCENARIOS} orders of steps with stops and kills`, () => {
    const counts: Record<string, number> = {}
    for (let seed = 0; seed < SCENARIOS; seed++) for (const tag of story(seed)) counts[tag] = (counts[tag] ?? 0) + 1
    // Every way to end was gone, or this would show nothing.
    expect(Object.keys(counts).toSorted()).toEqual(["busy", "killed", "swept", "undone"])
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(5)
  }, 300_000)
})
