/**
 * A figure as one SVG that needs nothing beside it: title, legend, panels, caption, with its own colours and no style sheet, font
 * or script from elsewhere. Equal figures give equal bytes.
 */

import { maximumOf } from "../../lists/large.ts"
import { withoutControls } from "../../text/visible.ts"
import { drawPanel } from "./draw-svg.ts"
import type { Figure } from "./Figure.ts"
import { PAGE_FONT } from "./frame.ts"
import { swatch } from "./legend.ts"
import { textWidth, wrapped } from "./text-lines.ts"

/** The first is what PNGs are drawn with; where it is not, the others are as wide or narrower, so that nothing runs over. */
const FONT = "DejaVu Sans, Verdana, Geneva, sans-serif"
const INK = "#1d2125"
const SOFT = "#4f575f"

const MARGIN = 24
const GAP = 28
/** Panels beside one another; four stand two by two. */
const columnsFor = (panels: number): number => (panels === 4 ? 2 : Math.min(3, panels))
/** Of the whole, so that a title has room beside a single panel. */
const NARROWEST = 640

interface Drawn {
  readonly title: string
  readonly first: boolean
  readonly svg: string
  readonly width: number
  readonly height: number
}

/** Draws it. Rejects where a panel cannot be drawn. */
export const standAlone = async (figure: Figure): Promise<string> => {
  const panels: Array<Drawn> = []
  for (const { title, spec, first = false } of figure.panels) panels.push({ title, first, ...measured(await drawPanel(spec)) })
  const column = maximumOf(
    panels.map(({ width }) => width),
    0
  )
  const columns = figure.columns ?? columnsFor(panels.length)
  const inner = Math.max(NARROWEST, columns * column + (columns - 1) * GAP)
  const parts: Array<string> = []
  let y = MARGIN
  const paragraph = (text: string, size: number, colour: string, weight = "normal") => {
    for (const line of wrapped(text, size * (weight === "bold" ? 1.1 : 1), inner)) {
      y += size * 1.35
      parts.push(textAt(MARGIN, y - size * 0.3, line, size, colour, weight))
    }
  }
  paragraph(figure.title, 17, INK, "bold")
  y += 8
  let x = MARGIN
  for (const entry of figure.legend) {
    const lines = wrapped(entry.label, 11.5, inner - 30)
    const width =
      30 +
      maximumOf(
        lines.map((line) => textWidth(line, 11.5)),
        0
      ) +
      18
    if (x > MARGIN && x + width > MARGIN + inner) {
      x = MARGIN
      y += 19
    }
    parts.push(`<g transform="translate(${tidy(x)},${tidy(y)})">${swatch(entry)}</g>`)
    const left = x + 30
    lines.forEach((line, i) => parts.push(textAt(left, y + 10 + 15 * i, line, 11.5, INK)))
    x += width
    // One that needs several lines has them to itself.
    if (lines.length > 1) y += 15 * (lines.length - 1)
  }
  y += figure.legend.length === 0 ? 0 : 28
  for (const row of rowsOf(panels, columns)) {
    const titles = row.map(({ title }) => (title === "" ? [] : wrapped(title, 12 * 1.1, column)))
    const above = 17 * maximumOf(titles.map((lines) => lines.length))
    row.forEach(({ svg }, i) => {
      const left = MARGIN + i * (column + GAP)
      // Titles stand on their panels.
      const top = y + above - 17 * titles[i]!.length
      titles[i]!.forEach((line, at) => parts.push(textAt(left, top + 17 * at + 12, line, 12, INK, "bold")))
      parts.push(`<svg x="${tidy(left)}" y="${tidy(y + above)}" ${svg}`)
    })
    y += above + maximumOf(row.map(({ height }) => height)) + 18
  }
  paragraph(figure.caption, 11.5, SOFT)
  const [width, height] = [Math.ceil(inner + 2 * MARGIN), Math.ceil(y + MARGIN)]
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `role="img" color="${INK}" font-family="${FONT}">\n` +
    `<title>${escaped(figure.title)}</title>\n<desc>${escaped(figure.caption)}</desc>\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n${parts.join("\n")}\n</svg>\n`
  )
}

/** As many beside one another as there are columns; fewer where the next begins a row. */
const rowsOf = (panels: ReadonlyArray<Drawn>, columns: number): ReadonlyArray<ReadonlyArray<Drawn>> => {
  const rows: Array<Array<Drawn>> = []
  for (const panel of panels) {
    const row = rows.at(-1)
    if (row === undefined || panel.first || row.length === columns) rows.push([panel])
    else row.push(panel)
  }
  return rows
}

/** A panel without its opening tag's name, as it stands in another SVG; its size. */
const measured = (svg: string): Omit<Drawn, "title" | "first"> => {
  const size = (name: string) => Number(new RegExp(`<svg [^>]*?\\b${name}="([\\d.]+)"`).exec(svg)?.[1] ?? 0)
  return {
    svg: svg
      .replace(/^<svg role="img" aria-label="" /, 'overflow="visible" ')
      .replaceAll(`font-family="${PAGE_FONT}"`, `font-family="${FONT}"`),
    width: size("width"),
    height: size("height")
  }
}

const tidy = (value: number): number => Math.round(value * 100) / 100

const escaped = (text: string): string =>
  withoutControls(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

const textAt = (x: number, y: number, text: string, size: number, colour: string, weight = "normal"): string =>
  `<text x="${tidy(x)}" y="${tidy(y)}" font-size="${size}" fill="${colour}"` +
  `${weight === "normal" ? "" : ` font-weight="${weight}"`}>${escaped(text)}</text>`
