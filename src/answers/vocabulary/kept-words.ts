/**
 * The words of what is counted that an answer keeps, so that two that count different things are different: `2 boys` are not `2
 * girls`, 5 miles north are not 5 miles south. A word stands once, in the singular and in small letters; what only joins words
 * or says that these are all (`of`, `the`, `in total`) is left out.
 *
 * One of two may say less than the other, `3 red marbles`, `3 marbles`, `3 red` and `3`, as one of two may leave out its unit.
 */

import { spend } from "../mathematics/work.ts"

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** Behind these stands what the words before them are part of. */
const JOINING = set("of in on at by from")

const FILLING = set(
  "it we us my a an the for her his its our their your all each every both remaining total altogether together overall " +
    "them there here this that these those they she he him i now only just us whole full"
)

const IRREGULAR = new Map(
  (
    "men:man women:woman people:person persons:person folk:person folks:person children:child kid:child kids:child mice:mouse " +
    "geese:goose teeth:tooth feet:foot buses:bus gases:gas lenses:lens oxen:ox dice:die pies:pie ties:tie lies:lie dies:die"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string])
)

/** One form for the singular and the plural. */
const stemOf = (word: string): string =>
  IRREGULAR.get(word) ??
  word
    .replace(/([a-z]{2})ies$/, "$1y")
    .replace(/(ch|sh|x|zz|ss)es$/, "$1")
    .replace(/([^aeo]us)es$/, "$1")
    .replace(/([a-z]{2}[^siu])s$/, "$1")
    .replace(/oe$/, "o")
    .replace(/(?:ve|fe)$/, "f")
    .replace(/zz$/, "z")

/**
 * What is kept of words behind a number. `part`: 0 for what the number counts, else how often `/` or `per` stands before.
 * `sides`: whether `left` is a side, behind a length; elsewhere it is what remains.
 */
export const keptOf = (words: ReadonlyArray<string>, part: number, sides: boolean): ReadonlyArray<string> => {
  const kept: Array<string> = []
  let joined = part === 0 ? "" : `${PER} `
  for (const said of words) {
    const word = said
      .toLowerCase()
      .replace(/['’]s?$/, "")
      .replaceAll("-", "")
    if (JOINING.has(word)) joined ||= `${OF} `
    else if (word === "now" ? joined !== "" : !FILLING.has(word) && (word !== "left" || sides)) kept.push(joined + stemOf(word))
  }
  return kept
}

const PER = "per"
const OF = "of"

/** Whether one of two says no more than the other. `16 pizza slices` are `16 slices of pizza`, but sides are not turned round. */
export const agree = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
  if (a.length === 0 || b.length === 0) return true
  spend((a.length * b.length) / 8)
  if (isWithin(a, b) || isWithin(b, a)) return true
  const [left, right] = [a, b].map((words) => words.map((word) => word.replace(/^of (?!(?:north|south|east|west)$)/, "")))
  return isWithin(left!, right!) && isWithin(right!, left!)
}

/** Whether all that one says the other says too. */
export const isWithin = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => a.every((word) => b.includes(word))

/** Whether both say the same. */
export const areAlike = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => a.length === b.length && isWithin(a, b)
