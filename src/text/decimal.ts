/**
 * Numbers as people type them: `5`, `-0.5`, `.5`, `5.`, `+5`, `1e3`, ` 5`. One rule for every flag and setting. What another
 * program reads in another way (`0x10`, `1_000`, `1,000`, `Infinity`) is no number here, and neither is one that a double cannot
 * hold: it would be another number than the one that was typed.
 */

const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?$/

/** The number that a text says; undefined where it says none, or one beyond what a double can tell from its neighbours. */
export const decimalFrom = (text: string): number | undefined => {
  const trimmed = text.trim()
  const match = DECIMAL.exec(trimmed)
  if (match === null) return undefined
  const value = Number(trimmed)
  const [, digits = "", exponent = "0"] = match
  if (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(digits))) return undefined
  return Number.isInteger(value) && !isExactly(value, digits, Number(exponent)) ? undefined : value
}

/** A double tells numbers of so many digits apart, whatever their size. */
const TOLD_APART = 15

/** Whether a whole number that came of these digits is what they say: 9007199254740993 comes out as ...992. */
const isExactly = (value: number, digits: string, exponent: number): boolean => {
  const [whole = "", fraction = ""] = digits.split(".")
  const significant = `${whole}${fraction}`.replace(/^0+/, "").replace(/0+$/, "")
  const zeros = /0*$/.exec(`${whole}${fraction}`)![0].length
  const power = exponent - fraction.length + zeros
  if (significant.length <= TOLD_APART) return true
  return power >= 0 && power < 400 && BigInt(significant) * 10n ** BigInt(power) === BigInt(Math.abs(value))
}
