/** What policies wrote: rollouts of RL and evaluated completions, page by page, and one of them down to its documents. */

import type { Answer, CompletionDetail, RunNode } from "../wire.ts"
import { choice, h, runWords, state, warnings } from "./dom.ts"
import { ask, type Query } from "./server.ts"
import { answerTable, cellText, columnOf, objectsOf, table } from "./table.ts"
import { go, href, type Place, type View } from "./view.ts"

/** The pairs of the address that say which completions are meant. */
const wanted = (place: Place, run: string, node: string): Query => [
  ["run", run],
  ["node", node],
  ...["format", "right", "step", "offset"].flatMap((name) => {
    const value = place.query.get(name)
    return value === null ? [] : [[name, value] as const]
  })
]

/** Pages through the completions of a node. */
export const completionsView: View = async (place) => {
  const { runs } = await ask("runs", [], place.signal)
  const run = place.query.get("run") ?? runs.find(({ state }) => state === "succeeded")?.run ?? runs[0]?.run
  const title = "Completions"
  if (run === undefined) return { title, content: [h("p", {}, ["There are no runs in this store yet."])] }
  const named = runWords(runs)
  const detail = await ask("run", [["run", run]], place.signal)
  const nodes = detail.nodes.filter(({ completions, artifact }) => completions !== null && artifact !== null)
  const node = nodes.find(({ id }) => id === place.query.get("node")) ?? nodes[0]
  const first = { format: null, right: null, step: null, offset: null }
  const choices = [
    choice(
      "Run",
      runs.map((other) => [other.run, named(other)] as const),
      run,
      (value) => go(place, { ...first, run: value, node: null })
    ),
    ...(node === undefined
      ? []
      : [
          choice(
            "Node",
            nodes.map(({ id, label }) => [id, label] as const),
            node.id,
            (value) => go(place, { ...first, run, node: value })
          )
        ])
  ]
  if (node === undefined)
    return {
      title,
      content: [h("form", { class: "filters" }, choices), h("p", {}, ["No node of this run has finished completions."])]
    }
  const { page, counts, rowsOfPage, steps } = await ask("completions", wanted(place, run, node.id), place.signal)
  const format = place.query.get("format") ?? ""
  const right = place.query.get("right") ?? ""
  const step = place.query.get("step") ?? ""
  const offset = Number(place.query.get("offset") ?? 0)
  const total = totalOf(counts, format, right)
  const filter = (name: string) => (value: string) =>
    go(place, { run, node: node.id, [name]: value === "" ? null : value, offset: null })
  const formats = [...new Set(objectsOf(counts).map((row) => String(row["format"])))].toSorted()
  const stepInput =
    steps === null
      ? null
      : h("input", {
          type: "number",
          min: steps.first,
          max: steps.last,
          value: step,
          id: "step-filter",
          change: (event) => {
            if (event.target instanceof HTMLInputElement && event.target.checkValidity()) filter("step")(event.target.value)
          }
        })
  const missing = warnings(page.warnings)
  return {
    title,
    content: [
      h("form", { class: "filters", submit: (event) => event.preventDefault() }, [
        ...choices,
        choice("Format", [["", "all"], ...formats.map((name) => [name, name] as const)], format, filter("format")),
        choice("Answer", ANSWERS, right, filter("right")),
        ...(stepInput === null || steps === null ? [] : [h("label", {}, [`Step (${steps.first} to ${steps.last}) `, stepInput])])
      ]),
      ...(missing === null ? [] : [missing]),
      pager(place, offset, rowsOfPage, total),
      pageTable(page, [
        ["run", run],
        ["node", node.id]
      ])
    ]
  }
}

const ANSWERS: ReadonlyArray<readonly [string, string]> = [
  ["", "right or wrong"],
  ["yes", "right"],
  ["no", "wrong"]
]

const totalOf = (counts: Answer, format: string, right: string): number =>
  objectsOf(counts)
    .filter((row) => (format === "" || row["format"] === format) && (right === "" || row["correct"] === (right === "yes")))
    .reduce((sum, row) => sum + Number(row["completions"]), 0)

const pager = (place: Place, offset: number, rows: number, total: number): HTMLElement => {
  const to = (at: number) => () => go(place, { offset: at <= 0 ? null : String(at) })
  const end = Math.min(offset + rows, total)
  const last = Math.max(0, Math.floor((total - 1) / rows) * rows)
  const button = (name: string, id: string, at: number, off: boolean) =>
    h("button", { type: "button", id, disabled: off, click: to(at) }, [name])
  return h("p", { class: "pager" }, [
    button("First", "page-first", 0, offset === 0),
    button("Previous", "page-previous", offset - rows, offset === 0),
    h("span", { role: "status" }, [
      total === 0
        ? "none"
        : `${(offset + 1).toLocaleString("en")} to ${end.toLocaleString("en")} of ${total.toLocaleString("en")}`
    ]),
    button("Next", "page-next", offset + rows, end >= total),
    button("Last", "page-last", last, end >= total)
  ])
}

const pageTable = (page: Answer, of: Query): HTMLElement => {
  const [number, correct, text] = ["number", "correct", "text"].map((name) => columnOf(page, name))
  const shown = page.columns.map(({ name }, i) => ({ name, at: i }))
  return table(
    "Completions in the order in which they were sampled",
    shown.map(({ name, at }) => ({ name, right: page.rows.some((row) => typeof row[at] === "number") })),
    page.rows.map((row) =>
      shown.map(({ at }) => {
        const value = at === correct ? (row[at] === true ? "right" : "wrong") : cellText(row[at])
        if (at !== number) return at === text ? h("span", { class: "text" }, [value]) : value
        const to = href("completion", [...of, ["number", cellText(row[number!])]])
        return h("a", { href: to, "aria-label": `completion ${cellText(row[number!])}` }, [value])
      })
    )
  )
}

/** One completion and what it came from. */
export const completionView: View = async (place) => {
  const run = place.query.get("run") ?? ""
  const node = place.query.get("node") ?? ""
  const number = place.query.get("number") ?? "0"
  const detail = await ask(
    "completion",
    [
      ["run", run],
      ["node", node],
      ["number", number]
    ],
    place.signal
  )
  const values = new Map(detail.completion.columns.map(({ name }, i) => [name, detail.completion.rows[0]?.[i]]))
  const long = new Set(["question", "text", "number"])
  const right = values.get("correct") === true
  return {
    title: `Completion ${number}`,
    content: [
      h("h2", {}, ["Question"]),
      h("pre", {}, [cellText(values.get("question"))]),
      h("h2", {}, ["Completion"]),
      h("pre", {}, [cellText(values.get("text"))]),
      h("p", {}, [
        h("strong", {}, [right ? "Right" : "Wrong"]),
        `: the answer is ${cellText(values.get("gold"))}, it says ${cellText(values.get("answer")) || "none"}`
      ]),
      h(
        "dl",
        {},
        [...values]
          .filter(([name, value]) => !long.has(name) && value !== null)
          .flatMap(([name, value]) => [h("dt", {}, [name]), h("dd", {}, [cellText(value)])])
      ),
      h("h2", {}, ["Where it comes from"]),
      lineage(detail.lineage, run),
      ...documents(detail)
    ]
  }
}

const lineage = (nodes: ReadonlyArray<RunNode>, run: string): HTMLElement =>
  h(
    "ol",
    { class: "lineage" },
    nodes.map(({ id, label, state: name, artifact }) =>
      h("li", {}, [
        h(
          "a",
          {
            href: href("run", [
              ["run", run],
              ["node", id]
            ])
          },
          [label]
        ),
        " ",
        state(name),
        artifact === null ? null : h("code", { class: "soft" }, [` ${artifact.slice(0, 16)}`])
      ])
    )
  )

const documents = ({ attribution }: CompletionDetail): ReadonlyArray<Node> => {
  if (attribution === null || attribution.sources.rows.length === 0)
    return [
      h("p", { class: "soft" }, [
        "Sources and documents are known of completions that a stage attribute or attribute-rollouts has looked at: this is none."
      ])
    ]
  const found = objectsOf(attribution.documents)
  return [
    h("h2", {}, ["Sources"]),
    answerTable(attribution.sources, "What each method gives to each source"),
    h("h2", {}, ["Documents"]),
    ...(found.length === 0 ? [h("p", {}, ["No longer piece of it stands in a document word for word."])] : []),
    ...found.map((row) =>
      h("details", {}, [
        h("summary", {}, [
          `${cellText(row["tokens"])} tokens in document ${cellText(row["document"])} of ${cellText(row["source"])}` +
            ` (${cellText(row["count"])} places): `,
          h("q", {}, [cellText(row["span"])])
        ]),
        h("pre", {}, [cellText(row["text"]) || "The document is no longer in the store."])
      ])
    )
  ]
}
