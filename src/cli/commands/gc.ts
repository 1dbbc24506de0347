/**
 * `pipeline gc [--yes] [--keep-runs N]`: says what no run needs, and with `--yes` removes it. Never touches
 * what a live process works on.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { errorText } from "../../store/objects/files.ts"
import { letGo } from "../../store/objects/let-go.ts"
import { objectsOf } from "../../store/objects/records.ts"
import { type ActionRecord, Store, StoreFailed } from "../../store/objects/Store.ts"
import { type Attempt, type Inventory, inventory, sizeOf } from "../../store/upkeep/inventory.ts"
import { print } from "../output.ts"
import { bytesWords, textTable } from "../printing/text-table.ts"
import { loadRuns, type Run } from "../run-states.ts"
import { storeRoot } from "../store-folder.ts"
import { type Command, type Flags, parse, wholeNumber } from "../usage.ts"

const flags = {
  yes: { type: "boolean", description: "remove it; without this, only say what would go" },
  "keep-runs": {
    type: "string",
    value: "N",
    description: "also let go of results that the newest N runs of every study did not use"
  }
} satisfies Flags

/** Temporary files younger than this may belong to a process that is writing them now. */
const TEMPORARY_MS = 24 * 3600 * 1000

export const command: Command = {
  name: "gc",
  summary:
    "Remove what no run needs: objects without an action, leftovers of killed processes, and with --keep-runs old results.",
  usage: "pipeline gc [--yes] [--keep-runs N]",
  flags,
  run: async (args) => {
    const parsed = parse("gc", flags, args, { min: 0, max: 0, words: "no arguments" })
    const root = storeRoot(parsed)
    const keepRuns = parsed.text("keep-runs") === undefined ? null : wholeNumber(parsed, "keep-runs", 1)
    const stock = await Effect.runPromise(
      Effect.provide(
        Effect.flatMap(Store, () =>
          Effect.try({
            try: () => inventory(root),
            catch: (cause) => new StoreFailed({ path: root, problem: errorText(cause) })
          })
        ),
        Store.reading(root)
      )
    )
    const { garbage, notes } = findGarbage(root, stock, loadRuns(root), keepRuns, Date.now())
    const freed = garbage.reduce((sum, { bytes }) => sum + bytes, 0)
    const write = (text: string) => print(`${text}\n`)
    if (garbage.length === 0) write("There is nothing to remove.")
    else write(`${textTable(["what", "how many", "size"], summary(garbage), { right: [1, 2] })}\n`)
    for (const note of notes) write(note)
    if (garbage.length === 0) return 0
    if (!parsed.is("yes")) {
      write(`${bytesWords(freed)} would be freed. Nothing was removed yet: add --yes.`)
      return 0
    }
    for (const { what, file } of garbage) if (what === RECORDS) letGo(root, path.basename(file, ".json"))
    for (const { file } of garbage) remove(file)
    write(`${bytesWords(freed)} freed.`)
    return 0
  }
}

const remove = (file: string): void => {
  try {
    fs.rmSync(file, { recursive: true, force: true })
  } catch (cause) {
    throw new StoreFailed({ path: file, problem: errorText(cause) })
  }
}

const RECORDS = "results of old runs (records)"

export interface Garbage {
  readonly what: string
  readonly file: string
  readonly bytes: number
}

/**
 * What can go. Actions come first: a result without its record is only computed again, a record without its files would mislead.
 */
export const findGarbage = (root: string, stock: Inventory, runs: ReadonlyArray<Run>, keepRuns: number | null, now: number) => {
  const notes: Array<string> = []
  const garbage: Array<Garbage> = []
  const add = (what: string, file: string, bytes = sizeOf(file)) => void garbage.push({ what, file, bytes })

  const needed = keepRuns === null ? null : keysOf(keptRuns(runs, keepRuns))
  const live = new Set(stock.attempts.filter((attempt) => attempt.live).map(({ key }) => key))
  const kept = stock.actions.filter(({ key }) => needed === null || needed.has(key) || live.has(key))
  const keptKeys = new Set(kept.map(({ key }) => key))
  for (const { key } of stock.actions) if (!keptKeys.has(key)) add(RECORDS, path.join(root, "actions", `${key}.json`))

  // A stage that is about to commit has taken its files in before its record is there.
  const busy = live.size + runs.filter(({ state }) => state === "running").length
  if (busy > 0) notes.push("Something is running: objects and attempts are left alone until it has finished.")
  else if (stock.unreadable.length > 0)
    notes.push('Some action records cannot be read, so objects are left alone: see "pipeline verify".')
  else {
    const used = new Set(kept.flatMap(objectsOf))
    for (const [digest, { file, bytes }] of stock.objects) if (!used.has(digest)) add("objects that no action needs", file, bytes)
  }

  for (const attempt of stock.attempts) if (busy === 0) addAttempt(attempt, stock.actions, keptKeys, needed, add, notes)
  for (const { file, bytes, modified } of stock.temporaries)
    if (now - modified > TEMPORARY_MS && !garbage.some((entry) => file.startsWith(`${entry.file}${path.sep}`)))
      add("temporary files of killed processes", file, bytes)
  const code = new Set(kept.flatMap(({ components }) => components.map(({ value }) => value)))
  for (const [digest, { file, bytes }] of stock.code)
    if (!code.has(digest)) add("code texts that no action speaks of", file, bytes)
  for (const { file, bytes } of stock.setAside) add("damaged files set aside", file, bytes)
  return { garbage, notes: [...new Set(notes)] }
}

/** What only an attempt in progress needs. The log stays as long as the result. */
const isScratch = (name: string) =>
  name === "output" ||
  name === "checkpoint.json" ||
  name === "checkpoint.json.new" ||
  name === "lease.json" ||
  name.startsWith("state-") ||
  name.startsWith("request-")

const addAttempt = (
  attempt: Attempt,
  actions: ReadonlyArray<ActionRecord>,
  kept: ReadonlySet<string>,
  needed: ReadonlySet<string> | null,
  add: (what: string, file: string) => void,
  notes: Array<string>
): void => {
  const { key, directory, entries } = attempt
  const finished = actions.some((action) => action.key === key)
  if (kept.has(key)) {
    for (const name of entries) if (isScratch(name)) add("leftovers of finished attempts", path.join(directory, name))
  } else if (finished || (needed !== null && !needed.has(key))) add("attempts of old runs", directory)
  else
    notes.push(
      "Unfinished attempts are kept: they hold checkpoints, or the log of what went wrong. --keep-runs lets the old ones go."
    )
}

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
