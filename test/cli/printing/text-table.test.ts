/** Tables and the words for sizes and times, as listings print them. */

import { describe, expect, it } from "vitest"

import { textTable } from "../../../src/cli/printing/text-table.ts"

const rows = [
  ["temperature", "1", "of sampling, and of the log-probabilities that training sees"],
  ["suite", "train", "problem suite"]
]

describe("a table in a narrow terminal", () => {
  it("is as it was where it fits", () => {
    expect(textTable([], rows, { width: 100 })).toBe(textTable([], rows))
  })

  it("breaks its last column at blanks, under itself", () => {
    expect(textTable(["parameter", "default", ""], rows, { width: 50 })).toBe(
      [
        "  parameter    default",
        "  temperature  1        of sampling, and of the",
        "                        log-probabilities that",
        "                        training sees",
        "  suite        train    problem suite"
      ].join("\n")
    )
  })

  it("keeps a word whole that is longer than a line: it may be a path to copy", () => {
    const path = `/store/${"x".repeat(60)}/log`
    expect(textTable([], [["log", path]], { width: 40 })).toBe(`  log  ${path}`)
  })

  it("goes without optional columns, in their order, as far as it must", () => {
    const table = [["run-1", "2026-11-22 01:10:45", "succeeded", "12"]]
    const at = (width: number) => textTable(["run", "started", "state", "CPU"], table, { width, optional: [3, 1] }).split("\n")[0]
    expect(at(80)).toBe("  run    started              state      CPU")
    expect(at(40)).toBe("  run    started              state")
    expect(at(30)).toBe("  run    state")
  })
})
