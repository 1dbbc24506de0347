/** docs/notebook.ipynb: kept without what it printed, and run on an export as a reader would. */

import * as fs from "node:fs"
import * as path from "node:path"

import { expect, it } from "vitest"

import { FormatShares } from "../../schemas/rl-run.ts"
import { runStarted, SampleStore } from "../catalog/sample-store.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { hasPython, runPython } from "./python.ts"

const NOTEBOOK = path.resolve(import.meta.dirname, "../../docs/notebook.ipynb")

/** Runs the notebook beside it, and tells what its cells gave: texts, and the types of data. */
const RUN = `import json, nbformat
from nbclient import NotebookClient
notebook = nbformat.read("notebook.ipynb", as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": "."}}).execute()
outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
print(json.dumps([output.get("text") or dict(output.data) for output in outputs]))`

it("has no outputs in it, so that its changes can be read", () => {
  const { cells } = JSON.parse(fs.readFileSync(NOTEBOOK, "utf8"))
  const code = cells.filter((cell: { readonly cell_type: string }) => cell.cell_type === "code")
  expect(code.length).toBeGreaterThan(3)
  expect(code).toEqual(code.map((cell: object) => ({ ...cell, execution_count: null, outputs: [] })))
})

const canDraw = hasPython("nbclient", "ipykernel", "matplotlib", "pyarrow")
it.skipIf(!canDraw)("draws the formats of every RL run of an export", async () => {
  const store = new SampleStore()
  const time = "2026-11-22T00:45:12.123Z"
  const start = runStarted("s-1", "s")
  const nodes = ["ppo", "grpo"].flatMap((algorithm, which) => {
    const rows = [0, 1, 2].flatMap((step) =>
      ["omi1", "tinygsm"].map((format, i) => {
        const share = (step + which) / 4
        return { step, format, share: i === 0 ? share : 1 - share, accuracy: null, meanReward: null, completions: 8 }
      })
    )
    const shares = rows.map((row) => ({ ...row, firstTokenShare: null, shareOfRight: null }))
    const params = { algorithm, seed: 1 }
    const { key, artifact } = store.action("rl", params, { formatShares: store.write(FormatShares, shares) })
    const node = `rl-0badcaf${which}`
    return [
      { time, event: "node-planned", node, label: `rl ${algorithm}`, stage: "rl", params, inputs: {} },
      { time, event: "node-finished", node, key, artifact, cached: false, seconds: 1 }
    ]
  })
  store.log("s-1", [{ time, ...start }, ...nodes])
  const folder = temporaryFolder()
  const { code, err } = await place().here(["export", "s-1", path.join(folder, "tables"), "--store", store.root])
  expect(code, err).toBe(0)
  fs.copyFileSync(NOTEBOOK, path.join(folder, "notebook.ipynb"))
  const outputs = JSON.parse(runPython(RUN, folder).trimEnd().split("\n").at(-1)!)
  expect(outputs[0]).toMatch(/rl ppo +rl +\{'formatShares': 6\}\nrl grpo/)
  const figures = outputs.filter((output: object) => "image/png" in Object(output))
  expect(figures).toHaveLength(1)
  expect(figures[0]["text/plain"]).toContain("2 Axes")
  expect(outputs.at(-1)["text/plain"]).toBe("'6 steps of 2 RL runs'")
})
