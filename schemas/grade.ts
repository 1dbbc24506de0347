/**
 * How a completion was graded, under both profiles: the branch of the verifier that was entered first, the one that answered, the
 * answer, or why there is none. The class of a completion does not depend on the profile. Every table of completions has these
 * columns, and those of how it ended.
 */

import { Column } from "../src/store/schema/Column.ts"

export const gradeColumns = {
  format: Column.utf8("class of the completion"),
  subStyle: Column.utf8("variant inside the format"),
  attempted: Column.utf8("branch entered first, corrected profile"),
  answered: Column.utf8("branch that gave the answer, or none"),
  answer: Column.nullable(Column.utf8("answer in canonical form")),
  error: Column.nullable(Column.utf8("why there is no answer")),
  correct: Column.bool("right under the corrected profile"),
  paperBranch: Column.utf8("branch entered first under the paper's profile: its format label"),
  paperAnswered: Column.utf8("branch that gave the answer under the paper's profile, or none"),
  paperAnswer: Column.nullable(Column.utf8("answer under the paper's profile")),
  paperError: Column.nullable(Column.utf8("why there is none under the paper's profile")),
  paperCorrect: Column.bool("right under the paper's profile")
}

/** How completions end. Only the first is an end that the model chose. */
export const endings = ["end of text", "maxNewTokens", "context", "no room"] as const
export type Ending = (typeof endings)[number]

export const endingColumns = {
  truncated: Column.bool("ended without an end of text"),
  ending: Column.utf8("end of text, or what cut it: maxNewTokens, context; no room: the prompt was too long, and was not asked")
}
