/** Text from outside in HTML. */

import { expect, it } from "vitest"

import { escapeHtml } from "../../src/report/page/html.ts"

it.each([
  ["an escape sequence", "\u001B[31m", "\u{FFFD}[31m"],
  ["its eight-bit form", "\u009B31m", "\u{FFFD}31m"],
  ["an override of the direction of writing", "a\u202Eb\u2066c", "a\u{FFFD}b\u{FFFD}c"],
  ["marks of direction and what nobody sees", "a\u200Fb\u061Cc\uFEFFd\u{E0041}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}"],
  ["a separator of lines and half a pair", "a\u2028b\uD800c", "a\u{FFFD}b\u{FFFD}c"],
  ["NUL and DEL", "\u0000\u007F", "\u{FFFD}\u{FFFD}"],
  ["markup", `<b title="x">&`, "&lt;b title=&quot;x&quot;&gt;&amp;"],
  ["lines and tabs, which stay", "a\r\n\tb", "a\r\n\tb"],
  ["ordinary text", "Größe 数 עברית", "Größe 数 עברית"]
])("%s is shown and does nothing", (_, text, shown) => {
  expect(escapeHtml(text)).toBe(shown)
})
