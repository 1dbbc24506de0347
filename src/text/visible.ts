/**
 * Text from outside (labels, file names, rows of data, a model's output, messages of errors) as a terminal may show it: nothing
 * in it can move the cursor, change colours, ring, or turn the direction of what stands beside it.
 */

/**
 * C0 and C1 controls and DEL; U+061C, U+200E, U+200F, U+202A-E, U+2066-9, which turn the direction of writing; U+2028 and U+2029,
 * which some programs take as line ends; U+FEFF, which nobody sees; U+FFF9-B; the tags U+E0000-7F; halves of surrogate pairs.
 */
const CONTROLS =
  "\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069" +
  "\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}\\p{Cs}"
const controls = new RegExp(`[${CONTROLS}]`, "gu")
/** The same without the line end and the tab, which a text of several lines is made of. */
const controlsInLines = new RegExp(`(?![\\n\\t])[${CONTROLS}]`, "gu")

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\r" }

const escaped = (character: string): string => {
  const named = NAMED[character]
  if (named !== undefined) return named
  // By its units, as JSON has it: what is escaped in a JSON text stays JSON, and means the same.
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")
}

/** A value inside a line: every control character as an escape (`\u001b`, `\n`). */
export const visible = (text: string): string => text.replaceAll(controls, escaped)

/** A text of several lines: the same, but line ends and tabs stay what they are. */
export const visibleLines = (text: string): string => text.replaceAll(controlsInLines, escaped)

/** A text for a page, which has no need of escapes: U+FFFD for each of these characters but line ends and tabs. */
export const withoutControls = (text: string): string =>
  text.replaceAll(controlsInLines, (found) => (found === "\r" ? found : "\ufffd"))
