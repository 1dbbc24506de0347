/** A query that did not run: DuckDB's message, with its caret, and what we can add to it. */

import * as Schema from "effect/Schema"

export class SqlFailed extends Schema.TaggedError<SqlFailed>()("SqlFailed", {
  problem: Schema.String,
  hint: Schema.String,
  /** The query is right, but this machine cannot answer it, or not write the answer down. */
  tooLarge: Schema.optionalKey(Schema.Boolean)
}) {
  /** Whether it is the query that has to be changed. */
  get badInput() {
    return this.tooLarge !== true
  }
  override get message() {
    return this.hint === "" ? this.problem : `${this.problem}\n\n${this.hint}`
  }
}
