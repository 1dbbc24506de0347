/**
 * `pipeline verify [--repair] [--recompute 5%]`: checks the whole store; with `--repair` sets damaged files aside, so that the
 * next run makes them again; with `--recompute` computes a sample of results again (verify-recompute.ts).
 */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { Run } from "../../catalog/tables/run-states.ts"
import { Store, storeFailed } from "../../store/objects/Store.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { behindStore } from "../../store/remote/mirror.ts"
import { bringDown } from "../../store/transfer/bring-down.ts"
import type { Damage, Unclear } from "../../store/upkeep/findings.ts"
import { inventory } from "../../store/upkeep/inventory.ts"
import { moveWrongPlace, wrongPlaces } from "../../store/upkeep/places.ts"
import { repair } from "../../store/upkeep/repair.ts"
import { verifyStore } from "../../store/upkeep/verify.ts"
import { plural } from "../../text/plural.ts"
import { print, say } from "../output.ts"
import { redrawn } from "../printing/terminal.ts"
import { bytesWords, labelWords, shortDigest } from "../printing/text-table.ts"
import { loadRuns } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse } from "../usage.ts"
import { recomputeFlags, recomputeSample, sampleAsked } from "./verify-recompute.ts"

const flags = {
  repair: { type: "boolean", description: "set damaged files aside and forget their actions: the next run computes them again" },
  ...recomputeFlags
} satisfies Flags

export const command: Command = {
  name: "verify",
  summary:
    "Check everything against its digest. Exit code 1 when something is damaged and not repaired, or cannot be read; with " +
    "--recompute also when a result differs from what its code gives, or none can be computed again.",
  usage: "pipeline verify [--repair] [--recompute 5%|N [--seed N]]",
  flags,
  run: async (args) => {
    const parsed = parse("verify", flags, args, { min: 0, max: 0, words: "no arguments" })
    const root = existingStore(parsed)
    const remote = behindStore(root)
    if (remote !== null) bringDown(remote, root, say, Number.POSITIVE_INFINITY)
    const mend = parsed.is("repair")
    const sample = sampleAsked(parsed)
    const program = Effect.gen(function* () {
      yield* Store
      const places = wrongPlaces(root)
      for (const { names, problem } of places) write(`  ${path.join(root, ...names)} ${problem}`)
      if (places.length > 0 && !mend) {
        write(
          `\n${plural(places.length, "thing")} in place of folders of the store. Nothing was changed, and nothing else was ` +
            `looked at: "pipeline verify --repair" moves them aside and goes on.`
        )
        return { code: 1, records: null }
      }
      for (const place of places) write(`    moved to ${moveWrongPlace(root, place)}; what it leads to stays as it is`)
      const stock = yield* Effect.try({
        try: () => inventory(root),
        catch: (cause) => storeFailed(root, "looking what is there", cause)
      })
      const found = verifyStore(root, stock, thisMachine(), showProgress)
      const objects = `${plural(found.objects, "object")} (${bytesWords(found.bytes)})`
      const records = `${plural(found.actions, "action")}, ${plural(found.tables, "table")} and ${plural(found.runs, "run")}`
      const checked = `${objects}, ${records} checked`
      for (const note of found.notes) write(note)
      if (found.damages.length === 0 && found.unclear.length === 0) {
        write(`${checked}: everything is what it says it is.`)
        return { code: 0, records: stock.actions }
      }
      const { damages, unclear } = found
      const what = damages.length === 0 ? "nothing" : plural(damages.length, "thing")
      const where = unclear.some(({ because }) => because === "unread") ? " in what could be read" : ""
      write(`${checked}: ${what} damaged${where}.`)
      if (damages.length > 0) {
        const runs = loadRuns(root)
        write("")
        for (const damage of damages) write(describe(damage, runs))
        if (!mend) write(`\nNothing was changed. "pipeline verify --repair" sets these aside; the next run makes them again.`)
        else {
          const { setAside, forgotten } = yield* Effect.try({
            try: () => repair(root, damages),
            catch: (cause) => storeFailed(root, "mending", cause)
          })
          write(
            `\n${plural(setAside, "file")} moved to ${path.join(root, "damaged")}, ` +
              `${plural(forgotten, "action")} forgotten: the next run computes them again.`
          )
        }
      }
      for (const text of unclearWords(unclear)) write(`\n${text}`)
      const gone = new Set(mend ? damages.flatMap(({ actions }) => actions) : [])
      return { code: mend && unclear.length === 0 ? 0 : 1, records: stock.actions.filter(({ key }) => !gone.has(key)) }
    })
    const { code, records } = await Effect.runPromise(
      Effect.provide(
        program,
        Store.reading(root, () => {})
      )
    )
    if (sample === null || records === null) return code
    const runs = loadRuns(root)
    const labelOf = (key: string) => labelIn(runs, key) ?? ""
    return Math.max(code, await recomputeSample(root, records, { ...sample, parsed, labelOf }))
  }
}

const write = (text: string) => print(`${text}\n`)

const bottom = redrawn(process.stderr)

const showProgress = (done: number, total: number): void => {
  if (done === total) bottom.erase()
  else if (done % 50 === 0) bottom.show([`${done} of ${total} objects`])
}

const describe = (damage: Damage, runs: ReadonlyArray<Run>): string => {
  const owners = damage.actions.map(
    (key) => `${labelWords(labelIn(runs, key) ?? "a node of no known run")} (action ${shortDigest(key)})`
  )
  const use = owners.length > 0 ? `result of ${owners.join(", ")}` : WITHOUT_ACTION[damage.sort]
  return `  ${damage.file} ${damage.problem}\n    ${use}`
}

/** What nothing can be said of, and what helps. */
const unclearWords = (unclear: ReadonlyArray<Unclear>): ReadonlyArray<string> => {
  const unread = unclear.filter(({ because }) => because === "unread")
  const used = unclear.filter(({ because }) => because === "in use")
  const lines = (files: ReadonlyArray<Unclear>) => files.map(({ file, problem }) => `\n  ${file} ${problem}`).join("")
  const it = (files: ReadonlyArray<Unclear>) => (files.length === 1 ? "it" : "them")
  return [
    ...(unread.length === 0
      ? []
      : [
          `${unread.length === 1 ? "1 file or folder" : `${unread.length} files or folders`} could not be read, so nothing can ` +
            `be said of ${it(unread)}: mend that and run verify again. ${remediesOf(unread)}Nothing was done about ` +
            `${it(unread)}. What cannot be mended can be moved out of the store: the next run makes again what it ` +
            `needs.${lines(unread)}`
        ]),
    ...(used.length === 0
      ? []
      : [
          `${plural(used.length, "log")} of runs that go on, which nothing was done about: run verify again when they have ` +
            `ended.${lines(used)}`
        ])
  ]
}

/** What helps, once each. */
const remediesOf = (unread: ReadonlyArray<Unclear>): string =>
  [...new Set(unread.flatMap(({ remedy }) => remedy ?? []))].map((remedy) => `${remedy} `).join("")

/** What hangs on a damaged thing that no action's result hangs on. */
const WITHOUT_ACTION: Readonly<Record<Damage["sort"], string>> = {
  result: "no action needs it",
  record: "it is no action's record",
  log: "the log of a run; no result hangs on it",
  observation: "what is known of earlier results of a key; no result hangs on it",
  attempt: "the checkpoint of an unfinished attempt, which begins anew",
  report: "a report: pipeline report writes it again",
  code: "only shown where code changed; no result hangs on it"
}

const labelIn = (runs: ReadonlyArray<Run>, key: string): string | null => {
  for (const run of runs) for (const node of run.record.nodes.values()) if (node.key === key) return node.label
  return null
}
