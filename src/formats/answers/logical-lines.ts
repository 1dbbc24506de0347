/**
 * Where a logical line of Python ends: brackets, triple-quoted strings and backslashes carry it over the ends of lines. What is
 * looked at need not be Python all the way, so nothing is refused here.
 */

/**
 * The last of the lines that the logical line from `first` on is made of. Where nothing closes its bracket or its string, it is
 * the first of them: what was forgotten must not swallow what follows.
 */
export const logicalLineEnd = (lines: ReadonlyArray<string>, first: number): number => {
  let state: State = { depth: 0, quote: "" }
  const limit = Math.min(lines.length, first + MOST_LINES)
  for (let at = first; at < limit; at++) {
    if (at > first && state.quote === "" && NEVER_IN_BRACKETS.test(lines[at]!)) return first
    const next = afterLine(lines[at]!, state)
    if (next === null) return at
    state = next
  }
  return first
}

/**
 * No statement of a program that a model writes has more. Without a limit a text of open brackets would be read over and over.
 */
const MOST_LINES = 400

/** What is open at the end of a line; a backslash opens nothing and still carries on. */
interface State {
  readonly depth: number
  readonly quote: string
}

/** No expression holds these: a bracket that is open before them was forgotten. */
const NEVER_IN_BRACKETS = /^\s*(?:(?:async\s+)?def\s+\w|class\s+\w|import\s+\w|return\b)/

/** Most lines hold none of what could open something. */
const OPENS = /["'([{\\]/

/** What a line ends in, or null where the logical line ends with it. */
const afterLine = (line: string, { depth, quote }: State): State | null => {
  if (depth === 0 && quote === "" && !OPENS.test(line)) return null
  const end = line.endsWith("\r") ? line.length - 1 : line.length
  let at = 0
  while (at < end) {
    if (quote !== "") {
      const close = closing(line, at, end, quote)
      if (close < 0) {
        // One quote holds over the end of a line only where a backslash says so.
        return quote.length === 3 || close === CARRIED ? { depth, quote } : null
      }
      at = close + quote.length
      quote = ""
      continue
    }
    const c = line[at]!
    if (c === "#") break
    if (c === "\\" && at === end - 1) return { depth, quote }
    if (c === '"' || c === "'") {
      quote = line.startsWith(c.repeat(3), at) ? c.repeat(3) : c
      at += quote.length
      if (at < end) continue
      return quote.length === 3 ? { depth, quote } : null
    }
    if (c === "(" || c === "[" || c === "{") depth++
    else if ((c === ")" || c === "]" || c === "}") && depth > 0) depth--
    at++
  }
  // A blank line inside a string.
  if (quote !== "") return { depth, quote }
  return depth > 0 ? { depth, quote } : null
}

const CARRIED = -2

/** Where a string closes on its line; -1 where it does not, `CARRIED` where the line ends in a backslash. */
const closing = (line: string, from: number, end: number, quote: string): number => {
  for (let at = from; at < end; at++) {
    if (line[at] === "\\") {
      if (++at >= end) return CARRIED
    } else if (line.startsWith(quote, at)) return at
  }
  return -1
}

/** How many characters of white space open a line. */
export const indentation = (line: string): number => {
  let at = 0
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at)
    // Of what is neither of these most is a letter.
    if (code !== 32 && code !== 9) return code > 32 && code < 127 ? at : line.length - line.trimStart().length
  }
  return at
}
