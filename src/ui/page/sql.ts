/** A box for any question: SQL over all runs, its rows as a table or drawn. */

import type { Answer } from "../wire.ts"
import { chart } from "./chart.ts"
import { choice, h, replace } from "./dom.ts"
import { askSql } from "./server.ts"
import { answerTable, objectsOf } from "./table.ts"
import { href, type View } from "./view.ts"

/** To begin with. */
const EXAMPLES: ReadonlyArray<readonly [name: string, sql: string]> = [
  [
    "Formats over the course of RL",
    `select run, step, format, round(avg(share), 3) as share from formatShares
where latest and step % 5 = 0 group by all order by all`
  ],
  [
    "What a node costs",
    `select n.label, a.seconds, a.cpuSeconds from nodes n join runs r using (run) join actions a using (key)
where r.latest order by a.seconds desc`
  ],
  [
    "Learning curves",
    `select run, node, step, loss from training where latest and stage = 'pretrain' and step % 10 = 0 order by all`
  ],
  ["Tables and columns", "select table_name, column_name, data_type from information_schema.columns order by all"]
]

/** How many milliseconds may pass before it is said that a query runs. */
const PATIENCE_MS = 200

interface Drawing {
  readonly mark: string
  readonly x: string
  readonly y: string
  readonly colour: string
}

/** The first choice of what to draw: a number over the first column that is one, by the first that is not. */
const firstDrawing = (answer: Answer): Drawing => {
  const isNumber = (i: number) => answer.rows.some((row) => typeof row[i] === "number")
  const numbers = answer.columns.flatMap(({ name }, i) => (isNumber(i) ? [name] : []))
  const texts = answer.columns.flatMap(({ name }, i) => (isNumber(i) ? [] : [name]))
  const [first, ...others] = numbers
  return others.length === 0
    ? { mark: "bar", x: texts[0] ?? first ?? "", y: first ?? "", colour: "" }
    : { mark: "line", x: first!, y: others.at(-1)!, colour: texts.at(-1) ?? "" }
}

const typeOf = (answer: Answer, name: string): string => {
  const at = answer.columns.findIndex((column) => column.name === name)
  return answer.rows.some((row) => typeof row[at] === "number") ? "quantitative" : "nominal"
}

/** The choices of a drawing, and below them the drawing. */
const plot = (answer: Answer): HTMLElement => {
  let drawing = firstDrawing(answer)
  const names = answer.columns.map(({ name }) => [name, name] as const)
  const place = h("div", {})
  const field = (name: string) => ({ field: name.replaceAll(/[.[\]\\]/g, "\\$&"), type: typeOf(answer, name), title: name })
  const draw = () => {
    const { mark, x, y, colour } = drawing
    const encoding = { x: field(x), y: field(y), ...(colour === "" ? {} : { color: field(colour) }) }
    replace(place, [chart(objectsOf(answer), { mark: { type: mark, tooltip: true }, encoding }, `${y} over ${x}`)])
  }
  const change = (name: keyof Drawing) => (value: string) => {
    drawing = { ...drawing, [name]: value }
    draw()
  }
  draw()
  return h("div", {}, [
    h("form", { class: "filters" }, [
      choice(
        "Draw",
        ["line", "bar", "point", "area"].map((mark) => [mark, mark] as const),
        drawing.mark,
        change("mark")
      ),
      choice("across", names, drawing.x, change("x")),
      choice("up", names, drawing.y, change("y")),
      choice("colour", [["", "none"], ...names], drawing.colour, change("colour"))
    ]),
    place
  ])
}

const shown = (answer: Answer): ReadonlyArray<Node> => {
  const within = h("div", {})
  const drawn = h("details", { toggle: () => void (within.childElementCount === 0 && within.append(plot(answer))) }, [
    h("summary", {}, ["As a plot"]),
    within
  ])
  return answer.rows.length === 0 || answer.columns.length < 2 ? [answerTable(answer)] : [drawn, answerTable(answer)]
}

/** The view of the box. A query in the address was written by a person or came with a link: it is run when one says so. */
export const sqlView: View = async (place) => {
  let running: AbortController | null = null
  const result = h("div", { id: "result", "aria-live": "polite" })
  const box = h("textarea", {
    id: "sql",
    rows: 6,
    spellcheck: "false",
    autocomplete: "off",
    keydown: (event) => {
      if (event instanceof KeyboardEvent && event.key === "Enter" && (event.ctrlKey || event.metaKey)) void run()
    }
  })
  box.value = place.query.get("q") ?? EXAMPLES[0]![1]
  const stop = h("button", { type: "button", disabled: true, click: () => running?.abort() }, ["Stop"])
  const run = async () => {
    running?.abort()
    const mine = (running = new AbortController())
    place.signal.addEventListener("abort", () => mine.abort())
    history.replaceState(null, "", href("sql", [["q", box.value]]))
    stop.disabled = false
    const waiting = setTimeout(() => replace(result, [h("p", {}, ["Running..."])]), PATIENCE_MS)
    try {
      const answer = await askSql(box.value, mine.signal)
      if (running === mine) replace(result, shown(answer))
    } catch (cause) {
      const problem = mine.signal.aborted ? "Stopped." : cause instanceof Error ? cause.message : String(cause)
      if (running === mine) replace(result, [h("pre", { class: "warning", role: "alert" }, [problem])])
    } finally {
      clearTimeout(waiting)
      if (running === mine) stop.disabled = true
    }
  }
  const form = h("form", { submit: (event) => (event.preventDefault(), void run()) }, [
    h("p", { class: "filters" }, [
      choice("Examples", [["", "choose one"], ...EXAMPLES.map(([name, sql]) => [sql, name] as const)], "", (sql) => {
        if (sql !== "") box.value = sql
      })
    ]),
    h("label", { for: "sql" }, ["SQL (DuckDB) over all runs; Ctrl+Enter runs it"]),
    box,
    h("p", { class: "pager" }, [h("button", { type: "submit", class: "main" }, ["Run"]), stop])
  ])
  return { title: "SQL", content: [form, result] }
}
