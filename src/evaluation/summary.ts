/** From graded completions to the rows of an evaluation: every completion, and every summary number with its 95 % interval. */

import type { SuiteProblem } from "../../schemas/corpus.ts"
import type { Evaluations, Scores } from "../../schemas/evaluation.ts"
import type { Ending } from "../../schemas/grade.ts"
import { gradeUnderBoth } from "../formats/grade.ts"
import { formatNames, invalid } from "../formats/registry.ts"
import { minimumOf } from "../lists/large.ts"
import type { Table } from "../store/schema/Table.ts"
import { type Completions, gradeRow } from "./complete.ts"
import { type Diversity, diversity } from "./metrics/diversity.ts"
import { shareEntropy } from "./metrics/format-shares.ts"
import { guessedRight } from "./metrics/guessing.ts"
import { majorityAtK } from "./metrics/majority.ts"
import { ksUpTo, passAtKByProblem } from "./metrics/pass-at-k.ts"
import { votesOf } from "./metrics/votes.ts"
import { bootstrap, bootstrapMean, type BootstrapOptions, bootstrapProbability, bootstrapShare } from "./statistics/bootstrap.ts"
import { wilson } from "./statistics/intervals.ts"

export type Attempt = Table.Input<typeof Scores>
type Summary = Table.Input<typeof Evaluations>

/** One row a completion, graded under both profiles. */
export const scoreRows = (
  problems: ReadonlyArray<SuiteProblem>,
  completions: Completions,
  suite: string,
  decoding: "greedy" | "sampled"
): Array<Attempt> =>
  completions.texts.map((text, row) => {
    const problem = problems[Math.floor(row / completions.samples)]!
    return {
      suite,
      decoding,
      problem: problem.problem,
      difficulty: problem.steps,
      sample: row % completions.samples,
      question: problem.question,
      text,
      tokens: completions.tokens[row]!,
      logProb: completions.logProbs[row]!.reduce((sum, logProb) => sum + logProb, 0),
      ...gradeRow(gradeUnderBoth(text, problem.answer)),
      gold: problem.answer,
      truncated: completions.endings[row] !== "end of text",
      ending: completions.endings[row]!
    }
  })

/** The rows of problems that were not asked: wrong, since nothing was answered, and said to be so. */
export const unaskedRows = (
  problems: ReadonlyArray<SuiteProblem>,
  samples: number,
  suite: string,
  decoding: "greedy" | "sampled"
): Array<Attempt> =>
  problems.flatMap((problem) =>
    Array.from({ length: samples }, (_, sample) => ({
      suite,
      decoding,
      problem: problem.problem,
      difficulty: problem.steps,
      sample,
      question: problem.question,
      text: "",
      tokens: [],
      logProb: 0,
      ...gradeRow(gradeUnderBoth("", problem.answer)),
      error: NOT_ASKED,
      paperError: NOT_ASKED,
      gold: problem.answer,
      truncated: true,
      ending: "no room" satisfies Ending
    }))
  )

const NOT_ASKED = "not asked: the prompt leaves no room for an answer in the context"

/** How one profile reads a completion. */
interface Reading {
  readonly right: (attempt: Attempt) => boolean
  readonly answer: (attempt: Attempt) => string | null
  /** Its format; the paper's profile calls the branch of its verifier so. */
  readonly label: (attempt: Attempt) => string
}

const READINGS: Readonly<Record<"corrected" | "paper", Reading>> = {
  corrected: { right: ({ correct }) => correct, answer: ({ answer }) => answer, label: ({ format }) => format },
  paper: {
    right: ({ paperCorrect }) => paperCorrect,
    answer: ({ paperAnswer }) => paperAnswer,
    label: ({ paperBranch }) => paperBranch
  }
}

/** Every summary number of an evaluation, under both profiles. */
export const summarise = (attempts: ReadonlyArray<Attempt>, suite: string, seed: number): Array<Summary> =>
  (["corrected", "paper"] as const).flatMap((profile) =>
    (["greedy", "sampled"] as const).flatMap((decoding) => {
      const some = attempts.filter((attempt) => attempt.decoding === decoding)
      if (some.length === 0) return []
      const labels =
        profile === "corrected" ? [...formatNames, invalid] : [...new Set(attempts.map(READINGS.paper.label))].toSorted()
      return numbersOf(some, decoding, READINGS[profile], labels, seed).map((number) => ({ suite, decoding, profile, ...number }))
    })
  )

type SummaryNumber = Omit<Summary, "suite" | "decoding" | "profile">

const numbersOf = (
  attempts: ReadonlyArray<Attempt>,
  decoding: "greedy" | "sampled",
  { right, answer, label }: Reading,
  labels: ReadonlyArray<string>,
  seed: number
): Array<SummaryNumber> => {
  const options = { seed, resamples: 1000 }
  const byProblem = [...Map.groupBy(attempts, (attempt) => attempt.problem).values()]
  // A problem that was not asked is not solved. But it has no completion that could be in a format, or cut.
  const completed = byProblem
    .map((group) => group.filter(({ ending }) => ending !== "no room"))
    .filter(({ length }) => length > 0)
  /** A share of completions: of those that `among` lets pass, the part that `hit` does. Nothing where there are none. */
  const share = (
    metric: string,
    slice: string,
    hit: (attempt: Attempt) => boolean,
    among: (attempt: Attempt) => boolean = () => true,
    groups: ReadonlyArray<ReadonlyArray<Attempt>> = byProblem
  ): Array<SummaryNumber> => {
    const of = groups.map((group) => group.filter(among).length)
    const hits = groups.map((group) => group.filter((attempt) => among(attempt) && hit(attempt)).length)
    const n = total(of)
    if (n === 0) return []
    // Decoded greedily, problems have one completion each and are independent.
    const estimate = decoding === "greedy" ? { ...wilson(total(hits), n), interval: "wilson" } : bootstrapShare(hits, of, options)
    return [{ metric, k: metric === "pass@1" ? 1 : 0, slice, value: total(hits) / n, ...estimate, n }]
  }
  const perProblem = (
    metric: string,
    k: number,
    slice: string,
    values: ArrayLike<number>,
    intervalOf: typeof bootstrapProbability = (...of) => ({ ...bootstrapMean(...of), interval: "bootstrap over problems" })
  ): SummaryNumber => ({
    metric,
    k,
    slice,
    value: total(values) / values.length,
    ...intervalOf(values, options),
    n: values.length
  })

  const difficulties = [...new Set(attempts.map((attempt) => attempt.difficulty))].toSorted((a, b) => a - b)
  const slices: ReadonlyArray<readonly [string, ReadonlyArray<ReadonlyArray<Attempt>>]> = [
    ["all", byProblem],
    ...difficulties.map((steps) => [`steps=${steps}`, byProblem.filter((group) => group[0]!.difficulty === steps)] as const)
  ]
  const solved = slices.flatMap(([slice, groups]) => {
    if (decoding === "greedy") return share("pass@1", slice, right, undefined, groups)
    const n = groups.map((group) => group.length)
    const c = groups.map((group) => group.filter(right).length)
    const votes = groups.map((group) =>
      votesOf(
        group.map((a) => ({ answer: answer(a), correct: right(a) })),
        group[0]!.gold
      )
    )
    const majority = (k: number) => groups.map((group, i) => majorityAtK(votes[i]!, group[0]!.gold, k))
    return ksUpTo(minimumOf(n)).flatMap((k) => [
      perProblem("pass@k", k, slice, passAtKByProblem(n, c, k), bootstrapProbability),
      perProblem("majority@k", k, slice, majority(k), bootstrapProbability)
    ])
  })
  const guessed = (): Array<SummaryNumber> => {
    const references = byProblem.map((group) => group[0]!.gold)
    const byOthers = guessedRight(
      byProblem.map((group) => group.map(answer)),
      references,
      seed
    )
    if (byOthers.length === 0) return []
    const n = byProblem.map((group) => group.length)
    return ksUpTo(minimumOf(n)).map((k) => {
      const each = byOthers.map((right) => passAtKByProblem(n, right, k))
      const values = references.map((_, i) => each.reduce((sum, of) => sum + of[i]!, 0) / each.length)
      return perProblem("guessed pass@k", k, "all", values, bootstrapProbability)
    })
  }
  const formats = labels.flatMap((name) => {
    const own = (attempt: Attempt) => label(attempt) === name
    const slice = `format=${name}`
    const n = byProblem.map((group) => group.length)
    const c = byProblem.map((group) => group.filter((attempt) => own(attempt) && right(attempt)).length)
    const ks = decoding === "greedy" || total(c) === 0 ? [] : ksUpTo(minimumOf(n))
    return [
      ...share("share", slice, own, undefined, completed),
      ...share("accuracy", slice, right, own, completed),
      ...share("share of right", slice, own, right),
      ...ks.map((k) => perProblem("pass@k", k, slice, passAtKByProblem(n, c, k), bootstrapProbability))
    ]
  })
  const styles = [...new Set(completed.flat().map(styleOf))].toSorted().flatMap((style) => {
    const own = (attempt: Attempt) => styleOf(attempt) === style
    const ofFormat = ({ format }: Attempt) => format === style.slice(0, style.indexOf("/"))
    const slice = `style=${style}`
    return [...share("share", slice, own, ofFormat, completed), ...share("accuracy", slice, right, own, completed)]
  })
  const distinct = (pick: (of: Diversity) => number) =>
    completed.map((group) =>
      pick(
        diversity(
          group.map(({ text }) => text),
          group.map((attempt) => (right(attempt) ? 1 : 0))
        )
      )
    )
  return [
    ...solved,
    ...(decoding === "greedy" ? [] : guessed()),
    ...formats,
    ...styles,
    ...share("truncated", "all", ({ truncated }) => truncated, undefined, completed),
    ...share("cut by context", "all", ({ ending }) => ending === "context", undefined, completed),
    ...share("no room", "all", ({ ending }) => ending === "no room"),
    formatEntropy(completed, label, options),
    ...(decoding === "greedy"
      ? []
      : [
          perProblem(
            "distinct",
            0,
            "all",
            distinct(({ distinctShare }) => distinctShare)
          ),
          perProblem(
            "distinct right",
            0,
            "all",
            distinct(({ distinctCorrect }) => distinctCorrect)
          )
        ])
  ]
}

/** `omi1/comments`: a sub-style, of which shares are those among the completions of its format. */
const styleOf = ({ format, subStyle }: Attempt): string => `${format}/${subStyle}`

const total = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

/** Entropy of the format shares. A resample's entropy is biased downwards; the interval is widened to hold the estimate. */
const formatEntropy = (
  groups: ReadonlyArray<ReadonlyArray<Attempt>>,
  label: (attempt: Attempt) => string,
  options: BootstrapOptions
): SummaryNumber => {
  const names = [...new Set(groups.flat().map(label))]
  const counts = groups.map((group) => names.map((name) => group.filter((attempt) => label(attempt) === name).length))
  const over = (chosen: ArrayLike<number>) => {
    const sums = names.map(() => 0)
    for (let i = 0; i < chosen.length; i++) for (let f = 0; f < sums.length; f++) sums[f]! += counts[chosen[i]!]![f]!
    return shareEntropy(sums).nats
  }
  const value = over(groups.map((_, i) => i))
  const { low, high } = bootstrap(groups.length, over, options)
  return {
    metric: "format entropy",
    k: 0,
    slice: "all",
    value,
    low: Math.min(low, value),
    high: Math.max(high, value),
    interval: "bootstrap over problems",
    n: groups.flat().length
  }
}
