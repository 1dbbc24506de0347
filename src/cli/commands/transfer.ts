/** What `pipeline push` and `pipeline pull` have in common: all but which way things go. */

import * as Effect from "effect/Effect"

import { runComesIn } from "../../dag/running/come-in.ts"
import { Store } from "../../store/objects/Store.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { newToken, observer } from "../../store/presence/Presence.ts"
import { makeProcessFolder } from "../../store/presence/process-folder.ts"
import { openBackend } from "../../store/remote/open.ts"
import { differences, type Missing, missingIn, type Progress, transfer } from "../../store/transfer/transfer.ts"
import { survey, wantedOf } from "../../store/transfer/wanted.ts"
import { plural } from "../../text/plural.ts"
import { print, say } from "../output.ts"
import { redrawn } from "../printing/terminal.ts"
import { bytesWords, textTable } from "../printing/text-table.ts"
import { untilSignal } from "../signals.ts"
import { storeToCopy } from "../store-folder.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  "dry-run": { type: "boolean", description: "only say what would be copied" }
} satisfies Flags

const WAYS = {
  push: "Copy what runs need into another store: a bucket (s3://bucket/prefix), or a folder.",
  pull: "Copy what runs need out of another store: a bucket (s3://bucket/prefix), or a folder."
}

/** The command that copies from `--store` or to it. */
export const transferCommand = (name: keyof typeof WAYS): Command => ({
  name,
  summary: `${WAYS[name]} Without runs or studies: everything. What is there already is not copied again.`,
  usage: `pipeline ${name} <store> [run|study...] [--dry-run]`,
  flags,
  run: (args) => {
    const parsed = parse(name, flags, args, { min: 1, max: 10_000, words: "a store, and runs or studies if not all are meant" })
    const [other = "", ...names] = parsed.positionals
    const dry = parsed.is("dry-run")
    const pushes = name === "push"
    const from = storeToCopy(parsed, pushes ? null : other, false)
    const to = storeToCopy(parsed, pushes ? other : null, true)
    if (from === to) throw new UsageError({ problem: `${from} would be copied onto itself. Name two stores.` })
    return untilSignal(copied({ from, to, names, dry }))
  }
})

interface Asked {
  readonly from: string
  readonly to: string
  readonly names: ReadonlyArray<string>
  readonly dry: boolean
}

/** Copies, and tells what; the exit code. */
const copied = Effect.fnUntraced(function* ({ from, to, names, dry }: Asked) {
  const source = yield* openBackend(from, false)
  const target = yield* openBackend(to, !dry)
  if (target.folder !== null && !dry) yield* comeIn(target.folder)
  const wanted = yield* wantedOf(source, yield* survey(source), names)
  for (const note of wanted.notes) say(note)
  const there = yield* survey(target)
  for (const note of yield* differences(target, there, wanted)) say(note)
  const missing = missingIn(there, wanted)
  if (isNothing(missing)) {
    print(`${plural(wanted.records.length, "result")} and ${plural(wanted.runs.size, "run")}: all of it is in ${to} already.\n`)
    return 0
  }
  if (dry) {
    print(`${table(missing)}\n${bytesWords(missing.bytes)} would be copied from ${from} to ${to}. Nothing was copied yet.\n`)
    return 0
  }
  const { records, notes } = yield* transfer(source, target, missing, { scratch: yield* scratchFolder, progress: shown(missing) })
  for (const note of notes) say(note)
  const objects = `${plural(missing.objects.length, "object")} (${bytesWords(missing.bytes)})`
  print(`${objects}, ${plural(records, "result")} and ${plural(missing.runs.length, "run")} copied from ${from} to ${to}.\n`)
  return records === missing.records.length ? 0 : 1
})

/** Known in a store that is copied into: `gc` would take what no record needs yet. */
const comeIn = Effect.fnUntraced(function* (root: string) {
  yield* Effect.provide(Effect.asVoid(Store), Store.layer(root))
  yield* runComesIn(observer(root, thisMachine()), newToken(), say)
})

const scratchFolder = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => makeProcessFolder("echo-chamber-copy-")),
    (folder) => Effect.sync(() => folder.remove())
  ),
  ({ path }) => path
)

const isNothing = ({ objects, records, observed, code, runs }: Missing): boolean =>
  [objects, records, observed, code, runs].every((list) => list.length === 0)

const table = ({ objects, bytes, records, observed, code, runs }: Missing): string =>
  textTable(
    ["what", "how many", "size"],
    [
      ["objects", String(objects.length), bytesWords(bytes)],
      ["results (records)", String(records.length), ""],
      ["what is known of earlier results", String(observed.length), ""],
      ["code texts", String(code.length), ""],
      ["logs of runs", String(runs.length), ""]
    ],
    { right: [1, 2] }
  )

const bottom = redrawn(process.stderr)

const shown =
  (missing: Missing): Progress =>
  (objects, bytes) => {
    if (objects === missing.objects.length) bottom.erase()
    else
      bottom.show([
        `${objects} of ${plural(missing.objects.length, "object")}, ${bytesWords(bytes)} of ${bytesWords(missing.bytes)}`
      ])
  }
