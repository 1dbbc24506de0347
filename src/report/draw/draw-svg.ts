/**
 * Vega-Lite to SVG text in this process: no browser, no canvas. Both libraries are loaded when the first panel is drawn. Equal
 * panels give equal bytes: nothing drawn here uses the renderer's running numbers (clip paths, gradients).
 */

import type { TopLevelSpec } from "vega-lite"

/** An `<svg>` element that can stand inside HTML, named `label` to those who do not see it. */
export const drawSvg = async (spec: TopLevelSpec, label: string): Promise<string> => {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")])
  // Errors alone: Vega-Lite also warns of what it does on its own with charts that are right.
  const logger = vega.logger(vega.Error)
  const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: "none" })
  try {
    return embed(await view.toSVG(), label)
  } finally {
    view.finalize()
  }
}

/** Drops what only a stand-alone file needs, and the empty paths that the renderer leaves for hit tests. */
const embed = (svg: string, label: string): string =>
  svg
    .replace(/ xmlns="[^"]*" xmlns:xlink="[^"]*" version="1.1" class="marks"/, ` role="img" aria-label="${label}"`)
    .replaceAll(/<path class="(?:foreground|background)"[^>]*\sd="(?:M0,0h0v0h0Z)?"[^>]*\/>/g, "")
    .replaceAll(/ (?:pointer-events="none"|aria-hidden="true"|aria-roledescription="[^"]*"|role="graphics-[^"]*")/g, "")
