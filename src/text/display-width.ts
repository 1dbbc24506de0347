/** How much room a text takes in a terminal, which is not how many characters it has. */

const invisible = /\p{Mn}|\p{Me}|\p{Cf}/u
/** Ranges of characters that take two columns, after Unicode's East Asian widths. */
const WIDE = [
  "\\u1100-\\u115f", // Hangul Jamo
  "\\u2e80-\\u303e\\u3041-\\ua4cf", // radicals, kana, CJK ideographs, Yi
  "\\uac00-\\ud7a3", // Hangul syllables
  "\\uf900-\\ufaff\\ufe30-\\ufe6f", // compatibility forms
  "\\uff00-\\uff60\\uffe0-\\uffe6", // full-width forms
  "\\u{1f300}-\\u{1faff}", // emoji
  "\\u{20000}-\\u{3fffd}" // further ideographs
]
const wide = new RegExp(`[${WIDE.join("")}]`, "u")

const characterWidth = (character: string): number => {
  if (character <= "~") return 1
  return invisible.test(character) ? 0 : wide.test(character) ? 2 : 1
}

/** Columns that a text takes in a terminal: wide characters take two, combining marks none. */
export const displayWidth = (text: string): number => {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** The text, or as much as fits before a `…`. */
export const cutToWidth = (text: string, width: number): string => {
  if (text.length <= width && displayWidth(text) <= width) return text
  if (width < 1) return ""
  let used = 0
  let kept = ""
  for (const character of text) {
    used += characterWidth(character)
    // One column is for the mark.
    if (used > width - 1) break
    kept += character
  }
  return `${kept}…`
}
