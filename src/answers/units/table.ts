/**
 * The units that are known, by their signs and names, and what each measures: its size and its powers of base units. Prefixes are
 * taken off when a unit is looked up, so that `kilo` stands once and not at every unit.
 */

import { multiply, type Rational } from "../mathematics/rational.ts"
import { numeralIn } from "../numeral.ts"

export interface Unit {
  /** How it is written in an answer's text; read again it is the same unit. */
  readonly written: string
  readonly name: string
  /** How many base units it is, but for pi. */
  readonly size: Rational
  /** Powers of base units: `m`, `g`, `s`, `dollar`. The power of `pi` is a number: a radian is 180/pi degrees. */
  readonly powers: Readonly<Record<string, number>>
}

/** Signs keep their capitals (`mW`, `MW`); names have none, and an `s` behind them. `up`, `all`: which prefixes it takes. */
type Row = readonly [signs: string, names: string, size: string, powers: string, prefixes?: "up" | "all"]

const LENGTHS: ReadonlyArray<Row> = [
  ["m", "meter metre", "1", "m", "all"],
  ["in", "inch inches", "0.0254", "m"],
  ["ft", "foot feet", "0.3048", "m"],
  ["yd yds", "yard", "0.9144", "m"],
  ["mi", "mile", "1609.344", "m"],
  ["nmi", "", "1852", "m"],
  ["", "furlong", "201.168", "m"],
  ["", "fathom", "1.8288", "m"],
  ["", "angstrom", "1e-10", "m"],
  ["ly", "lightyear", "9460730472580800", "m"],
  ["", "acre", "4046.8564224", "m2"],
  ["ha", "hectare", "10000", "m2"],
  ["l L", "liter litre", "0.001", "m3", "all"],
  ["cc ccm", "", "1e-6", "m3"],
  ["gal", "gallon", "0.003785411784", "m3"],
  ["qt qts", "quart", "0.000946352946", "m3"],
  ["pt pts", "pint", "0.000473176473", "m3"],
  ["", "cup", "0.0002365882365", "m3"],
  ["floz", "", "0.0000295735295625", "m3"],
  ["tbsp tbs", "tablespoon", "0.00001478676478125", "m3"],
  ["tsp", "teaspoon", "0.00000492892159375", "m3"],
  ["bbl", "barrel", "0.158987294928", "m3"],
  ["mph", "", "0.44704", "m s-1"],
  ["kph kmph kmh", "", "5/18", "m s-1"],
  ["kn", "knot", "463/900", "m s-1"],
  ["mpg", "", "1609344000000000/3785411784", "m-2"]
]

const MASSES: ReadonlyArray<Row> = [
  ["g", "gram gramme", "1", "g", "all"],
  ["lb lbs", "pound", "453.59237", "g"],
  ["oz", "ounce", "28.349523125", "g"],
  ["", "tonne", "1000000", "g"],
  ["", "ton", "907184.74", "g"],
  ["", "stone", "6350.29318", "g"],
  ["", "carat", "0.2", "g"],
  ["", "kilo", "1000", "g"],
  ["lbf", "", "4448.2216152605", "g m s-2"],
  ["N", "newton", "1000", "g m s-2", "all"],
  ["Nm", "", "1000", "g m2 s-2"],
  ["dyn", "dyne", "0.01", "g m s-2"],
  ["J", "joule", "1000", "g m2 s-2", "all"],
  ["cal", "calorie", "4184", "g m2 s-2", "all"],
  ["Wh", "watthour", "3600000", "g m2 s-2", "all"],
  ["eV", "electronvolt", "1.602176634e-16", "g m2 s-2", "all"],
  ["", "erg", "0.0001", "g m2 s-2"],
  ["BTU", "", "1055055.85262", "g m2 s-2"],
  ["W", "watt", "1000", "g m2 s-3", "all"],
  ["hp", "horsepower", "745699.87158227022", "g m2 s-3"],
  ["Pa", "pascal", "1000", "g m-1 s-2", "all"],
  ["bar", "bar", "100000000", "g m-1 s-2", "all"],
  ["atm", "atmosphere", "101325000", "g m-1 s-2"],
  ["mmHg", "torr", "2533125/19", "g m-1 s-2"],
  ["A", "amp ampere", "1", "A", "all"],
  ["C", "coulomb", "1", "A s", "all"],
  ["Ah", "", "3600", "A s", "all"],
  ["V", "volt", "1000", "g m2 s-3 A-1", "all"],
  ["Ω", "ohm", "1000", "g m2 s-3 A-2", "all"],
  ["F", "farad", "0.001", "g-1 m-2 s4 A2", "all"],
  ["H", "henry henries", "1000", "g m2 s-2 A-2", "all"],
  ["T", "tesla", "1000", "g s-2 A-1", "all"],
  ["mol", "mole", "1", "mol", "all"]
]

const TIMES: ReadonlyArray<Row> = [
  ["s sec secs", "second", "1", "s", "all"],
  ["min mins", "minute", "60", "s"],
  ["h hr hrs", "hour", "3600", "s"],
  ["", "day", "86400", "s"],
  ["wk wks", "week", "604800", "s"],
  ["", "fortnight", "1209600", "s"],
  // A year is no number of days.
  ["mo mos", "month", "1", "month"],
  ["yr yrs", "year", "12", "month"],
  ["", "decade", "120", "month"],
  ["", "century centuries", "1200", "month"],
  ["", "millennium millennia", "12000", "month"],
  ["Hz", "hertz", "1", "s-1", "all"],
  ["bit", "bit", "1", "bit", "up"],
  ["B", "byte", "8", "bit", "up"],
  ["KB", "", "8000", "bit"],
  ["KiB", "kibibyte", "8192", "bit"],
  ["MiB", "mebibyte", "8388608", "bit"],
  ["GiB", "gibibyte", "8589934592", "bit"],
  ["TiB", "tebibyte", "8796093022208", "bit"],
  ["Kb", "", "1000", "bit"],
  ["Mb", "", "1e6", "bit"],
  ["Gb", "", "1e9", "bit"],
  ["Tb", "", "1e12", "bit"],
  ["bps", "", "1", "bit s-1", "up"],
  ["Bps", "", "8", "bit s-1", "up"],
  ["Kbps", "", "1000", "bit s-1"],
  ["KBps", "", "8000", "bit s-1"],
  // Work of people, which is no time.
  ["", "manhour", "1", "manhour"],
  ["", "manday", "1", "manday"]
]

const OTHERS: ReadonlyArray<Row> = [
  ["° deg", "degree", "1", "degree"],
  ["arcmin", "arcminute", "1/60", "degree"],
  ["arcsec", "arcsecond", "1/3600", "degree"],
  ["rev revs", "revolution turn", "360", "degree"],
  ["", "gradian gon", "0.9", "degree"],
  ["rad rads", "radian", "180", "degree pi-1", "all"],
  ["rpm", "", "6", "degree s-1"],
  // A temperature is no difference of temperatures, and these begin at different zeros.
  ["°C degC", "celsius centigrade", "1", "celsius"],
  ["°F degF", "fahrenheit", "1", "fahrenheit"],
  ["K", "kelvin", "1", "kelvin"],
  ["$ USD", "dollar buck", "1", "dollar"],
  ["¢", "cent penny pennies", "0.01", "dollar"],
  ["€ EUR", "euro", "1", "euro"],
  ["£ GBP", "quid", "1", "sterling"],
  ["", "pence", "0.01", "sterling"],
  ["¥ JPY", "yen", "1", "yen"],
  ["₹ INR Rs", "rupee", "1", "rupee"],
  ["RMB CNY", "yuan", "1", "yuan"],
  ["", "peso", "1", "peso"],
  ["", "ruble rouble", "1", "ruble"],
  ["", "franc", "1", "franc"],
  ["", "unit", "1", "unit"],
  ["ppm", "", "1", "ppm"],
  ["ppb", "", "0.001", "ppm"],
  ["am", "", "1", "am"],
  ["pm", "", "1", "pm"]
]

/** Those that measures are given in. */
const PREFIXES: ReadonlyArray<readonly [sign: string, name: string, size: string]> = [
  ["p", "pico", "1e-12"],
  ["n", "nano", "1e-9"],
  ["µ", "micro", "1e-6"],
  ["m", "milli", "0.001"],
  ["c", "centi", "0.01"],
  ["d", "deci", "0.1"],
  ["h", "hecto", "100"],
  ["k", "kilo", "1000"],
  ["M", "mega", "1000000"],
  ["G", "giga", "1000000000"],
  ["T", "tera", "1e12"],
  ["P", "peta", "1e15"]
]

interface Entry extends Unit {
  readonly isSign: boolean
  readonly prefixes: "none" | "up" | "all"
}

const SIGNS = new Map<string, Entry>()
const NAMES = new Map<string, Entry>()

/** One letter behind a number is a variable unless it is one of these; the others are units in a command for text only. */
export const LETTERS = new Set(["m", "s", "g", "h", "l", "L"])

const rationalOf = (text: string): Rational => numeralIn(text)!.value

const powersOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text
      .split(" ")
      .map((part) => /^([A-Za-z]+)(-?\d)?$/.exec(part)!)
      .map((found) => [found[1]!, Number(found[2] ?? 1)])
  )

for (const [signs, names, size, powers, prefixes = "none"] of [...LENGTHS, ...MASSES, ...TIMES, ...OTHERS]) {
  const [sign] = signs.split(" ")
  const [name] = names.split(" ")
  const isSign = sign !== "" && /^[A-Za-z]+$/.test(sign!) && (sign!.length > 1 || LETTERS.has(sign!))
  const entry: Entry = {
    written: isSign ? sign! : name || signs.split(" ")[1]!,
    name: name || sign!,
    size: rationalOf(size),
    isSign,
    powers: powersOf(powers),
    prefixes
  }
  for (const known of signs.split(" ").filter(Boolean)) SIGNS.set(known, entry)
  for (const known of names.split(" ").filter(Boolean)) {
    NAMES.set(known, entry)
    NAMES.set(`${known}s`, entry)
  }
}

/** By one of its names, `written` with its prefix. */
const prefixed = (text: string, table: ReadonlyMap<string, Entry>, isName: boolean): Unit | undefined => {
  const whole = table.get(text)
  if (whole !== undefined) return whole
  for (const [sign, name, size] of PREFIXES) {
    const prefix = isName ? name : sign
    if (!text.startsWith(prefix)) continue
    const entry = table.get(text.slice(prefix.length).replace(/^-/, ""))
    if (entry === undefined || entry.prefixes === "none" || (entry.prefixes === "up" && !"kMGTP".includes(sign))) continue
    // `newton`, and not `N`, stands alone; with a prefix a sign has two letters.
    const written = !entry.isSign ? `${name}${entry.written}` : `${sign === "µ" ? "u" : sign}${entry.written}`
    return { written, name: written, size: multiply(entry.size, rationalOf(size))!, powers: entry.powers }
  }
  return undefined
}

/** Signs of two letters that are rather two variables where they touch a number. */
const RARE = new Set(["hm", "hs", "hg", "hl", "dg", "ds", "pg", "pl", "ps", "pm", "am"])

/** Whether two letters are the sign of a unit as it is written, and one that people write. */
export const isSign = (text: string): boolean => !RARE.has(text) && prefixed(text, SIGNS, false) !== undefined

/** A unit by its sign or its name, in capitals or not where that leaves one: `KG`, and not `MG`, a milligram or a megagram. */
export const unitNamed = (text: string): Unit | undefined => {
  const sign = prefixed(text, SIGNS, false) ?? prefixed(text.replace(/^[μu]/, "µ"), SIGNS, false) ?? SMALL.get(text)
  if (sign !== undefined || text.length < 2) return sign
  const small = text.toLowerCase()
  return prefixed(small, NAMES, true) ?? (isOfTwoCases(small) ? undefined : prefixed(small, SIGNS, false)) ?? FOLDED.get(small)
}

/**
 * Whether a sign in small letters is that of another unit in capitals: milli and mega, pico and peta, bits and bytes (`BPS`).
 */
const isOfTwoCases = (small: string): boolean =>
  /^[kmgtp]?bps$/.test(small) ||
  (/^[mp]/.test(small) && small !== "pm" && prefixed(`${small[0]!.toUpperCase()}${small.slice(1)}`, SIGNS, false) !== undefined)

const written = (sign: string) => [sign.toLowerCase(), prefixed(sign, SIGNS, false)!] as const

/** `MHZ`, `kwh`: signs that have capitals, of those that are written in one way only. */
const FOLDED = new Map("Hz kHz MHz GHz kJ kW kWh kPa kV dL BTU USD EUR GBP Wh".split(" ").map(written))
/** Data in small letters; in others a `b` is a bit and a `B` a byte. */
const SMALL = new Map("kB MB GB TB PB kbps Mbps Gbps Tbps".split(" ").map(written))
