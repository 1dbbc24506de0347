/** Rows as a table: what a query gives, and lists of our own. */

import type { Answer, Cell } from "../wire.ts"
import { h, warnings } from "./dom.ts"

/** A cell as text; numbers as short as they are right to read. */
export const cellText = (value: Cell | undefined): string => {
  if (value === null || value === undefined) return ""
  if (typeof value !== "number" || Number.isInteger(value)) return String(value)
  const short = Number(value.toPrecision(6))
  return String(short)
}

/** The place of a column, by its name; -1 where there is none. */
export const columnOf = (answer: Answer, name: string): number => answer.columns.findIndex((column) => column.name === name)

/** Rows as objects: what charts draw. */
export const objectsOf = (answer: Answer): ReadonlyArray<Readonly<Record<string, Cell>>> =>
  answer.rows.map((row) => Object.fromEntries(answer.columns.map(({ name }, i) => [name, row[i] ?? null])))

/** A table of its own scroll, with a caption that says what it is. */
export const table = (
  caption: string,
  columns: ReadonlyArray<{ readonly name: string; readonly right?: boolean }>,
  rows: ReadonlyArray<ReadonlyArray<Node | string>>
): HTMLElement =>
  h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, [
    h("table", {}, [
      h("caption", {}, [caption]),
      h("thead", {}, [
        h(
          "tr",
          {},
          columns.map(({ name, right }) => h("th", { scope: "col", class: right === true ? "right" : null }, [name]))
        )
      ]),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, i) => h("td", { class: columns[i]?.right === true ? "right" : null }, [cell]))
          )
        )
      )
    ])
  ])

/** How many rows there are, in words. */
const rowWords = ({ rows, rowCount, uncounted }: Answer): string => {
  const all = `${uncounted ? "more than " : ""}${rowCount.toLocaleString("en")} ${rowCount === 1 ? "row" : "rows"}`
  return rows.length < rowCount ? `The first ${rows.length.toLocaleString("en")} of ${all}` : all
}

/** The rows of a query, with what is missing from them. */
export const answerTable = (answer: Answer, caption: string = rowWords(answer)): HTMLElement =>
  h("div", {}, [
    warnings(answer.warnings),
    table(
      caption,
      answer.columns.map(({ name }, i) => ({ name, right: answer.rows.some((row) => typeof row[i] === "number") })),
      answer.rows.map((row) => answer.columns.map((_, i) => cellText(row[i])))
    )
  ])
