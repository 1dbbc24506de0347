/** A probability behind the name of a reward, as in `coin:.3`. */

import { decimalFrom } from "../../text/decimal.ts"

/** The probability that a text says, above 0 and below 1; or what is wrong with it, as the end of a sentence. */
export const probabilityIn = (text: string): number | { readonly problem: string } => {
  const value = decimalFrom(text)
  if (value === undefined) return { problem: `"${text}" is no number` }
  return value > 0 && value < 1 ? value : { problem: `${value} is not above 0 and below 1` }
}
