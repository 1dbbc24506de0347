/** One run: its graph and its nodes, with their states and why; of one node, its params and what it came from. */

import { duration } from "../../text/duration.ts"
import type { RunDetail, RunNode } from "../wire.ts"
import { h, replace, state, time } from "./dom.ts"
import { graph } from "./graph.ts"
import { progressBar } from "./runs.ts"
import { ask } from "./server.ts"
import { table } from "./table.ts"
import { href, type Place, type View } from "./view.ts"

const link = (run: string) => (node: string) =>
  href("run", [
    ["run", run],
    ["node", node]
  ])

/** The view of one run. */
export const runView: View = async (place) => {
  const run = place.query.get("run") ?? ""
  const chosen = place.query.get("node")
  let detail = await ask("run", [["run", run]], place.signal)
  let filter = ""
  const facts = h("div", {})
  const drawing = h("div", { class: "scroll drawing", tabindex: "0", role: "region", "aria-label": "Graph of the run" })
  const aside = h("div", {})
  const rows = h("div", {})
  const matches = ({ label, state, stage, id }: RunNode) =>
    `${label} ${state} ${stage} ${id}`.toLowerCase().includes(filter.toLowerCase())
  const draw = () => {
    replace(facts, factsOf(detail, run))
    const [left, top] = [drawing.scrollLeft, drawing.scrollTop]
    replace(drawing, [graph(detail.nodes, link(run), chosen, matches)])
    drawing.scrollTo(left, top)
    replace(aside, nodeFacts(detail, chosen, run))
    replace(rows, [nodeTable(detail.nodes.filter(matches), run)])
  }
  const input = h("input", {
    type: "search",
    id: "node-filter",
    input: () => {
      filter = input.value
      draw()
    }
  })
  draw()
  if (chosen !== null)
    requestAnimationFrame(() =>
      document.getElementById(`graph-${chosen}`)?.scrollIntoView({ block: "nearest", inline: "nearest" })
    )
  return {
    title: run,
    content: [
      facts,
      h("form", { class: "filters", submit: (event) => event.preventDefault() }, [h("label", {}, ["Find nodes ", input])]),
      drawing,
      aside,
      h("h2", {}, ["Nodes"]),
      rows
    ],
    changed: (runs) => {
      if (runs.has(run)) void refresh(place, run, (now) => ((detail = now), draw()))
    }
  }
}

const refresh = async (place: Place, run: string, take: (detail: RunDetail) => void): Promise<void> => {
  try {
    const now = await ask("run", [["run", run]], place.signal)
    if (!place.signal.aborted) take(now)
  } catch {
    // The next change asks again.
  }
}

const pairs = (rows: ReadonlyArray<readonly [string, Node | string]>): HTMLElement =>
  h(
    "dl",
    {},
    rows.flatMap(([name, value]) => [h("dt", {}, [name]), h("dd", {}, [value])])
  )

const DIED = ": its process is gone; the same command goes on from what is done"

const factsOf = ({ summary }: RunDetail, run: string): ReadonlyArray<Node> => [
  pairs([
    ["State", h("span", {}, [state(summary.state), summary.state === "died" ? DIED : ""])],
    ["Nodes done", progressBar(summary)],
    ["Started", `${time(summary.startedAt)} UTC on ${summary.host}`],
    ["Took", duration(summary.seconds)],
    ["Command", h("code", {}, [`pipeline run ${summary.command}`])],
    ["Engine", summary.engine]
  ]),
  h("p", { class: "links" }, [
    h("a", { href: href("curves", [["run", run]]) }, ["Curves of this run"]),
    " ",
    h("a", { href: href("formats", [["run", run]]) }, ["Formats during RL"])
  ])
]

const nodeTable = (nodes: ReadonlyArray<RunNode>, run: string): HTMLElement =>
  table(
    `${nodes.length} ${nodes.length === 1 ? "node" : "nodes"}, inputs before what needs them`,
    [{ name: "Node" }, { name: "Stage" }, { name: "State" }, { name: "Took", right: true }, { name: "Why" }],
    nodes.map((node) => [
      h("a", { href: link(run)(node.id), id: `node-${node.id}` }, [node.label]),
      node.stage,
      state(node.state),
      node.seconds === null ? "" : duration(node.seconds),
      node.reason
    ])
  )

const nodeFacts = ({ nodes }: RunDetail, id: string | null, run: string): ReadonlyArray<Node> => {
  const node = nodes.find((node) => node.id === id)
  if (node === undefined) return []
  const byId = new Map(nodes.map((other) => [other.id, other]))
  const linked = (ids: ReadonlyArray<readonly [string, string]>): HTMLElement =>
    h(
      "ul",
      {},
      ids.map(([name, other]) => h("li", {}, [name, " ", h("a", { href: link(run)(other) }, [byId.get(other)?.label ?? other])]))
    )
  const inputs = Object.entries(node.inputs)
  const needed = nodes.filter((other) => Object.values(other.inputs).includes(node.id)).map(({ id }) => ["", id] as const)
  const completions = href("completions", [
    ["run", run],
    ["node", node.id]
  ])
  return [
    h("section", { class: "node", "aria-label": node.label }, [
      h("h2", {}, [node.label]),
      pairs([
        ["State", h("span", {}, [state(node.state), node.reason === "" ? "" : `: ${node.reason}`])],
        ["Id", h("code", {}, [node.id])],
        ...(node.seconds === null ? [] : [["Took", duration(node.seconds)] as const]),
        ...(inputs.length === 0 ? [] : [["Reads", linked(inputs)] as const]),
        ...(needed.length === 0 ? [] : [["Needed by", linked(needed)] as const]),
        ...(node.artifact === null ? [] : [["Artifact", h("code", {}, [node.artifact])] as const])
      ]),
      node.completions !== null && node.artifact !== null
        ? h("p", { class: "links" }, [h("a", { href: completions }, ["Its completions"])])
        : null,
      h("details", {}, [
        h("summary", {}, ["Parameters"]),
        table(
          `Parameters of ${node.label}`,
          [{ name: "Name" }, { name: "Value" }],
          Object.entries(node.params).map(([name, value]) => [
            name,
            h("code", {}, [typeof value === "string" ? value : JSON.stringify(value)])
          ])
        )
      ])
    ])
  ]
}
