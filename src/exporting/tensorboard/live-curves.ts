/**
 * Curves of a run while it goes on. The rows that stages add to their results are written to an event file of the node at once;
 * when the node has its result, computed or from the store, the file of that result takes its place. A computation that goes on
 * from a checkpoint tells of the rows before it again, and its file begins anew: what a killed process left half is gone.
 */

import * as path from "node:path"

import * as Effect from "effect/Effect"

import type { LiveRow } from "../../dag/Progress.ts"
import type { Happening } from "../../dag/running/Executor.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { Store } from "../../store/objects/Store.ts"
import type { Table } from "../../store/schema/Table.ts"
import { errorText } from "../../text/error-text.ts"
import { beginCurves, type GrowingFile, logFolder, writeCurves } from "./event-files.ts"

/** Is told everything that happens in a run. */
export interface LiveCurves {
  readonly watch: (happening: Happening) => void
  /** Waits until the curves of all results are written. */
  readonly close: Effect.Effect<void>
}

export interface LiveOptions {
  /** The folder of logs. */
  readonly folder: string
  /** The tables that a node's result may have. */
  readonly tablesOf: (node: string) => ReadonlyArray<Table.Any>
  /** Told once, of the first that goes wrong: no run ends for its curves. */
  readonly notice: (line: string) => void
}

/** The curves of a node that is being computed. */
interface Growing {
  readonly file: GrowingFile
  /** Rows of each table that are in the file. */
  readonly rows: Map<string, number>
}

/** Begins the curves of a run. Fails with what the system says of a folder that cannot be made. */
export const liveCurves = Effect.fnUntraced(function* ({ folder, tablesOf, notice }: LiveOptions) {
  const store = yield* Store
  yield* Effect.try({ try: () => makeFolder(folder), catch: (cause) => cause })
  const folders = new Map<string, string>()
  const growing = new Map<string, Growing>()
  let results = Promise.resolve()
  let ended = false

  const fail = (cause: unknown) => {
    if (!ended) notice(`The curves in ${folder} end here: ${errorText(cause)}. The run goes on without them.`)
    ended = true
  }
  const addRows = (node: string, rows: ReadonlyArray<LiveRow>) => {
    const at = folders.get(node)
    if (at === undefined) return
    const seconds = Date.now() / 1000
    const its = growing.get(node) ?? { file: beginCurves(at, seconds), rows: new Map<string, number>() }
    growing.set(node, its)
    for (const { table, row, step, values } of rows) {
      // Told again, by another process that went on with the node.
      if (row < (its.rows.get(table) ?? 0)) continue
      its.rows.set(table, row + 1)
      if (values.length > 0)
        its.file.add(
          seconds,
          step,
          values.map(([tag, value]) => [tag, value ?? NaN] as const)
        )
    }
  }
  const end = (node: string) => {
    growing.get(node)?.file.close()
    growing.delete(node)
  }
  const addResult = (node: string, key: string) =>
    Effect.gen(function* () {
      const at = folders.get(node)
      const action = yield* store.lookup(key)
      if (at !== undefined && action !== null) yield* writeCurves(at, action, tablesOf(node))
    }).pipe(Effect.provideService(Store, store))

  const heed = (happening: Happening) => {
    switch (happening.event) {
      case "node-planned":
        return void folders.set(happening.node, path.join(folder, logFolder(happening)))
      case "rows":
        return addRows(happening.node, happening.rows)
      case "node-finished": {
        const { node, key } = happening
        end(node)
        // One after the other: they are many at once where all is there already.
        results = results.then(() => (ended ? undefined : Effect.runPromise(Effect.asVoid(addResult(node, key))).catch(fail)))
        return
      }
      case "node-failed":
      case "node-stopped":
        return end(happening.node)
    }
  }
  return {
    watch: (happening) => {
      if (ended) return
      try {
        heed(happening)
      } catch (cause) {
        fail(cause)
      }
    },
    close: Effect.promise(async () => {
      await results
      for (const node of growing.keys()) end(node)
    })
  } satisfies LiveCurves
})
