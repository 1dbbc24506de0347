/**
 * Units behind numbers. What is counted (`17 apples`), money and degrees are words only, and are dropped. What can be measured
 * in more than one unit (`5 cm`, `7 pm`) keeps its unit: 5 cm is 0.05 m and not 5 m. Anything else behind a number (`4 r^2`,
 * `7 or more`, `3 million`) is no unit, and the text no number.
 */

import { multiply, type Rational } from "./mathematics/rational.ts"

/** What it measures, and how many it is of the first unit of its kind. */
interface Unit {
  readonly kind: string
  readonly size: Rational
}

const TABLE: ReadonlyArray<
  readonly [kind: string, units: ReadonlyArray<readonly [names: string, top: number, bottom?: number]>]
> = [
  [
    "length",
    [
      ["m meter meters metre metres", 1],
      ["km kilometer kilometers kilometre kilometres", 1000],
      ["cm centimeter centimeters centimetre centimetres", 1, 100],
      ["mm millimeter millimeters millimetre millimetres", 1, 1000],
      ["in inch inches", 254, 10_000],
      ["ft foot feet", 3048, 10_000],
      ["yd yard yards", 9144, 10_000],
      ["mi mile miles", 1_609_344, 1000]
    ]
  ],
  [
    "mass",
    [
      ["g gram grams", 1],
      ["kg kilogram kilograms", 1000],
      ["mg milligram milligrams", 1, 1000],
      ["lb lbs pound pounds", 45_359_237, 100_000],
      ["oz ounce ounces", 45_359_237, 1_600_000]
    ]
  ],
  [
    "time",
    [
      ["s sec secs second seconds", 1],
      ["min mins minute minutes", 60],
      ["h hr hrs hour hours", 3600],
      ["day days", 86_400],
      ["week weeks", 604_800]
    ]
  ],
  [
    "years",
    [
      ["year years yr yrs", 12],
      ["month months", 1]
    ]
  ],
  [
    "volume",
    [
      ["L l liter liters litre litres", 1],
      ["mL ml milliliter milliliters millilitre millilitres", 1, 1000],
      ["gal gallon gallons", 3_785_411_784, 1_000_000_000]
    ]
  ],
  ["am", [["am", 1]]],
  ["pm", [["pm", 1]]],
  ["cents", [["cent cents", 1]]]
]

const ONE: Rational = { top: 1n, bottom: 1n }

/** By every name; the first name of a unit is how it is written. */
const UNITS = new Map<string, Unit & { readonly symbol: string }>()
for (const [kind, units] of TABLE)
  for (const [names, top, bottom = 1] of units)
    for (const name of names.split(" "))
      UNITS.set(name, { kind, size: { top: BigInt(top), bottom: BigInt(bottom) }, symbol: names.split(" ")[0]! })

/** Words that say something of a number other than what it counts. */
const NO_UNITS = new Set(
  (
    "or and more less fewer than to at least most about around over under above below not no is are was be factorial times " +
    "plus minus mod modulo squared cubed hundred thousand million billion trillion dozen half if for when as base pi sin cos " +
    "tan ln log negative infinity sqrt score googol tens hundreds thousands millions billions halves thirds quarters fourths " +
    "fifths sixths sevenths eighths ninths tenths hundredths thousandths millionths third quarter fourth fifth sixth seventh " +
    "eighth ninth tenth hundredth thousandth millionth"
  ).split(" ")
)
/** Dropped like what is counted: one kind of each is meant. */
const WORD = /^[A-Za-z°][A-Za-z°'’-]*$/

const SPOKEN: ReadonlyArray<readonly [RegExp, string]> = [
  [/²/g, "^2"],
  [/³/g, "^3"],
  [/\b(?:square|sq)\s+([A-Za-z]+)$/i, "$1^2"],
  [/\b(?:cubic|cu)\s+([A-Za-z]+)$/i, "$1^3"],
  [/\s+squared$/i, "^2"],
  [/\s+cubed$/i, "^3"],
  [/^mph$/i, "mi/h"],
  [/^kph$/i, "km/h"],
  [/\s+(?:per|an|a)\s+/gi, "/"],
  [/\s*\/\s*/g, "/"]
]

/** The unit that words behind a number are, as it is written (`cm^2`, `mi/h`); "" for none to keep; null for what is none. */
export const unitIn = (words: string): string | null => {
  let text = words.replaceAll(".", "").trim()
  for (const [pattern, unit] of SPOKEN) text = text.replace(pattern, unit)
  if (text === "" || /^[€£¥₹$]$/.test(text)) return ""
  const parts = text.split("/").map(single)
  if (parts.length > 2 || parts.includes(null)) return null
  // Of something counted a unit: `apples per day` is a number of apples.
  if (parts.includes("")) return ""
  return parts.join("/")
}

const single = (text: string): string | null => {
  const [, name, power = ""] = /^(.*?)(\^[23])?$/.exec(text)!
  const known = UNITS.get(name!) ?? (name!.length > 1 ? UNITS.get(name!.toLowerCase()) : undefined)
  if (known !== undefined) return known.symbol + power
  const words = name!.trim().split(/\s+/)
  const isCounted = words.every(
    (word) => WORD.test(word) && (word.length > 1 || word === "°") && !NO_UNITS.has(word.toLowerCase())
  )
  return isCounted && (power === "" || words.length === 1) ? "" : null
}

/** How many of unit `b` one of unit `a` is; null where they measure different things. Both as `unitIn` writes them. */
export const ratioOf = (a: string, b: string): Rational | null => {
  const [left, right] = [measured(a), measured(b)]
  if (left === null || right === null || left.kind !== right.kind) return null
  return multiply(left.size, { top: right.size.bottom, bottom: right.size.top })
}

const measured = (written: string): Unit | null => {
  const [above, below] = written.split("/").map(powerOf)
  if (above == null) return null
  if (below === undefined) return above
  return below && { kind: `${above.kind}/${below.kind}`, size: multiply(above.size, inverse(below.size))! }
}

const inverse = ({ top, bottom }: Rational): Rational => ({ top: bottom, bottom: top })

const powerOf = (written: string): Unit | null => {
  const [name, power = "1"] = written.split("^")
  const unit = UNITS.get(name!)
  if (unit === undefined) return null
  let size = ONE
  for (let n = 0; n < Number(power); n++) size = multiply(size, unit.size)!
  return { kind: power === "1" ? unit.kind : `${unit.kind}^${power}`, size }
}
