/** The one error of this room: counts or samples that cannot be what they claim to be. */

import * as Schema from "effect/Schema"

export class EvaluationInputError extends Schema.TaggedError<EvaluationInputError>()("EvaluationInputError", {
  field: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Evaluation input "${this.field}" cannot be used: ${this.detail}`
  }
}

/** Fails unless the value is an integer in [minimum, maximum]. */
export const requireInteger = (field: string, value: number, minimum: number, maximum = Number.MAX_SAFE_INTEGER): void => {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new EvaluationInputError({ field, detail: `it must be an integer from ${minimum} to ${maximum}; got ${value}` })
  }
}

/** Fails on an empty sample: its mean, interval or quantile does not exist. */
export const requireSome = (field: string, values: ArrayLike<unknown>): void => {
  if (values.length === 0) throw new EvaluationInputError({ field, detail: "it is empty" })
}
