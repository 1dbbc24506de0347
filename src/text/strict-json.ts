/**
 * JSON as a person types it into a setting. `JSON.parse` takes the last of two equal keys, rounds numbers, and follows brackets
 * however deep: a typing error would change what is computed, and nothing would say so.
 */

import { decimalFrom } from "./decimal.ts"

/** The value of a text that is JSON, or what is wrong with it; null for a text that is no JSON. */
export type StrictJson = { readonly value: unknown } | { readonly problem: string } | null

/** No setting is nested deeper; deeper ones would overflow what reads them. */
const DEEPEST = 64

export const strictJson = (text: string): StrictJson => {
  const problem = problemOf(text)
  try {
    const value: unknown = JSON.parse(text)
    return problem === null ? { value } : { problem }
  } catch {
    return null
  }
}

/** What `JSON.parse` would pass over, read token by token; of a text that is no JSON the answer means nothing. */
const problemOf = (text: string): string | null => {
  // The keys of each open object; null stands for a list.
  const open: Array<Set<string> | null> = []
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)].map(([token]) => token)
  for (const [i, token] of tokens.entries()) {
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null)
    else if (token === "}" || token === "]") open.pop()
    else if (token.startsWith('"') && tokens[i + 1] === ":") {
      const key = keyOf(token)
      const keys = open.at(-1)
      if (keys?.has(key) === true) return `has ${JSON.stringify(key)} twice: give each name once.`
      keys?.add(key)
    } else if (/^[-\d]/.test(token) && decimalFrom(token) === undefined)
      return `${token} is a number that cannot be held exactly here: another would be computed with.`
    if (open.length > DEEPEST) return `is nested more than ${DEEPEST} deep.`
  }
  return null
}

/** `"a"` and `"\u0061"` are one key. */
const keyOf = (token: string): string => {
  try {
    return String(JSON.parse(token))
  } catch {
    return token
  }
}
