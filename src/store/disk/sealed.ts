/**
 * JSON that can be told from damaged JSON: an object whose last field is the SHA-256 of all the text before it. Anything that
 * changes a byte breaks the seal; nothing has to be parsed to see that. A seal may cover what came before in the same file as
 * well, so that lines cannot be lost, swapped or taken from another file.
 *
 * And JSON that is believed at all: what is no JSON, or nests so deep that reading it recursively would end the process, is
 * `Unsound` with the reason in plain words.
 */

import { hash } from "node:crypto"

import * as Schema from "effect/Schema"

/** A stored text that does not say what it should. `problem` goes on after the name of the file: `is cut short`. */
export class Unsound extends Schema.TaggedError<Unsound>()("Unsound", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const FIELD = ',"sha256":"'
/** Comma, name, 64 digits, quote, brace. */
const LENGTH = FIELD.length + 66

/** The JSON of an object that is not empty, with its seal. `before`: the seal of the line before, or any name to bind it to. */
export const seal = (json: string, before = ""): string => {
  const head = json.slice(0, json.lastIndexOf("}")).trimEnd()
  return `${head}${FIELD}${hash("sha256", before + head)}"}`
}

/** Whether a text carries a seal, sound or not. */
export const isSealed = (text: string): boolean => text.at(-LENGTH) === "," && text.startsWith(FIELD, text.length - LENGTH)

/** The seal of a sealed text: 64 hexadecimal digits. */
export const sealOf = (text: string): string => text.slice(-66, -2)

/** What a sealed text says, its seal taken out. Throws `Unsound`. */
export const unseal = (text: string, before = ""): Readonly<Record<string, unknown>> => {
  if (!isSealed(text)) throw new Unsound({ problem: text === "" ? "is empty" : "is cut short, or is not ours" })
  const head = text.slice(0, -LENGTH)
  if (hash("sha256", before + head) !== sealOf(text) || !text.endsWith('"}'))
    throw new Unsound({ problem: "does not have the contents that its own digest speaks of" })
  return parseObject(`${head}}`)
}

/** No record of ours nests deeper. */
const DEEPEST = 100

/** What a JSON text says, nested at most `deepest` levels. Throws `Unsound`. */
export const parseJson = (text: string, deepest: number): unknown => {
  if (text === "") throw new Unsound({ problem: "is empty" })
  // Made only where it is thrown: an error takes longer than all the rest, and a store has a hundred thousand lines.
  const tooDeep = () => new Unsound({ problem: `nests more than ${deepest} levels deep` })
  if (text.length > LARGE && depthOf(text) > deepest) throw tooDeep()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Unsound({ problem: "is not whole: it is no JSON" })
  }
  if (text.length <= LARGE && isDeeper(value, deepest)) throw tooDeep()
  return value
}

/** From this length on a text is looked through before it is parsed: what nests all the way would take gigabytes. */
const LARGE = 2 ** 20

/** Whether a value nests deeper: level by level, as a recursion would overflow. Texts take no time here. */
const isDeeper = (value: unknown, levels: number): boolean => {
  let level: ReadonlyArray<object> = typeof value === "object" && value !== null ? [value] : []
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > levels) return true
    const below: Array<object> = []
    for (const parent of level)
      for (const part of Object.values(parent) as ReadonlyArray<unknown>)
        if (typeof part === "object" && part !== null) below.push(part)
    level = below
  }
  return false
}

/** A JSON object. Throws `Unsound`. */
export const parseObject = (text: string): Readonly<Record<string, unknown>> => {
  const value = parseJson(text, DEEPEST)
  if (!isObject(value)) throw new Unsound({ problem: "holds no JSON object" })
  return value
}

/** Whether a value is an object with named fields, and no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** How deep brackets nest outside strings. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x22) {
      // A string: to its closing quote, over what is escaped.
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++
    } else if (c === 0x7b || c === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (c === 0x7d || c === 0x5d) depth--
  }
  return deepest
}
