/**
 * The one error of this room: numbers that cannot be what they claim to be (lengths that disagree, an option out of range, a
 * missing reference). Pure functions throw it; a stage turns it into a failure of its own at the edge.
 */

import * as Schema from "effect/Schema"

export class RlInputError extends Schema.TaggedError<RlInputError>()("RlInputError", {
  /** What is wrong: an argument or an option, by its name. */
  field: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `RL input "${this.field}" cannot be used: ${this.detail}`
  }
}

/** Fails unless `values` has one entry per response token (or per sequence, as `what` says). */
export const requireLength = (field: string, values: ArrayLike<number>, expected: number, what = "response tokens"): void => {
  if (values.length !== expected) {
    throw new RlInputError({ field, detail: `it has ${values.length} entries, but there are ${expected} ${what}` })
  }
}
