/**
 * Double factorials of variables, `(2n - 1)!!`, by factorials: `\frac{(2n)!}{2^n n!}`. Those of numbers are read as they are.
 */

/** Of a letter with an even factor and a whole number: twice as much and an odd number, or an even one. */
const DOUBLE = /\(\s*2\s*([a-z])\s*(?:([+-])\s*(\d{1,3})\s*)?\)\s*!\s*!(?!\s*!)/g

export const withoutDoubleFactorials = (text: string): string =>
  text.includes("!")
    ? text.replaceAll(DOUBLE, (_, letter: string, sign = "+", number = "0") => written(letter, Number(`${sign}${number}`)))
    : text

/** The even ones are halved; the odd ones are all without the even ones. */
const written = (letter: string, rest: number): string => {
  const evens = (half: number) => `2^{${letter}${signed(half)}}(${letter}${signed(half)})!`
  if (rest % 2 === 0) return `(${evens(rest / 2)})`
  return `\\frac{(2${letter}${signed(rest + 1)})!}{${evens((rest + 1) / 2)}}`
}

const signed = (number: number): string => (number === 0 ? "" : number < 0 ? `${number}` : `+${number}`)
