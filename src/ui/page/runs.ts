/** Which runs there are, as they go; and the reports that were written of them. */

import { duration } from "../../text/duration.ts"
import type { Runs, RunSummary } from "../wire.ts"
import { choice, h, replace, state, time, warnings } from "./dom.ts"
import { ask } from "./server.ts"
import { table } from "./table.ts"
import { go, href, type Place, type View } from "./view.ts"

/** Runs listed before one asks for all. */
const MOST = 200

/** How far a run is, in words and as a bar. */
const progressOf = ({ nodes }: RunSummary): { readonly done: number; readonly failed: number; readonly total: number } => {
  const count = (names: ReadonlyArray<string>) => names.reduce((sum, name) => sum + (nodes[name] ?? 0), 0)
  return {
    done: count(["done", "cached"]),
    failed: count(["failed"]),
    total: Object.values(nodes).reduce((sum, number) => sum + number, 0)
  }
}

/** The same as a bar with its numbers. */
export const progressBar = (summary: RunSummary): HTMLElement => {
  const { done, failed, total } = progressOf(summary)
  const words = `${done} of ${total}${failed > 0 ? `, ${failed} failed` : ""}`
  return h("span", { class: "progress" }, [
    h("progress", { max: Math.max(total, 1), value: done, "aria-label": `nodes of ${summary.run}` }),
    ` ${words}`
  ])
}

const listed = ({ runs, store, warnings: damage }: Runs, place: Place): ReadonlyArray<Node> => {
  const study = place.query.get("study") ?? ""
  const all = place.query.has("all")
  const studies = [...new Set(runs.map((run) => run.study))].toSorted()
  const wanted = runs.filter((run) => study === "" || run.study === study)
  const some = all ? wanted : wanted.slice(0, MOST)
  const rows = some.map((run) => [
    h("a", { href: href("run", [["run", run.run]]), id: `run-${run.run}` }, [run.run]),
    time(run.startedAt),
    state(run.state),
    progressBar(run),
    duration(run.seconds)
  ])
  const missing = warnings(damage)
  return [
    h("p", { class: "soft" }, [`of the store ${store}`]),
    ...(missing === null ? [] : [missing]),
    ...(runs.length === 0
      ? [h("p", {}, ["There are no runs yet. Start with: ", h("code", {}, ["pipeline run smoke"])])]
      : [
          h("form", { class: "filters" }, [
            choice("Study", [["", "all"], ...studies.map((name) => [name, name] as const)], study, (value) =>
              go(place, { study: value === "" ? null : value })
            )
          ]),
          table(
            `${wanted.length} ${wanted.length === 1 ? "run" : "runs"}, newest first`,
            [
              { name: "Run" },
              { name: "Started (UTC)" },
              { name: "State" },
              { name: "Nodes done" },
              { name: "Took", right: true }
            ],
            rows
          ),
          ...(some.length < wanted.length
            ? [h("button", { type: "button", click: () => go(place, { all: "yes" }) }, [`Show all ${wanted.length}`])]
            : [])
        ])
  ]
}

/** All runs. */
export const runsView: View = async (place) => {
  const within = h("div", {})
  const draw = async () => replace(within, listed(await ask("runs", [], place.signal), place))
  await draw()
  return { title: "Runs", content: [within], changed: () => void draw().catch(() => {}) }
}

/** The reports that lie in the store. */
export const reportsView: View = async ({ signal }) => {
  const reports = await ask("reports", [], signal)
  const rows = reports.map(({ name, study, bytes, writtenAt }) => [
    h("a", { href: `/report/${name}`, target: "_blank", rel: "noopener" }, [study]),
    time(writtenAt),
    `${Math.ceil(bytes / 1024).toLocaleString("en")} KiB`
  ])
  return {
    title: "Reports",
    content: [
      h("p", { class: "soft" }, [
        "A run writes its report when it ends; ",
        h("code", {}, ["pipeline report"]),
        " writes others."
      ]),
      reports.length === 0
        ? h("p", {}, ["There are none in this store yet."])
        : table("Newest first", [{ name: "Study" }, { name: "Written (UTC)" }, { name: "Size", right: true }], rows)
    ]
  }
}
