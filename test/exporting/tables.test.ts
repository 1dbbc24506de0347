/** `pipeline export`: a run's tables under the names of its nodes, whole or not at all, and read by the libraries people use. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it, onTestFinished } from "vitest"

import { folderName, folderNames } from "../../src/exporting/folder-names.ts"
import { sampleStore } from "../catalog/sample-store.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { hasPython, runPython } from "./python.ts"

const store = sampleStore()
const at = place()
const exported = (...args: ReadonlyArray<string>) => at.here(["export", ...args, "--store", store.root])
const newFolder = () => path.join(temporaryFolder(), "to")
const indexOf = (folder: string) => JSON.parse(fs.readFileSync(path.join(folder, "export.json"), "utf8"))

describe("an export", () => {
  it("has each node's tables by its label, the very bytes of the store, which their owner may write to", async () => {
    const to = newFolder()
    const { code, out } = await exported("sweep-2", to)
    expect([code, out]).toEqual([0, expect.stringContaining(`${to}: 3 files`)])
    expect(fs.readdirSync(to).toSorted()).toEqual([
      "README.md",
      "base",
      "export.json",
      "load.R",
      "load_duckdb.py",
      "load_polars.py",
      "load_pyarrow.py",
      "rl-grpo",
      "rl-ppo"
    ])
    const file = path.join(to, "rl-grpo/rollouts.arrow")
    const digests = fs.readdirSync(path.join(store.root, "objects/sha256"), { recursive: true }).map(String)
    const bytes = fs.readFileSync(file)
    const same = digests.filter((name) => {
      const object = path.join(store.root, "objects/sha256", name)
      return fs.statSync(object).isFile() && fs.readFileSync(object).equals(bytes)
    })
    expect(same).toHaveLength(1)
    expect(fs.statSync(file)).toMatchObject({ nlink: 1, mode: 0o100644 })
  })

  it("tells in its index which node is where, with what it came from, and which has no result and why", async () => {
    const to = newFolder()
    const { err } = await exported("sweep-2", to)
    expect(err).toContain("2 nodes without a result: broken, after")
    const { nodes, run } = indexOf(to)
    expect(run).toBe("sweep-2")
    expect(nodes[2]).toMatchObject({
      label: "rl-grpo",
      folder: "rl-grpo",
      params: { algorithm: "grpo", scale: "s" },
      inputs: { policy: "base" },
      tables: { rollouts: 4 }
    })
    expect(nodes[3]).toMatchObject({ label: "broken", folder: null, status: "failed", error: "loss is not finite" })
    const page = fs.readFileSync(path.join(to, "README.md"), "utf8")
    expect(page).toContain("| broken | failed | loss is not finite |")
    expect(page).toContain("| rl-grpo | rl | rollouts 4 |  |")
    expect(page).toContain("| loss | float64 | mean cross-entropy per weighted target, in nats |")
  })

  it("can be of some tables, and of the store's own files by hard links", async () => {
    const to = newFolder()
    expect((await exported("sweep-1", to, "--tables", "training", "--link")).code).toBe(0)
    expect(fs.readdirSync(path.join(to, "base"))).toEqual(["training.arrow"])
    expect(fs.readdirSync(path.join(to, "rl-ppo"))).toEqual([])
    expect(fs.statSync(path.join(to, "base/training.arrow")).nlink).toBe(2)
    expect(fs.readFileSync(path.join(to, "README.md"), "utf8")).toContain("Not taken along: rollouts.")
  })

  it("leaves a folder alone that holds anything; --force replaces an earlier export and nothing else", async () => {
    const to = newFolder()
    fs.mkdirSync(to)
    fs.writeFileSync(path.join(to, "mine"), "")
    for (const force of [[], ["--force"]])
      expect(await exported("sweep-1", to, ...force)).toMatchObject({
        code: 2,
        err: expect.stringContaining("holds other things (mine)")
      })
    fs.rmSync(path.join(to, "mine"))
    expect((await exported("sweep-1", to)).code).toBe(0)
    expect(await exported("sweep-2", to)).toMatchObject({ code: 2, err: `${to} holds an earlier export. --force replaces it.\n` })
    expect(indexOf(to).run).toBe("sweep-1")
    expect((await exported("sweep-2", to, "--force")).code).toBe(0)
    expect(indexOf(to).run).toBe("sweep-2")
    expect(fs.readdirSync(path.dirname(to))).toEqual(["to"])
  })

  it("of a damaged artifact fails, names the file, and leaves nothing", async () => {
    const damaged = sampleStore()
    onTestFinished(() => fs.rmSync(damaged.root, { recursive: true, force: true }))
    for (const name of fs.readdirSync(path.join(damaged.root, "objects/sha256"), { recursive: true }).map(String)) {
      const object = path.join(damaged.root, "objects/sha256", name)
      if (fs.statSync(object).isFile() && fs.readFileSync(object).subarray(0, 6).toString() === "ARROW1")
        fs.appendFileSync(object, "x")
    }
    const to = newFolder()
    const { code, err } = await at.here(["export", "sweep-1", to, "--store", damaged.root])
    expect([code, err]).toEqual([expect.any(Number), expect.stringMatching(/objects\/sha256/)])
    expect(code).not.toBe(0)
    expect(fs.readdirSync(path.dirname(to))).toEqual([])
  })

  it.each([
    [["nothing", "DIR"], 'No run or study "nothing" has run in'],
    [["sweep-1"], "needs a study or run, and a folder"],
    [["sweep-1", "DIR", "--tables", "rolouts"], 'there is no table "rolouts". Did you mean "rollouts"?']
  ])("of %j is refused with what is wrong", async (args, words) => {
    const to = newFolder()
    const { code, err } = await exported(...args.map((word) => (word === "DIR" ? to : word)))
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
    expect(fs.existsSync(to)).toBe(false)
  })
})

describe("folders of nodes", () => {
  it("are labels in letters that every file system takes, told apart by ids where they come to one name", () => {
    expect(folderName("evaluate rl s ppo (seed 1)")).toBe("evaluate-rl-s-ppo-seed-1")
    expect(folderName("../../etc")).toBe("etc")
    expect(folderName("数学")).toBe("node")
    const nodes = [
      { node: "rl-1", label: "rl A" },
      { node: "rl-2", label: "rl a" },
      { node: "sft-1", label: "sft" }
    ]
    expect([...folderNames(nodes).values()]).toEqual(["rl-A.rl-1", "rl-a.rl-2", "sft"])
  })
})

describe.skipIf(!hasPython("pyarrow", "polars", "duckdb"))("the loaders of an export, with the libraries themselves", () => {
  const program = (module: string, expression: string) => `import json, ${module}\nprint(json.dumps(${module}.${expression}))`
  const expected = [
    ["rl-ppo", "ppo", 0],
    ["rl-ppo", "ppo", 5],
    ["rl-grpo", "grpo", 3]
  ]
  it.each([
    ["load_pyarrow", `load("rollouts", "algorithm").select(["node", "algorithm", "step"]).to_pydict()`],
    ["load_polars", `load("rollouts", "algorithm").select("node", "algorithm", "step").collect().to_dict(as_series=False)`],
    ["load_duckdb", `connect("algorithm").sql("select node, algorithm, step from rollouts").to_arrow_table().to_pydict()`]
  ])("%s gives all rows with the node and the parameters asked for", async (module, expression) => {
    const to = newFolder()
    await exported("sweep-2", to)
    const columns = JSON.parse(runPython(program(module, expression), to))
    const rows = columns.step.map((step: number, i: number) => [columns.node[i], columns.algorithm[i], step])
    expect(rows).toHaveLength(10)
    expect([rows[0], rows[5], rows[9]]).toEqual(expected)
  })

  it.each([
    ["load_pyarrow", `load("rollouts", "step").select(["node", "step", "param_step"]).to_pydict()`],
    ["load_polars", `load("rollouts", "step").select("node", "step", "param_step").collect().to_dict(as_series=False)`],
    ["load_duckdb", `connect("step").sql("select node, step, param_step from rollouts").to_arrow_table().to_pydict()`]
  ])("%s keeps what was measured apart from a parameter of that name", async (module, expression) => {
    const to = newFolder()
    await exported("sweep-2", to)
    const columns = JSON.parse(runPython(program(module, expression), to))
    expect([columns.step[0], columns.step[5], columns.step[9]]).toEqual([0, 5, 3])
    expect(new Set(columns.param_step)).toEqual(new Set([40]))
  })

  it.each(["load_pyarrow", "load_polars"])("%s names the tables that there are", async (module) => {
    const to = newFolder()
    await exported("sweep-2", to)
    const asking = `import ${module}\ntry: ${module}.load("rolouts")\nexcept KeyError as error: print(error)`
    expect(runPython(asking, to)).toMatch(/no table rolouts: there are \[.*rollouts/)
  })

  it.each(["load_pyarrow", "load_polars"])("%s names the parameters that there are", async (module) => {
    const to = newFolder()
    await exported("sweep-2", to)
    const asking = `import ${module}\ntry: ${module}.load("rollouts", "algorthm")\nexcept KeyError as error: print(error)`
    expect(runPython(asking, to)).toMatch(/no parameter \['algorthm'\]: there are \[.*'algorithm'/)
  })
})
