/**
 * The files of the page: a fixed list, so that a request chooses among them and never names a path. The page's own modules are
 * TypeScript, of which Node strips the types, as it does when it runs this program: there is no build. The libraries are the
 * files that their packages have built for browsers.
 */

import * as fs from "node:fs"
import module from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

export interface Asset {
  readonly type: string
  readonly bytes: Uint8Array
}

/** A file beside the entry of a package: what its build made for browsers. */
const beside = (entry: string, name: string): string => path.join(path.dirname(fileURLToPath(entry)), name)

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ts": "text/javascript; charset=utf-8",
  ".js": "text/javascript; charset=utf-8"
}

/** Modules outside this room that the page imports: for a browser they lie as far above `/page` as there is a way. */
const SHARED: ReadonlyArray<string> = ["text/duration.ts"]

/** Where each is in the server, and its file. */
const places = (): ReadonlyMap<string, string> =>
  new Map([
    ["/", path.join(import.meta.dirname, "static/index.html")],
    ...["page", "static"].flatMap((folder) =>
      fs
        .readdirSync(path.join(import.meta.dirname, folder))
        .filter((name) => /\.(?:ts|css|svg)$/.test(name))
        .map((name) => [`/${folder}/${name}`, path.join(import.meta.dirname, folder, name)] as const)
    ),
    ...SHARED.map((name) => [`/${name}`, path.join(import.meta.dirname, "..", name)] as const),
    ["/lib/vega.js", beside(import.meta.resolve("vega"), "vega.min.js")],
    ["/lib/vega-lite.js", beside(import.meta.resolve("vega-lite"), "vega-lite.min.js")],
    ["/lib/vega-embed.js", beside(import.meta.resolve("vega-embed"), "vega-embed.min.js")]
  ])

/** Reads an asset when it is first asked for; null where there is none of this name. */
export const makeAssets = (): ((name: string) => Asset | null) => {
  const files = places()
  const read = new Map<string, Asset>()
  return (name) => {
    const file = files.get(name)
    if (file === undefined) return null
    const known = read.get(name)
    if (known !== undefined) return known
    const extension = path.extname(file)
    const text = fs.readFileSync(file, "utf8")
    const asset = { type: TYPES[extension]!, bytes: Buffer.from(extension === ".ts" ? module.stripTypeScriptTypes(text) : text) }
    read.set(name, asset)
    return asset
  }
}
