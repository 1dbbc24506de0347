/**
 * `pipeline verify [--repair]`: checks the whole store; with `--repair` sets damaged files aside, so that
 * the next run makes them again.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { errorText } from "../../store/objects/files.ts"
import { Store, StoreFailed } from "../../store/objects/Store.ts"
import { inventory } from "../../store/upkeep/inventory.ts"
import { verifyStore, type Damage } from "../../store/upkeep/verify.ts"
import { print } from "../output.ts"
import { bytesWords, plural, shortDigest } from "../printing/text-table.ts"
import { loadRuns, type Run } from "../run-states.ts"
import { storeRoot } from "../store-folder.ts"
import { type Command, type Flags, parse } from "../usage.ts"

const flags = {
  repair: { type: "boolean", description: "set damaged files aside and forget their actions: the next run computes them again" }
} satisfies Flags

export const command: Command = {
  name: "verify",
  summary: "Check every artifact against its digest. Exit code 1 when something is damaged and not repaired.",
  usage: "pipeline verify [--repair]",
  flags,
  run: async (args) => {
    const parsed = parse("verify", flags, args, { min: 0, max: 0, words: "no arguments" })
    const root = storeRoot(parsed)
    const repair = parsed.is("repair")
    const program = Effect.gen(function* () {
      const store = yield* Store
      const stock = yield* Effect.try({
        try: () => inventory(root),
        catch: (cause) => new StoreFailed({ path: root, problem: errorText(cause) })
      })
      const result = verifyStore(stock, store.objectPath, showProgress)
      const objects = `${plural(result.objects, "object")} (${bytesWords(result.bytes)})`
      const checked = `${objects}, ${plural(result.actions, "action")} and ${plural(result.tables, "table")} checked`
      if (result.damages.length === 0) {
        write(`${checked}: everything is what it says it is.`)
        return 0
      }
      const runs = loadRuns(root)
      write(`${checked}: ${plural(result.damages.length, "thing")} damaged.\n`)
      for (const damage of result.damages) write(describe(damage, runs))
      if (!repair) {
        write(`\nNothing was changed. "pipeline verify --repair" sets these aside; the next run makes them again.`)
        return 1
      }
      const setAside = setFilesAside(root, result.damages)
      const forgotten = new Set(result.damages.flatMap(({ actions }) => actions))
      for (const key of forgotten) yield* store.forget(key)
      write(
        `\n${plural(setAside, "file")} moved to ${path.join(root, "damaged")}, ` +
          `${plural(forgotten.size, "action")} forgotten: the next run computes them again.`
      )
      return 0
    })
    return Effect.runPromise(Effect.provide(program, repair ? Store.layer(root) : Store.reading(root)))
  }
}

const write = (text: string) => print(`${text}\n`)

const showProgress = (done: number, total: number): void => {
  if (process.stderr.isTTY !== true) return
  if (done === total) process.stderr.write("\r\u001B[K")
  else if (done % 50 === 0) process.stderr.write(`\r${done} of ${total} objects`)
}

const describe = (damage: Damage, runs: ReadonlyArray<Run>): string => {
  const owners = damage.actions.map((key) => `${labelOf(key, runs)} (action ${shortDigest(key)})`)
  const use = owners.length === 0 ? "no action needs it" : `result of ${owners.join(", ")}`
  return `  ${damage.file} ${damage.problem}\n    ${use}`
}

const labelOf = (key: string, runs: ReadonlyArray<Run>): string => {
  for (const run of runs) for (const node of run.record.nodes.values()) if (node.key === key) return node.label
  return "a node of no known run"
}

/** Moves damaged files where nothing takes them for results; how many there were. */
const setFilesAside = (root: string, damages: ReadonlyArray<Damage>): number => {
  const folder = path.join(root, "damaged")
  const present = damages.filter((damage) => damage.present)
  fs.mkdirSync(folder, { recursive: true })
  for (const { file } of present) fs.renameSync(file, freeName(folder, path.basename(file)))
  return present.length
}

const freeName = (folder: string, name: string): string => {
  let file = path.join(folder, name)
  for (let copy = 2; fs.existsSync(file); copy++) file = path.join(folder, `${name}.${copy}`)
  return file
}
