/**
 * Ways to code that no key can follow, since only the running program knows what it is: code made of text, modules loaded by
 * name, processes and workers that run a file. Each is refused by line under whatever name the module has it: a function of this
 * kind may stand where it is called and nowhere else, so that no other name can come to stand for it.
 *
 * This is for those who do not know what a key misses, not against those who hide it: docs/extending.md says what is not seen.
 */

import type { Program } from "acorn"

import { type Any, childrenOf, fieldOf, isFieldName, isNode, nameOf, writtenOut } from "./syntax-tree.ts"

/** Why it is refused, as it stands behind what is done. */
export const HIDDEN = "No key can follow that, so that a change of what is behind it would go unseen. "
const IMPORT = "Import the module instead."
const WRITE = "Write the code out."

/** A function of one of Node's modules that runs a file. */
interface Starter {
  readonly module: string
  readonly name: string
  readonly remedy: string
}

const STARTERS: ReadonlyArray<Starter> = [
  {
    module: "worker_threads",
    name: "Worker",
    remedy: 'Write new Worker(new URL("./worker.ts", import.meta.url)), with Worker imported by its name.'
  },
  { module: "child_process", name: "fork", remedy: IMPORT }
]

/** Methods that load code, wherever they are named. */
const METHODS: ReadonlyMap<string, string> = new Map(
  ["createRequire", "getBuiltinModule", "dlopen", "_linkedBinding", "execve"].map((name) => [name, IMPORT])
)

/** Globals that load code, or make it of text. */
const GLOBALS: ReadonlyMap<string, string> = new Map([
  ["require", IMPORT],
  ["eval", WRITE],
  ["Function", WRITE]
])

/** What holds all globals, and what holds Node's ways to code. */
const HOLDERS: ReadonlySet<unknown> = new Set(["globalThis", "global", "process"])

interface Refusal {
  readonly at: number
  readonly problem: string
}

/** What a module does that no key can follow, and which of its `new` expressions start a worker. */
export const hiddenWays = (
  program: Program
): { readonly refused: ReadonlyArray<Refusal>; readonly startsWorker: (node: Any) => boolean } => {
  const tree = program as unknown as Any
  const refused: Array<Refusal> = []
  const refuse = (node: Any, what: string, remedy: string) =>
    void refused.push({ at: node.start, problem: `${what}. ${HIDDEN}${remedy}` })
  const { named, whole } = startersIn(program)
  const own = namesIn(tree)

  /** The starter that an expression stands for. */
  const starterOf = (node: Any): Starter | undefined => {
    if (node.type === "Identifier") return named.get(node["name"])
    if (node.type !== "MemberExpression") return undefined
    const starter = whole.get(nameOf(node["object"]))
    return starter !== undefined && fieldOf(node) === starter.name ? starter : undefined
  }
  const startsWorker = (node: Any): boolean =>
    node.type === "NewExpression" && (nameOf(node["callee"]) === "Worker" || starterOf(node["callee"] as Any)?.name === "Worker")
  /** Whether a function of this kind stands where it may. What file a worker is given is for who follows it there. */
  const mayStand = (node: Any, parent: Any | null): boolean =>
    parent !== null && (isCompared(node, parent) || (parent["callee"] === node && startsWorker(parent)))

  const visit = (node: Any, parent: Any | null): void => {
    switch (node.type) {
      case "ImportDeclaration":
        for (const specifier of node["specifiers"] as ReadonlyArray<Any>) {
          const remedy = METHODS.get(String(nameOf(specifier["imported"])))
          if (remedy !== undefined) refuse(specifier, `uses ${String(nameOf(specifier["imported"]))}`, remedy)
        }
        return
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration": {
        const starter = starterFrom(node["source"])
        if (starter === undefined) break
        const passed = (node["specifiers"] ?? []) as ReadonlyArray<Any>
        if (
          node.type === "ExportAllDeclaration" ||
          passed.some(({ local }) => [starter.name, "default"].includes(String(nameOf(local))))
        )
          refuse(node, `hands ${starter.name} on`, starter.remedy)
        return
      }
      case "ImportExpression": {
        const starter = starterFrom(node["source"])
        if (starter !== undefined)
          refuse(
            node,
            `imports ${starter.module}, which has ${starter.name}, while it runs`,
            "Import it at the head of the module."
          )
        break
      }
      case "MemberExpression":
        visitMember(node, parent)
        break
      case "Identifier":
        visitName(node, parent)
        break
      default:
    }
    for (const child of childrenOf(node)) visit(child, node)
  }

  const visitMember = (node: Any, parent: Any | null): void => {
    const [object, field] = [node["object"] as Any, fieldOf(node)]
    const isHolder = object.type === "Identifier" && HOLDERS.has(object["name"]) && !own.has(object["name"])
    if (isHolder && field === null)
      refuse(node, `reaches into ${String(object["name"])} by a name that it computes`, "Write the name out.")
    const isWritten = node["computed"] === true && field !== null
    const remedy = (isHolder ? GLOBALS.get(field ?? "") : undefined) ?? (isWritten ? METHODS.get(field) : undefined)
    if (remedy !== undefined) refuse(node, `uses ${field}`, remedy)
    if (isHolder && object["name"] === "process" && field === "binding") refuse(node, "uses process.binding", IMPORT)
    if (field === "constructor" && parent?.type === "CallExpression" && parent["callee"] === node)
      refuse(node, "calls a constructor by the name constructor, which of a function makes code of text", WRITE)
    const starter = starterOf(node)
    if (starter !== undefined && !mayStand(node, parent)) refuse(node, `uses ${starter.name}`, starter.remedy)
  }

  const visitName = (node: Any, parent: Any | null): void => {
    const name = String(node["name"])
    const method = METHODS.get(name)
    if (method !== undefined) return refuse(node, `uses ${name}`, method)
    if (isFieldName(node, parent)) return
    const field = parent?.type === "MemberExpression" && parent["object"] === node ? fieldOf(parent) : null
    const starter = named.get(name)
    if (starter !== undefined && !mayStand(node, parent)) refuse(node, `uses ${starter.name}`, starter.remedy)
    const holder = whole.get(name)
    if (holder !== undefined && (field === null || field === "default"))
      refuse(node, `uses ${holder.module}, which has ${holder.name}, as a whole`, holder.remedy)
    if (own.has(name)) return
    if ((name === "globalThis" || name === "global") && parent?.["object"] !== node && !isCompared(node, parent))
      refuse(node, `uses ${name} as a whole`, "Write the name of what you need of it out.")
    const remedy = GLOBALS.get(name)
    if (remedy !== undefined && !isCompared(node, parent) && field !== "prototype") refuse(node, `uses ${name}`, remedy)
  }

  visit(tree, null)
  return { refused, startsWorker }
}

/** The starter of a module of Node, by a specifier that is written out. */
const starterFrom = (source: unknown): Starter | undefined => {
  const specifier = isNode(source) ? writtenOut(source)?.replace(/^node:/, "") : undefined
  return STARTERS.find(({ module }) => module === specifier)
}

/** The names under which a module has starters, and the modules of Node that hold them. */
const startersIn = (program: Program) => {
  const [named, whole] = [new Map<unknown, Starter>(), new Map<unknown, Starter>()]
  for (const statement of program.body) {
    if (statement.type !== "ImportDeclaration") continue
    const starter = starterFrom(statement.source)
    if (starter === undefined) continue
    for (const specifier of statement.specifiers) {
      const imported = specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : "default"
      if (imported === starter.name) named.set(specifier.local.name, starter)
      else if (imported === "default" || imported === "module.exports") whole.set(specifier.local.name, starter)
    }
  }
  return { named, whole }
}

/** Every name that a module gives to something of its own, wherever: it does not stand for a global there. */
const namesIn = (tree: Any): ReadonlySet<unknown> => {
  const found = new Set<unknown>()
  const bind = (pattern: unknown): void => {
    if (!isNode(pattern)) return
    if (pattern.type === "Identifier") found.add(pattern["name"])
    else if (pattern.type === "AssignmentPattern") bind(pattern["left"])
    else if (pattern.type === "Property") bind(pattern["value"])
    else for (const part of childrenOf(pattern)) bind(part)
  }
  const visit = (node: Any): void => {
    if (node.type === "VariableDeclarator" || /^(Function|Class)/.test(node.type)) bind(node["id"])
    if (node.type.endsWith("Specifier")) bind(node["local"])
    if (node.type === "CatchClause") bind(node["param"])
    for (const param of (node["params"] ?? []) as ReadonlyArray<unknown>) bind(param)
    for (const child of childrenOf(node)) visit(child)
  }
  visit(tree)
  return found
}

/** Whether a value is only compared with another, or asked for its type. */
const isCompared = (node: Any, parent: Any | null): boolean =>
  (parent?.type === "BinaryExpression" &&
    (parent["operator"] === "instanceof" ? parent["right"] === node : /^[!=]==?$/.test(String(parent["operator"])))) ||
  (parent?.type === "UnaryExpression" && parent["operator"] === "typeof")
