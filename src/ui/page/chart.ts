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

/** Charts that are on the page, to be drawn again when the colours change. */
const drawn = new Map<HTMLElement, () => void>()
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const [element, draw] of drawn)
    if (element.isConnected) draw()
    else drawn.delete(element)
})

/** A chart as wide as its place; `label` says what it shows to who does not see it. */
export const chart = (rows: Rows, spec: Spec, label: string): HTMLElement => {
  const element = h("div", { class: "chart", role: "img", "aria-label": label })
  const draw = async () => {
    try {
      await ready()
      const whole = {
        $schema: "https://vega.github.io/schema/vega-lite/v6.json",
        width: "container",
        height: 220,
        autosize: { type: "fit-x", contains: "padding" },
        data: { values: rows.map((row) => ({ ...row })) },
        ...spec,
        config: config()
      }
      await globalThis.vegaEmbed(element, whole, {
        ast: true,
        actions: false,
        defaultStyle: false,
        renderer: "svg",
        tooltip: { disableDefaultStyle: true }
      })
    } catch (cause) {
      element.textContent = `This cannot be drawn: ${cause instanceof Error ? cause.message : String(cause)}`
    }
  }
  drawn.set(element, () => void draw())
  // Its width is known once it is on the page.
  requestAnimationFrame(() => void draw())
  return element
}
