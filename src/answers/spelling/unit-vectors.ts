/** Unit vectors in one spelling, `\hat{i}`: in bold, under a hat or an arrow, with or without a dot. */

const FONT = String.raw`\\(?:mathbf|boldsymbol|bm|bf|hat|widehat|vec|overrightarrow|mathit)(?![A-Za-z])`
/** `\mathbf{i}`, `\hat{\imath}`, `\hat{\mathbf{k}}`, `{\bf j}`. */
const UNIT = new RegExp(
  String.raw`(?:\{\s*\\bf\s+([ijk])\s*\}|` +
    String.raw`${FONT}\s*(?:\{\s*(?:${FONT}\s*)?\{?\s*(?:\\([ij])math(?![A-Za-z])|([ijk]))\s*\}?\s*\}|` +
    String.raw`(?:\\([ij])math|\s([ijk]))(?![A-Za-z])))`,
  "g"
)

/** A text with one spelling for unit vectors, where it has two of them; a letter in bold alone may be anything. */
export const withUnitVectors = (text: string): string => {
  if (!/\\(?:mathbf|boldsymbol|bm|bf|hat|widehat|vec)/.test(text) || /\\(?:times|cdot)(?![A-Za-z])/.test(text)) return text
  const letters = [...text.matchAll(UNIT)].map((found) => found.slice(1).find(Boolean))
  return new Set(letters).size < 2
    ? text
    : text.replaceAll(UNIT, (...found: ReadonlyArray<string>) => ` \\hat{${found.slice(1, 6).find(Boolean)!}}`)
}
