/** The little HTML there is to write: escaping, and a template tag that escapes what it is given unless it is HTML already. */

import { withoutControls } from "../../text/visible.ts"

/** A piece of HTML that is safe to insert as it stands. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | ReadonlyArray<Html>

/** Text as it can stand in HTML, in an attribute too. */
export const escapeHtml = (text: string): string =>
  // A control character has no place in HTML, nor what turns the direction of its surroundings; a model can write any of them.
  withoutControls(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")

/** Text and numbers are escaped, `Html` goes in as it is, arrays are joined. */
export const html = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html =>
  new Html(strings.reduce((all, string, i) => all + textOf(parts[i - 1]!) + string))

const textOf = (part: Part): string => {
  if (part instanceof Html) return part.text
  return typeof part === "object" ? part.map(({ text }) => text).join("") : escapeHtml(String(part))
}

/** Where there is nothing to show. */
export const nothing = new Html("")

export interface TableColumn {
  readonly title: string
  /** Numbers stand at the right. */
  readonly right?: boolean
}

/** A table that scrolls inside its own frame where the page is too narrow for it. */
export const table = (columns: ReadonlyArray<TableColumn>, rows: ReadonlyArray<ReadonlyArray<Html | string>>): Html => {
  const entry = (tag: "th" | "td", content: Html | string, { right }: TableColumn) =>
    new Html(`<${tag}${right === true ? ' class="right"' : ""}>${textOf(content)}</${tag}>`)
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${columns.map((column) => entry("th", column.title, column))}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((content, i) => entry("td", content, columns[i]!))}
            </tr> `
        )}
      </tbody>
    </table>
  </div>`
}
