/** A figure on the page: title, legend, panels, caption; or what it would have shown and why it is not there. */

import * as Effect from "effect/Effect"

import { drawSvg } from "../draw/draw-svg.ts"
import type { Figure } from "../draw/Figure.ts"
import { type LegendEntry, swatch } from "../draw/legend.ts"
import { escapeHtml, Html, html, nothing } from "../page/html.ts"

/** Draws the panels one after another. Fails with an `Error` that names the figure where one cannot be drawn. */
export const figureSection = Effect.fnUntraced(function* (figure: Figure) {
  const { id, title, caption, legend, missing } = figure
  if (figure.panels.length === 0)
    return html`<section id="${id}">
      <h3>${title}</h3>
      <p class="missing">Not drawn. ${missing}</p>
    </section> `
  const panels: Array<Html> = []
  for (const panel of figure.panels) {
    const label = escapeHtml(panel.title === "" ? title : `${title}: ${panel.title}`)
    const svg = yield* Effect.tryPromise({
      try: () => drawSvg(panel.spec, label),
      catch: (cause) => new Error(`figure ${id}: ${String(cause)}`)
    })
    panels.push(html`<div class="panel">${panel.title === "" ? nothing : html`<h4>${panel.title}</h4>`}${new Html(svg)}</div> `)
  }
  return html`<section id="${id}">
    <h3>${title}</h3>
    ${
      legend.length === 0
        ? nothing
        : html`<ul class="legend">
            ${legend.map((entry) => html`<li>${swatchOf(entry)}${entry.label}</li>`)}
          </ul>`
    }
    <div class="panels">${panels}</div>
    <p class="caption">${caption}</p>
  </section> `
})

const swatchOf = (entry: LegendEntry): Html =>
  new Html(`<svg width="24" height="12" viewBox="0 0 24 12" aria-hidden="true">${swatch(entry)}</svg>`)
