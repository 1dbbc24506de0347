/**
 * The floors of the house (design, section 3): imports go down only. Read from the sources themselves, types included, so that what a
 * module knows of is what it may know of.
 */
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

const ROOT = path.resolve(import.meta.dirname, "..")

/** From the top down. A room may import from its own floor and from those below. */
const FLOORS: ReadonlyArray<ReadonlyArray<string>> = [
  ["src/cli"],
  ["pipelines"],
  ["stages"],
  ["src/rl", "src/training", "src/evaluation", "src/attribution", "src/report"],
  ["src/engine", "src/model", "src/problems", "src/formats", "src/datasets", "src/tokenizer", "src/python", "src/mixing"],
  ["src/dag", "src/store", "src/catalog", "schemas"],
  ["src/random", "src/text"]
]

const filesIn = (folder: string): ReadonlyArray<string> =>
  fs
    .readdirSync(path.join(ROOT, folder), { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(`${folder}/${entry.name}`) : entry.name.endsWith(".ts") ? [`${folder}/${entry.name}`] : []
    )

/** Every `from "..."`, `import "..."` and `import("...")`, those of types too. */
const importsOf = (file: string): ReadonlyArray<string> => {
  const source = fs
    .readFileSync(path.join(ROOT, file), "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "")
  return [...source.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\()"([^"\s]+)"/g)].map(([, specifier]) => specifier!)
}

interface Import {
  readonly from: string
  readonly to: string
}

const roomOf = (file: string): string => (file.startsWith("src/") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!)
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room))

const files = ["src", "stages", "schemas", "pipelines"].flatMap(filesIn)
const imports: ReadonlyArray<Import> = files.flatMap((from) =>
  importsOf(from)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => ({ from, to: path.posix.join(path.posix.dirname(from), specifier) }))
)

const arrows = (wrong: (arrow: Import, from: string, to: string) => boolean): ReadonlyArray<string> =>
  imports.filter((arrow) => wrong(arrow, roomOf(arrow.from), roomOf(arrow.to))).map(({ from, to }) => `${from} imports ${to}`)

describe("the floors", () => {
  it("have a place for every room", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => floorOf(room) < 0)).toEqual([])
  })

  it("are found by reading the sources: the imports are there and lead to files", () => {
    expect(imports.length).toBeGreaterThan(300)
    expect(
      imports.filter(({ to }) => !fs.existsSync(path.join(ROOT, to))).map(({ from, to }) => `${from} imports ${to}`)
    ).toEqual([])
  })

  it("are never left upwards", () => {
    expect(arrows((_, from, to) => floorOf(from) > floorOf(to))).toEqual([])
  })

  it("do not import tests or benchmarks", () => {
    expect(arrows((_, from, to) => to === "test" || to === "bench" || from === "test")).toEqual([])
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

  it("the store knows neither the DAG nor the catalog, and the DAG not the catalog", () => {
    expect(arrows((_, from, to) => from === "src/store" && ["src/dag", "src/catalog"].includes(to))).toEqual([])
    expect(arrows((_, from, to) => from === "src/dag" && to === "src/catalog")).toEqual([])
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
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
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
