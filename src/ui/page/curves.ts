/** Numbers over steps, runs side by side: any measure of training and RL, and how formats share the policy's completions. */

import type { Answer, Cell, RunSummary } from "../wire.ts"
import { chart, redraw, type Rows, type Spec } from "./chart.ts"
import { choice, h, replace, runWords, state, warnings } from "./dom.ts"
import { ask, type Query } from "./server.ts"
import { answerTable, objectsOf } from "./table.ts"
import { go, type Place, type Shown, type View } from "./view.ts"

/** Runs that one can choose among, newest first. */
const OFFERED = 40
/** What is shown first. */
const FIRST = "updates.accuracy"

/** A box to tick for each run; those ticked are in the address. */
const picker = (runs: ReadonlyArray<RunSummary>, chosen: ReadonlyArray<string>, place: Place): HTMLElement => {
  const named = runWords(runs)
  return h("details", { class: "picker", open: chosen.length !== 1 }, [
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
          return h("label", {}, [box, ` ${named(run)} `, state(run.state)])
        })
    ])
  ])
}

/** The runs in the address, or else the newest. */
const chosenRuns = (runs: ReadonlyArray<RunSummary>, place: Place): ReadonlyArray<string> => {
  const named = place.query.getAll("run").filter((name) => runs.some(({ run }) => run === name))
  const newest = runs.find(({ state }) => state === "succeeded") ?? runs[0]
  return named.length > 0 || newest === undefined ? named : [newest.run]
}

/** What is drawn: a chart a group, each under its name, on scales that are the same for all. */
interface Drawing {
  readonly groups: ReadonlyMap<string, Rows>
  readonly spec: (rows: Rows) => Spec
}

/** The values of a field, each once. */
const each = (rows: Rows, field: string): ReadonlyArray<Cell> => [...new Set(rows.map((row) => row[field] ?? null))]

/** From the least to the greatest number of a field. */
const range = (rows: Rows, field: string): readonly [number, number] =>
  rows.reduce<readonly [number, number]>(
    ([low, high], { [field]: value }) =>
      typeof value === "number" ? [Math.min(low, value), Math.max(high, value)] : [low, high],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  )

/** Steps, from the first to the last of any chart. */
const stepsOf = (all: Rows): Spec => ({
  field: "step",
  type: "quantitative",
  title: "step",
  scale: { domain: range(all, "step"), nice: false, zero: false }
})

/** A colour means the same in every chart, and a legend names what its own chart has. */
const coloursOf = (all: Rows, own: Rows, field: string): Spec => ({
  field,
  type: "nominal",
  title: null,
  scale: { domain: each(all, field).toSorted() },
  legend: { values: each(own, field).toSorted() }
})

/** Charts on a grid that can be drawn again where they stand, as long as the groups are the same. */
const makeGrid = (what: string) => {
  const within = h("div", { class: "grid" })
  let charts: ReadonlyMap<string, HTMLElement> = new Map()
  const draw = ({ groups, spec }: Drawing) => {
    if (groups.size > 0 && groups.size === charts.size && [...groups.keys()].every((name) => charts.has(name))) {
      for (const [name, rows] of groups) redraw(charts.get(name)!, rows, spec(rows))
      return
    }
    charts = new Map([...groups].map(([name, rows]) => [name, chart(rows, spec(rows), `${what}, ${name}`)]))
    replace(
      within,
      [...charts].map(([name, element]) => h("figure", {}, [h("figcaption", {}, [name]), element]))
    )
  }
  return { within, draw }
}

/** The rows behind a drawing, made into a table when somebody opens them. */
const makeNumbers = () => {
  const within = h("div", {})
  let answer: Answer | null = null
  const fill = () => replace(within, answer === null ? [] : [answerTable(answer)])
  const details = h("details", { toggle: () => void (details.open && fill()) }, [h("summary", {}, ["The numbers"]), within])
  const take = (now: Answer) => {
    answer = now
    if (details.open) fill()
  }
  return { details, take }
}

/**
 * The view's frame: the choice of runs, then what is drawn of them. It is drawn again when one of them changes, and while their
 * nodes compute.
 */
const framed = async (
  title: string,
  place: Place,
  controls: ReadonlyArray<Node>,
  what: string,
  load: (query: Query) => Promise<Answer>,
  draw: (rows: Rows) => Drawing
): Promise<Shown> => {
  const { runs } = await ask("runs", [], place.signal)
  const chosen = chosenRuns(runs, place)
  const words = (place.query.get("find") ?? "").toLowerCase().split(/\s+/)
  const grid = makeGrid(what)
  const numbers = makeNumbers()
  const [missing, within] = [h("div", {}), h("div", {})]
  const find = h("input", {
    type: "search",
    id: "find-nodes",
    value: place.query.get("find") ?? "",
    change: () => go(place, { find: find.value || null })
  })
  const take = (answer: Answer) => {
    const label = answer.columns.findIndex(({ name }) => name === "label")
    const isFound = (row: ReadonlyArray<Cell>) => words.every((word) => String(row[label]).toLowerCase().includes(word))
    const found = { ...answer, rows: answer.rows.filter(isFound) }
    replace(missing, [warnings(answer.warnings)])
    if (found.rows.length === 0) {
      const none = answer.rows.length === 0 ? `These runs hold no ${what} yet.` : "No node of these runs is called so."
      return replace(within, [h("p", {}, [none])])
    }
    grid.draw(draw(objectsOf(found)))
    numbers.take({ ...found, rowCount: found.rows.length })
    if (!grid.within.isConnected) replace(within, [grid.within, numbers.details])
  }
  const ofRuns = () => load(chosen.map((run) => ["run", run] as const))
  if (chosen.length === 0) replace(within, [h("p", {}, ["Choose a run."])])
  else take(await ofRuns())
  const again = oneAtATime(async () => {
    const now = await ofRuns()
    if (!place.signal.aborted) take(now)
  })
  return {
    title,
    content: [
      picker(runs, chosen, place),
      h("form", { class: "filters", submit: (event) => event.preventDefault() }, [
        ...controls,
        h("label", {}, ["Find nodes ", find])
      ]),
      missing,
      within
    ],
    changed: (changed) => {
      const isOn = (run: string) => changed.has(run) && runs.find((known) => known.run === run)?.state === "running"
      if (chosen.some(isOn)) again()
    },
    grown: (grown) => {
      if (chosen.some((run) => grown.has(run))) again()
    }
  }
}

/** Does it again, once, when it is asked while at it. What fails is done by the next change. */
const oneAtATime = (work: () => Promise<void>): (() => void) => {
  let isAtIt = false
  let isAskedAgain = false
  const start = async (): Promise<void> => {
    isAskedAgain = isAtIt
    if (isAtIt) return
    isAtIt = true
    await work().catch(() => undefined)
    isAtIt = false
    if (isAskedAgain) await start()
  }
  return () => void start()
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
    (rows) => ({
      groups: Map.groupBy(rows, ({ run }) => String(run)),
      spec: (own) => ({
        mark: { type: "line", tooltip: true, point: rows.length < 100 },
        encoding: {
          x: stepsOf(rows),
          y: {
            field: "value",
            type: "quantitative",
            title: measure,
            scale: { domain: range(rows, "value"), nice: true, zero: false }
          },
          color: coloursOf(rows, own, "label")
        }
      })
    })
  )
}

/** How formats share the completions during RL, a chart a run and node. */
export const formatsView: View = (place) =>
  framed(
    "Formats during RL",
    place,
    [],
    "share of a format",
    (runs) => ask("formats", runs, place.signal),
    (rows) => {
      const several = new Set(rows.map(({ run }) => run)).size > 1
      return {
        groups: Map.groupBy(rows, ({ run, label }) => (several ? `${String(label)} of ${String(run)}` : String(label))),
        spec: (own) => ({
          mark: { type: "area", tooltip: true },
          encoding: {
            x: stepsOf(rows),
            y: { field: "share", type: "quantitative", stack: "zero", title: "share", scale: { domain: [0, 1] } },
            color: coloursOf(rows, own, "format")
          }
        })
      }
    }
  )
