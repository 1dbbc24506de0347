/** `pipeline export-metrics <study|run|node> --tensorboard DIR`: curves as event files of TensorBoard. */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import { tables } from "../../../schemas/index.ts"
import type { NodeRecord } from "../../catalog/tables/history.ts"
import { logFolder, writeCurves } from "../../exporting/tensorboard/event-files.ts"
import { listRuns, studyOf } from "../../store/objects/Runs.ts"
import { type ActionRecord, Store } from "../../store/objects/Store.ts"
import { plural } from "../../text/plural.ts"
import { print } from "../output.ts"
import { loadRuns, namedRun } from "../run-states.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { studyNames } from "../studies.ts"
import { type Command, type Flags, NotFound, parse, UsageError } from "../usage.ts"
import { find } from "./show.ts"

const flags = {
  tensorboard: {
    type: "string",
    value: "DIR",
    description: "a folder of logs, which may hold others: a folder in it for each node"
  }
} satisfies Flags

export const command: Command = {
  name: "export-metrics",
  summary:
    "Writes the curves of training and RL as event files of TensorBoard; from there into wandb, as docs/exporting.md shows.",
  usage: "pipeline export-metrics <study | run | node id | node label> --tensorboard DIR      a study stands for its newest run",
  flags,
  run: async (args) => {
    const parsed = parse("export-metrics", flags, args, { min: 1, max: 8, words: "a study, a run or a node" })
    const to = parsed.text("tensorboard")
    if (to === undefined)
      throw new UsageError({ problem: "pipeline export-metrics needs --tensorboard DIR, the folder that TensorBoard looks at." })
    const folder = path.resolve(to)
    const name = parsed.positionals.join(" ")
    const root = existingStore(parsed)
    return untilSignal(
      Effect.gen(function* () {
        const store = yield* Store
        const actions = yield* store.actions
        const byKey = new Map(actions.map((action) => [action.key, action]))
        let [nodes, points] = [0, 0]
        for (const node of nodesNamed(root, name, actions)) {
          const action = byKey.get(node.key ?? "")
          if (action === undefined || node.artifact === null) continue
          const written = yield* writeCurves(path.join(folder, logFolder(node)), action, tables)
          if (written === null) continue
          nodes++
          points += written
        }
        if (nodes === 0)
          return yield* Effect.fail(
            new NotFound({ problem: `Nothing of "${name}" has curves: what trains has, once it has run to its end.` })
          )
        print(`${folder}: curves of ${plural(nodes, "node")}, ${plural(points, "point")}. See tensorboard --logdir ${folder}\n`)
        return 0
      }).pipe(Effect.provide(Store.reading(root)))
    )
  }
}

/** The nodes of a run or study of this name, else the one node. Throws where there is none. */
const nodesNamed = (root: string, name: string, actions: ReadonlyArray<ActionRecord>): ReadonlyArray<NodeRecord> => {
  const ids = listRuns(root)
  const isRun = ids.some((id) => id === name || studyOf(id) === name) || studyNames().includes(name)
  if (isRun) return [...namedRun(root, name, studyNames).record.nodes.values()]
  const { run, node } = find(name, actions, loadRuns(root))
  const found = run === null || node === null ? undefined : run.record.nodes.get(node)
  if (found === undefined) throw new NotFound({ problem: `No run of this store has "${name}" among its nodes.` })
  return [found]
}
