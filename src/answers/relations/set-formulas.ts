/**
 * Formulas of sets that are known by a letter, `A \cap \overline{B}`, `(A \cup B)^c`, `A \setminus B`: two are the same where
 * they hold the same things, whatever the sets are, as `\overline{A \cup B}` and `\overline{A} \cap \overline{B}` do.
 */

import type { Answer } from "../Answer.ts"
import { spend } from "../mathematics/work.ts"
import { words } from "../words.ts"

type Read = (text: string) => Answer
/** Whether something is in a set, by the letters of those sets that it is in. */
type Holds = (within: ReadonlySet<string>) => boolean

const COMMANDS = String.raw`\\(?:cup|cap|setminus|overline|complement)(?![A-Za-z])`
const SIGN = new RegExp(String.raw`\s*(${COMMANDS}|[A-Z](?:_(?:\{\w\}|\w))?|\^\s*(?:\{\s*[Cc]\s*\}|[Cc])|[(){}'^])`, "y")
const MOST_SETS = 6
const LONGEST = 200

/** Null for what has no sign between sets, and where unions and intersections stand side by side without brackets. */
export const setFormula = (text: string, whole: Read): Answer | null => {
  if (text.length > LONGEST || !/[A-Z]/.test(text) || !/\\(?:cup|cap|setminus)(?![A-Za-z])/.test(text)) return null
  const signs = signsIn(text)
  const holds = signs === null ? null : read(signs)
  const sets = [...new Set(signs?.filter((sign) => /^[A-Z]/.test(sign)))].toSorted()
  if (holds === null || sets.length > MOST_SETS) return null
  spend((2 ** sets.length * signs!.length) / 4)
  // Those that it makes a difference to be in.
  const told = sets.filter((set) => places(sets).some((at) => holds(new Set([...at, set])) !== holds(without(at, set))))
  const held = places(told).map((at) => holds(at))
  const [only] = told
  if (told.length === 1 && held[1]) return whole(only!)
  return words(`of ${told.join(" ")}: ${held.map((one) => (one ? "in" : "out")).join(" ")}`)
}

const signsIn = (text: string): ReadonlyArray<string> | null => {
  const signs: Array<string> = []
  for (let at = 0; at < text.length; at = SIGN.lastIndex) {
    SIGN.lastIndex = at
    const found = SIGN.exec(text)
    if (found === null) return null
    signs.push(found[1]!.replaceAll(/[\s{}](?=.)|(?<=.)[\s{}]/g, ""))
  }
  return signs
}

const without = (at: ReadonlySet<string>, set: string): ReadonlySet<string> => new Set([...at].filter((one) => one !== set))

/** All that something can be in. */
const places = (sets: ReadonlyArray<string>): ReadonlyArray<ReadonlySet<string>> =>
  Array.from({ length: 2 ** sets.length }, (_, which) => new Set(sets.filter((_, i) => (which >> i) % 2 === 1)))

const read = (signs: ReadonlyArray<string>): Holds | null => {
  let at = 0
  const takes = (sign: string): boolean => {
    if (signs[at] !== sign) return false
    at++
    return true
  }
  const one = (): Holds | null => {
    const sign = signs[at++]
    if (sign === undefined) return null
    if (/^[A-Z]/.test(sign)) return complemented((within) => within.has(sign))
    const close = sign === "(" ? ")" : sign === "\\overline" && takes("{") ? "}" : null
    const inside = close === null ? null : all()
    if (inside === null || close === null || !takes(close)) return null
    return complemented(sign === "(" ? inside : (within) => !inside(within))
  }
  const complemented = (of: Holds): Holds => {
    const isMarked = /^(?:\^[Cc]|')$/.test(signs[at] ?? "")
    if (isMarked) at++
    else if (signs[at] === "^" && signs[at + 1] === "{" && signs[at + 2] === "\\complement" && signs[at + 3] === "}") at += 4
    else if (signs[at] === "^" && signs[at + 1] === "\\complement") at += 2
    else return of
    return complemented((within) => !of(within))
  }
  const all = (): Holds | null => {
    let left = one()
    const sign = signs[at]
    if (sign === undefined || !Object.hasOwn(JOINED, sign)) return left
    while (left !== null && takes(sign)) {
      const [before, right] = [left, one()]
      left = right && ((within) => JOINED[sign]!(before(within), right(within)))
    }
    return left
  }
  const holds = all()
  return at === signs.length ? holds : null
}

const JOINED: Readonly<Record<string, (left: boolean, right: boolean) => boolean>> = {
  "\\cup": (left, right) => left || right,
  "\\cap": (left, right) => left && right,
  "\\setminus": (left, right) => left && !right
}
