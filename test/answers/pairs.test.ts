/**
 * Pairs of answers that are equal or not: 132 that were written before the comparison was, 175 of units, times and unions that
 * were written before those were read, those of plain text and of what a reviewer found wrong (`letter-pairs.json`), those of
 * what stands behind a number (`counted-pairs.json`, `kept-pairs.json`), those of roots, orders and Unicode (`convention-
 * pairs.json`), those of commas, names, words and signs that tell answers apart (`pairs/meanings.json`), those of choices,
 * factorials, names and units as published data write them (`pairs/field.json`), those of chains of equals, values by name and
 * lists (`pairs/relations.json`), those of choices with what they say (`pairs/forms.json`), those that doubles cannot tell
 * apart (`pairs/exact.json`), those of conditions and of what is said beside a value in published data (`pairs/data.json`),
 * those of absolute values, floors and large factorials (`pairs/pieces.json`), references each with what is right and what is
 * nearly right (`pairs/kinds.json`), those of what stands behind shapes (`pairs/shapes.json`), those of functions, their
 * inverses and differentials (`pairs/functions.json`), those of which nothing that is said may be dropped (`pairs/said.json`;
 * what cannot be kept is in `pairs/unreadable.json`), those of functions without brackets, of sums and integrals that stand
 * first and of vectors by name, of derivatives, complements, counters and sentences (`pairs/arguments.json`), and 338 of the
 * field where they are at hand. By category, so that one which is weak is seen.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { isSameAnswer, reading } from "../../src/answers/answers.ts"

interface Pair {
  readonly gold: string
  readonly answer: string
  readonly equal: boolean
  readonly category: string
}

/** A reference with several answers to it. */
interface Several {
  readonly gold: string
  readonly right: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
  readonly category: string
}

const pairsOf = (one: Pair | Several): ReadonlyArray<Pair> => {
  if ("answer" in one) return [one]
  const { gold, category } = one
  return [
    ...one.right.map((answer) => ({ gold, answer, equal: true, category })),
    ...one.wrong.map((answer) => ({ gold, answer, equal: false, category }))
  ]
}

/**
 * Where the field and docs/answers.md differ: an equation is not what stands on its right, or `x^2 + y^2 - 25 = 0` were 0; and a
 * small letter is one of a choice where it is marked as one, or a variable `c` were the constant `C`.
 */
const DECIDED = new Set(["10 | x + y = 10", "C | c"])

const OWN = path.join(import.meta.dirname, "answer-pairs.json")
const UNITS = path.join(import.meta.dirname, "unit-pairs.json")
const LETTERS = path.join(import.meta.dirname, "letter-pairs.json")
const SHAPES = path.join(import.meta.dirname, "shape-pairs.json")
const COUNTED = path.join(import.meta.dirname, "counted-pairs.json")
const CONVENTIONS = path.join(import.meta.dirname, "convention-pairs.json")
const KEPT = path.join(import.meta.dirname, "kept-pairs.json")
const MEANINGS = path.join(import.meta.dirname, "pairs/meanings.json")
const WRITTEN = path.join(import.meta.dirname, "pairs/field.json")
const RELATIONS = path.join(import.meta.dirname, "pairs/relations.json")
const FORMS = path.join(import.meta.dirname, "pairs/forms.json")
const EXACT = path.join(import.meta.dirname, "pairs/exact.json")
const DATA = path.join(import.meta.dirname, "pairs/data.json")
const PIECES = path.join(import.meta.dirname, "pairs/pieces.json")
const KINDS = path.join(import.meta.dirname, "pairs/kinds.json")
const BEHIND = path.join(import.meta.dirname, "pairs/shapes.json")
const FUNCTIONS = path.join(import.meta.dirname, "pairs/functions.json")
const KEPT_WHOLE = path.join(import.meta.dirname, "pairs/said.json")
const ARGUMENTS = path.join(import.meta.dirname, "pairs/arguments.json")
const UNREADABLE = path.join(import.meta.dirname, "pairs/unreadable.json")
const FIELD = path.resolve(import.meta.dirname, "../../../shared/field/math-pairs.json")

describe.each([
  ["written before the code", OWN],
  ["of units, times and unions", UNITS],
  ["of letters, names and plain text", LETTERS],
  ["of powers, shapes and what plain text says", SHAPES],
  ["of what stands behind a number", COUNTED],
  ["of conventions of schools and of Unicode", CONVENTIONS],
  ["of the words that answers keep, and of what is nearly the same", KEPT],
  ["of commas, names, words and signs that tell answers apart", MEANINGS],
  ["of choices, factorials, names and units as published data write them", WRITTEN],
  ["of chains of equals, of values by name and of lists", RELATIONS],
  ["of choices with what they say and of other forms of plain text", FORMS],
  ["of large numbers beside small ones, and of forms that are equal", EXACT],
  ["of conditions, and of what published data say beside a value", DATA],
  ["of absolute values, floors and large factorials", PIECES],
  ["of constants, sets of whole numbers, and products of vectors and of sets", KINDS],
  ["of what stands behind shapes, of roots, and of Greek unknowns", BEHIND],
  ["of functions known by a letter, of inverse functions and of differentials", FUNCTIONS],
  ["of lists, chains, conditions, matrices and lengths, of which nothing is dropped", KEPT_WHOLE],
  [
    "of functions without brackets, sums, integrals, vectors by name, derivatives, complements, counters and sentences",
    ARGUMENTS
  ],
  ["of the field (skipped without ../shared)", FIELD]
])("pairs %s", (_, file) => {
  const pairs = fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, "utf8")) as ReadonlyArray<Pair | Several>)
        .flatMap(pairsOf)
        .map((pair) => (DECIDED.has(`${pair.gold} | ${pair.answer}`) ? { ...pair, equal: !pair.equal } : pair))
    : []
  const categories = [...Map.groupBy(pairs, ({ category }) => category)]

  it.skipIf(pairs.length === 0).each(categories.length > 0 ? categories : ([["none", []]] as const))(
    "%s: each as it says",
    (_, some) => {
      const wrong = some.filter(({ gold, answer, equal }) => isSameAnswer(gold, answer) !== equal)
      expect(wrong).toEqual([])
    }
  )

  it.skipIf(pairs.length === 0)("are judged alike either way round, and every text is equal to itself", () => {
    for (const { gold, answer, equal } of pairs) {
      expect(isSameAnswer(answer, gold), `${answer} | ${gold}`).toBe(equal)
      expect([isSameAnswer(gold, ` ${gold}`), isSameAnswer(answer, `$${answer}$`)], `${gold} | ${answer}`).toEqual([true, true])
    }
  })
})

describe("what would have to be dropped to be read is unreadable", () => {
  it.each(JSON.parse(fs.readFileSync(UNREADABLE, "utf8")) as ReadonlyArray<string>)("%j", (text) =>
    expect(reading(text)).toHaveProperty("problem")
  )
})
