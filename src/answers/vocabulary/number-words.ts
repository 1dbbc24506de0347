/**
 * Words for numbers behind a number: what multiplies it (`dozen`, `lakh`), what divides it (`sixteenths`), and what is a number
 * of its own (`5 six` is none).
 */

const ILLIONS = "million billion trillion quadrillion quintillion sextillion septillion octillion nonillion decillion".split(" ")

const MULTIPLIERS = new Map<string, bigint>(
  [
    ["dozen", 12n] as const,
    ["gross", 144n] as const,
    ["hundred", 100n] as const,
    ["thousand", 1000n] as const,
    ["grand", 1000n] as const,
    ["lakh", 100_000n] as const,
    ["crore", 10_000_000n] as const,
    ...ILLIONS.map((name, i) => [name, 1000n ** BigInt(i + 2)] as const)
  ].flatMap(([name, size]) => [[name, size] as const, [`${name}s`, size] as const])
)
MULTIPLIERS.set("tens", 10n)
for (const name of ["milliard", "milliards"]) MULTIPLIERS.set(name, 10n ** 9n)

/** What a word multiplies the number before it by; undefined where it does not. */
export const multiplierNamed = (word: string): bigint | undefined => MULTIPLIERS.get(word)

const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ")
/** From the third on; a second is a time. */
const ORDINALS = (
  "third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth " +
  "eighteenth nineteenth"
).split(" ")

const FRACTIONS = new Map<string, bigint>()
const addFraction = (one: string, bottom: bigint, several = `${one}s`) => {
  FRACTIONS.set(one, bottom)
  FRACTIONS.set(several, bottom)
}
addFraction("half", 2n, "halves")
addFraction("quarter", 4n)
for (const [i, name] of ORDINALS.entries()) addFraction(name, BigInt(i + 3))
for (const [i, ten] of TENS.entries()) {
  const size = BigInt(10 * (i + 2))
  addFraction(ten.replace(/y$/, "ieth"), size)
  for (const [j, name] of ORDINALS.slice(0, 7).entries()) addFraction(`${ten}-${name}`, size + BigInt(j + 3))
}
for (const [name, size] of MULTIPLIERS) {
  if (name.endsWith("s") || size < 100n || name === "grand" || name === "lakh" || name === "crore") continue
  addFraction(`${name}th`, size)
  addFraction(`ten-${name}th`, 10n * size)
  addFraction(`hundred-${name}th`, 100n * size)
}

/** What a word divides the number before it by (`3 sixteenths`), and whether it is said of one; undefined where it does not. */
export const fractionNamed = (word: string): { readonly bottom: bigint; readonly isOne: boolean } | undefined => {
  const bottom = FRACTIONS.get(word)
  return bottom === undefined ? undefined : { bottom, isOne: !word.endsWith("s") }
}

const OTHERS = new Set(
  (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen " +
    "nineteen second halfs thou mil mill score scores googol googols googolplex googolplexes umpteen " +
    "myriad myriads naught nought nil tens " +
    "ones twos threes fours " +
    "fives sixes sevens eights nines zeros zeroes"
  ).split(" ")
)

/** Whether a word is a number, a multiplier or a fraction, of those that are known or of any that are formed like them. */
export const isNumberWord = (word: string): boolean =>
  OTHERS.has(word) ||
  TENS.includes(word) ||
  MULTIPLIERS.has(word) ||
  FRACTIONS.has(word) ||
  /(?:illions?|illionths?|teenths?|tieths?|fold)$/.test(word)
