/**
 * Charts, by Vega-Lite. Its libraries are large and only charts need them, so they are loaded with the first one. Expressions are
 * interpreted and no styles are put into the page: its content security policy allows neither code from text nor inline styles.
 */

import type { EmbedOptions } from "vega-embed"

import type { Cell } from "../wire.ts"
import { h } from "./dom.ts"

export type Rows = ReadonlyArray<Readonly<Record<string, Cell>>>
export type Spec = Readonly<Record<string, unknown>>

declare global {
  /** What the library makes of itself; it says itself what is wrong with a specification that a person chose. */
  var vegaEmbed: (element: HTMLElement, specification: Spec, options: EmbedOptions) => Promise<unknown>
}

const load = (file: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const failed = () => reject(new Error(`${file} could not be loaded.`))
    document.head.append(h("script", { src: file, load: () => resolve(), error: failed }))
  })

let libraries: Promise<void> | null = null
const ready = (): Promise<void> =>
  (libraries ??= load("/lib/vega.js")
    .then(() => load("/lib/vega-lite.js"))
    .then(() => load("/lib/vega-embed.js")))

/** Told apart by people who see colours differently, on a light and a dark ground. */
const COLOURS = ["#3b82c4", "#e08214", "#1b9e77", "#b5549c", "#c8a415", "#d1495b", "#6d7fcc", "#7a7a7a"]

const config = (): Spec => {
  const style = getComputedStyle(document.documentElement)
  const [ink, soft, line] = ["--ink", "--soft", "--line"].map((name) => style.getPropertyValue(name).trim())
  return {
    background: "transparent",
    font: "system-ui, sans-serif",
    view: { stroke: line },
    axis: { labelColor: soft, titleColor: ink, gridColor: line, domainColor: line, tickColor: line },
    legend: { labelColor: ink, titleColor: ink, orient: "bottom", columns: 3, labelLimit: 220 },
    title: { color: ink },
    range: { category: COLOURS }
  }
}

/** What each chart on the page shows, to be drawn again when the colours change. */
const drawn = new Map<HTMLElement, { readonly rows: Rows; readonly spec: Spec }>()
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const element of drawn.keys())
    if (element.isConnected) void draw(element)
    else drawn.delete(element)
})

/** Draws beside what is shown and then in its place, so that a curve that grows does not flicker. */
const draw = async (element: HTMLElement): Promise<void> => {
  const shows = drawn.get(element)
  if (shows === undefined) return
  const drawing = h("div", { class: "drawing-next" })
  element.append(drawing)
  try {
    await ready()
    const whole = {
      $schema: "https://vega.github.io/schema/vega-lite/v6.json",
      width: "container",
      height: 220,
      autosize: { type: "fit-x", contains: "padding" },
      data: { values: shows.rows.map((row) => ({ ...row })) },
      ...shows.spec,
      config: config()
    }
    await globalThis.vegaEmbed(drawing, whole, {
      ast: true,
      actions: false,
      defaultStyle: false,
      renderer: "svg",
      tooltip: { disableDefaultStyle: true }
    })
  } catch (cause) {
    drawing.textContent = `This cannot be drawn: ${cause instanceof Error ? cause.message : String(cause)}`
  }
  // Another drawing may have been begun meanwhile: it shows more.
  if (drawn.get(element) !== shows) return drawing.remove()
  drawing.className = ""
  element.replaceChildren(drawing)
}

/** A chart as wide as its place; `label` says what it shows to who does not see it. */
export const chart = (rows: Rows, spec: Spec, label: string): HTMLElement => {
  const element = h("div", { class: "chart", role: "img", "aria-label": label })
  drawn.set(element, { rows, spec })
  // Its width is known once it is on the page.
  requestAnimationFrame(() => void draw(element))
  return element
}

/** Shows other rows in a chart. */
export const redraw = (element: HTMLElement, rows: Rows, spec: Spec): void => {
  drawn.set(element, { rows, spec })
  void draw(element)
}
