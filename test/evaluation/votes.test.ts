/** Votes: answers that are equal vote together, right or wrong. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { majorityAtK } from "../../src/evaluation/metrics/majority.ts"
import { votesOf } from "../../src/evaluation/metrics/votes.ts"
import { grade } from "../../src/formats/grade.ts"
import { draws } from "../../src/random/philox.ts"

const majority = (answers: ReadonlyArray<string>, gold: string, k: number): number => {
  const voters = answers.map((answer) => {
    const { answer: read, correct } = grade(`Thus the answer is \\boxed{${answer}}.`, gold, "corrected")
    return { answer: read, correct }
  })
  return majorityAtK(votesOf(voters, gold), gold, k)
}

describe("majority of answers in several spellings", () => {
  it.each([
    ["five of eight are one wrong number", "7", ["7", "7", "7", "0.5", "0.5", "1/2", "1/2", "50\\%"], 0],
    ["the same in one spelling", "7", ["7", "7", "7", "0.5", "0.5", "0.5", "0.5", "0.5"], 0],
    ["three of five are right, in three spellings", "1/2", ["0.5", "\\frac{2}{4}", "50\\%", "3", "3"], 1],
    ["two of four: a tie", "2", ["2", "2.0", "3", "\\frac{6}{2}"], 0.5],
    ["wrong radicals", "3", ["3", "3", "2\\sqrt{3}", "\\sqrt{12}", "\\frac{6}{\\sqrt3}"], 0],
    ["wrong sets in several orders", "1", ["1", "1", "\\{2,3\\}", "3, 2", "\\{3,2\\}"], 0],
    ["wrong polynomials", "x", ["x", "x", "(x+1)^2", "x^2+2x+1", "1+x(x+2)"], 0],
    ["wrong words", "\\text{odd}", ["odd", "\\text{odd}", "Even", "\\text{even}", "\\textbf{even}"], 0],
    ["units that differ are no one answer", "7", ["7", "7", "5\\text{ cm}", "5\\text{ m}", "5\\text{ km}"], 1],
    ["what cannot be read does not vote", "7", ["7", "\\frac{1}", "\\frac{1}", "\\frac{1}", "10-12"], 1],
    ["nobody is right", "7", ["1", "2"], 0]
  ])("%s", (_, gold, answers, expected) => expect(majority(answers, gold, answers.length)).toBeCloseTo(expected, 12))

  it("does not depend on their order", () => {
    const answers = ["0.33", "1/3", "0.333", "0.3333", "33.33%", "0.334", "5", "5 cm", "5 m", "1/2", "0.5", "50%", "50"]
    const random = draws(7, "votes")
    const shuffled = () => answers.map((answer) => ({ answer, at: random.uniform() })).toSorted((a, b) => a.at - b.at)
    const tally = (some: ReadonlyArray<string>) => {
      const votes = votesOf(
        some.map((answer) => ({ answer, correct: false })),
        "7"
      )
      return [...Map.groupBy(votes, (vote) => vote)].map(([vote, of]) => `${vote} ${of.length}`).toSorted()
    }
    const expected = tally(answers)
    for (let i = 0; i < 50; i++) expect(tally(shuffled().map(({ answer }) => answer))).toEqual(expected)
  })

  const field = path.resolve(import.meta.dirname, "../../../shared/field/majority.json")
  it.skipIf(!fs.existsSync(field))("is as the field expects (skipped without ../shared)", () => {
    const cases = JSON.parse(fs.readFileSync(field, "utf8")) as ReadonlyArray<{
      readonly gold: string
      readonly answers: ReadonlyArray<string>
      readonly expect: Readonly<Record<string, number>>
    }>
    for (const { gold, answers, expect: expected } of cases)
      for (const [k, value] of Object.entries(expected))
        expect(
          majority(
            answers.map((a) => a.replace("%", "\\%")),
            gold,
            Number(k)
          )
        ).toBe(value)
  })
})
