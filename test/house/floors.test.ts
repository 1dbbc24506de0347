/**
 * The floors of the house: imports go down only, between rooms and inside them. The plan is in house.ts.
 *
 * Imports are read from the sources themselves, types included: what a module knows of is what it may know of.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { sourceFiles } from "../../src/engine/native/source.ts"
import { COMPUTED_IMPORTS, drawing, FLOORS, INSIDE, insideDrawing } from "./house.ts"
import { notDownwards, notDownwardsInside, partOf, placeOf, roomOf, words } from "./rules.ts"
import {
  computedImportsIn,
  type Import,
  importsBetween,
  importsIn,
  importsOf,
  includesBetween,
  isC,
  repositoryFiles,
  ROOT,
  textOf,
  typescriptIn
} from "./sources.ts"

const files = typescriptIn(["src", "stages", "schemas", "pipelines"])
const imports = importsBetween(files)
const inC = repositoryFiles().filter(isC)
const includes = includesBetween(inC)

const arrows = (wrong: (arrow: Import, from: string, to: string) => boolean): ReadonlyArray<string> =>
  imports.filter((arrow) => wrong(arrow, roomOf(arrow.from), roomOf(arrow.to))).map(words)

describe("the floors", () => {
  it("have a place for every room, and no place for a room that is not there", () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(FLOORS.flatMap((rooms) => Object.keys(rooms)).toSorted())
  })

  it("are found by reading the sources: the imports are there and lead to files", () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(includes.length).toBeGreaterThan(100)
    expect(inC).toEqual(expect.arrayContaining(sourceFiles().map((file) => `src/engine/native/${file}`)))
    expect([...imports, ...includes].filter(({ to }) => !fs.existsSync(path.join(ROOT, to))).map(words)).toEqual([])
  })

  it("are seen in every way to write an import", () => {
    const text = `import a from "./a.ts"
      import type { B } from "./b.ts"
      import "./c.ts"
      export * from "./d.ts"
      type E = import("./e.ts").E
      const f = await import(
        "./f.ts"
      )
      // import g from "./g.ts"`
    expect(importsIn(text)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts"])
    expect(computedImportsIn(text)).toEqual([])
    const computed = ["import(`./a.ts`)", "import(name)", 'import("./a" + name)', "require(`${a}`)"]
    expect(computed.filter((call) => computedImportsIn(`await ${call}`).length === 1)).toEqual(computed)
  })

  it("cannot be passed by an import whose name is computed: the files that have one are named in house.ts", () => {
    const computed = files.filter((file) => computedImportsIn(textOf(file)).length > 0)
    expect(computed).toEqual(Object.keys(COMPUTED_IMPORTS).toSorted())
  })

  it("are only left downwards: not upwards, and not to a room of the same floor", () => {
    expect(notDownwards(imports).map(words)).toEqual([])
    const arrow = (from: string, to: string) => ({ from, to })
    const wrong = [
      arrow("src/store/a.ts", "src/dag/b.ts"),
      arrow("src/model/a.ts", "src/formats/b.ts"),
      arrow("schemas/a.ts", "stages/b.ts")
    ]
    const right = [arrow("src/dag/a.ts", "src/store/b.ts"), arrow("src/dag/a.ts", "src/dag/b.ts")]
    expect(notDownwards([...wrong, ...right])).toEqual(wrong)
  })

  it("do not import tests or benchmarks", () => {
    expect(arrows((_, from, to) => to === "test" || to === "bench" || from === "test")).toEqual([])
  })

  it("are drawn in docs/architecture.md as they are", () => {
    expect(textOf("docs/architecture.md")).toContain(drawing())
    expect(textOf("docs/architecture.md")).toContain(insideDrawing())
  })
})

describe("inside the rooms", () => {
  for (const [room, order] of Object.entries(INSIDE)) {
    it(`${room} has a place for each of its parts, and no place for what is not there`, () => {
      const sources = [...files, ...inC]
      const parts = new Set(sources.flatMap((file) => partOf(room, file) ?? []))
      expect([...parts].filter((part) => placeOf(room, part) < 0)).toEqual([])
      expect(order.flat().filter((name) => name !== "*" && !parts.has(name))).toEqual([])
    })

    it(`${room} imports downwards only`, () => {
      expect(notDownwardsInside(room, [...imports, ...includes]).map(words)).toEqual([])
    })
  }

  it("an import upwards is caught, and one between sub-rooms of the same height", () => {
    const arrow = (from: string, to: string) => ({ from: `src/engine/${from}`, to: `src/engine/${to}` })
    const wrong = [arrow("native/a.ts", "wasm/b.ts"), arrow("wasm/a.ts", "tfjs/b.ts"), arrow("cpu.ts", "select.ts")]
    const right = [
      arrow("wasm/a.ts", "native/b.ts"),
      arrow("wasm/a.ts", "wasm/b.ts"),
      arrow("native/api.c", "native/model/step.h")
    ]
    expect(notDownwardsInside("src/engine", [...wrong, ...right])).toEqual(wrong)
    const upwards = [arrow("native/machine/memory.c", "native/model/step.h"), arrow("native/kernels/a.h", "native/api.c")]
    expect(notDownwardsInside("src/engine/native", [...upwards, ...right])).toEqual(upwards)
  })

  it("of every room with sub-rooms are declared", () => {
    const withSubRooms = new Set(
      files
        .map((file) => file.split("/"))
        .flatMap((parts) => (parts[0] === "src" && parts.length > 3 ? [parts.slice(0, 2).join("/")] : []))
    )
    expect([...withSubRooms].filter((room) => !Object.hasOwn(INSIDE, room))).toEqual([])
  })
})

describe("what every process loads", () => {
  it("is modules of effect, never its barrel: a process a stage would pay for it each time", () => {
    const barrel = files.filter((file) => importsOf(file).includes("effect"))
    expect(barrel).toEqual([])
    expect(files.some((file) => importsOf(file).includes("effect/Effect"))).toBe(true)
  })
})

describe("rooms that must not know of each other", () => {
  it("the DAG, the store and the catalog know nothing of models, nor of the schemas of this study", () => {
    const allowed = new Set(["src/dag", "src/store", "src/catalog", "src/text", "src/random", "src/machine", "src/lists"])
    expect(arrows((_, from, to) => ["src/dag", "src/store", "src/catalog"].includes(from) && !allowed.has(to))).toEqual([])
  })

  it("the DAG does not know the catalog, nor the catalog the DAG", () => {
    const both = new Set(["src/dag", "src/catalog"])
    expect(arrows((_, from, to) => both.has(from) && both.has(to) && from !== to)).toEqual([])
  })

  it("the engine knows no RL, no format and no problem", () => {
    const forbidden = new Set([
      "src/rl",
      "src/formats",
      "src/problems",
      "src/evaluation",
      "src/attribution",
      "src/tokenizer",
      "src/python"
    ])
    expect(arrows((_, from, to) => from === "src/engine" && forbidden.has(to))).toEqual([])
  })

  it("everything but the command line knows of engines only the interface", () => {
    expect(
      arrows(
        ({ to }, from, room) =>
          room === "src/engine" && from !== "src/engine" && from !== "src/cli" && to !== "src/engine/Engine.ts"
      )
    ).toEqual([])
  })

  it("no engine is imported before it is chosen: only its own files name it, or a lazy import", () => {
    const direct = imports.filter(
      ({ from, to }) => /^src\/engine\/(native|wasm|tfjs)\//.test(to) && !from.startsWith("src/engine/")
    )
    expect(direct.map(({ from, to }) => `${from} imports ${to}`)).toEqual(
      direct.filter(({ from }) => from === "src/cli/commands/doctor.ts").map(({ from, to }) => `${from} imports ${to}`)
    )
  })
})

describe("packages", () => {
  const packages = (file: string) =>
    importsOf(file)
      .filter((specifier) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
      .map((specifier) =>
        specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/")
      )

  it("are those that package.json names", () => {
    const { dependencies } = JSON.parse(textOf("package.json")) as {
      readonly dependencies: Readonly<Record<string, string>>
    }
    expect([...new Set(files.flatMap(packages))].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([])
  })

  it("with native code are loaded in one room each", () => {
    const users = (name: string) => [...new Set(files.filter((file) => packages(file).includes(name)).map(roomOf))]
    expect(users("@duckdb/node-api")).toEqual(["src/catalog"])
    expect(users("@duckdb/node-bindings")).toEqual(["src/catalog"])
    expect(users("koffi")).toEqual(["src/engine"])
  })
})
