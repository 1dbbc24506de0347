/** What is wrong with a folder that is to be a model in Hugging Face's format, or to become one. */

import * as Schema from "effect/Schema"

import { visible } from "../text/visible.ts"

/** A file of a model cannot be used: which one, what about it, and what helps. */
export class ModelFolderInvalid extends Schema.TaggedError<ModelFolderInvalid>()("ModelFolderInvalid", {
  file: Schema.String,
  /** What follows the file's name in a sentence, without a full stop. */
  problem: Schema.String,
  /** A sentence. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return `${visible(this.file)} ${this.problem}.${this.remedy === undefined ? "" : ` ${this.remedy}`}`
  }
}
