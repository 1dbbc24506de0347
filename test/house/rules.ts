/** Rules of the house as functions over sources and imports, so that each can be shown what it must catch. */

import { FLOORS, INSIDE } from "./house.ts"
import { type Import, isC, moduleOf, withoutComments } from "./sources.ts"

export const words = ({ from, to }: Import): string => `${from} imports ${to}`

/** The room of a file: of src its folder there, else the folder at the root. */
export const roomOf = (file: string): string =>
  file.startsWith("src/") ? file.split("/").slice(0, 2).join("/") : file.split("/")[0]!

const floorOf = (room: string): number => FLOORS.findIndex((rooms) => Object.hasOwn(rooms, room))

/** Imports that leave a room, but not downwards. */
export const notDownwards = (imports: ReadonlyArray<Import>): ReadonlyArray<Import> =>
  imports.filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(roomOf(from)) >= floorOf(roomOf(to)))

/** The sub-room or file of a room that a path belongs to; null outside of the room. */
export const partOf = (room: string, file: string): string | null =>
  file.startsWith(`${room}/`) ? file.slice(room.length + 1).split("/")[0]! : null

/** The place of a part in the order of its room, from the top; -1 if it has none. */
export const placeOf = (room: string, part: string): number => {
  const order = INSIDE[room]!
  const named = order.findIndex((names) => names.includes(part))
  return named >= 0 || !part.includes(".") ? named : order.findIndex((names) => names.includes("*"))
}

/** Imports inside a room that do not go downwards. */
export const notDownwardsInside = (room: string, imports: ReadonlyArray<Import>): ReadonlyArray<Import> =>
  imports.filter(({ from, to }) => {
    const [above, below] = [partOf(room, from), partOf(room, to)]
    if (above === null || below === null || above === below) return false
    const [a, b] = [placeOf(room, above), placeOf(room, below)]
    // Files that stand together under `*` may know each other; circles are looked for elsewhere.
    return a === b ? !INSIDE[room]![a]?.includes("*") : a > b
  })

/** Of files with their texts, the modules that begin with no header comment. Of a .c with its header, one of the two has it. */
export const withoutHeader = (texts: Iterable<readonly [file: string, text: string]>): ReadonlyArray<string> =>
  [...Map.groupBy(texts, ([file]) => moduleOf(file))].flatMap(([module, files]) =>
    files.some(([file, text]) => (isC(file) ? /^\/\*\s*\S/ : /^\/\*\*\s+\S/).test(text)) ? [] : [module]
  )

/** Whether the header comment stands on the first import, with no blank line between them. */
export const headerOnImport = (text: string): boolean => /^\/\*\*(?:[^*]|\*(?!\/))*\*\/\nimport /.test(text)

/** The types that a text both checks and casts a value to: `x satisfies A as A`, over lines too. */
export const checkedAndCast = (text: string): ReadonlyArray<string> => {
  const tokens = withoutComments(text).match(/[\w$]+|=>|[^\s\w$]/g) ?? []
  return tokens.flatMap((token, at) => {
    if (token !== "satisfies") return []
    const end = castAfter(tokens, at + 1)
    if (end < 0) return []
    const between = tokens.slice(at + 1, end)
    // The value may stand in parentheses: `(x satisfies A) as A`.
    const type = balanced(between) ? between : between.slice(0, -1)
    const same = type.length > 0 && type.every((part, i) => tokens[end + 1 + i] === part)
    return same && !/^[.<[|&]$/.test(tokens[end + 1 + type.length] ?? "") ? [type.join(" ")] : []
  })
}

const change = (token: string): number => (/^[<([{]$/.test(token) ? 1 : /^[>)\]}]$/.test(token) ? -1 : 0)
const balanced = (tokens: ReadonlyArray<string>): boolean => tokens.reduce((depth, token) => depth + change(token), 0) === 0

/** Where the `as` behind a type stands that begins at a token; -1 if something else follows the type. */
const castAfter = (tokens: ReadonlyArray<string>, from: number): number => {
  let depth = 0
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at]!
    if (depth === 0 && token === "as") return at
    if (depth === 0 && /^[,;=?:\]}]$/.test(token)) return -1
    depth = Math.max(0, depth + change(token))
  }
  return -1
}

/**
 * Lists that a text spreads into a call, as `callee(...list`: they go onto the stack, and a long one overflows it. Into a list
 * or an object one may spread as much as one likes, and the parameters of a function are no call.
 */
export const spreadsIntoCalls = (text: string): ReadonlyArray<string> => {
  const code = withoutComments(text)
  const open: Array<number> = []
  const found: Array<string> = []
  for (let i = 0; i < code.length; i++) {
    const c = code[i]!
    if ("([{".includes(c)) open.push(i)
    else if (")]}".includes(c)) open.pop()
    else if (/^\.\.\.[\w([]/.test(code.slice(i, i + 4))) {
      const at = open.at(-1)
      if (at !== undefined && code[at] === "(") {
        const callee = /(?:new )?[\w$.\]!?]+(?:<[^<>()]*>)?$/.exec(code.slice(Math.max(0, at - 80), at))?.[0] ?? ""
        const list = /^\.\.\.[\w$.]*/.exec(code.slice(i))![0]
        if (callee !== "" && !/^(?:function|async|constructor)$/.test(callee) && !isParameters(code, at))
          found.push(`${callee}(${list}`)
      }
      i += 2
    }
  }
  return [...found, ...(code.match(/\b[\w$.]*\bapply\(/g) ?? [])]
}

/** Whether what opens here is a list of parameters: an arrow, a body or a type follows where it closes. */
const isParameters = (code: string, at: number): boolean => {
  let depth = 0
  for (let i = at; i < code.length; i++) {
    if (code[i] === "(") depth++
    else if (code[i] === ")" && --depth === 0) return /^\s*(?:=>|\{|:\s*[^=;]*?(?:=>|\{|\n))/.test(code.slice(i + 1, i + 200))
  }
  return false
}
