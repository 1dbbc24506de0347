/**
 * SVG to PNG by resvg, compiled to WebAssembly, with a font that comes with it: the same bytes on every machine, whatever fonts
 * and libraries that has. Both are loaded for the first picture.
 */

import * as fs from "node:fs"
import { fileURLToPath } from "node:url"

/** Pixels for each unit of the SVG, so that small type is sharp. */
const SCALE = 2
/** Where a picture would have more pixels, it has one for each unit. */
const MOST_PIXELS = 48e6

const load = async () => {
  const { Resvg, initWasm } = await import("@resvg/resvg-wasm")
  const bytes = (url: string) => fs.readFileSync(fileURLToPath(url))
  await initWasm(bytes(import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm")))
  const fontBuffers = [
    bytes(import.meta.resolve("@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff2")),
    bytes(import.meta.resolve("@fontsource/dejavu-sans/files/dejavu-sans-latin-700-normal.woff2"))
  ]
  return { Resvg, fontBuffers }
}

let loaded: ReturnType<typeof load> | undefined

/** The picture of an SVG whose root says its size. */
export const pngOf = async (svg: string): Promise<Uint8Array> => {
  const { Resvg, fontBuffers } = await (loaded ??= load())
  const drawing = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
    fitTo: { mode: "zoom", value: pixelsOf(svg) * SCALE ** 2 > MOST_PIXELS ? 1 : SCALE }
  })
  try {
    const picture = drawing.render()
    try {
      return picture.asPng()
    } finally {
      picture.free()
    }
  } finally {
    drawing.free()
  }
}

const pixelsOf = (svg: string): number => {
  const [, width, height] = /<svg [^>]*?width="(\d+)" height="(\d+)"/.exec(svg) ?? []
  return Number(width) * Number(height)
}
