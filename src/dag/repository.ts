/** Where the code is, and where somebody works with it. A module of its own: most who ask need nothing else that reads code. */

import * as fs from "node:fs"
import * as path from "node:path"

/** Full path of the folder that holds this package's code and its package.json. */
export const PACKAGE = path.resolve(import.meta.dirname, "../..")

/** Whether this copy was installed as a package: what is written into its folder would be gone with the next installation. */
export const IS_INSTALLED = PACKAGE.split(path.sep).includes("node_modules")

/**
 * The nearest folder from this one upwards that has a package.json, as npm finds a project; else the folder itself.
 * @internal A test gives it folders of its own.
 */
export const projectOf = (folder: string): string =>
  above(path.resolve(folder)).find((each) => fs.existsSync(path.join(each, "package.json"))) ?? path.resolve(folder)

const above = (folder: string): ReadonlyArray<string> => {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...above(parent)]
}

/** Full path of the folder with the user's studies, results and data: this repository, or the project that has the package. */
export const REPOSITORY = IS_INSTALLED ? projectOf(process.cwd()) : PACKAGE

/** How the command is called there. */
export const COMMAND = IS_INSTALLED ? "npx pipeline" : "pnpm pipeline"

/** What others import this package as. */
export const PACKAGE_NAME = "echo-chamber"

/** The file that an import of this package stands for, by its `exports`; null where it is another package or no such page. */
export const publicModule = (specifier: string): string | null => {
  if (specifier !== PACKAGE_NAME && !specifier.startsWith(`${PACKAGE_NAME}/`)) return null
  const { exports } = JSON.parse(fs.readFileSync(path.join(PACKAGE, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>
  }
  const target = exports[`.${specifier.slice(PACKAGE_NAME.length)}`]
  if (target === undefined) return null
  return path.join(PACKAGE, typeof target === "string" ? target : target.default)
}
