/** `pipeline export <study|run> DIR`: the tables of a run as a folder for other programs, by name. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import { tables } from "../../../schemas/index.ts"
import { exportRun, holdsTensors } from "../../exporting/tables/export-run.ts"
import { isExport } from "../../exporting/tables/index-file.ts"
import { Store } from "../../store/objects/Store.ts"
import { didYouMean } from "../../text/near.ts"
import { plural } from "../../text/plural.ts"
import { print, say } from "../output.ts"
import { bytesWords } from "../printing/text-table.ts"
import { namedRun } from "../run-states.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { studyNames } from "../studies.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  tables: {
    type: "string",
    value: "NAMES",
    choices: tables.map(({ name }) => name),
    isList: true,
    description: "these tables alone, with commas between (default: all but models)"
  },
  link: { type: "boolean", description: "hard links instead of copies: no space, but then never write into the files" },
  force: { type: "boolean", description: "replace an earlier export in DIR" }
} satisfies Flags

export const command: Command = {
  name: "export",
  summary:
    "Writes the tables of a run as Arrow files in folders by the names of its nodes, with a page that says what they are and " +
    "programs that load them in Python and R.",
  usage: "pipeline export <study|run> DIR [flags]      a study stands for its newest run",
  flags,
  run: async (args) => {
    const parsed = parse("export", flags, args, { min: 2, max: 2, words: "a study or run, and a folder" })
    const folder = path.resolve(parsed.positionals[1]!)
    const known = new Map(tables.map((table) => [table.name, table]))
    const named = parsed
      .text("tables")
      ?.split(",")
      .map((name) => name.trim())
    const unknown = named?.find((name) => !known.has(name))
    if (unknown !== undefined)
      throw new UsageError({
        problem: `--tables: there is no table "${unknown}".${didYouMean(unknown, known.keys())} pipeline sql lists them.`
      })
    const wanted = (name: string): boolean => {
      if (named !== undefined) return named.includes(name)
      const table = known.get(name)
      return table === undefined || !holdsTensors(table)
    }
    const root = existingStore(parsed)
    const run = namedRun(root, parsed.positionals[0]!, studyNames).record
    if (!parsed.is("force") && isExport(folder))
      throw new UsageError({ problem: `${folder} holds an earlier export. --force replaces it.` })
    const request = { run, folder, known, wanted, link: parsed.is("link"), replace: parsed.is("force") }
    return untilSignal(
      Effect.gen(function* () {
        const { files, bytes, without, left } = yield* exportRun(request)
        if (without.length > 0)
          say(
            `${plural(without.length, "node")} without a result: ` +
              `${without.slice(0, 6).join(", ")}${without.length > 6 ? ", ..." : ""}`
          )
        if (left.size > 0) say(`Left out: ${[...left].toSorted().join(", ")} (--tables takes what it names)`)
        print(`${folder}: ${plural(files, "file")}, ${bytesWords(bytes)}, of run ${run.run}. Start with its README.md\n`)
        return 0
      }).pipe(Effect.provide(Store.reading(root)))
    )
  }
}
