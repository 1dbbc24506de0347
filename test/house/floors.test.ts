/**
 * The floors of the house: imports go down only, between rooms and inside them. The plan is in house.ts.
 *
 * Imports are read from the sources themselves, types included: what a module knows of is what it may know of.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { drawing, FLOORS, INSIDE, insideDrawing } from "./house.ts"
import {
  type Import,
  importsBetween,
  importsOf,
  includesBetween,
  repositoryFiles,
  ROOT,
  textOf,
  typescriptIn
} from "./sources.ts"

const files = typescriptIn(["src", "stages", "schemas", "pipelines"])
const imports = importsBetween(files)

const roomOf = (file: string): string => (file.startsWith("src/") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!)
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => Object.hasOwn(rooms, room))

const words = ({ from, to }: Import): string => `${from} imports ${to}`

const arrows = (wrong: (arrow: Import, from: string, to: string) => boolean): ReadonlyArray<string> =>
  imports.filter((arrow) => wrong(arrow, roomOf(arrow.from), roomOf(arrow.to))).map(words)

describe("the floors", () => {
  it("have a place for every room, and no place for a room that is not there", () => {
    expect([...new Set(files.map(roomOf))].toSorted()).toEqual(FLOORS.flatMap((rooms) => Object.keys(rooms)).toSorted())
  })

  it("are found by reading the sources: the imports are there and lead to files", () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(imports.filter(({ to }) => !fs.existsSync(path.join(ROOT, to))).map(words)).toEqual([])
  })

  it("are only left downwards: not upwards, and not to a room of the same floor", () => {
    expect(arrows((_, from, to) => from !== to && floorOf(from) >= floorOf(to))).toEqual([])
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
  const native = repositoryFiles().filter((file) => /^src\/engine\/native\/.*\.[ch]$/.test(file))
  const includes = includesBetween(native, "src/engine/native")

  /** The sub-room or file of a room that a path belongs to; null outside of the room. */
  const partOf = (room: string, file: string): string | null =>
    file.startsWith(`${room}/`) ? file.slice(room.length + 1).split("/")[0]! : null

  for (const [room, order] of Object.entries(INSIDE)) {
    const placeOf = (part: string): number => {
      const named = order.findIndex((names) => names.includes(part))
      return named >= 0 || !part.includes(".") ? named : order.findIndex((names) => names.includes("*"))
    }
    const inRoom = [...files, ...native].filter((file) => partOf(room, file) !== null)

    it(`${room} has a place for each of its parts, and no place for what is not there`, () => {
      const parts = new Set(inRoom.map((file) => partOf(room, file)!))
      expect([...parts].filter((part) => placeOf(part) < 0)).toEqual([])
      expect(order.flat().filter((name) => name !== "*" && !parts.has(name))).toEqual([])
    })

    it(`${room} imports downwards only`, () => {
      const wrong = [...imports, ...includes].filter(({ from, to }) => {
        const [above, below] = [partOf(room, from), partOf(room, to)]
        if (above === null || below === null || above === below) return false
        const [a, b] = [placeOf(above), placeOf(below)]
        // Files that stand together under `*` may know each other; circles are looked for elsewhere.
        return a === b ? !order[a]?.includes("*") : a > b
      })
      expect(wrong.map(words)).toEqual([])
    })
  }

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
    const allowed = new Set(["src/dag", "src/store", "src/catalog", "src/text", "src/random"])
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
