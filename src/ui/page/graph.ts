/** A run's graph as a drawing: each node a link with its state, each input a line. What it shows, the table below it says too. */

import type { RunNode } from "../wire.ts"
import { markOf, stateClass, svg } from "./dom.ts"
import { layout, shortLabels } from "./layout.ts"

const WIDTH = 208
const HEIGHT = 42
const COLUMN = 272
const ROW = 50
const MARGIN = 8

/** The drawing. `chosen`: a node whose surroundings stand out; `shown`: nodes that a filter leaves. */
export const graph = (
  nodes: ReadonlyArray<RunNode>,
  link: (id: string) => string,
  chosen: string | null,
  shown: (node: RunNode) => boolean
): SVGSVGElement => {
  const places = new Map(layout(nodes).map(({ id, column, row }) => [id, { x: MARGIN + column * COLUMN, y: MARGIN + row * ROW }]))
  const corner = { x: 0, y: 0 }
  for (const { x, y } of places.values()) {
    corner.x = Math.max(corner.x, x)
    corner.y = Math.max(corner.y, y)
  }
  const width = corner.x + WIDTH + MARGIN
  const height = corner.y + HEIGHT + MARGIN
  const lines = nodes.flatMap((node) =>
    [...new Set(Object.values(node.inputs))].flatMap((input) => {
      const [from, to] = [places.get(input), places.get(node.id)]
      if (from === undefined || to === undefined) return []
      const [x1, y1, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.y + HEIGHT / 2]
      const bend = (COLUMN - WIDTH) / 2
      const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${to.x - bend} ${y2} ${to.x} ${y2}`
      return [svg("path", { d, class: chosen === input || chosen === node.id ? "near" : null })]
    })
  )
  const labels = shortLabels(nodes.map(({ label }) => label))
  const boxes = nodes.map((node, i) => {
    const { x, y } = places.get(node.id)!
    const said = `${node.label}: ${node.state}${node.reason === "" ? "" : `, ${node.reason}`}`
    const { stage, rest } = labels[i]!
    const classes = [stateClass(node.state), node.id === chosen ? "chosen" : "", shown(node) ? "" : "aside"].join(" ")
    return svg("a", { id: `graph-${node.id}`, href: link(node.id), class: classes }, [
      // Its name for whoever does not see the drawing, and the whole label for whoever points at it.
      svg("title", {}, [said]),
      svg("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 5 }),
      // A drawing in the drawing: what is wider than it is cut off.
      svg("svg", { x, y, width: WIDTH, height: HEIGHT }, [
        svg("text", { x: 8, y: 17 }, [`${markOf(node.state)} ${stage}`]),
        svg("text", { x: 8, y: 33, class: "rest" }, [rest])
      ])
    ])
  })
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "graph", role: "group", "aria-label": "Graph" }, [
    svg("g", { class: "lines", "aria-hidden": "true" }, lines),
    ...boxes
  ])
}
