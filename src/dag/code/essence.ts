/**
 * What of a module's source can make a difference: its tokens without types, comments and layout, one a line, and what else it
 * reaches: the modules that it imports, the files that it finds beside itself. Layout is left out and meaning is not: where the
 * language ends a statement at a line break it stands in the text as a semicolon, whether or not one was written.
 *
 * A module can also reach code by a name that only the running program knows. Such code cannot be in a key, so that each way to
 * it is refused by line.
 */

import module from "node:module"

import { type Node, parse, type Program, type Token as AcornToken } from "acorn"

import { append } from "../../lists/large.ts"
import { HIDDEN, hiddenWays } from "./hidden-ways.ts"
import { type Any, childrenOf, isFieldName, isNode, nameOf, writtenOut } from "./syntax-tree.ts"

/** Something outside of the module, as the module names it. */
export interface Reach {
  /** `import`: by Node's rules. `beside`: a file, relative to the module. `worker`: one that a worker runs. */
  readonly by: "import" | "beside" | "worker"
  readonly specifier: string
  /** Line of the source, from 1. */
  readonly line: number
}

export interface Essence {
  /** The text before, between and behind what it reaches. */
  readonly parts: ReadonlyArray<string>
  readonly reaches: ReadonlyArray<Reach>
  /** What the module does that no key can follow. */
  readonly refused: ReadonlyArray<{ readonly line: number; readonly problem: string }>
}

/** The text, in which what is reached stands under the names given, or as the module names it. */
export const textOf = (
  { parts, reaches }: Pick<Essence, "parts" | "reaches">,
  names: ReadonlyArray<string> = reaches.map(({ specifier }) => specifier)
): string => parts.slice(1).reduce((text, part, i) => text + JSON.stringify(names[i]) + part, parts[0]!)

/** Acorn's tokens carry their value, which its types leave out. */
type Token = AcornToken & { readonly value?: unknown }

/** What of a module's source counts. Throws a `SyntaxError` where it does not parse. */
export const essenceOf = (source: string, language: "typescript" | "javascript" = "typescript"): Essence => {
  const every: Array<Token> = []
  const added: Array<Addition> = []
  const plain = language === "typescript" ? module.stripTypeScriptTypes(source) : source
  const program = parse(plain, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowHashBang: true,
    onToken: every,
    onInsertedSemicolon: (at) => void added.push({ at, text: ";" })
  })
  const found = look(program, plain, every)
  const tokens = every.filter((token) => !found.dropped(token))
  append(added, found.added)
  added.sort((a, b) => a.at - b.at)

  const parts: Array<string> = []
  let lines: Array<string> = []
  const reaches: Array<Reach> = []
  const lineAt = lineCounter(plain)
  let addition = 0
  const addUpTo = (at: number) => {
    while (addition < added.length && added[addition]!.at <= at) lines.push(added[addition++]!.text)
  }
  for (const [i, token] of tokens.entries()) {
    addUpTo(token.start)
    if (isTrailingComma(tokens, i)) continue
    const reach = found.reaches.get(token.start)
    if (reach === undefined) lines.push(found.renamed.get(token.start) ?? tokenText(token, plain))
    else {
      reaches.push({ ...reach, line: lineAt(token.start) })
      parts.push([...lines, ""].join("\n"))
      // What comes next begins a line of its own.
      lines = [""]
    }
  }
  addUpTo(Infinity)
  const refused = found.refused.map(({ at, problem }) => ({ line: lineAt(at), problem }))
  parts.push(lines.join("\n"))
  return { parts, reaches, refused }
}

/** A token that the source may leave out. */
interface Addition {
  readonly at: number
  readonly text: string
}

const lineCounter = (text: string) => (position: number) => text.slice(0, position).split(/\r\n|[\n\r\u2028\u2029]/).length

/** Every kind of token in a spelling of its own, and on one line. */
const tokenText = (token: Token, source: string): string => {
  const { label } = token.type
  // As it is written: a tag sees that too. And in one line.
  if (/template/i.test(label)) return JSON.stringify(source.slice(token.start, token.end).replaceAll(/\r\n?/g, "\n"))
  if (label === "string") return JSON.stringify(token.value)
  if (label === "regexp") {
    const { pattern, flags } = token.value as { readonly pattern: string; readonly flags: string }
    return `/${pattern}/${flags}`
  }
  if (label === "privateId") return `#${String(token.value)}`
  if (typeof token.value === "bigint") return `${token.value}n`
  // Infinity is also a name.
  if (typeof token.value === "number") return Number.isFinite(token.value) ? String(token.value) : "1e999"
  if (token.value !== undefined) return String(token.value)
  return label
}

/** A comma before a closing bracket says nothing, but after another comma it stands for an element that is left out. */
const isTrailingComma = (tokens: ReadonlyArray<Token>, i: number): boolean => {
  const before = tokens[i - 1]?.type.label
  const after = tokens[i + 1]?.type.label
  return (
    tokens[i]!.type.label === "," &&
    (after === ")" || after === "]" || after === "}") &&
    before !== "," &&
    before !== "[" &&
    before !== "("
  )
}

interface Found {
  readonly added: ReadonlyArray<Addition>
  readonly dropped: (token: Token) => boolean
  /** Text of a token by where it starts. */
  readonly renamed: ReadonlyMap<number, string>
  readonly reaches: ReadonlyMap<number, Pick<Reach, "by" | "specifier">>
  readonly refused: ReadonlyArray<{ readonly at: number; readonly problem: string }>
}

const WRITE_OUT = "Write the path out in quotes."
const BESIDE = 'Write new URL("./file", import.meta.url) with the name of a file.'

/** Walks the tree once. */
const look = (program: Program, source: string, tokens: ReadonlyArray<Token>): Found => {
  const added: Array<Addition> = []
  const gone: Array<readonly [start: number, end: number]> = placementIn(program, tokens)
  const renamed = new Map<number, string>()
  const reaches = new Map<number, Pick<Reach, "by" | "specifier">>()
  const { startsWorker, refused: hidden } = hiddenWays(program)
  const refused: Array<{ at: number; problem: string }> = [...hidden]
  const allowed = new Set<unknown>()
  const imported = importsStage(program)
  const own = new Set<unknown>(addressesIn(program))
  const names = new Set(addressesIn(program).map((declared) => nameOf(declared["id"])))
  const isAddress = (node: Any) => isOwnAddress(node) || (node.type === "Identifier" && names.has(node["name"]))
  const allow = (address: Any) => void allowed.add(address.type === "MemberExpression" ? address["object"] : address)
  const refuse = (node: Node, problem: string) => void refused.push({ at: node.start, problem })

  /** A specifier that is written out becomes one token. */
  const reach = (by: Reach["by"], node: Any): boolean => {
    const specifier = writtenOut(node)
    if (specifier === null) return false
    if (!reaches.has(node.start)) reaches.set(node.start, { by, specifier })
    if (node.type === "TemplateLiteral") gone.push([node.start + 1, node.end])
    return true
  }

  /** `new URL("./file", import.meta.url)`: a file beside the module. */
  const beside = (node: Any, by: Reach["by"] = "beside"): boolean => {
    if (node.type !== "NewExpression" || nameOf(node["callee"]) !== "URL") return false
    const [file, base, ...others] = node["arguments"] as ReadonlyArray<Any>
    if (file === undefined || base === undefined || others.length > 0 || !isAddress(base) || !reach(by, file)) return false
    allow(base)
    return true
  }

  const visit = (node: Any, parent: Any | null): void => {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration": {
        const from = node["source"] as Any | null | undefined
        if (from !== null && from !== undefined) reach("import", from)
        break
      }
      case "ImportExpression":
        if (!reach("import", node["source"] as Any))
          refuse(node, `imports a module whose name it computes. ${HIDDEN}${WRITE_OUT}`)
        break
      case "NewExpression":
        beside(node)
        if (startsWorker(node)) {
          const [of] = node["arguments"] as ReadonlyArray<Any>
          if (of === undefined || !beside(of, "worker"))
            refuse(
              node,
              `starts a worker whose module cannot be told. ${HIDDEN}Write new Worker(new URL("./worker.ts", import.meta.url)).`
            )
        }
        break
      case "MetaProperty":
        if ((node["meta"] as Any)["name"] === "import" && !allowed.has(node))
          refuse(node, `asks where it lies (import.meta). ${HIDDEN}${BESIDE}`)
        break
      case "CallExpression":
        // `module: import.meta.url`: the name of what is being read.
        if (imported) for (const value of modulesIn(node)) if (isAddress(value)) allow(value)
        break
      case "VariableDeclarator":
        if (own.has(node)) {
          allow(node["init"] as Any)
          allow(node["id"] as Any)
        }
        break
      case "Property":
        renameKey(node, renamed)
        break
      case "MethodDefinition":
      case "PropertyDefinition":
        renameKey(node, renamed)
        break
      case "Identifier": {
        const name = String(node["name"])
        if (names.has(name) && !allowed.has(node) && !isFieldName(node, parent))
          refuse(node, `asks where it lies (${name}). ${HIDDEN}${BESIDE}`)
        break
      }
      case "ArrowFunctionExpression": {
        const [only, ...others] = node["params"] as ReadonlyArray<Any>
        if (only?.type === "Identifier" && others.length === 0 && !inParentheses(only, node, tokens))
          added.push({ at: only.start, text: "(" }, { at: only.end, text: ")" })
        break
      }
      case "DoWhileStatement":
        // Here the language asks for no line break before it does without a semicolon, and acorn says nothing.
        if (source[node.end - 1] !== ";") added.push({ at: node.end, text: ";" })
        break
      case "EmptyStatement":
        if (parent !== null && LISTS.has(parent.type)) gone.push([node.start, node.end])
        break
      default:
    }
    for (const child of childrenOf(node)) visit(child, node)
  }
  visit(program as unknown as Any, null)

  const dropped = ({ start }: Token) => gone.some(([from, to]) => start >= from && start < to)
  return { added, dropped, renamed, reaches, refused: refused.toSorted((a, b) => a.at - b.at) }
}

/** Where statements stand one after another. */
const LISTS = new Set(["Program", "BlockStatement", "StaticBlock", "SwitchCase"])

const isOwnAddress = (node: Any): boolean =>
  node.type === "MemberExpression" && isNode(node["object"]) && node["object"].type === "MetaProperty" && nameOf(node) === "url"

/** `const here = import.meta.url` at the top of a module. */
const addressesIn = (program: Program): ReadonlyArray<Any> =>
  program.body.flatMap((statement) =>
    statement.type === "VariableDeclaration" && statement.kind === "const"
      ? (statement.declarations as unknown as ReadonlyArray<Any>).filter(
          ({ init, id }) => isNode(init) && isOwnAddress(init) && isNode(id) && id.type === "Identifier"
        )
      : []
  )

/** A key in quotes is the same key without them. */
const renameKey = (node: Any, renamed: Map<number, string>): void => {
  const key = node["key"] as Any
  if (
    node["computed"] !== true &&
    key.type === "Literal" &&
    typeof key["value"] === "string" &&
    /^[A-Za-z_$][\w$]*$/.test(key["value"])
  )
    renamed.set(key.start, key["value"])
}

/** Whether the one parameter of an arrow function has parentheses. */
const inParentheses = (param: Any, arrow: Any, tokens: ReadonlyArray<Token>): boolean => {
  const after = tokens[firstFrom(tokens, param.end)]
  return after !== undefined && after.start < (arrow["body"] as Any).start && after.type.label !== "=>"
}

/** Index of the first token that starts at or behind a position. */
const firstFrom = (tokens: ReadonlyArray<Token>, position: number): number => {
  let [low, high] = [0, tokens.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (tokens[middle]!.start < position) low = middle + 1
    else high = middle
  }
  return low
}

const importsStage = (program: Program): boolean =>
  program.body.some(
    (statement) =>
      statement.type === "ImportDeclaration" &&
      /(?:^|\/)dag\/Stage\.ts$|^echo-chamber\/stage$/.test(String(statement.source.value)) &&
      statement.specifiers.some(({ local }) => local.name === "Stage")
  )

/** The properties of what `Stage.make` is given. */
const definitionIn = (call: Any): ReadonlyArray<Any> => {
  const callee = call["callee"] as Any
  const [definition] = call["arguments"] as ReadonlyArray<Any>
  const makesStage =
    callee.type === "MemberExpression" && nameOf(callee["object"]) === "Stage" && nameOf(callee["property"]) === "make"
  if (!makesStage || definition?.type !== "ObjectExpression") return []
  return (definition["properties"] as ReadonlyArray<Any>).filter((part) => part.type === "Property" && part["computed"] !== true)
}

/** The modules that a definition of a stage names. */
const modulesIn = (call: Any): ReadonlyArray<Any> =>
  definitionIn(call).flatMap((part) => (nameOf(part["key"]) === "module" && isNode(part["value"]) ? [part["value"]] : []))

/** The `resources` of stages, with the comma behind: where and when they run, never what they give. */
const placementIn = (program: Program, tokens: ReadonlyArray<Token>): Array<readonly [start: number, end: number]> => {
  if (!importsStage(program)) return []
  const declared = program.body.flatMap((statement) => {
    const of = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
    return of?.type === "VariableDeclaration" ? of.declarations.map(({ init }) => init as unknown as Any | null) : []
  })
  return declared
    .flatMap((init) => (init?.type === "CallExpression" ? definitionIn(init) : []))
    .filter((part) => nameOf(part["key"]) === "resources")
    .map(({ start, end }) => {
      const next = tokens[firstFrom(tokens, end)]
      return [start, next?.type.label === "," ? next.end : end] as const
    })
}
