/**
 * `\boxed{...}`, braces matched. Built-in text writes `\boxed{ 17 }`; real text nests: `\boxed{\frac{1}{2}}`, `\boxed{\text{17 dollars}}`.
 */

/** The contents of the last box that is closed; null where there is none. `\fbox` counts too, and `\boxed 7` takes one token. */
export const lastBoxed = (text: string): string | null => {
  for (let start = text.lastIndexOf(command); start >= 0; start = start === 0 ? -1 : text.lastIndexOf(command, start - 1)) {
    const contents = boxedAt(text, start + command.length)
    if (contents !== null) return contents
  }
  return null
}

const command = "\\boxed"

const boxedAt = (text: string, position: number): string | null => {
  let start = position
  while (text[start] === " ") start++
  if (text[start] !== "{") return text.slice(start).match(/^-?[\d.,]*\d/)?.[0] ?? null
  let depth = 0
  for (let i = start; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if (text[i] === "{") depth++
    else if (text[i] === "}" && --depth === 0) return text.slice(start + 1, i).trim()
  }
  return null
}
