/**
 * Vega-Lite to SVG text in this process: no browser, no canvas. Both libraries are loaded when the first panel is drawn. Equal
 * panels give equal bytes: nothing drawn here uses the renderer's running numbers (clip paths, gradients).
 */

import { createHash } from "node:crypto"

import type { TopLevelSpec } from "vega-lite"

/** Drawn for a page and not yet for a file of its own, by what is drawn. */
const drawn = new Map<string, string>()
const keyOf = (spec: TopLevelSpec): string => createHash("sha256").update(JSON.stringify(spec)).digest("hex")

/** An `<svg>` element that can stand inside HTML, named `label` to those who do not see it. */
export const drawSvg = async (spec: TopLevelSpec, label: string): Promise<string> => {
  const svg = await draw(spec)
  drawn.set(keyOf(spec), svg)
  return embed(svg, label)
}

/** The same without a name, for a file of its own: what the page had drawn is not drawn again. */
export const drawPanel = async (spec: TopLevelSpec): Promise<string> => {
  const key = keyOf(spec)
  const svg = drawn.get(key)
  drawn.delete(key)
  return embed(svg ?? (await draw(spec)), "")
}

const draw = async (spec: TopLevelSpec): Promise<string> => {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")])
  // Errors alone: Vega-Lite also warns of what it does on its own with charts that are right.
  const logger = vega.logger(vega.Error)
  const view = new vega.View(vega.parse(compile(spec, { logger }).spec), { renderer: "none" })
  try {
    return await view.toSVG()
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
