/**
 * What the terminal behind a stream can do: colours, lines that are written over, a width. Everything that prints more than plain
 * lines asks here.
 */

import { readVariable } from "../../machine/environment.ts"
import { cutToWidth, displayWidth } from "../../text/display-width.ts"
import { visible } from "../../text/visible.ts"

/** A stream as far as it matters here; `columns` changes when its window does. */
export interface Screen {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly write: (text: string) => unknown
}

/** Whether it shows colours: a terminal that is not dumb, unless NO_COLOR; FORCE_COLOR asks for them anywhere. */
export const hasColours = ({ isTTY }: Pick<Screen, "isTTY">): boolean => {
  if (readVariable("NO_COLOR") !== undefined || readVariable("FORCE_COLOR") === "0") return false
  if (readVariable("FORCE_COLOR") !== undefined) return true
  return isTTY === true && readVariable("TERM") !== "dumb" && readVariable("CLICOLOR") !== "0"
}

/** Narrower ones are written to in plain lines: of a line that is written over, nothing would be left to read. */
const NARROWEST = 20

/** Whether lines can be written over: a terminal that is not dumb, of a width that is known. */
export const canRedraw = ({ isTTY, columns }: Pick<Screen, "isTTY" | "columns">): boolean =>
  isTTY === true && readVariable("TERM") !== "dumb" && (columns ?? 0) >= NARROWEST

/** Its columns; no limit where it is none, or does not say. */
export const widthOf = ({ isTTY, columns }: Pick<Screen, "isTTY" | "columns">): number =>
  isTTY === true && columns !== undefined && columns > 0 ? columns : Number.POSITIVE_INFINITY

/** Lines at the bottom of a terminal that are written over by the next ones. */
export interface Redrawn {
  /** Puts these lines in place of the last ones; cut to the width of the terminal, without control characters. */
  readonly show: (lines: ReadonlyArray<string>) => void
  readonly erase: () => void
}

/**
 * Lines are as long as the terminal is wide less one, so that none is wrapped. A window that was made narrower since has wrapped
 * them: as many rows are gone back as they take now.
 */
export const redrawn = (screen: Screen): Redrawn => {
  let widths: ReadonlyArray<number> = []
  const erase = (): void => {
    const columns = Math.max(1, screen.columns ?? 1)
    const rows = widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0)
    if (rows > 0) screen.write(`\u001B[${rows}A\r\u001B[J`)
    widths = []
  }
  return {
    erase,
    show: (lines) => {
      erase()
      if (!canRedraw(screen)) return
      const cut = lines.map((line) => cutToWidth(visible(line), screen.columns! - 1))
      widths = cut.map(displayWidth)
      if (cut.length > 0) screen.write(`${cut.join("\n")}\n`)
    }
  }
}
