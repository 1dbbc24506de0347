/**
 * How this package's TypeScript is loaded wherever it lies, registered by importing this file. Node strips types itself, but not
 * of files below a `node_modules`, where npm puts a package. Stripping there too, instead of shipping JavaScript, keeps one
 * source: keys speak of the same files and the same text in a clone and in the package.
 */
import module from "node:module"

const home = new URL("../", import.meta.url).href

/** A module of this package, not one of a package that was installed inside its folder. */
const isOwn = (url) => url.startsWith(home) && !url.slice(home.length).includes("node_modules/")

const isTypeScript = (url) => /^file:[^?#]*\.ts(?:[?#]|$)/.test(url)

module.registerHooks({
  /** `echo-chamber` is the copy that runs, from wherever it is imported: two copies would be two kinds of stages. */
  resolve: (specifier, context, next) =>
    /^echo-chamber(?:\/|$)/.test(specifier)
      ? next(specifier, { ...context, parentURL: import.meta.url })
      : next(specifier, context),
  load: (url, context, next) => {
    if (!isTypeScript(url) || (!isOwn(url) && url.includes("/node_modules/"))) return next(url, context)
    // A study is a module, whatever the "type" of the package.json beside it: npm writes "commonjs" there.
    const loaded = next(url, { ...context, format: "module-typescript" })
    if (!url.includes("/node_modules/")) return loaded
    // As it is written, for who keeps what was loaded: src/dag/code/loaded.ts.
    const typescript = Buffer.from(loaded.source).toString("utf8")
    return { ...loaded, format: "module", source: module.stripTypeScriptTypes(typescript), typescript }
  }
})
