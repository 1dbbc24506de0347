/** The one error of this room: an environment variable holds what it cannot mean. */

import * as Schema from "effect/Schema"

import { didYouMean } from "../text/near.ts"
import { visible } from "../text/visible.ts"

/**
 * A variable holds what it cannot mean. The sentence names it: whoever reads that may have set it long ago, or never.
 *
 * @public
 */
export class VariableInvalid extends Schema.TaggedError<VariableInvalid>()("VariableInvalid", {
  name: Schema.String,
  /** null: a secret, which is not printed. */
  value: Schema.NullOr(Schema.String),
  /** What stands behind "it must be". */
  expected: Schema.String,
  /** All that it may be, where that is a list. */
  options: Schema.optionalKey(Schema.Array(Schema.String))
}) {
  readonly badInput = true
  override get message() {
    if (this.value === null) return `${this.name} cannot be used; it must be ${this.expected}.`
    const near = didYouMean(this.value, this.options ?? [])
    return `${this.name} is "${visible(this.value)}"; it must be ${this.expected}.${near}`
  }
  /** For a variable that is to be one of several words. */
  static among(name: string, value: string, options: ReadonlyArray<string>): VariableInvalid {
    return new VariableInvalid({ name, value, expected: `one of ${options.join(", ")}`, options })
  }
}
