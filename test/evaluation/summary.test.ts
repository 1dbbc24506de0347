/** From graded completions to summary numbers and to differences, on completions whose numbers can be counted by hand. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import { Asked } from "../../schemas/asked.ts"
import type { SuiteProblem } from "../../schemas/corpus.ts"
import { Evaluation, Evaluations, Scores } from "../../schemas/evaluation.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { compareEvaluations } from "../../src/evaluation/compare.ts"
import { type Attempt, scoreRows, summarise } from "../../src/evaluation/summary.ts"
import { openTable } from "../../src/store/arrow/TableReader.ts"
import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

/** One completion: its answer (null: none), whether that is right, and its format. */
const attempt = (
  decoding: "greedy" | "sampled",
  problem: string,
  answer: string | null,
  correct: boolean,
  format = "omi2"
): Attempt => ({
  suite: "s",
  decoding,
  problem,
  difficulty: problem === "a" ? 1 : 2,
  sample: 0,
  question: "?",
  text: `${answer}`,
  tokens: Int32Array.of(1),
  logProb: -1,
  format,
  subStyle: "",
  attempted: format,
  answered: format,
  answer,
  error: null,
  gold: "12",
  correct,
  paperBranch: format,
  paperAnswered: format,
  paperAnswer: answer,
  paperError: null,
  paperCorrect: correct,
  truncated: answer === null,
  ending: answer === null ? "maxNewTokens" : "end of text"
})

const attempts = [
  attempt("greedy", "a", "12", true),
  attempt("greedy", "b", "7", false, "tinygsm"),
  // a: two right of four, written in two ways, against two wrong ones that agree
  attempt("sampled", "a", "12", true),
  attempt("sampled", "a", "12.0", true),
  attempt("sampled", "a", "9", false),
  attempt("sampled", "a", "9", false, "tinygsm"),
  // b: one right of four, nobody else votes twice
  attempt("sampled", "b", "12", true, "tinygsm"),
  attempt("sampled", "b", "3", false),
  attempt("sampled", "b", null, false, "invalid"),
  attempt("sampled", "b", null, false, "invalid")
]

const rows = summarise(attempts, "s", 0)
const value = (metric: string, k: number, decoding: string, slice: string) =>
  rows.find(
    (row) =>
      row.metric === metric && row.k === k && row.decoding === decoding && row.slice === slice && row.profile === "corrected"
  )?.value

describe("the summary of an evaluation", () => {
  it("has greedy pass@1 over problems, and of each difficulty", () => {
    expect(value("pass@1", 1, "greedy", "all")).toBe(0.5)
    expect(value("pass@1", 1, "greedy", "steps=1")).toBe(1)
    expect(value("pass@1", 1, "greedy", "steps=2")).toBe(0)
  })

  it("has the unbiased pass@k of the samples, a mean over problems", () => {
    // 1 - C(n - c, k) / C(n, k): a has c = 2 of n = 4, b has c = 1.
    expect(value("pass@k", 1, "sampled", "all")).toBeCloseTo((2 / 4 + 1 / 4) / 2, 12)
    expect(value("pass@k", 2, "sampled", "all")).toBeCloseTo((1 - 1 / 6 + (1 - 3 / 6)) / 2, 12)
    expect(value("pass@k", 4, "sampled", "all")).toBe(1)
    expect(value("pass@k", 3, "sampled", "all")).toBeUndefined()
  })

  it("has pass@k of each format: a right sample in that format among k", () => {
    const of = (k: number, format: string) =>
      rows.find((row) => row.metric === "pass@k" && row.k === k && row.slice === `format=${format}`)?.value
    // Right of four: a has two in omi2, b one in tinygsm.
    expect([of(1, "omi2"), of(2, "omi2"), of(4, "omi2")]).toEqual([0.25, (1 - 1 / 6) / 2, 0.5].map((x) => expect.closeTo(x, 12)))
    expect(of(2, "tinygsm")).toBeCloseTo(0.25, 12)
    expect(of(2, "invalid")).toBeUndefined()
  })

  it("lets right answers vote together however they are written, and splits ties evenly", () => {
    // a: 12 and 12.0 are two votes against two for 9; b: 12 against 3.
    expect(value("majority@k", 4, "sampled", "steps=1")).toBeCloseTo(0.5, 12)
    expect(value("majority@k", 4, "sampled", "steps=2")).toBeCloseTo(0.5, 12)
  })

  it("counts a format's share among all completions and its accuracy among its own", () => {
    expect(value("share", 0, "sampled", "format=tinygsm")).toBe(2 / 8)
    expect(value("accuracy", 0, "sampled", "format=tinygsm")).toBe(1 / 2)
    expect(value("share", 0, "sampled", "format=invalid")).toBe(2 / 8)
    expect(value("share", 0, "sampled", "format=gsm")).toBe(0)
    expect(value("accuracy", 0, "sampled", "format=gsm")).toBeUndefined()
    expect(value("truncated", 0, "sampled", "all")).toBe(2 / 8)
  })

  it("treats the samples of one problem as one observation: twice the samples, the same interval", () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      attempt("sampled", `p${i}`, "12", i % 4 === 0, i % 3 === 0 ? "tinygsm" : "omi2")
    )
    const interval = (of: ReadonlyArray<Attempt>, metric: string) => {
      const row = summarise(of, "s", 0).find((row) => row.metric === metric && row.slice === "format=tinygsm")!
      return [row.value, row.low, row.high, row.interval]
    }
    const doubled = many.flatMap((each) => [each, each, each, each])
    for (const metric of ["share", "accuracy"]) expect(interval(doubled, metric)).toEqual(interval(many, metric))
    expect(interval(doubled, "share")[3]).toBe("bootstrap over problems")
  })

  it("is not certain of a share of 0 or 1: Wilson's interval over problems", () => {
    const none = rows.find((row) => row.metric === "share" && row.decoding === "sampled" && row.slice === "format=gsm")!
    // 0 of 2 problems: z^2 / (2 + z^2).
    expect([none.low, none.interval]).toEqual([0, "wilson over problems"])
    expect(none.high).toBeCloseTo(1.959963984540054 ** 2 / (2 + 1.959963984540054 ** 2), 12)
  })

  it("is not certain of pass@k or a majority that is the same for all problems", () => {
    const right = ["a", "b", "c"].flatMap((problem) => [0, 1].map(() => attempt("sampled", problem, "12", true)))
    for (const metric of ["pass@k", "majority@k"]) {
      const row = summarise(right, "s", 0).find((row) => row.metric === metric && row.k === 2)!
      expect([row.value, row.high, row.interval]).toEqual([1, 1, "wilson over problems"])
      // 3 of 3 problems: n / (n + z^2).
      expect(row.low).toBeCloseTo(3 / (3 + 1.959963984540054 ** 2), 12)
    }
  })

  it("has every number inside its interval", () => {
    for (const { metric, value: estimate, low, high } of rows) {
      expect(low, metric).toBeLessThanOrEqual(estimate)
      expect(high, metric).toBeGreaterThanOrEqual(estimate)
    }
  })
})

const evaluation = (of: ReadonlyArray<Attempt>): Reader<typeof Evaluation> => {
  const folder = temporaryFolder()
  const scores = TableWriter.open(Scores, folder)
  for (const row of of) scores.append(row)
  scores.finish(`${folder}/scores.arrow`)
  const evaluations = TableWriter.open(Evaluations, folder)
  for (const row of summarise(of, "s", 0)) evaluations.append(row)
  evaluations.finish(`${folder}/evaluations.arrow`)
  TableWriter.open(Asked, folder).finish(`${folder}/asked.arrow`)
  return {
    digest: "",
    asked: openTable(Asked, `${folder}/asked.arrow`),
    scores: openTable(Scores, `${folder}/scores.arrow`),
    evaluations: openTable(Evaluations, `${folder}/evaluations.arrow`)
  }
}

const compared = (before: Reader<typeof Evaluation>, after: Reader<typeof Evaluation>) =>
  Effect.runSync(compareEvaluations(before, after, 0)).rows

describe("two evaluations", () => {
  const names = Array.from({ length: 10 }, (_, i) => `p${i}`)
  const greedy = (right: (i: number) => boolean) =>
    evaluation(names.map((name, i) => attempt("greedy", name, right(i) ? "12" : "7", right(i))))

  it("are compared problem by problem: McNemar's exact p from the problems that changed", () => {
    // Solved before: 0..3; after: 2..9. Six won, two lost: p = 2 P(X <= 2), X ~ Bin(8, 1/2) = 2 * 37 / 256.
    const row = compared(
      greedy((i) => i < 4),
      greedy((i) => i >= 2)
    ).find(({ metric, slice }) => metric === "pass@1" && slice === "all")!
    expect([row.before, row.after, row.n]).toEqual([0.4, 0.8, 10])
    expect(row.difference).toBeCloseTo(0.4, 12)
    expect(row.p).toBeCloseTo(74 / 256, 12)
    expect(row.low).toBeLessThan(0.4)
    expect(row.high).toBeGreaterThan(0.4)
  })

  it("that are equal differ by nothing, with certainty", () => {
    const same = greedy((i) => i % 2 === 0)
    const row = compared(same, same).find(({ metric, slice }) => metric === "pass@1" && slice === "all")!
    expect([row.difference, row.low, row.high, row.p]).toEqual([0, 0, 0, 1])
  })
})

describe("sub-styles", () => {
  it("have their share of the format's completions, and how many of their own are right", () => {
    const of = (subStyle: string, correct: boolean, format = "omi1") => ({
      ...attempt("sampled", "a", correct ? "12" : "7", correct, format),
      subStyle
    })
    const rows = summarise([of("so", true), of("so", false), of("comments", false), of("plain", true, "omi2")], "s", 0)
    const value = (metric: string, style: string) =>
      rows.find((row) => row.profile === "corrected" && row.metric === metric && row.slice === `style=${style}`)?.value
    expect([value("share", "omi1/so"), value("share", "omi1/comments"), value("share", "omi2/plain")]).toEqual([2 / 3, 1 / 3, 1])
    expect([value("accuracy", "omi1/so"), value("accuracy", "omi1/comments")]).toEqual([1 / 2, 0])
  })
})

describe("what can be solved", () => {
  /** Four problems of four samples: so many of them right. */
  const policy = (right: ReadonlyArray<number>) =>
    evaluation(right.flatMap((c, p) => [0, 1, 2, 3].map((i) => attempt("sampled", `p${p}`, i < c ? "12" : "7", i < c, "omi2"))))
  const solvable = (before: ReadonlyArray<number>, after: ReadonlyArray<number>) => {
    const { crossings, coverages } = Effect.runSync(compareEvaluations(policy(before), policy(after), 0))
    return {
      crossing: crossings[0]!,
      coverages: coverages.map(({ versus, kept, lost, found, neither }) => [versus, kept, lost, found, neither])
    }
  }
  it("is told beside what a second sample of the same policy loses and finds", () => {
    // Of two samples each: before solves p0, p1, p2, after p0 and p3; the second two of before solve p0 alone.
    const { coverages } = solvable([4, 2, 1, 0], [4, 0, 0, 4])
    expect(coverages).toEqual([
      ["after RL", 1, 2, 1, 0],
      ["the same policy", 1, 2, 0, 1]
    ])
  })
  it("names the k from which on RL solves less", () => {
    // pass@1: .4375 before, .5 after; pass@2: (1 + 5/6 + 1/2) / 4 = .583 before, .5 after.
    expect(solvable([4, 2, 1, 0], [4, 0, 0, 4]).crossing).toMatchObject({ suite: "s", k: 2, samples: 4, n: 4 })
    expect(solvable([1, 1, 1, 1], [2, 2, 2, 2]).crossing).toMatchObject({ k: null, low: null, high: null })
  })
  it("stands beside what guessing gives", () => {
    const rows = summarise(
      ["a", "b", "c"].map((name) => attempt("sampled", name, name === "a" ? "12" : "7", name === "a")),
      "s",
      0
    )
    // Every reference is 12, so the one who says 12 is right against another's too.
    const guessed = rows.find(({ metric, profile }) => metric === "guessed pass@k" && profile === "corrected")!
    expect([guessed.k, guessed.value]).toEqual([1, 1 / 3])
  })
})

describe("two evaluations, sampled", () => {
  // Three problems of two samples each; before, omi2 everywhere; after, tinygsm for a and b.
  const sampled = (format: (problem: string) => string) =>
    evaluation(
      ["a", "b", "c"].flatMap((problem) =>
        [0, 1].map(() => attempt("sampled", problem, problem === "a" ? "12" : "7", problem === "a", format(problem)))
      )
    )
  const before = sampled(() => "omi2")
  const after = sampled((problem) => (problem === "c" ? "omi2" : "tinygsm"))

  it("pair the share of each format by problem, and sum up how far the formats moved", () => {
    const rows = compared(before, after)
    const share = rows.find(({ metric, slice }) => metric === "share" && slice === "format=tinygsm")!
    expect([share.before, share.after]).toEqual([0, 4 / 6])
    // Resampling three problems of which two changed: differences of 0, 1/3, 2/3 or 1.
    expect([share.low, share.high]).toEqual([0, 1])
    expect(rows.find(({ metric }) => metric === "format distance")!.difference).toBeCloseTo(2 / 3, 12)
    const majority = rows.find(({ metric, k, slice }) => metric === "majority@k" && k === 2 && slice === "all")!
    expect([majority.before, majority.difference, majority.low, majority.high, majority.p]).toEqual([1 / 3, 0, 0, 0, 1])
  })

  it.each([
    ["another question", { question: "How many?" }],
    ["another right answer", { gold: "13" }]
  ])("cannot be compared where a problem of one name has %s", (_, other) => {
    const one = attempt("greedy", "a", "12", true)
    expect(() => compared(evaluation([one]), evaluation([{ ...one, ...other }]))).toThrow(
      /^Problem a is ".*" in the one evaluation/
    )
    expect(() => compared(evaluation([one]), evaluation([one]))).not.toThrow()
  })

  it("without a problem in common cannot be compared", () => {
    const other = evaluation([attempt("greedy", "z", "12", true)])
    expect(() => compared(before, other)).toThrow(
      /both are of the suite s, but of corpora .* The one begins with "\?" \(a\), the other with "\?" \(z\)\. Compare/
    )
    const elsewhere = evaluation([{ ...attempt("greedy", "a", "12", true), suite: "t" }])
    expect(() => compared(before, elsewhere)).toThrow(/no problem in common: one is of the suite s, the other of t\. Compare/)
  })
})

describe("rows of scores", () => {
  it("belong to problems in blocks of as many rows as there are samples", () => {
    const problem = (name: string, answer: string): SuiteProblem => ({
      suite: "s",
      problem: name,
      question: "?",
      answer,
      steps: 1,
      distractor: false
    })
    const texts = ["#### 5", "#### 6", "#### 5", "#### 6"]
    const scored = scoreRows(
      [problem("a", "5"), problem("b", "6")],
      {
        samples: 2,
        prompts: [],
        texts,
        tokens: texts.map(() => Int32Array.of(1, 2)),
        logProbs: texts.map(() => Float32Array.of(-0.5, -0.25)),
        endings: ["end of text", "end of text", "maxNewTokens", "end of text"]
      },
      "s",
      "sampled"
    )
    expect(scored.map((row) => [row.problem, row.sample, row.gold, row.logProb, row.truncated])).toEqual([
      ["a", 0, "5", -0.75, false],
      ["a", 1, "5", -0.75, false],
      ["b", 0, "6", -0.75, true],
      ["b", 1, "6", -0.75, false]
    ])
    expect(scored.map((row) => row.correct)).toEqual([true, false, false, true])
  })
})
