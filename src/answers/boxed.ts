/**
 * `\boxed{...}`, braces matched. Built-in text writes `\boxed{ 17 }`. Real text nests: `\boxed{\frac{1}{2}}`, or
 * `\boxed{\text{17 dollars}}`.
 */

/** A box of a text. `contents`: null where it was opened and the text ended, or went on, without closing it. `end`: behind it. */
interface Box {
  readonly start: number
  readonly end: number
  readonly contents: string | null
}

/**
 * The box that starts last; null where there is none. `\boxed 7` is read as well. A box inside one that is never closed starts
 * later and counts. One pass with a stack of open braces, so that a text of boxes that are never closed costs no more than any
 * other.
 */
export const lastBox = (text: string): Box | null => {
  /** Where the contents of each open brace start, and whether a box opened it. */
  const open: Array<{ readonly start: number; readonly box: boolean }> = []
  let last: Box | null = null
  const found = (start: number, end: number, contents: string | null) => {
    if (last === null || start > last.start) last = { start, end, contents: contents?.trim() ?? null }
  }
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith(command, i)) {
      let next = i + command.length
      while (isSpace(text[next])) next++
      if (text[next] === "{") {
        open.push({ start: next + 1, box: true })
        i = next
      } else {
        const bare = text.slice(next, next + 40).match(/^-?[\d.,]*\d/)
        if (bare !== null) found(next, next + bare[0].length, bare[0])
        else if (next === text.length) found(next, next, null)
        i = next - 1
      }
    } else if (text[i] === "\\") i++
    else if (text[i] === "{") open.push({ start: i + 1, box: false })
    else if (text[i] === "}") {
      const brace = open.pop()
      if (brace?.box === true) found(brace.start, i + 1, text.slice(brace.start, i))
    }
  }
  for (const brace of open) if (brace.box) found(brace.start, text.length, null)
  return last
}

/** The contents of that box; null where there is none, or where it is not finished: an earlier one was given up for it. */
export const lastBoxed = (text: string): string | null => lastBox(text)?.contents ?? null

const command = "\\boxed"
const isSpace = (c: string | undefined): boolean => c === " " || c === "\n" || c === "\t" || c === "\r"
