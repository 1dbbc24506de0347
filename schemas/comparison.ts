/** What the stage compare writes: numbers before and after. */

import { Column } from "../src/store/schema/Column.ts"
import { Kind } from "../src/store/schema/Kind.ts"
import { Table } from "../src/store/schema/Table.ts"

export const Comparisons = Table.make("comparisons", "A number before and after, paired by problem, a row a number", {
  suite: Column.utf8("set of problems"),
  metric: Column.utf8(
    "pass@1, pass@k, majority@k, share, accuracy; format distance: the total variation between the shares before and after"
  ),
  k: Column.int32("k of pass@k and majority@k; 0 elsewhere"),
  decoding: Column.utf8("greedy or sampled"),
  slice: Column.utf8("all, or what the number is restricted to"),
  before: Column.float64("estimate before"),
  after: Column.float64("estimate after"),
  difference: Column.float64("after - before"),
  low: Column.nullable(Column.float64("lower end of the difference's 95 % interval, paired by problem")),
  high: Column.nullable(Column.float64("upper end")),
  p: Column.nullable(Column.float64("two-sided: McNemar exact for greedy pass@1, paired bootstrap elsewhere")),
  n: Column.int32("problems")
})

export const Crossings = Table.make("crossings", "Where pass@k after RL falls below pass@k before, a row a suite", {
  suite: Column.utf8("set of problems"),
  k: Column.nullable(Column.int32("smallest such k; null: none up to the samples")),
  low: Column.nullable(Column.int32("lower end of its 95 % interval, by resampling problems; null: beyond the samples")),
  high: Column.nullable(Column.int32("upper end; null: beyond the samples")),
  samples: Column.int32("completions of each problem, before and after"),
  n: Column.int32("problems")
})

export const Coverages = Table.make("coverages", "Problems that two sets of samples solve, a row a suite and pair of sets", {
  suite: Column.utf8("set of problems"),
  versus: Column.utf8("what samples before RL are held against: after RL, or the same policy sampled again (the control)"),
  samples: Column.int32("completions of each problem in each set: half of those there are"),
  kept: Column.int32("problems solved by both"),
  lost: Column.int32("by the first alone"),
  found: Column.int32("by the second alone"),
  neither: Column.int32("by neither")
})

export const Comparison = Kind.make("comparison", "What changed between two evaluations of the same problems", {
  tables: { comparisons: Comparisons, crossings: Crossings, coverages: Coverages }
})
