/** Vectors in one spelling: unit vectors, `\hat{i}`, in bold, under a hat or an arrow, with or without a dot; others in bold. */

const FONT = String.raw`\\(?:mathbf|boldsymbol|bm|bf|hat|widehat|vec|overrightarrow|mathit)(?![A-Za-z])`
const LETTER = String.raw`\s*(?:\\([ij])math(?![A-Za-z])|([ijk]))\s*`
/** `\mathbf{i}`, `\hat{\imath}`, `\hat{\mathbf{k}}`, `{\bf j}`. */
const UNIT = new RegExp(
  String.raw`(?:\{\s*\\bf\s+([ijk])\s*\}|` +
    String.raw`${FONT}\s*(?:\{\s*(?:${FONT}\s*)?(?:\{${LETTER}\}|${LETTER})\s*\}|` +
    String.raw`(?:\\([ij])math|\s([ijk]))(?![A-Za-z])))`,
  "g"
)
const GROUPS = 7

/** In bold or under a hat, and no arrow. */
const ALONE = /\\(?:mathbf|boldsymbol|bm|bf|hat|widehat)(?![A-Za-z])/

/** A text with one spelling for unit vectors, where it has two of them, or one as a value and nothing else in bold. */
export const withUnitVectors = (text: string): string => {
  if (!/\\(?:mathbf|boldsymbol|bm|bf|hat|widehat|vec)/.test(text) || /\\(?:times|cdot)(?![A-Za-z])/.test(text)) return text
  const found = [...text.matchAll(UNIT)]
  const letters = new Set(found.map((one) => one.slice(1).find(Boolean)))
  const isValue = found.every(({ 0: all, index }) => ALONE.test(all) && index > text.lastIndexOf("="))
  const isAlone = letters.size === 1 && isValue && !ALONE.test(text.replaceAll(UNIT, "").replace(/^[^=]*=/, ""))
  return letters.size < 2 && !isAlone
    ? text
    : text.replaceAll(UNIT, (...one: ReadonlyArray<string>) => ` \\hat{${one.slice(1, GROUPS + 1).find(Boolean)!}}`)
}

const BOLD = String.raw`\\(?:mathbf|boldsymbol|bm)\s*(?:\{\s*([A-Za-z])\s*\}|\s([A-Za-z])(?![A-Za-z]))`
const BOLDS = new RegExp(BOLD, "g")
const PRODUCT = new RegExp(String.raw`(?:${BOLD}|\))\s*\\(?:cdot|times)(?![A-Za-z])\s*(?:\d*\s*${BOLD}|\()`)

/** `\mathbf{r}'(t) =`: a function of one letter. */
const FUNCTION = new RegExp(String.raw`^\s*${BOLD}'*\s*\(\s*[a-z]\s*\)\s*=`)

/** Letters in bold are vectors where a dot or a cross stands between two of them, or sums of them, or where one is a function. */
export const withBoldVectors = (text: string): string =>
  /\\(?:mathbf|boldsymbol|bm)/.test(text) && ((PRODUCT.test(text) && [...text.matchAll(BOLDS)].length > 1) || FUNCTION.test(text))
    ? text.replaceAll(BOLDS, (_, braced?: string, bare?: string) => `\\vec{${braced ?? bare}}`)
    : text
