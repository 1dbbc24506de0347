/** Arguments of built-in functions and methods: binding by position and name, and conversion with Python's complaints. */

import { typeError } from "../values/exceptions.ts"
import { asInt } from "../values/integers.ts"
import type { Int, Keywords, PyValue } from "../values/objects.ts"
import { typeName } from "../values/objects.ts"

/**
 * The arguments in the order of `names`; `undefined` where one was not given. The first `required` must be given, the first
 * `positionalOnly` (all of them where not stated) cannot be named.
 */
export const bindArguments = (
  name: string,
  args: ReadonlyArray<PyValue>,
  keywords: Keywords | null,
  names: ReadonlyArray<string>,
  required: number,
  positionalOnly = names.length
): Array<PyValue | undefined> => {
  if (args.length > names.length || (keywords === null && args.length < required))
    throw wrongCount(name, args.length, required, names.length)
  const values: Array<PyValue | undefined> = [...args]
  if (keywords !== null) {
    for (const [keyword, value] of keywords) {
      const i = names.indexOf(keyword)
      if (i < 0 || i < positionalOnly) throw unexpectedKeyword(name, keyword, positionalOnly === names.length)
      if (values[i] !== undefined) throw typeError(`argument for ${name}() given by name ('${keyword}') and position (${i + 1})`)
      values[i] = value
    }
    const missing = names.findIndex((_, i) => i < required && values[i] === undefined)
    if (missing >= 0) throw typeError(`${name}() missing required argument '${names[missing]}' (pos ${missing + 1})`)
  }
  while (values.length < names.length) values.push(undefined)
  return values
}

const wrongCount = (name: string, given: number, least: number, most: number) => {
  const short = name.split(".").at(-1)!
  const count = (n: number) => `${n} argument${n === 1 ? "" : "s"}`
  if (least === most && most <= 1)
    return typeError(`${name}() takes ${most === 0 ? "no arguments" : "exactly one argument"} (${given} given)`)
  if (least === most) return typeError(`${short} expected ${count(most)}, got ${given}`)
  return given > most
    ? typeError(`${short} expected at most ${count(most)}, got ${given}`)
    : typeError(`${short} expected at least ${count(least)}, got ${given}`)
}

const unexpectedKeyword = (name: string, keyword: string, none: boolean) =>
  none
    ? typeError(`${name}() takes no keyword arguments`)
    : typeError(`'${keyword}' is an invalid keyword argument for ${name}()`)

/** An argument that must be an int (or bool). */
export const intArgument = (value: PyValue): Int => {
  const int = asInt(value)
  if (int === null) throw typeError(`'${typeName(value)}' object cannot be interpreted as an integer`)
  return int
}

/** An int argument as an index, clamped to what an index can hold. */
export const sizeArgument = (value: PyValue): number => {
  const int = intArgument(value)
  return typeof int === "number" ? int : int > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
}

/** A str argument. Throws TypeError with what `complaint` says of the type that is there instead. */
export const textArgument = (value: PyValue, complaint: (type: string) => string): string => {
  if (typeof value !== "string") throw typeError(complaint(typeName(value)))
  return value
}
