/** The numbers of rows in SQL: what other tables point at. */

import { rmSync } from "node:fs"

import { Effect } from "effect"
import { expect, it } from "vitest"

import { Catalog } from "../../src/catalog/Catalog.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"
import { Rollouts, rolloutsOf, runStarted, sampleStore } from "./sample-store.ts"

it("a numbered table says where each row stands in its artifact, over batches and whatever is left out", async () => {
  const numbered = sampleStore()
  const Numbered = Table.make("rollouts", "", Rollouts.columns, { rowsPerBatch: 4, numbered: true })
  const rollouts = numbered.write(Numbered, rolloutsOf("ei", 11))
  const { artifact, key } = numbered.action("rl", { algorithm: "ei" }, { rollouts })
  numbered.log("alone-1", [
    runStarted("alone-1", "alone"),
    { event: "node-planned", node: "rl-3", label: "rl", stage: "rl", params: {}, inputs: {} },
    { event: "node-finished", node: "rl-3", key, artifact, cached: false, seconds: 1 }
  ])
  const found = await Effect.runPromise(
    Effect.scoped(
      Effect.flatMap(Catalog.open(numbered.root, [Numbered]), (catalog) =>
        catalog.query("select study, step, row from rollouts where step % 3 = 2 and latest order by all")
      )
    )
  )
  // The rows of this store are written in the order of steps; those of the other study lie in one batch.
  const expected = [2, 5, 8].map((step) => ["alone", step, step])
  expect(found.rows.filter(([study]) => study === "alone")).toEqual(expected)
  expect(found.rows.filter(([study]) => study === "sweep")).toEqual([
    ["sweep", 2, 2],
    ["sweep", 5, 5]
  ])
  rmSync(numbered.root, { recursive: true })
})

it("a numbered table has no column of that name of its own", () => {
  expect(() => Table.make("listed", "", { row: Column.int32() }, { numbered: true })).toThrow(
    'column "row" is added by the SQL views'
  )
  expect(Table.make("listed", "", { row: Column.int32() }).numbered).toBe(false)
})
