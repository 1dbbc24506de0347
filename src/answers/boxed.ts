/**
 * `\boxed{...}`, braces matched. Built-in text writes `\boxed{ 17 }`. Real text nests: `\boxed{\frac{1}{2}}`, or
 * `\boxed{\text{17 dollars}}`.
 */

/**
 * The contents of the closed box that starts last; null where there is none. `\boxed 7` is read as well. One pass with a stack of
 * open braces, so that a text of boxes that are never closed costs no more than any other.
 */
export const lastBoxed = (text: string): string | null => {
  /** Where the contents of each open brace start, and whether a box opened it. */
  const open: Array<{ readonly start: number; readonly box: boolean }> = []
  let last = { start: -1, contents: "" }
  const close = (start: number, contents: string) => {
    if (start > last.start) last = { start, contents: contents.trim() }
  }
  for (let i = 0; i < text.length; i++) {
    if (text.startsWith(command, i)) {
      let next = i + command.length
      while (text[next] === " ") next++
      if (text[next] === "{") {
        open.push({ start: next + 1, box: true })
        i = next
      } else {
        const bare = text.slice(next, next + 40).match(/^-?[\d.,]*\d/)
        if (bare !== null) close(next, bare[0])
        i = next - 1
      }
    } else if (text[i] === "\\") i++
    else if (text[i] === "{") open.push({ start: i + 1, box: false })
    else if (text[i] === "}") {
      const brace = open.pop()
      if (brace?.box === true) close(brace.start, text.slice(brace.start, i))
    }
  }
  return last.start < 0 ? null : last.contents
}

const command = "\\boxed"
