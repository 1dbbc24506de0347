/** `pipeline trace <node>`: one completion, and all that the store knows of where it comes from. */

import * as Effect from "effect/Effect"

import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import { print } from "../output.ts"
import { terminalWidth } from "../printing/text-table.ts"
import { loadRuns } from "../run-states.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { traceOf } from "../tracing/trace.ts"
import { traceWords } from "../tracing/words.ts"
import { type Command, type Flags, NotFound, parse, type Parsed, UsageError, wholeNumber } from "../usage.ts"
import { find } from "./show.ts"

const OFFERED = ["table", "json"]

const flags = {
  row: { type: "string", value: "N", description: "the completion in this row of the node's rollouts or scores, from 0" },
  step: { type: "string", value: "N", description: "a completion of this RL step" },
  best: {
    type: "boolean",
    description:
      "the best completion, of the step where one is given: highest reward, or right; among these one that was attributed, " +
      "then the highest advantage or probability (what is shown without --row)"
  },
  format: { type: "string", value: "FORMAT", choices: OFFERED, description: `${OFFERED.join(" or ")} (default table)` }
} satisfies Flags

export const command: Command = {
  name: "trace",
  summary:
    "One completion of RL or of an evaluation, traced: the policies behind it, the nodes that made them, their mixture, " +
    "and the sources and documents that attribution gives.",
  usage: "pipeline trace <node id | node label | key | artifact> [flags]",
  flags,
  more: async () => "docs/sql.md has the SQL for each part of it.",
  run: async (args) => {
    const parsed = parse("trace", flags, args, { min: 1, max: 8, words: "a node of rl or evaluate" })
    const format = parsed.text("format") ?? "table"
    if (!OFFERED.includes(format)) throw new UsageError({ problem: `--format must be ${OFFERED.join(" or ")}; got "${format}".` })
    const wanted = { row: numberOf(parsed, "row"), step: numberOf(parsed, "step") }
    const others = (["step", "best"] as const).filter((name) => (name === "best" ? parsed.is(name) : wanted.step !== null))
    if (wanted.row !== null && others.length > 0)
      throw new UsageError({ problem: `--row names one completion of all: leave --${others.join(" and --")} out.` })
    const name = parsed.positionals.join(" ")
    const root = existingStore(parsed)
    const program = Effect.gen(function* () {
      const runs = loadRuns(root)
      const among = (actions: ReadonlyArray<ActionRecord>) =>
        Effect.try({ try: () => find(name, actions, runs), catch: (cause) => cause })
      // The records of all actions are megabytes in a large store, and only the digest of an artifact needs them.
      const found = yield* among([]).pipe(
        Effect.catch((cause) =>
          cause instanceof NotFound ? Effect.flatMap(Store, (store) => Effect.flatMap(store.actions, among)) : Effect.fail(cause)
        )
      )
      const node = found.node === null ? undefined : found.run?.record.nodes.get(found.node)
      if (node === undefined)
        return yield* new NotFound({ problem: `No run in this store tells of "${name}", so that it has no lineage.` })
      const trace = yield* traceOf(node, wanted)
      print(format === "json" ? `${JSON.stringify(trace, null, 2)}\n` : `${traceWords(trace, terminalWidth())}\n`)
      return 0
    })
    return untilSignal(Effect.provide(program, Store.reading(root)))
  }
}

/** A flag that is a whole number from 0, or null where it is left out. */
const numberOf = (parsed: Parsed, name: "row" | "step"): number | null =>
  parsed.text(name) === undefined ? null : wholeNumber(parsed, name, 0, 0)
