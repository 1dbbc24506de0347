/**
 * DAPO's soft overlong punishment (Yu et al. 2025, arXiv 2503.14476), added to the reward of a completion of `length` tokens:
 *
 *   0                                                    up to maxLength - buffer
 *   -(length - (maxLength - buffer)) / buffer * factor   from there, down to -factor at maxLength
 */

import * as Param from "../../dag/Param.ts"
import { RlInputError } from "../packed/RlInputError.ts"

export const OverlongParams = {
  overlongBuffer: Param.nullable(
    Param.integer(16, "soft overlong punishment (DAPO): it grows over the last so many tokens before the limit; null: none", {
      min: 1
    }),
    null
  ),
  overlongFactor: Param.number(1, "soft overlong punishment at the limit", { above: 0 })
}

/** The punishment, 0 or below. Throws `RlInputError` for a buffer that is not above 0 or longer than `maxLength`. */
export const overlongPenalty = (length: number, maxLength: number, buffer: number, factor: number): number => {
  if (!(buffer > 0 && buffer <= maxLength)) {
    throw new RlInputError({ field: "buffer", detail: `it must be above 0 and at most maxLength (${maxLength}); got ${buffer}` })
  }
  const over = length - (maxLength - buffer)
  return over <= 0 ? 0 : (-over / buffer) * factor
}
