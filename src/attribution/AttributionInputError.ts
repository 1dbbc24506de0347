/** The one error of this room: documents, labels or sequences that do not fit together. */

import * as Schema from "effect/Schema"

export class AttributionInputError extends Schema.TaggedError<AttributionInputError>()("AttributionInputError", {
  field: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Attribution input "${this.field}" cannot be used: ${this.detail}`
  }
}

/** Fails unless `tokens` and `offsets` are documents one after another, with one label below `classes` for each. */
export const requireDocuments = (
  tokens: Int32Array,
  offsets: Int32Array,
  labels: ArrayLike<number>,
  classes: number,
  field: string
): void => {
  const documents = offsets.length - 1
  const fail = (detail: string): never => {
    throw new AttributionInputError({ field, detail })
  }
  if (documents < 1) fail("there are no documents")
  if (offsets[0] !== 0 || offsets[documents] !== tokens.length) fail(`the offsets do not span the ${tokens.length} tokens`)
  for (let d = 0; d < documents; d++) if (offsets[d + 1]! < offsets[d]!) fail(`document ${d} ends before it starts`)
  if (labels.length !== documents) fail(`${labels.length} labels for ${documents} documents`)
  for (let d = 0; d < documents; d++) {
    if (!(Number.isInteger(labels[d]) && labels[d]! >= 0 && labels[d]! < classes)) {
      fail(`document ${d} has label ${labels[d]}, but there are ${classes} classes`)
    }
  }
}
