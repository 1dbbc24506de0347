/** How wide text is, about, and text on lines: the renderer has no fonts to measure with. */

/** About as wide as DejaVu Sans draws it: letters come in four widths here. Other fonts of the list are no wider. */
export const textWidth = (text: string, size: number): number => {
  let width = 0
  for (const letter of text)
    width += /[iljtfrI.,:;|!'()[\] ]/.test(letter) ? 0.37 : /[mwMW%@—]/.test(letter) ? 0.96 : /[A-Z]/.test(letter) ? 0.7 : 0.62
  return width * size
}

/** On lines no wider than that: broken at spaces, behind commas, and anywhere in what is wider than a line by itself. */
export const wrapped = (text: string, size: number, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const add = (piece: string) => {
    const last = lines.at(-1)
    if (last !== undefined && textWidth((last + piece).trimEnd(), size) <= width) lines[lines.length - 1] = last + piece
    else lines.push(piece)
  }
  for (const piece of text.match(/[^\s,]*(?:,\s*|\s+|$)/g) ?? [])
    if (textWidth(piece.trimEnd(), size) <= width) add(piece)
    else for (const letter of piece) add(letter)
  return lines.map((line) => line.trim()).filter((line) => line !== "")
}
