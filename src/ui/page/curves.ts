/** Numbers over steps, runs side by side: any measure of training and RL, and how formats share the policy's completions. */

import type { Answer, RunSummary } from "../wire.ts"
import { chart, type Rows, type Spec } from "./chart.ts"
import { choice, h, state, time, warnings } from "./dom.ts"
import { ask, type Query } from "./server.ts"
import { answerTable, objectsOf } from "./table.ts"
import { go, type Place, type Shown, type View } from "./view.ts"

/** Runs that one can choose among, newest first. */
const OFFERED = 40
/** What is shown first. */
const FIRST = "updates.accuracy"

/** A box to tick for each run; those ticked are in the address. */
const picker = (runs: ReadonlyArray<RunSummary>, chosen: ReadonlyArray<string>, place: Place): HTMLElement =>
  h("details", { class: "picker", open: chosen.length !== 1 }, [
    h("summary", {}, [chosen.length === 0 ? "Choose runs" : `Runs: ${chosen.length} of ${runs.length}, choose others`]),
    h("fieldset", {}, [
      h("legend", {}, ["Runs side by side"]),
      ...runs
        .filter(({ run }, i) => i < OFFERED || chosen.includes(run))
        .map((run) => {
          const box = h("input", {
            type: "checkbox",
            id: `pick-${run.run}`,
            checked: chosen.includes(run.run),
            change: () => go(place, { run: box.checked ? [...chosen, run.run] : chosen.filter((other) => other !== run.run) })
          })
          return h("label", {}, [box, ` ${run.study}, ${time(run.startedAt)} `, state(run.state)])
        })
    ])
  ])

/** The runs in the address, or else the newest. */
const chosenRuns = (runs: ReadonlyArray<RunSummary>, place: Place): ReadonlyArray<string> => {
  const named = place.query.getAll("run").filter((name) => runs.some(({ run }) => run === name))
  const newest = runs.find(({ state }) => state === "succeeded") ?? runs[0]
  return named.length > 0 || newest === undefined ? named : [newest.run]
}

/** A chart a group, on a grid, each under its name. */
const grid = (groups: ReadonlyMap<string, Rows>, spec: Spec, what: string): HTMLElement =>
  h(
    "div",
    { class: "grid" },
    [...groups].map(([name, rows]) => h("figure", {}, [h("figcaption", {}, [name]), chart(rows, spec, `${what}, ${name}`)]))
  )

const numbers = (answer: Answer): HTMLElement => {
  const within = h("div", {})
  return h("details", { toggle: () => void (within.childElementCount === 0 && within.append(answerTable(answer))) }, [
    h("summary", {}, ["The numbers"]),
    within
  ])
}

/** The view's frame: the choice of runs, then what is drawn of them, again when one of them changes. */
const framed = async (
  title: string,
  place: Place,
  controls: ReadonlyArray<Node>,
  what: string,
  load: (query: Query) => Promise<Answer>,
  draw: (answer: Answer) => HTMLElement
): Promise<Shown> => {
  const { runs } = await ask("runs", [], place.signal)
  const chosen = chosenRuns(runs, place)
  const answer = chosen.length === 0 ? null : await load(chosen.map((run) => ["run", run] as const))
  const again = async () => {
    try {
      const now = await load(chosen.map((run) => ["run", run] as const))
      if (!place.signal.aborted && now.rows.length !== answer?.rows.length) go(place, { at: String(now.rows.length) })
    } catch {
      // The next change asks again.
    }
  }
  const missing = answer === null ? null : warnings(answer.warnings)
  const within = h("div", {}, [
    missing,
    answer === null
      ? h("p", {}, ["Choose a run."])
      : answer.rows.length === 0
        ? h("p", {}, [`Nothing that these runs have finished holds ${what}.`])
        : h("div", {}, [draw(answer), numbers(answer)])
  ])
  return {
    title,
    content: [picker(runs, chosen, place), h("form", { class: "filters" }, controls), within],
    changed: (changed) => {
      // Curves are of finished nodes: a view that is looked at is drawn again only when there are more of them.
      const isOn = (run: string) => changed.has(run) && runs.find((known) => known.run === run)?.state === "running"
      if (chosen.some(isOn)) void again()
    }
  }
}

/** One measure, a chart a run, a line a node. */
export const curvesView: View = async (place) => {
  const measures = await ask("measures", [], place.signal)
  const names = measures.map(({ table, name }) => `${table}.${name}`)
  const given = place.query.get("measure") ?? ""
  const measure = names.includes(given) ? given : names.includes(FIRST) ? FIRST : (names[0] ?? "")
  const controls = [
    choice(
      "Measure",
      names.map((name) => [name, name] as const),
      measure,
      (value) => go(place, { measure: value })
    )
  ]
  return framed(
    "Curves",
    place,
    controls,
    measure,
    (runs) => ask("curves", [["measure", measure], ...runs], place.signal),
    (answer) => {
      const rows = objectsOf(answer)
      const values = rows.flatMap(({ value }) => (typeof value === "number" ? [value] : []))
      const ends = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)] as const, [
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY
      ] as const)
      const labels = [...new Set(rows.map(({ label }) => label))]
      return grid(
        Map.groupBy(rows, ({ run }) => String(run)),
        {
          mark: { type: "line", tooltip: true, point: rows.length < 100 },
          encoding: {
            x: { field: "step", type: "quantitative", title: "step" },
            // One scale for all, so that they can be compared.
            y: { field: "value", type: "quantitative", title: measure, scale: { domain: ends, nice: true, zero: false } },
            color: { field: "label", type: "nominal", title: null, scale: { domain: labels } }
          }
        },
        measure
      )
    }
  )
}

/** How formats share the completions during RL, a chart a run and node. */
export const formatsView: View = (place) =>
  framed(
    "Formats during RL",
    place,
    [],
    "formats",
    (runs) => ask("formats", runs, place.signal),
    (answer) => {
      const rows = objectsOf(answer)
      const several = new Set(rows.map(({ run }) => run)).size > 1
      const formats = [...new Set(rows.map(({ format }) => format))].toSorted()
      return grid(
        Map.groupBy(rows, ({ run, label }) => (several ? `${String(label)} of ${String(run)}` : String(label))),
        {
          mark: { type: "area", tooltip: true },
          encoding: {
            x: { field: "step", type: "quantitative", title: "step" },
            y: { field: "share", type: "quantitative", stack: "zero", title: "share", scale: { domain: [0, 1] } },
            color: { field: "format", type: "nominal", title: null, scale: { domain: formats } }
          }
        },
        "Share of each format"
      )
    }
  )
