/**
 * What this process computes with: the text of each of our modules as Node read it. A file may be edited, or edited and put back,
 * while a run is under way; what counts for a key is the text that was loaded. A module that Node has not loaded is read from its
 * file.
 *
 * `rememberLoaded` comes before everything else that is imported; a process without it (a test runner) reads files.
 */

import module from "node:module"
import { fileURLToPath, pathToFileURL } from "node:url"

import { PACKAGE } from "../repository.ts"
import { hearOf } from "./touched.ts"

const loaded = new Map<string, string>()
let times = 0

/** Keeps the text of every module that is loaded from now on, packages aside: those count by their version. */
export const rememberLoaded = (): void => {
  module.registerHooks({
    load: (url, context, next) => {
      const result = next(url, context)
      // Of a file whose types were stripped by `bin/typescript.mjs`: as it is written.
      const written = "typescript" in result && typeof result.typescript === "string" ? result.typescript : result.source
      if (isOurs(url) && written !== undefined && written !== null) remember(url, textOf(written))
      return result
    }
  })
}

const HOME = `${pathToFileURL(PACKAGE).href}/`

/** Whether a module belongs to no package, or to this one where it is installed as a package itself. */
const isOurs = (url: string): boolean =>
  url.startsWith("file:") && !(url.startsWith(HOME) ? url.slice(HOME.length - 1) : url).includes("/node_modules/")

const textOf = (source: string | ArrayBuffer | NodeJS.TypedArray): string =>
  typeof source === "string"
    ? source
    : ArrayBuffer.isView(source)
      ? Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString("utf8")
      : Buffer.from(source).toString("utf8")

/** Files beside a module, as it names them: it may read them while it is loaded. */
const BESIDE = /\bURL\s*\(\s*["'`]([^"'`$\n]+)["'`]/g

/** A file that was loaded twice (under two queries) with two texts is neither of them: both count. */
const remember = (url: string, text: string): void => {
  times++
  const file = fileURLToPath(url)
  const before = loaded.get(file)
  loaded.set(file, before === undefined || before === text ? text : `${before}\n${text}`)
  for (const [, name] of text.matchAll(BESIDE))
    if (URL.canParse(name!, url) && new URL(name!, url).protocol === "file:") hearOf(fileURLToPath(new URL(name!, url)))
}

/** The text with which a module was loaded, by the real path of its file; undefined: it was not. */
export const loadedText = (file: string): string | undefined => loaded.get(file)

/** How often a module was loaded: as long as it stays the same, so does what this process computes with. */
export const loadings = (): number => times
