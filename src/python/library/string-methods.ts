/** Methods of str. Positions count code points; white space and letter classes are Unicode's. */

import { isTrue } from "../operations/comparisons.ts"
import { each } from "../operations/iteration.ts"
import { strFormat } from "../operations/str-format.ts"
import type { BudgetAccount } from "../values/Budget.ts"
import { characters, textLength, textSlice, toCodePoints } from "../values/code-points.ts"
import { dictGet } from "../values/dicts.ts"
import { type PyRaise, typeError, valueError } from "../values/exceptions.ts"
import { type Method, PyBuiltin, PyDict, PyList, PyTuple, type PyValue, strType, typeName } from "../values/objects.ts"
import { intArgument, sizeArgument, bindArguments, textArgument } from "./arguments.ts"

type Values = Array<PyValue | undefined>

const method = (
  name: string,
  names: ReadonlyArray<string>,
  required: number,
  run: (account: BudgetAccount, text: string, values: Values) => PyValue,
  positionalOnly = names.length
): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => {
    const text = self as string
    const values = bindArguments(`str.${name}`, args, keywords, names, required, positionalOnly)
    account.work(4 * text.length)
    const result = run(account, text, values)
    if (typeof result === "string") account.allocate(result.length + 49)
    return result
  }
]

/** A method without arguments. */
const simple = (name: string, run: (text: string) => PyValue) => method(name, [], 0, (_, text) => run(text))

const mustBeText = (name: string, value: PyValue | undefined, what = "argument 1"): string =>
  textArgument(value!, (type) => `${name}() ${what} must be str, not ${type}`)

/** Python's white space: Unicode's, with the four separators of ASCII and without the byte order mark. */
const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
const leading = new RegExp(`^${space}+`)
const spaces = new RegExp(`${space}+`)

const strip = (name: string, left: boolean, right: boolean) =>
  method(name, ["chars"], 0, (_, text, [chars]) => {
    if (chars === undefined || chars === null) return trimEnds(text, left, right)
    const set = new Set(characters(textArgument(chars, () => `${name} arg must be None or str`)))
    const points = characters(text)
    let start = 0
    let stop = points.length
    if (left) while (start < stop && set.has(points[start]!)) start++
    if (right) while (stop > start && set.has(points[stop - 1]!)) stop--
    return points.slice(start, stop).join("")
  })

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || (code >= 28 && code <= 31)

/** Trims by scanning for ASCII, where a regular expression could take quadratic time; the rest goes by the class. */
const trimEnds = (text: string, left: boolean, right: boolean): string => {
  let start = 0
  let stop = text.length
  const white = (at: number) => isSpace(text.charCodeAt(at)) || (text.charCodeAt(at) > 127 && leading.test(text[at]!))
  if (left) while (start < stop && white(start)) start++
  if (right) while (stop > start && white(stop - 1)) stop--
  return text.slice(start, stop)
}

/** The stretch between optional `start` and `stop`, in code points. */
const stretch = (text: string, start: PyValue | undefined, stop: PyValue | undefined) => {
  const length = textLength(text)
  const clamp = (value: PyValue | undefined, missing: number) => {
    if (value === undefined || value === null) return missing
    const at = sizeArgument(value)
    return at < 0 ? Math.max(0, at + length) : at
  }
  const from = clamp(start, 0)
  const to = Math.min(length, clamp(stop, length))
  return { from, to, part: from <= to ? textSlice(text, from, to) : null }
}

const finder = (name: string, last: boolean, missing: (() => PyRaise) | null) =>
  method(name, ["sub", "start", "end"], 1, (_, text, [sub, start, stop]) => {
    const wanted = textArgument(sub!, (type) => `must be str, not ${type}`)
    const { from, part } = stretch(text, start, stop)
    const at = part === null ? -1 : last ? part.lastIndexOf(wanted) : part.indexOf(wanted)
    if (at >= 0) return from + toCodePoints(part!, at)
    if (missing !== null) throw missing()
    return -1
  })

const occurrences = (text: string, sub: string): number => (sub === "" ? textLength(text) + 1 : text.split(sub).length - 1)

const affix = (name: string, test: (part: string, affix: string) => boolean) =>
  method(name, ["affix", "start", "end"], 1, (_, text, [wanted, start, stop]) => {
    const { part } = stretch(text, start, stop)
    const all = wanted instanceof PyTuple ? wanted.items : [wanted!]
    return all.some((one) => {
      if (typeof one !== "string") throw typeError(`${name} first arg must be str or a tuple of str, not ${typeName(one)}`)
      return part !== null && test(part, one)
    })
  })

const listOf = (account: BudgetAccount, parts: ReadonlyArray<string>): PyList => {
  account.allocate(parts.reduce((sum, part) => sum + part.length + 57, 56))
  return new PyList([...parts])
}

const splitter = (name: string, fromRight: boolean) =>
  method(
    name,
    ["sep", "maxsplit"],
    0,
    (account, text, [separator, limit]) => {
      const most = limit === undefined ? -1 : sizeArgument(limit)
      if (separator === undefined || separator === null) return listOf(account, splitSpaces(text, most, fromRight))
      const by = textArgument(separator, (type) => `must be str or None, not ${type}`)
      if (by === "") throw valueError("empty separator")
      return listOf(account, splitBy(text, by, most, fromRight))
    },
    0
  )

const splitBy = (text: string, by: string, most: number, fromRight: boolean): ReadonlyArray<string> => {
  const parts = text.split(by)
  if (most < 0 || parts.length <= most + 1) return parts
  if (fromRight) return [parts.slice(0, parts.length - most).join(by), ...parts.slice(parts.length - most)]
  return [...parts.slice(0, most), parts.slice(most).join(by)]
}

const splitSpaces = (text: string, most: number, fromRight: boolean): ReadonlyArray<string> => {
  const trimmed = trimEnds(text, true, true)
  if (trimmed === "") return []
  const words = trimmed.split(spaces)
  if (most < 0 || words.length <= most) return words
  let rest = fromRight ? trimEnds(text, false, true) : trimEnds(text, true, false)
  const kept: Array<string> = []
  for (let i = 0; i < most; i++) {
    const word = fromRight ? words[words.length - 1 - i]! : words[i]!
    kept.push(word)
    rest = fromRight ? trimEnds(rest.slice(0, -word.length), false, true) : trimEnds(rest.slice(word.length), true, false)
  }
  return fromRight ? [rest, ...kept.toReversed()] : [...kept, rest]
}

// oxlint-disable-next-line no-control-regex -- the separators of ASCII end lines in Python
const lineEnd = /(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])/

const splitLines = (text: string, keep: boolean): ReadonlyArray<string> => {
  const lines = text.split(lineEnd)
  const result: Array<string> = []
  for (let i = 0; i < lines.length; i += 2) {
    const end = lines[i + 1]
    if (end === undefined && lines[i] === "") break
    result.push(keep ? lines[i]! + (end ?? "") : lines[i]!)
  }
  return result
}

const padder = (name: string, place: (text: string, missing: number, fill: string, width: number) => string) =>
  method(name, ["width", "fillchar"], 1, (account, text, [width, fill]) => {
    const wanted = sizeArgument(width!)
    const mark = fill === undefined ? " " : mustBeText(name, fill, "argument 2")
    if (textLength(mark) !== 1) throw typeError("The fill character must be exactly one character long")
    const missing = wanted - textLength(text)
    if (missing <= 0) return text
    account.allocate(missing)
    return place(text, missing, mark, wanted)
  })

const every = (name: string, pattern: RegExp) => simple(name, (text) => pattern.test(text))

/** Cased letters only of one case, and at least one of them. */
const isCased = (text: string, inCase: string): boolean => text === inCase && text.toLowerCase() !== text.toUpperCase()

const titled = (text: string): string =>
  text.replaceAll(/\p{L}[\p{L}\p{M}]*/gu, (word) => {
    const [first, ...rest] = characters(word)
    return first!.toUpperCase() + rest.join("").toLowerCase()
  })

const join = (account: BudgetAccount, separator: string, values: PyValue): string => {
  const parts: Array<string> = []
  let size = 0
  for (const value of each(account, values, "can only join an iterable")) {
    if (typeof value !== "string")
      throw typeError(`sequence item ${parts.length}: expected str instance, ${typeName(value)} found`)
    size += value.length + separator.length
    account.allocate(value.length + separator.length)
    parts.push(value)
  }
  account.work(size)
  return parts.join(separator)
}

const replace = (account: BudgetAccount, text: string, from: string, to: string, limit: number): string => {
  const found = occurrences(text, from)
  const count = limit < 0 ? found : Math.min(limit, found)
  account.allocate(Math.max(0, count * (to.length - from.length)))
  if (from === "") {
    const points = characters(text)
    const parts = points.map((point, i) => (i < count ? to + point : point))
    return parts.join("") + (count > points.length ? to : "")
  }
  const parts = text.split(from)
  return (
    parts.slice(0, count + 1).join(to) +
    parts
      .slice(count + 1)
      .map((part) => from + part)
      .join("")
  )
}

const partition = (name: string, last: boolean) =>
  method(name, ["sep"], 1, (_, text, [separator]) => {
    const by = textArgument(separator!, (type) => `must be str, not ${type}`)
    if (by === "") throw valueError("empty separator")
    const at = last ? text.lastIndexOf(by) : text.indexOf(by)
    if (at < 0) return new PyTuple(last ? ["", "", text] : [text, "", ""])
    return new PyTuple([text.slice(0, at), by, text.slice(at + by.length)])
  })

const expandTabs = (text: string, size: number): string => {
  let column = 0
  let result = ""
  for (const c of text) {
    if (c === "\t") {
      const width = size > 0 ? size - (column % size) : 0
      result += " ".repeat(width)
      column += width
    } else {
      result += c
      column = c === "\n" || c === "\r" ? 0 : column + 1
    }
  }
  return result
}

const translate = (account: BudgetAccount, text: string, table: PyDict): string =>
  characters(text)
    .map((c) => {
      const to = dictGet(account, table, c.codePointAt(0)!)
      if (to === undefined) return c
      if (to === null) return ""
      return typeof to === "number" ? String.fromCodePoint(to) : mustBeText("translate", to)
    })
    .join("")

/** By name; so are the tables of the other types. */
export const stringMethods: ReadonlyMap<string, Method> = new Map([
  simple("upper", (text) => text.toUpperCase()),
  simple("lower", (text) => text.toLowerCase()),
  simple("casefold", (text) => text.replaceAll("ß", "ss").toLowerCase()),
  simple("capitalize", (text) => {
    const [first = "", ...rest] = characters(text)
    return first.toUpperCase() + rest.join("").toLowerCase()
  }),
  method("title", [], 0, (account, text) => {
    account.work(4 * text.length)
    return titled(text)
  }),
  method("swapcase", [], 0, (account, text) => {
    account.work(4 * text.length)
    return characters(text)
      .map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))
      .join("")
  }),
  strip("strip", true, true),
  strip("lstrip", true, false),
  strip("rstrip", false, true),
  finder("find", false, null),
  finder("rfind", true, null),
  finder("index", false, () => valueError("substring not found")),
  finder("rindex", true, () => valueError("substring not found")),
  method("count", ["sub", "start", "end"], 1, (_, text, [sub, start, stop]) => {
    const wanted = textArgument(sub!, (type) => `must be str, not ${type}`)
    const { part } = stretch(text, start, stop)
    return part === null ? 0 : occurrences(part, wanted)
  }),
  affix("startswith", (part, one) => part.startsWith(one)),
  affix("endswith", (part, one) => part.endsWith(one)),
  splitter("split", false),
  splitter("rsplit", true),
  method("splitlines", ["keepends"], 0, (account, text, [keep]) => listOf(account, splitLines(text, isTrue(keep ?? false))), 0),
  method("join", ["iterable"], 1, (account, text, [values]) => join(account, text, values!)),
  method("replace", ["old", "new", "count"], 2, (account, text, [from, to, limit]) =>
    replace(
      account,
      text,
      mustBeText("replace", from),
      mustBeText("replace", to, "argument 2"),
      limit === undefined ? -1 : sizeArgument(limit)
    )
  ),
  padder("ljust", (text, missing, fill) => text + fill.repeat(missing)),
  padder("rjust", (text, missing, fill) => fill.repeat(missing) + text),
  padder("center", (text, missing, fill, width) => {
    const left = (missing >> 1) + (missing & width & 1)
    return fill.repeat(left) + text + fill.repeat(missing - left)
  }),
  method("zfill", ["width"], 1, (account, text, [width]) => {
    const missing = sizeArgument(width!) - textLength(text)
    if (missing <= 0) return text
    account.allocate(missing)
    const sign = /^[+-]/.exec(text)?.[0] ?? ""
    return sign + "0".repeat(missing) + text.slice(sign.length)
  }),
  partition("partition", false),
  partition("rpartition", true),
  method("removeprefix", ["prefix"], 1, (_, text, [prefix]) => {
    const start = mustBeText("removeprefix", prefix, "argument")
    return text.startsWith(start) ? text.slice(start.length) : text
  }),
  method("removesuffix", ["suffix"], 1, (_, text, [suffix]) => {
    const end = mustBeText("removesuffix", suffix, "argument")
    return end !== "" && text.endsWith(end) ? text.slice(0, -end.length) : text
  }),
  method(
    "expandtabs",
    ["tabsize"],
    0,
    (account, text, [size]) => {
      const width = size === undefined ? 8 : sizeArgument(size)
      account.allocate(Math.max(0, occurrences(text, "\t") * width))
      return expandTabs(text, width)
    },
    0
  ),
  method("translate", ["table"], 1, (account, text, [table]) => {
    if (!(table instanceof PyDict)) throw typeError(`'${typeName(table!)}' object is not subscriptable`)
    return translate(account, text, table)
  }),
  every("isdigit", /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468]+$/u),
  every("isdecimal", /^\p{Nd}+$/u),
  every("isnumeric", /^\p{N}+$/u),
  every("isalpha", /^\p{L}+$/u),
  every("isalnum", /^[\p{L}\p{N}]+$/u),
  every("isspace", new RegExp(`^${space}+$`)),
  every("isascii", /^\p{ASCII}*$/u),
  every("isidentifier", /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}_]*$/u),
  every("isprintable", /^(?:[^\p{C}\p{Z}]| )*$/u),
  simple("isupper", (text) => isCased(text, text.toUpperCase())),
  simple("islower", (text) => isCased(text, text.toLowerCase())),
  simple("istitle", (text) => /\p{L}/u.test(text) && text === titled(text)),
  ["format", (account, self, args, keywords) => strFormat(account, self as string, args, keywords)],
  method("format_map", ["mapping"], 1, (account, text, [mapping]) => {
    const named = new Map<string, PyValue>()
    if (mapping instanceof PyDict)
      for (const { key, value } of mapping.entries.values()) if (typeof key === "string") named.set(key, value)
    return strFormat(account, text, [], named)
  })
])

strType.members.set(
  "maketrans",
  new PyBuiltin("maketrans", (account, args, keywords) => {
    const [from, to, gone] = bindArguments("maketrans", args, keywords, ["x", "y", "z"], 1)
    const table = new PyDict()
    const put = (key: number, value: PyValue) => {
      account.allocate(100)
      table.entries.set(key, { key, value })
    }
    if (from instanceof PyDict) {
      for (const { key, value } of from.entries.values())
        put(typeof key === "string" ? key.codePointAt(0)! : Number(intArgument(key)), value)
      return table
    }
    const [source, target] = [characters(mustBeText("maketrans", from)), characters(mustBeText("maketrans", to, "argument 2"))]
    if (source.length !== target.length) throw valueError("the first two maketrans arguments must have equal length")
    for (const [i, c] of source.entries()) put(c.codePointAt(0)!, target[i]!.codePointAt(0)!)
    if (gone !== undefined) for (const c of characters(mustBeText("maketrans", gone, "argument 3"))) put(c.codePointAt(0)!, null)
    return table
  })
)
