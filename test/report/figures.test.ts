/** Figures as files: SVG that stands alone, PNG that shows something, CSV with what is drawn; single seeds in each of them. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { inflateSync } from "node:zlib"

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"

import { command } from "../../src/cli/commands/report.ts"
import { UsageError } from "../../src/cli/usage.ts"
import { sharpening } from "../../src/report/claims/outcome-claims.ts"
import { concentration } from "../../src/report/claims/winner-claims.ts"
import { recordOf } from "../../src/report/data/RunRecord.ts"
import type { Figure } from "../../src/report/draw/Figure.ts"
import { PAGE_FONT } from "../../src/report/draw/frame.ts"
import { forestChart, heatMap, intervalChart } from "../../src/report/draw/row-charts.ts"
import { csvOf, rowsOf } from "../../src/report/draw/rows.ts"
import { standAlone } from "../../src/report/draw/stand-alone.ts"
import { writeFigures } from "../../src/report/write-figures.ts"
import { readRun } from "../../src/store/objects/Runs.ts"
import { runStudy } from "./fixtures/run-study.ts"
import { elementsOf } from "./html-check.ts"

const RUN = "made-up-20261122-010000-0001"
const ONE = "made-up-20261122-010001-0002"
const GENERAL = [
  "formats",
  "learning",
  "pass1",
  "pass-at-k",
  "format-shares",
  "format-accuracy",
  "difficulty",
  "scales",
  "sources",
  "confusion",
  "loss",
  "held-out",
  "probes"
]
const FIGURES = ["figure-C1", "figure-C4", ...GENERAL]
const arms = { "rl.algorithm": "ppo" }
const claims = [concentration({ arms, seeds: 2 }), sharpening({ arms, k: 4, seeds: 2 })]

let root: string
let folder: string
beforeAll(async () => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "figures-"))
  folder = path.join(root, "pictures", "all")
  await runStudy(root, RUN, { seeds: 3, algorithms: ["ppo", "grpo"] })
  await runStudy(root, ONE, { seeds: 1, algorithms: ["ppo"] })
  expect(await draw(folder)).toEqual({ problem: null, index: path.join(folder, "index.csv"), figures: FIGURES.length })
})
afterAll(() => fs.rmSync(root, { recursive: true, force: true }))
afterEach(() => vi.restoreAllMocks())

const draw = (into: string, run = RUN) =>
  writeFigures({
    root,
    record: recordOf(readRun(root, run).events)!,
    description: "",
    ownClaims: [{ claims, file: path.join(import.meta.dirname, "figures.test.ts") }],
    folder: into
  })

const textOf = (name: string, of = folder) => fs.readFileSync(path.join(of, name), "utf8")

type Row = Readonly<Record<string, string>>

/** CSV as RFC 4180 has it. */
const read = (text: string): ReadonlyArray<Row> => {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)].map(([, quoted, plain, end]) => ({
    value: quoted?.replaceAll('""', '"') ?? plain!,
    end
  }))
  const lines: Array<Array<string>> = [[]]
  for (const { value, end } of fields) {
    lines.at(-1)!.push(value)
    if (end === "\n") lines.push([])
  }
  const [head, ...rows] = lines.filter((line) => line.length > 0)
  for (const row of rows) expect(row).toHaveLength(head!.length)
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i]!])))
}

interface Pixels {
  readonly width: number
  readonly height: number
  readonly rows: ReadonlyArray<Uint8Array>
}

/** The pixels of a PNG with eight bits a channel, its filters undone. */
const pixelsOf = (file: string): Pixels => {
  const bytes = fs.readFileSync(file)
  expect([...bytes.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const parts: Array<Buffer> = []
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
    if (bytes.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)))
  const [width, height, depth, colour] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[25]]
  expect([depth, colour]).toEqual([8, 6])
  const data = inflateSync(Buffer.concat(parts))
  const line = 4 * width
  const rows: Array<Uint8Array> = []
  for (let y = 0; y < height; y++) {
    const filter = data[y * (line + 1)]!
    const row = new Uint8Array(data.subarray(y * (line + 1) + 1, (y + 1) * (line + 1)))
    const above = rows[y - 1]
    for (let i = 0; i < line; i++) {
      const [a, b] = [i < 4 ? 0 : row[i - 4]!, above === undefined ? 0 : above[i]!]
      if (filter === 1) row[i]! += a
      else if (filter === 2) row[i]! += b
      else if (filter === 3) row[i]! += (a + b) >> 1
      else if (filter === 4) {
        const c = i < 4 || above === undefined ? 0 : above[i - 4]!
        const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
        row[i]! += pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      }
    }
    rows.push(row)
  }
  return { width, height, rows }
}

describe("every figure", () => {
  test("is there as SVG, PNG and CSV, and the index has its title, its files, its claim and its nodes", () => {
    const index = read(textOf("index.csv"))
    expect(index.map(({ figure }) => figure)).toEqual(FIGURES)
    const known = recordOf(readRun(root, RUN).events)!.byId
    for (const { figure, title, svg, png, csv, claim, nodes } of index) {
      expect([svg, png, csv]).toEqual([`${figure}.svg`, `${figure}.png`, `${figure}.csv`])
      for (const file of [svg, png, csv]) expect(fs.statSync(path.join(folder, file!)).size, file).toBeGreaterThan(200)
      expect(title).not.toBe("")
      expect(claim).toBe(figure!.startsWith("figure-") ? figure!.slice("figure-".length) : "")
      const ids = nodes!.split(" ")
      for (const id of ids) expect(known.has(id), `${figure}: ${id}`).toBe(true)
      expect(new Set(ids).size).toBe(ids.length)
    }
    expect(fs.readdirSync(folder)).toHaveLength(3 * FIGURES.length + 1)
  })

  test.each(FIGURES)("%s stands alone: well-formed, titled, with axes, and nothing from elsewhere", (id) => {
    const svg = textOf(`${id}.svg`)
    const elements = elementsOf(`<!doctype html>${svg}`)
    expect(elements[0]!.name).toBe("svg")
    expect(elements[0]!.attributes["xmlns"]).toBe("http://www.w3.org/2000/svg")
    for (const { name, attributes } of elements) {
      expect(["script", "style", "image", "use", "foreignObject", "link"]).not.toContain(name)
      for (const attribute of Object.keys(attributes)) expect(attribute).not.toMatch(/^on|href|^src$/)
    }
    expect(svg.replace(`xmlns="http://www.w3.org/2000/svg"`, "")).not.toMatch(/url\(|@import|@font-face|https?:/)
    expect(svg).not.toContain(PAGE_FONT)
    expect(svg).toMatch(/<title>[^<]+<\/title>\n<desc>[^<]+<\/desc>/)
    expect(svg).toContain("role-axis-title")
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  test.each(FIGURES)("%s is a picture of twice the size of the drawing, and not blank", (id) => {
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(textOf(`${id}.svg`))!
    const picture = pixelsOf(path.join(folder, `${id}.png`))
    expect([picture.width, picture.height]).toEqual([2 * Number(width), 2 * Number(height)])
    // A white margin all round, and ink within: text at least in the line of the title, and marks below it.
    const inked = picture.rows.map((row) => row.some((value, i) => i % 4 < 3 && value < 200))
    expect(inked.slice(0, 40).includes(true)).toBe(false)
    expect(inked.slice(-20).includes(true)).toBe(false)
    expect(inked.slice(48, 100).includes(true)).toBe(true)
    expect(inked.slice(160).filter(Boolean).length).toBeGreaterThan(100)
    for (const row of picture.rows) for (const x of [0, picture.width - 1]) expect(row[4 * x]).toBe(255)
  })

  test.each(FIGURES)("%s shows each of three seeds behind their mean, and its legend says so", (id) => {
    const rows = read(textOf(`${id}.csv`))
    expect([...new Set(rows.map(({ seed }) => seed))].toSorted()).toEqual(
      id.startsWith("figure-") ? ["", "0", "1", "2", "mean"] : ["0", "1", "2", "mean"]
    )
    const legend = textOf(`${id}.svg`)
    expect(legend).toMatch(id.startsWith("figure-") ? /a seed<.*all seeds, with the 95 % interval/s : /each of 3 seeds/)
    // An interval of a mean that is not certain.
    if (!["scales"].includes(id)) expect(rows.some(({ low, high }) => low !== "" && low !== high)).toBe(true)
  })

  test("of one seed has no mean and no thin lines", async () => {
    const into = path.join(root, "one")
    expect(await draw(into, ONE)).toMatchObject({ problem: null })
    for (const id of GENERAL) {
      expect([...new Set(read(textOf(`${id}.csv`, into)).map(({ seed }) => seed))], id).toEqual(["0"])
      expect(textOf(`${id}.svg`, into)).not.toMatch(/>(?:thin|tick|small)[^<]*: each of/)
    }
  })

  test("has the same bytes when it is drawn again, elsewhere", async () => {
    const again = path.join(root, "again")
    await draw(again)
    for (const name of fs.readdirSync(folder))
      expect(fs.readFileSync(path.join(again, name)).equals(fs.readFileSync(path.join(folder, name))), name).toBe(true)
  })
})

/** The panels of a stand-alone figure, each as its own SVG text. */
const panelsOf = (svg: string) => svg.split(/(?=<svg x=)/).slice(1)

/** The points of a path: `M0,150L120,75`. */
const vertices = (d: string) =>
  [...d.matchAll(/[ML](-?[\d.e-]+),(-?[\d.e-]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)

/** Whether pixels are a straight line over numbers. */
const straight = (pairs: ReadonlyArray<readonly [number: number, pixel: number]>): boolean => {
  const [low, high] = [pairs.toSorted(([a], [b]) => a - b)[0]!, pairs.toSorted(([a], [b]) => b - a)[0]!]
  if (high[0] === low[0]) return pairs.every(([, pixel]) => Math.abs(pixel - low[1]) < 0.01)
  const slope = (high[1] - low[1]) / (high[0] - low[0])
  return pairs.every(([number, pixel]) => Math.abs(low[1] + slope * (number - low[0]) - pixel) < 0.05)
}

describe("the CSV", () => {
  test.each(["learning", "loss", "held-out"])("of %s has a row for each point of each line, at its place", (id) => {
    const rows = read(textOf(`${id}.csv`))
    const panels = panelsOf(textOf(`${id}.svg`))
    const names = [...new Set(rows.map(({ panel }) => panel!))]
    expect(panels).toHaveLength(names.length)
    panels.forEach((panel, i) => {
      const own = rows.filter((row) => row["panel"] === names[i])
      const lines = [...panel.matchAll(/<g class="mark-line[^>]*>(.*?)<\/g>/g)].flatMap(([, group]) =>
        [...group!.matchAll(/ d="([^"]*)"/g)].map(([, d]) => vertices(d!))
      )
      const series = [...Map.groupBy(own, ({ series, seed }) => `${series} ${seed}`).values()]
      expect(lines.map((line) => line.length).toSorted()).toEqual(series.map((of) => of.length).toSorted())
      const number = (name: "x" | "y") => own.map((row) => Number(row[name])).toSorted((a, b) => a - b)
      const pixels = lines.flat()
      const across = pixels.map(([x]) => x).toSorted((a, b) => a - b)
      const down = pixels.map(([, y]) => -y).toSorted((a, b) => a - b)
      expect(straight(number("x").map((value, at) => [value, across[at]!]))).toBe(true)
      expect(straight(number("y").map((value, at) => [value, down[at]!]))).toBe(true)
    })
  })

  test("of points has a row for each point and each seed's tick, at its place", () => {
    const rows = read(textOf("pass1.csv"))
    const svg = textOf("pass1.svg")
    const at = (kind: RegExp) =>
      [...svg.matchAll(kind)].flatMap(([, group]) =>
        [...group!.matchAll(/transform="translate\(([\d.-]+),/g)].map(([, x]) => Number(x))
      )
    const points = at(/<g class="mark-symbol[^>]*>(.*?)<\/g>/g).toSorted((a, b) => a - b)
    const means = rows.filter(({ seed }) => seed === "mean").map(({ value }) => Number(value))
    expect(points).toHaveLength(means.length)
    expect(straight(means.toSorted((a, b) => a - b).map((value, i) => [value, points[i]!]))).toBe(true)
    expect(rows.filter(({ seed }) => seed !== "mean")).toHaveLength(3 * means.length)
  })

  test("names the axes with their units", () => {
    expect(read(textOf("loss.csv"))[0]).toMatchObject({ across: "tokens seen", up: "loss, nats per token" })
    expect(read(textOf("formats.csv"))[0]).toMatchObject({ across: "RL step", up: "share of completions" })
    expect(read(textOf("pass1.csv"))[0]).toMatchObject({ across: "right answers" })
  })

  test("quotes what would break a line, and rounds nothing", () => {
    const point = { seed: "0", role: "mean", value: 1 / 3, low: null, high: null } as const
    const figure: Figure = {
      id: "f",
      title: 'a <b> & "c"',
      caption: "c",
      legend: [],
      missing: "",
      nodes: [],
      panels: [
        {
          title: 'p, "q"\nr',
          spec: intervalChart([{ category: "a,b", series: "s", ...point }], new Map(), { title: "x" }, ["a,b"])
        }
      ]
    }
    const text = csvOf(rowsOf(figure))
    expect(text).toBe('panel,across,up,category,series,seed,value,low,high\n"p, ""q""\nr",x,,"a,b",s,0,0.3333333333333333,,\n')
  })
})

describe("names of any length", () => {
  const long = "s difficulty.1 1 sources.omi2 1 suites train,train-easy,unseen-values,unseen-template,harder-than-all,steps-3"
  const words = (svg: string) => [...svg.matchAll(/<(?:text|tspan)[^>]*>([^<]+)</g)].map(([, text]) => text!)

  test.each([
    ["a word without a break", "w".repeat(400)],
    ["a list", long],
    ["characters that mean something in XML", "<script>&\"'" + "]]>".repeat(30)]
  ])("%s: as title, legend, row and panel stays inside the drawing, and whole", async (_, name) => {
    const point = { seed: "0", role: "mean", value: 0.5, low: 0.4, high: 0.6 } as const
    const style = { colour: "#000", dash: [] }
    const spec = intervalChart([{ ...point, category: name, series: "s" }], new Map([["s", style]]), { title: "x" }, [name])
    const svg = await standAlone({
      id: "f",
      title: name,
      caption: name,
      legend: [{ label: name, style, mark: "line" }],
      panels: [
        { title: name, spec },
        { title: name, spec: forestChart([{ ...point, role: "seed" }], [0], { title: "x" }) }
      ],
      missing: "",
      nodes: []
    })
    elementsOf(`<!doctype html>${svg}`)
    const width = Number(/width="(\d+)"/.exec(svg)![1])
    // A glyph of the font is never wider than its size, and of those here on the average two thirds of it.
    for (const [, x, size, text] of svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" font-size="([\d.]+)"[^>]*>([^<]*)</g)) {
      const letters = text!.replaceAll(/&\w+;/g, "x").length
      expect(Number(x) + letters * Number(size) * 0.45, text).toBeLessThan(width)
    }
    const plain = (text: string) =>
      text
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&quot;", '"')
        .replaceAll("&amp;", "&")
        .replaceAll(/[\s\u2060]/g, "")
    const all = plain(words(svg).join(""))
    // Title, legend, two panels, row, caption.
    expect(all.split(plain(name)).length - 1).toBeGreaterThanOrEqual(5)
  })
})

test("a long name of a column hides no other", async () => {
  const names = ["a", "b", "a-source-with-a-long-name", "d"]
  const point = { seed: "0", role: "mean", value: 0.25, low: null, high: null } as const
  const spec = heatMap(
    names.flatMap((row) => names.map((column) => ({ row, column, ...point }))),
    "named",
    "true"
  )
  const svg = await standAlone({
    id: "f",
    title: "t",
    caption: "c",
    legend: [],
    panels: [{ title: "", spec }],
    missing: "",
    nodes: []
  })
  const labels = [...svg.matchAll(/<g class="mark-text role-axis-label">(.*?)<\/g>/g)].map(([, group]) =>
    [...group!.matchAll(/>([^<]+)</g)].map(([, text]) => text!)
  )
  expect(labels.some((axis) => ["a", "b", "d"].every((name) => axis.includes(name)) && axis.length > names.length)).toBe(true)
})

describe("the folder", () => {
  const figuresOf = (into: string) => {
    vi.spyOn(process.stdout, "write").mockReturnValue(true)
    return command.run([ONE, "--store", root, "--figures", into])
  }

  test.each([
    ["a file", "file", "is a file, not a folder"],
    ["below a file", "file/sub", "a part of the path is a file"],
    ["a link to nothing", "nowhere", "is a link to nothing"],
    ["below a link to nothing", "nowhere/sub", "is a link to nothing"],
    ["an empty name", "", "without a value"]
  ])("%s is refused before anything is drawn", async (_, name, words) => {
    fs.writeFileSync(path.join(root, "file"), "mine")
    if (fs.lstatSync(path.join(root, "nowhere"), { throwIfNoEntry: false }) === undefined)
      fs.symlinkSync(path.join(root, "gone"), path.join(root, "nowhere"))
    const refused = await figuresOf(name === "" ? "" : path.join(root, name)).catch((cause: unknown) => cause)
    expect(refused).toBeInstanceOf(UsageError)
    expect((refused as UsageError).message).toContain(words)
    expect(fs.readFileSync(path.join(root, "file"), "utf8")).toBe("mine")
  })

  test("keeps other files, and figures of the same name are replaced", async () => {
    const into = path.join(root, "mine")
    fs.mkdirSync(into)
    fs.writeFileSync(path.join(into, "notes.txt"), "mine")
    fs.writeFileSync(path.join(into, "loss.svg"), "old")
    fs.writeFileSync(path.join(root, "elsewhere.png"), "mine too")
    fs.symlinkSync(path.join(root, "elsewhere.png"), path.join(into, "loss.png"))
    expect(await draw(into, ONE)).toMatchObject({ problem: null })
    expect(textOf("notes.txt", into)).toBe("mine")
    expect(textOf("loss.svg", into)).toContain("<title>Training loss</title>")
    expect(textOf("../elsewhere.png", into)).toBe("mine too")
    expect(fs.readdirSync(into).filter((name) => !/\.(svg|png|csv|txt)$/.test(name))).toEqual([])
  })

  test("a file of another's that has the name of the index is not lost", async () => {
    const into = path.join(root, "indexed")
    fs.mkdirSync(into)
    fs.writeFileSync(path.join(into, "index.csv"), "my,table\n")
    expect(await draw(into, ONE)).toEqual({ problem: expect.stringContaining("is no index of figures, and would be lost") })
    expect(fs.readdirSync(into)).toEqual(["index.csv"])
  })

  test("a folder in the place of a figure is said, and nothing is written", async () => {
    const into = path.join(root, "blocked")
    fs.mkdirSync(path.join(into, "probes.png"), { recursive: true })
    expect(await draw(into, ONE)).toEqual({ problem: expect.stringContaining("probes.png is a folder") })
    expect(fs.readdirSync(into)).toEqual(["probes.png"])
  })

  test("is printed after the report, as its index", async () => {
    let out = ""
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true))
    const into = path.join(root, "printed")
    expect(await command.run([ONE, "--store", root, "--figures", into])).toBe(0)
    expect(out.trim().split("\n").at(-1)).toBe(path.join(into, "index.csv"))
  })
})
