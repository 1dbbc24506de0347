/**
 * What a stage asked a policy: how many problems were wanted, how many there were, and how many had a prompt that leaves room for
 * an answer in the policy's context. Evaluations and RL runs have this table.
 */

import { Column } from "../src/store/schema/Column.ts"
import { Table } from "../src/store/schema/Table.ts"

export const Asked = Table.make("asked", "What problems a policy was asked, of those that were wanted; one row", {
  suite: Column.utf8("problem suite"),
  wanted: Column.int32("problems wanted: evaluate.problems, or rl.prompts of each step"),
  found: Column.int32("problems of the suite"),
  asked: Column.int32("problems that were asked, or that prompts were drawn from"),
  withoutRoom: Column.int32("problems wanted whose prompt leaves no room for an answer in the context, and that were not asked"),
  longestPrompt: Column.int32("tokens of the longest prompt among the problems wanted"),
  context: Column.int32("tokens of the policy's context")
})
