/**
 * Whether a row can be a problem: it has a question, and a reference answer that completions can be graded against. Said of the
 * row alone when data are read, so that no verdict on a reference depends on what a model writes.
 */

import { gradable } from "../../formats/grade.ts"
import { visible } from "../../text/visible.ts"
import type { DatasetRow } from "../Dataset.ts"
import { sources } from "../registry.ts"
import type { RowFault } from "./load.ts"

/** Longest answer that is quoted in whole. */
const QUOTED = 80

/** Why nobody can be asked a row and graded for it, or null. */
export const referenceFault = ({ source, file, row, question, answer }: DatasetRow): RowFault | null => {
  const fault = (problem: string): RowFault => ({ file, row, field: "", problem })
  if (question === "") return fault("has no question")
  if (answer === null) return fault("states no answer")
  const why = gradable(answer, sources.find(({ name }) => name === source)?.answers)
  if (why === null) return null
  const quoted = answer.length <= QUOTED ? answer : `${answer.slice(0, QUOTED - 1)}…`
  return fault(`has the answer "${visible(quoted)}", which cannot be graded: it ${why}`)
}
