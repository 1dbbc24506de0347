/**
 * `pipeline gc [--yes] [--keep-runs N]`: says what no run needs, and with `--yes` removes it, unless somebody works in the store;
 * whoever comes meanwhile waits. src/store/presence/Sweep.ts says how.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { Run } from "../../catalog/tables/run-states.ts"
import { finishedBatches } from "../../cluster/batches.ts"
import { inStore } from "../../dag/running/come-in.ts"
import { inside } from "../../store/disk/inside.ts"
import { ownParts } from "../../store/disk/own-names.ts"
import { noteGoing } from "../../store/objects/let-go.ts"
import { objectsOf } from "../../store/objects/records.ts"
import { listRuns, readRun } from "../../store/objects/Runs.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { type Holder, holderWords, observer } from "../../store/presence/Presence.ts"
import type { Steps } from "../../store/presence/steps.ts"
import { others, sweep } from "../../store/presence/Sweep.ts"
import { addressOf } from "../../store/remote/mirror.ts"
import { type Inventory, inventory, type StoredFile } from "../../store/upkeep/inventory.ts"
import { duration } from "../../text/duration.ts"
import { print, say } from "../output.ts"
import { bytesWords, textTable } from "../printing/text-table.ts"
import { loadRuns } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse, UsageError, wholeNumber } from "../usage.ts"

const flags = {
  yes: { type: "boolean", description: "remove it; without this, only say what would go" },
  "keep-runs": {
    type: "string",
    value: "N",
    description: "also let go of results that the newest N runs of every study did not use"
  }
} satisfies Flags

/** What goes when it is asked for. */
interface Garbage {
  readonly what: string
  readonly names: ReadonlyArray<string>
  readonly bytes: number
}

export const command: Command = {
  name: "gc",
  summary:
    "Remove what no run needs: objects without an action, leftovers of killed processes, and with --keep-runs old results.",
  usage: "pipeline gc [--yes] [--keep-runs N]",
  flags,
  run: async (args) => {
    const parsed = parse("gc", flags, args, { min: 0, max: 0, words: "no arguments" })
    const root = existingStore(parsed)
    const keepRuns = parsed.text("keep-runs") === undefined ? null : wholeNumber(parsed, "keep-runs", 1)
    const bucket = addressOf(root)
    if (bucket !== null && keepRuns !== null)
      throw new UsageError({
        problem:
          `Nothing is ever removed from a bucket, and what was let go here would come again from ${bucket}. ` +
          "Without --keep-runs, gc tidies up what lies on this machine."
      })
    if (!fs.existsSync(root)) return announce(NOTHING, "")
    refuseOtherFolders(root)
    const seen = observer(root, thisMachine())
    const look = () => {
      const stock = inventory(root)
      const recorded = new Set(stock.actions.map(({ key }) => key))
      const found = findGarbage(stock, loadRuns(root), damagedLogs(root), keepRuns)
      return without(root, withBatches(found, finishedBatches(root, recorded)))
    }
    if (!parsed.is("yes")) {
      const found = await Effect.runPromise(inStore(root, "looking for what nobody needs", () => looked(look)))
      const there = others(seen)
      const notes =
        there.length === 0 ? [] : [`Something is running: --yes removes nothing before it has finished (${who(there)}).`]
      return announce({ ...found, notes: [...found.notes, ...notes] }, "would be freed. Nothing was removed yet: add --yes.")
    }
    for (let tries = 0; tries < 3; tries++) {
      let found = NOTHING
      const remove = () => {
        found = look()
        return found.garbage.flatMap(({ what, names }) =>
          ownParts(root, names).map((part) => ({
            names: part,
            before: () => what === RECORDS && noteGoing(root, keyOf(names))
          }))
        )
      }
      const watching = (holders: ReadonlyArray<Holder>) =>
        say(`Looking whether ${who(holders)} still works here; this takes ${duration(seen.machine.silence / 1000)} at most.`)
      const swept = await Effect.runPromise(inStore(root, "tidying up", () => sweep(seen, remove, watching)))
      if (swept._tag === "swept") return announce(found, "freed.")
      if (swept._tag === "busy") {
        print(`Something is running: nothing was removed. Run this again when it has finished (${who(swept.holders)}).\n`)
        return 0
      }
    }
    say("Nothing was removed: this was stopped for so long that another process took it for dead. Run it again.")
    return 1
  }
}

/** With the batches of jobs that are over: their results are in the store, and what went wrong was said. */
const withBatches = (found: Found, batches: ReturnType<typeof finishedBatches>): Found => ({
  ...found,
  garbage: [...found.garbage, ...batches.map((batch) => ({ what: "batches of jobs that are over", ...batch }))]
})

/** What is left of garbage when foreign things stay, with the folders that they lie in. */
const without = (root: string, found: Found): Found => ({
  ...found,
  garbage: found.garbage.filter(({ names }) => ownParts(root, names).length > 0)
})

interface Found {
  readonly garbage: ReadonlyArray<Garbage>
  readonly notes: ReadonlyArray<string>
  /** Whether everything could be looked at. */
  readonly whole: boolean
}

function* looked(look: () => Found): Steps<Found> {
  yield 0
  return look()
}

const NOTHING: Found = { garbage: [], notes: [], whole: true }

const announce = ({ garbage, notes, whole }: Found, words: string): number => {
  if (garbage.length === 0) print(whole ? "There is nothing to remove.\n" : "Nothing was found that may be removed.\n")
  else print(`${textTable(["what", "how many", "size"], summary(garbage), { right: [1, 2] })}\n`)
  for (const note of notes) print(`${note}\n`)
  if (garbage.length > 0) print(`${bytesWords(garbage.reduce((sum, { bytes }) => sum + bytes, 0))} ${words}\n`)
  return 0
}

const who = (holders: ReadonlyArray<Holder>): string => [...new Set(holders.map(holderWords))].join(", ")

const keyOf = (names: ReadonlyArray<string>): string => path.basename(names.at(-1)!, ".json")

/** What every store has from its first moment on. A folder without it may be anything. */
const refuseOtherFolders = (root: string): void => {
  const lacks = [["actions"], ["objects", "sha256"]].filter(
    (names) => fs.lstatSync(inside(root, ...names), { throwIfNoEntry: false })?.isDirectory() !== true
  )
  if (lacks.length > 0)
    throw new UsageError({
      problem:
        `${root} is no store, so nothing was looked for in it: a store has the folders actions and objects/sha256, and this ` +
        `one lacks ${lacks.map((names) => names.join("/")).join(" and ")}.`
    })
}

const RECORDS = "results of old runs (records)"

/**
 * What can go. Actions come first: a result without its record is only computed again, a record without its files would mislead.
 */
const findGarbage = (
  stock: Inventory,
  runs: ReadonlyArray<Run>,
  damaged: ReadonlyArray<string>,
  keepRuns: number | null
): Found => {
  const notes = new Set<string>()
  // Which results a run used cannot be told from a log that is damaged, so that none is taken for an old one.
  if (keepRuns !== null && damaged.length > 0) {
    const found = findGarbage(stock, runs, [], null)
    return {
      ...found,
      notes: [`${listed(damaged)}, so results of old runs are left alone: "pipeline verify" says what helps.`, ...found.notes]
    }
  }
  const garbage: Array<Garbage> = []
  const add = (what: string, { names, bytes }: StoredFile) => void garbage.push({ what, names, bytes })

  const needed = keepRuns === null ? null : keysOf(keptRuns(runs, keepRuns))
  const kept = stock.actions.filter(({ key }) => needed === null || needed.has(key))
  const keptKeys = new Set(kept.map(({ key }) => key))
  for (const { key } of stock.actions)
    if (!keptKeys.has(key)) garbage.push({ what: RECORDS, names: ["actions", `${key}.json`], bytes: stock.records.get(key) ?? 0 })

  const unknown = [...stock.unreadable, ...stock.unlisted]
  if (unknown.length > 0)
    notes.add(
      `${listed(unknown.map(({ file, problem }) => `${file} ${problem}`))}, so objects and code texts are left alone: ` +
        `"pipeline verify" says what helps.`
    )
  else {
    const used = new Set(kept.flatMap(objectsOf))
    for (const [digest, object] of stock.objects) if (!used.has(digest)) add("objects that no action needs", object)
    const code = new Set(kept.flatMap(({ components }) => components.map(({ value }) => value)))
    for (const [digest, text] of stock.code) if (!code.has(digest)) add("code texts that no action speaks of", text)
  }

  for (const { key, entries } of stock.attempts) {
    const finished = stock.actions.some((action) => action.key === key)
    if (keptKeys.has(key)) {
      for (const entry of entries) if (isScratch(entry.names.at(-1)!)) add("leftovers of finished attempts", entry)
    } else if (finished || (needed !== null && !needed.has(key)))
      garbage.push({
        what: "attempts of old runs",
        names: ["attempts", key],
        bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0)
      })
    else if (unknown.length === 0)
      notes.add(
        "Unfinished attempts are kept: they hold checkpoints, or the log of what went wrong. --keep-runs lets the old ones go."
      )
  }
  const whole = new Set(garbage.map(({ names }) => names.join("/")))
  for (const file of stock.temporaries)
    if (!file.names.some((_, i) => whole.has(file.names.slice(0, i).join("/")))) add("temporary files of killed processes", file)
  for (const file of stock.setAside) add("damaged files set aside", file)
  return { garbage, notes: [...notes], whole: unknown.length === 0 }
}

/** What only an attempt in progress needs. The log stays as long as the result. */
const isScratch = (name: string) =>
  ["output", "commit", "lease.json"].includes(name) ||
  name.startsWith("checkpoint.json") ||
  name.startsWith("state-") ||
  name.startsWith("request")

/** What is wrong with logs of runs that cannot be read to their end. */
const damagedLogs = (root: string): ReadonlyArray<string> =>
  listRuns(root).flatMap((run) => {
    const { damage } = readRun(root, run)
    return damage === null ? [] : [`The log of run ${run} ${damage}`]
  })

const MOST_LISTED = 3
const listed = (faults: ReadonlyArray<string>): string =>
  faults.slice(0, MOST_LISTED).join("; ") + (faults.length <= MOST_LISTED ? "" : `; and ${faults.length - MOST_LISTED} more`)

/** The newest runs of each study, and every run that is not over. */
const keptRuns = (runs: ReadonlyArray<Run>, keep: number): ReadonlyArray<Run> => {
  const seen = new Map<string, number>()
  return runs.filter(({ record, state }) => {
    const count = (seen.get(record.study) ?? 0) + 1
    seen.set(record.study, count)
    return count <= keep || state === "running" || state === "elsewhere"
  })
}

const keysOf = (runs: ReadonlyArray<Run>): ReadonlySet<string> =>
  new Set(runs.flatMap(({ record }) => [...record.nodes.values()].flatMap(({ key }) => key ?? [])))

const summary = (garbage: ReadonlyArray<Garbage>): ReadonlyArray<ReadonlyArray<string>> => {
  const groups = Map.groupBy(garbage, ({ what }) => what)
  return [...groups].map(([what, entries]) => [
    what,
    String(entries.length),
    bytesWords(entries.reduce((sum, { bytes }) => sum + bytes, 0))
  ])
}
