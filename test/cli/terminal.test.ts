/** Terminals of every sort: narrow, dumb, without colours, resized; and text from outside on them. */

import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest"

import { print, printPiece } from "../../src/cli/output.ts"
import { liveDisplay } from "../../src/cli/printing/run-display.ts"
import { canRedraw, hasColours, redrawn, widthOf } from "../../src/cli/printing/terminal.ts"
import { cutToWidth, displayWidth } from "../../src/text/display-width.ts"

const NAMES = ["NO_COLOR", "FORCE_COLOR", "TERM", "CLICOLOR"] as const

/** Sets these variables and no others of those that a terminal is judged by, until the test ends. */
const environment = (values: Partial<Record<(typeof NAMES)[number], string>>): void => {
  const before = NAMES.map((name) => process.env[name])
  for (const name of NAMES) {
    delete process.env[name]
    const value = values[name]
    if (value !== undefined) process.env[name] = value
  }
  onTestFinished(() =>
    NAMES.forEach((name, i) => {
      const value = before[i]
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    })
  )
}

/** A terminal that keeps its rows: wraps at its width, goes up, erases below. What it shows at the end is what a person sees. */
const screenOf = (columns: number | undefined, isTTY = true) => {
  let rows: Array<string> = [""]
  let codes = ""
  const screen = {
    isTTY,
    columns,
    write: (text: string) => {
      // oxlint-disable-next-line no-control-regex
      for (const [part] of text.matchAll(/\u001B\[(\d*)([A-Za-z])|[^\u001B]/gu)) {
        // oxlint-disable-next-line no-control-regex
        const code = /^\u001B\[(\d*)([A-Za-z])$/u.exec(part)
        if (code === null) {
          if (part === "\n") rows.push("")
          else if (part !== "\r") {
            const width = screen.columns ?? 80
            if (displayWidth(rows.at(-1)! + part) > width) rows.push("")
            rows[rows.length - 1] += part
          }
        } else if (code[2] === "A") {
          // What is above the last row; rows that a narrower window wrapped are more.
          rows = rewrapped(rows, screen.columns ?? 80)
          rows = [...rows.slice(0, rows.length - 1 - Number(code[1])), ""]
        } else if (code[2] !== "J") codes += part
      }
      return true
    }
  }
  return { screen, rows: () => rows.filter((row) => row !== ""), codes: () => codes }
}
const rewrapped = (rows: ReadonlyArray<string>, width: number): Array<string> =>
  rows.flatMap((row) => {
    const wrapped = [""]
    for (const character of row) {
      if (displayWidth(wrapped.at(-1)! + character) > width) wrapped.push("")
      wrapped[wrapped.length - 1] += character
    }
    return wrapped
  })

describe("colours", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: "xterm-256color" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "0" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ CLICOLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1", TERM: "dumb" }, true, true]
  ])("with %j on a terminal %j: %j", (values, isTTY, colours) => {
    environment(values)
    expect(hasColours({ isTTY })).toBe(colours)
  })
})

describe("lines that are written over", () => {
  it.each([
    [{}, 80, true, true],
    [{}, 20, true, true],
    [{}, 19, true, false],
    [{}, 1, true, false],
    [{}, 0, true, false],
    [{}, undefined, true, false],
    [{}, 80, false, false],
    [{ TERM: "dumb" }, 80, true, false],
    [{ NO_COLOR: "1" }, 80, true, true]
  ])("with %j, %j columns, a terminal %j: %j", (values, columns, isTTY, can) => {
    environment(values)
    expect(canRedraw({ isTTY, columns })).toBe(can)
  })

  it("an unknown width is no limit, and none of the lines is", () => {
    expect([widthOf({ isTTY: true, columns: 0 }), widthOf({ isTTY: true }), widthOf({ columns: 30 })]).toEqual([
      Infinity,
      Infinity,
      Infinity
    ])
    expect(widthOf({ isTTY: true, columns: 30 })).toBe(30)
  })

  it.each([[20], [21], [39], [40], [80], [200]])("leave nothing behind in %i columns, whatever they hold", (columns) => {
    environment({})
    const { screen, rows } = screenOf(columns)
    const bottom = redrawn(screen)
    const texts = ["a".repeat(500), "数".repeat(300), "e\u0301".repeat(100), "a\tb\tc", "\u001B[2J\u0007", "👩".repeat(60), ""]
    for (let i = 0; i < 50; i++) bottom.show([texts[i % texts.length]!, texts[(i + 1) % texts.length]!])
    expect(rows().length).toBeLessThanOrEqual(2)
    for (const row of rows()) expect(displayWidth(row)).toBeLessThan(columns)
    bottom.erase()
    expect(rows()).toEqual([])
  })

  it("leave nothing behind when the window becomes narrower, or wider, or too narrow", () => {
    environment({})
    const { screen, rows } = screenOf(100)
    const bottom = redrawn(screen)
    for (const columns of [100, 60, 33, 20, 90, 21, 120]) {
      bottom.show(["x".repeat(300), "second line of some length"])
      screen.columns = columns
    }
    screen.columns = 5
    bottom.show(["too narrow"])
    expect(rows()).toEqual([])
  })
})

describe("the display of a run", () => {
  const run = (screen: Parameters<typeof liveDisplay>[0], label = "rl s ppo") => {
    const display = liveDisplay(screen)
    display.watch({ event: "node-planned", node: "rl-1", label, stage: "rl", params: {}, inputs: {} } as never)
    display.watch({ event: "node-started", node: "rl-1" } as never)
    for (let i = 0; i < 20; i++)
      display.watch({ event: "progress", node: "rl-1", done: i, total: 20, metrics: { reward: i } } as never)
    display.watch({ event: "note", node: "rl-1", line: "a note\u001B[2J\u0007" } as never)
    display.watch({ event: "node-failed", node: "rl-1", error: "bad\u001B]0;title\u0007 row" } as never)
    display.close()
  }

  it.each([[20], [30], [39], [100]])("in %i columns leaves what happened and no redrawn line", (columns) => {
    environment({ NO_COLOR: "1" })
    const { screen, rows } = screenOf(columns)
    run(screen)
    expect(rows().join("").replaceAll(" ", "")).toBe(
      "        rl s ppo: a note\\u001b[2J\\u0007failed  rl s ppo: bad\\u001b]0;title\\u0007 row".replaceAll(" ", "")
    )
  })

  it.each([
    [{ TERM: "dumb" }, 80, true],
    [{}, 10, true],
    [{}, 0, true],
    [{}, undefined, true],
    [{}, 80, false]
  ])("with %j, %j columns, a terminal %j: plain lines without codes that move", (values, columns, isTTY) => {
    environment({ NO_COLOR: "1", ...values })
    let written = ""
    run({ isTTY, columns, write: (text) => (written += text) })
    // oxlint-disable-next-line no-control-regex
    expect(written).not.toMatch(/\u001B/)
    expect(written).toMatch(/^start {3}rl s ppo\n/)
  })

  it("colours the marks, and nothing that comes from outside", () => {
    environment({})
    const { screen, rows, codes } = screenOf(80)
    run(screen, "evil\u001B[31mlabel\u009B2J\u202E")
    expect(codes()).toBe("\u001B[31m\u001B[0m")
    expect(rows().join("\n")).toContain("evil\\u001b[31mlabel\\u009b2J\\u202e")
  })
})

describe("the width of a text", () => {
  it.each([
    ["abc", 3],
    ["数学", 4],
    ["e\u0301", 1],
    ["👍", 2],
    ["", 0],
    ["ＡＢ", 4],
    ["가", 2]
  ])("%j is %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it.each([
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["数学数学", 5, "数学…"],
    ["数学数学", 4, "数…"],
    ["abc", 1, "…"],
    ["abc", 0, ""],
    ["", 0, ""]
  ])("%j cut to %i columns is %j", (text, width, cut) => {
    expect(cutToWidth(text, width)).toBe(cut)
    expect(displayWidth(cut)).toBeLessThanOrEqual(width)
  })

  it("cut of a long text takes linear time", () => {
    expect(displayWidth(cutToWidth("a".repeat(1_000_000), 100_000))).toBe(100_000)
  })
})

/** What a function puts on standard output, where that is a terminal or not. */
const written = async (isTTY: boolean, put: () => unknown): Promise<ReadonlyArray<unknown>> => {
  const pieces: Array<unknown> = []
  vi.spyOn(process.stdout, "write").mockImplementation((piece) => (pieces.push(piece), true))
  const { stdout } = process
  const before = Object.getOwnPropertyDescriptor(stdout, "isTTY")
  Object.defineProperty(stdout, "isTTY", { value: isTTY, configurable: true })
  try {
    await put()
  } finally {
    if (before === undefined) Reflect.deleteProperty(stdout, "isTTY")
    else Object.defineProperty(stdout, "isTTY", before)
  }
  return pieces
}

afterEach(() => {
  vi.restoreAllMocks()
})

const hostile = "a,b\n\u001b]0;x\u0007,\u009b31m\r\u2028\tend\n"
const shown = "a,b\n\\u001b]0;x\\u0007,\\u009b31m\\r\\u2028\tend\n"

describe("a piece of a result", () => {
  it("is as it is for a program or a file", async () => {
    expect(await written(false, () => printPiece(hostile))).toEqual([hostile])
  })

  it("moves nothing on a terminal, colours nothing, and keeps its lines", async () => {
    expect(await written(true, () => printPiece(hostile))).toEqual([shown])
  })

  it("stays JSON there, with the same meaning", async () => {
    const row = { text: hostile, more: "\u0080\u009f\u007f\u202e" }
    const [text] = await written(true, () => printPiece(JSON.stringify(row)))
    expect(JSON.parse(String(text))).toEqual(row)
    // oxlint-disable-next-line no-control-regex -- that there are none is what is looked at
    expect(String(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
  })

  it("is left alone where it is bytes", async () => {
    const bytes = Uint8Array.of(27, 91)
    expect(await written(true, () => printPiece(bytes))).toEqual([bytes])
  })
})

it("a text of a command quotes what comes from outside, wherever it goes", async () => {
  for (const isTTY of [true, false]) expect(await written(isTTY, () => print(hostile))).toEqual([shown])
})
