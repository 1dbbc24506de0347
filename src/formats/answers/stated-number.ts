/** An answer that a solution states in words, where nothing is run. */

import type { Extraction } from "../Format.ts"
import { parseValue } from "./number-text.ts"

/** The number of a text that stands alone, or `complaint` and how the text begins. */
export const statedNumber = (text: string, complaint: string): Extraction => {
  const value = parseValue(text)
  return value === null ? { value, error: `${complaint}: ${text.slice(0, 60)}`, steps: 0 } : { value, steps: 0 }
}
