/** Control characters from outside, escaped. */

import { describe, expect, it } from "vitest"

import { visible, visibleLines } from "../../src/text/visible.ts"

const CASES: ReadonlyArray<readonly [what: string, text: string, shown: string]> = [
  ["an escape sequence that colours", "\u001B[31mred\u001B[0m", "\\u001b[31mred\\u001b[0m"],
  ["one that sets the window's title, with a bell", "\u001B]0;title\u0007", "\\u001b]0;title\\u0007"],
  ["the eight-bit form of the same", "\u009B2J\u009D0;x\u009C", "\\u009b2J\\u009d0;x\\u009c"],
  ["a carriage return that would write over the line", "done\rfailed", "done\\rfailed"],
  ["a backspace", "ab\bc", "ab\\u0008c"],
  ["NUL and DEL", "a\u0000b\u007Fc", "a\\u0000b\\u007fc"],
  ["an override of the direction of writing", "file\u202Etxt.exe", "file\\u202etxt.exe"],
  ["isolates", "\u2066a\u2069", "\\u2066a\\u2069"],
  ["marks of direction", "\u200Ea\u200F\u061C", "\\u200ea\\u200f\\u061c"],
  ["Unicode's own line ends", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
  ["a byte order mark", "\uFEFFa", "\\ufeffa"],
  ["invisible tags beyond the basic plane", "a\u{E0041}b", "a\\udb40\\udc41b"],
  ["half a surrogate pair", "a\uD83Db", "a\\ud83db"],
  ["ordinary text of any script", "Größe 数 😀 עברית é", "Größe 数 😀 עברית é"],
  ["what joins emoji", "👩\u200D👧", "👩\u200D👧"],
  ["nothing", "", ""]
]

describe("text from outside, as a terminal may show it", () => {
  it.each(CASES)("%s", (_, text, shown) => {
    expect(visible(text)).toBe(shown)
    expect(visibleLines(text)).toBe(shown)
  })

  it("inside a line, line ends and tabs are escapes too; in a text of several lines they stay", () => {
    expect(visible("a\n\tb")).toBe("a\\n\\tb")
    expect(visibleLines("a\n\tb\r\nc")).toBe("a\n\tb\\r\nc")
  })

  it("a JSON text stays JSON and means the same", () => {
    const value = { "\u202E": CASES.map(([, text]) => text).filter((text) => text.isWellFormed()) }
    for (const json of [JSON.stringify(value), JSON.stringify(value, null, 1)]) {
      expect(visibleLines(json)).not.toMatch(/[\u007F-\u009F\u2028\u202E]/)
      expect(JSON.parse(visibleLines(json))).toEqual(value)
    }
  })

  it("a large text takes no recursion", () => {
    expect(visible("\u001B".repeat(300_000)).length).toBe(1_800_000)
  })
})
