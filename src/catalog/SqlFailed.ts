/** A query that did not run: DuckDB's message, with its caret, and what we can add to it. */

import * as Schema from "effect/Schema"

export class SqlFailed extends Schema.TaggedError<SqlFailed>()("SqlFailed", {
  problem: Schema.String,
  hint: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return this.hint === "" ? this.problem : `${this.problem}\n\n${this.hint}`
  }
}
