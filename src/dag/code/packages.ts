/** Packages as code: a name and the version that Node would load, which is all that is known of what is in them. */

import * as fs from "node:fs"
import module from "node:module"
import * as path from "node:path"

const LOADED = "by which code is loaded that no key can follow. Import that code instead."
const MADE = "by which code is made of text that no key can follow. Write the code out."

/** Modules of Node that are for nothing else than to run code by a name or a text, and why they are refused. */
const LOADERS: ReadonlyMap<string, string> = new Map([
  ["module", LOADED],
  ["cluster", LOADED],
  ["test", LOADED],
  ["vm", MADE],
  ["repl", MADE],
  ["inspector", MADE],
  ["inspector/promises", MADE]
])

/** Packages by the folder that holds them. */
const versions = new Map<string, string | { readonly name: string; readonly digest: string }>()

/**
 * The package of an import with its version as digest; null for what is part of Node; else why it cannot be told, to stand behind
 * its name.
 */
export const packageOf = (
  specifier: string,
  from: string
): { readonly name: string; readonly digest: string } | string | null => {
  if (module.isBuiltin(specifier)) return LOADERS.get(specifier.replace(/^node:/, "")) ?? null
  if (specifier.startsWith("#")) return "a name that package.json gives a meaning. Import the file by its path."
  if (/^[a-z][a-z+.-]*:/i.test(specifier)) return "which is no file of this machine: what it loads cannot be told. Import a file."
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
  const folder = folderOf(name, path.dirname(from))
  if (folder === null) return "a package that is not installed here. Install it in this version, or import a file."
  const known = versions.get(folder) ?? versionIn(name, folder)
  versions.set(folder, known)
  return known
}

/** As Node looks for it: in the `node_modules` of the importing folder and of each above. */
const folderOf = (name: string, folder: string): string | null => {
  const candidate = path.join(folder, "node_modules", name)
  if (fs.existsSync(path.join(candidate, "package.json"))) return candidate
  const above = path.dirname(folder)
  return above === folder ? null : folderOf(name, above)
}

const versionIn = (name: string, folder: string): string | { readonly name: string; readonly digest: string } => {
  const real = fs.realpathSync.native(folder).split(path.sep)
  // A folder of its own, linked or copied: its version stands still while it is edited.
  if (!real.includes("node_modules") || real.some((part) => /@(file|link)\+/.test(part)))
    return "a package that is a link to a folder: its version says nothing of what is in it. Import its files by their paths."
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8")) as { readonly version?: unknown }
  // pnpm names what it has patched by a hash of the patch.
  const patch = real.map((part) => /patch_hash=\w+/.exec(part)?.[0]).find((found) => found !== undefined)
  return { name, digest: [String(version), ...(patch === undefined ? [] : [patch])].join(" ") }
}
