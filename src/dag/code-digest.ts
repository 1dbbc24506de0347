/**
 * What code a stage's result depends on: its module, the modules it imports inside the repository, and the versions of the
 * packages they import. Comments, white space, types and a stage's `resources` are taken out first, so that editing them reruns
 * nothing. `dag/`, `store/` and `cli/` plan, keep and print; they compute no result and are left out, as are the engines'
 * sources, which are part of the numerics class.
 */

import * as fs from "node:fs"
import module from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

import { parse, type Program, type Property, type Token as AcornToken } from "acorn"

import { sha256 } from "../store/objects/digest.ts"
import { REPOSITORY } from "./repository.ts"

const LEFT_OUT = ["src/dag/", "src/store/", "src/cli/", "src/engine/native/", "src/engine/wasm/", "src/engine/tfjs/"]

/** Acorn's tokens carry their value, which its types leave out. */
type Token = AcornToken & { readonly value?: unknown }

export interface ModuleCode {
  /** Path inside the repository, or `package`. */
  readonly name: string
  readonly digest: string
}

/** The tokens of a TypeScript module without types and comments, one a line, and what it imports. */
export interface Essence {
  readonly text: string
  readonly imports: ReadonlyArray<string>
}

/**
 * What of a module's source counts. Throws a `SyntaxError` where it does not parse.
 *
 * @internal Tests give it sources that no file has.
 */
export const essenceOf = (source: string): Essence => {
  const every: Array<Token> = []
  const program = parse(module.stripTypeScriptTypes(source), { ecmaVersion: "latest", sourceType: "module", onToken: every })
  const placement = program.body.flatMap(placementIn)
  const tokens = every.filter(({ start }) => !placement.some((part) => start >= part.start && start < part.end))
  const imports = new Set<string>()
  for (const statement of program.body)
    if (
      (statement.type === "ImportDeclaration" ||
        statement.type === "ExportNamedDeclaration" ||
        statement.type === "ExportAllDeclaration") &&
      typeof statement.source?.value === "string"
    )
      imports.add(statement.source.value)
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 2]
    if (token.type.label === "import" && tokens[i + 1]?.type.label === "(" && next?.type.label === "string")
      imports.add(String(next.value))
  }
  return { text: tokens.map(tokenText).join("\n"), imports: [...imports] }
}

/** The `resources` of a stage's definition: where and when it runs, never what it gives. */
const placementIn = (statement: Program["body"][number]): ReadonlyArray<Property> => {
  if (statement.type !== "ExportNamedDeclaration" || statement.declaration?.type !== "VariableDeclaration") return []
  return statement.declaration.declarations.flatMap(({ init }) => {
    if (init?.type !== "CallExpression" || init.callee.type !== "MemberExpression") return []
    const { object, property } = init.callee
    const makesStage =
      object.type === "Identifier" && object.name === "Stage" && property.type === "Identifier" && property.name === "make"
    const [definition] = init.arguments
    if (!makesStage || definition?.type !== "ObjectExpression") return []
    return definition.properties.filter(
      (part): part is Property => part.type === "Property" && part.key.type === "Identifier" && part.key.name === "resources"
    )
  })
}

const tokenText = (token: Token): string => {
  if (token.type.label === "string") return JSON.stringify(token.value)
  if (token.type.label === "regexp") return String((token.value as { value: unknown }).value)
  if (token.type.label === "privateId") return `#${String(token.value)}`
  if (typeof token.value === "bigint") return `${token.value}n`
  if (token.value !== undefined) return String(token.value)
  return token.type.label
}

/** Every module and package version that the stage's result depends on, by name. `keepText` is given each module's essence. */
export const codeOf = (entry: string, keepText: (digest: string, text: string) => void = () => {}): ReadonlyArray<ModuleCode> => {
  const start = entry.startsWith("file:") ? fileURLToPath(entry) : path.resolve(REPOSITORY, entry)
  const seen = new Map<string, ModuleCode>()
  const packages = new Map<string, ModuleCode>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    const name = path.relative(REPOSITORY, file)
    if (file !== start && LEFT_OUT.some((prefix) => name.startsWith(prefix))) return
    const { digest, imports } = moduleCode(file, keepText)
    seen.set(file, { name, digest })
    for (const specifier of imports) {
      if (specifier.startsWith(".")) visit(path.resolve(path.dirname(file), specifier))
      else if (!specifier.startsWith("node:")) {
        const packageName = specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/")
        if (!packages.has(packageName)) packages.set(packageName, { name: packageName, digest: versionOf(packageName) })
      }
    }
  }
  visit(start)
  return [...seen.values(), ...packages.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * One parse per file content and process; across processes the digest is kept in the package manager's cache folder, by content
 * and by what read it: this module and the Node that strips types. Otherwise two checkouts would give one source two digests.
 */
const parsed = new Map<string, ParsedModule>()
interface ParsedModule extends Essence {
  readonly digest: string
}

const CACHE = path.join(REPOSITORY, "node_modules/.cache/echo-chamber/code")
const READER = sha256(fs.readFileSync(import.meta.filename, "utf8") + process.version)

const moduleCode = (file: string, keepText: (digest: string, text: string) => void) => {
  const known = parsed.get(file)
  if (known !== undefined) {
    keepText(known.digest, known.text)
    return known
  }
  const source = fs.readFileSync(file, "utf8")
  const cached = path.join(CACHE, `${sha256(READER + source)}.json`)
  let code: ParsedModule | undefined
  try {
    code = JSON.parse(fs.readFileSync(cached, "utf8"))
  } catch {
    // Not there yet, or torn by a crash: parse.
  }
  if (code === undefined) {
    const { text, imports } = essenceOf(source)
    code = { digest: sha256(text), imports, text }
    try {
      fs.mkdirSync(CACHE, { recursive: true })
      fs.writeFileSync(`${cached}.${process.pid}`, JSON.stringify(code))
      fs.renameSync(`${cached}.${process.pid}`, cached)
    } catch {
      // A cache that cannot be written only costs time.
    }
  }
  keepText(code.digest, code.text)
  parsed.set(file, code)
  return code
}

const versionOf = (packageName: string): string => {
  const file = path.join(REPOSITORY, "node_modules", packageName, "package.json")
  return fs.existsSync(file) ? String((JSON.parse(fs.readFileSync(file, "utf8")) as { version: unknown }).version) : "built in"
}
