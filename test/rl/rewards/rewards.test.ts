/** What each reward pays in groups made for it, what all of them keep, and how they are named. */

import { describe, expect, it } from "vitest"

import * as Arguments from "../../../src/dag/arguments.ts"
import * as Param from "../../../src/dag/Param.ts"
import { majorityAtK } from "../../../src/evaluation/metrics/majority.ts"
import { gradeUnderBoth } from "../../../src/formats/grade.ts"
import { formatNames } from "../../../src/formats/registry.ts"
import { rewardNamed, RewardParams, rewards } from "../../../src/rl/rewards/registry.ts"
import type { Candidate, Group } from "../../../src/rl/rewards/Reward.ts"

const problem = { suite: "train", problem: "p", question: "8 + 9 ?", answer: "17", steps: 1, distractor: false }
const key = { seed: 7, step: 3, prompt: 2 }

/** A completion, and whether it was cut and so counts as no answer. */
const candidate = (text: string, { cut = false } = {}): Candidate => {
  const grades = gradeUnderBoth(text, problem.answer)
  const { answer, correct } = grades.corrected
  return cut ? { text, grades, answer: null, right: false } : { text, grades, answer, right: correct }
}

const group = (texts: ReadonlyArray<string | Candidate>, at: Partial<Group["key"]> = {}): Group => ({
  problem,
  completions: texts.map((one) => (typeof one === "string" ? candidate(one) : one)),
  key: { ...key, ...at }
})

const pay = (reward: string, of: Group) => rewardNamed(reward).pay(of)

const RIGHT = "Answer : 17"
const IS = "Answer is 17"
const WRONG = "Answer : 9"
const OTHER = "Answer : 5"
const PROSE = "8 + 9 = 17 . Thus the answer is \\boxed{17} ."
const CODE = "def simple_math_problem():\n    return 8 + 9\n"
const NOISE = "apples apples"
const CUT = candidate(RIGHT, { cut: true })

describe("what a reward pays", () => {
  it.each<[string, ReadonlyArray<string | Candidate>, ReadonlyArray<number>]>([
    ["truth", [RIGHT, WRONG, NOISE, CODE, IS, CUT], [1, 0, 0, 1, 1, 0]],
    ["truth", [WRONG, OTHER], [0, 0]],
    ["truth", [RIGHT], [1]],
    ["wrong", [RIGHT, WRONG, NOISE, CODE, CUT], [0, 1, 0, 0, 0]],
    ["wrong", [candidate(WRONG, { cut: true })], [0]],
    ["readable", [RIGHT, WRONG, NOISE, CODE, CUT], [1, 1, 0, 1, 0]],
    ["readable", [NOISE, ""], [0, 0]],
    ["majority", [WRONG, WRONG, RIGHT, NOISE], [1, 1, 0, 0]],
    ["majority", [RIGHT, CODE, PROSE, WRONG], [1, 1, 1, 0]],
    ["majority", [RIGHT, WRONG, NOISE], [0.5, 0.5, 0]],
    ["majority", [RIGHT, WRONG, OTHER, NOISE], [1 / 3, 1 / 3, 1 / 3, 0]],
    ["majority", [RIGHT, RIGHT, WRONG, WRONG, OTHER], [0.5, 0.5, 0.5, 0.5, 0]],
    ["majority", [NOISE, NOISE, RIGHT], [0, 0, 1]],
    ["majority", [NOISE, NOISE], [0, 0]],
    ["majority", [CUT, CUT, WRONG], [0, 0, 1]],
    ["majority", ["Answer : 0.5", "Answer : 1/2", WRONG], [1, 1, 0]],
    ["format:lookup", [RIGHT, WRONG, CODE, PROSE, NOISE, CUT], [1, 1, 0, 0, 0, 1]],
    ["format:tinygsm", [RIGHT, CODE], [0, 1]],
    ["format:omi2", [PROSE, CODE], [1, 0]]
  ])("%s %#", (reward, texts, paid) => {
    expect(pay(reward, group(texts))).toEqual(paid)
  })

  it("majority pays what majority@k gives each answer, all votes counted", () => {
    const answers = [9, 9, 5, 5, 3, 17]
    const voters = answers.map(String)
    expect(pay("majority", group(answers.map((n) => `Answer : ${n}`)))).toEqual(voters.map((own) => majorityAtK(voters, own, 6)))
  })

  it("majority does not look at the reference", () => {
    const texts = [WRONG, WRONG, RIGHT, OTHER]
    const elsewhere = { ...group(texts), problem: { ...problem, answer: "9" } }
    expect(pay("majority", elsewhere)).toEqual(pay("majority", group(texts)))
  })
})

const mixed = [RIGHT, WRONG, RIGHT, NOISE, WRONG, CODE, NOISE, WRONG]
const groups = Array.from({ length: 500 }, (_, i) => group(mixed, { step: i % 50, prompt: Math.floor(i / 50) }))
const mean = (values: ReadonlyArray<number>) => values.reduce((sum, x) => sum + x, 0) / values.length

describe("shuffled", () => {
  it("pays each group what truth does, to others", () => {
    const truth = pay("truth", groups[0]!)
    const all = groups.map((one) => pay("shuffled", one))
    for (const paid of all) expect(paid.toSorted()).toEqual(truth.toSorted())
    expect(new Set(all.map(String)).size).toBeGreaterThan(40)
  })

  it("pays every sample alike in the long run, right or wrong", () => {
    const all = groups.map((one) => pay("shuffled", one))
    for (const sample of mixed.keys()) expect(Math.abs(mean(all.map((paid) => paid[sample]!)) - 3 / 8)).toBeLessThan(0.08)
  })
})

describe("chance", () => {
  it.each([
    ["coin", 0.5],
    ["coin:.3", 0.3],
    ["coin:0.9", 0.9]
  ])("%s pays a share of %d, right or wrong", (reward, share) => {
    const all = groups.map((one) => pay(reward, one))
    for (const sample of mixed.keys()) expect(Math.abs(mean(all.map((paid) => paid[sample]!)) - share)).toBeLessThan(0.08)
  })

  it.each([0.1, 0.3, 0.8])("flip:%d turns that share of the truth round, in either direction", (chance) => {
    const truth = pay("truth", groups[0]!)
    for (const want of [0, 1]) {
      const flipped = groups.flatMap((one) =>
        pay(`flip:${chance}`, one)
          .filter((_, i) => truth[i] === want)
          .map((r) => r !== want)
      )
      expect(Math.abs(mean(flipped.map(Number)) - chance)).toBeLessThan(0.05)
    }
  })

  it.each(["coin", "shuffled", "flip:0.5"])(
    "of %s is the same every time, and another for each seed, step and prompt",
    (reward) => {
      const long = Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? RIGHT : WRONG))
      const paid = (at: Partial<Group["key"]>) => pay(reward, group(long, at)).join("")
      const keys = [{}, { seed: 8 }, { step: 4 }, { prompt: 3 }, { step: 2, prompt: 3 }, { seed: 3, step: 7 }, { step: 1e6 - 1 }]
      expect(keys.map(paid)).toEqual(keys.map(paid))
      expect(new Set(keys.map(paid)).size).toBe(keys.length)
    }
  )

  it.each(["coin", "coin:.2", "flip:.4"])(
    "of %s is a sample's own: more samples in a group change none of the first",
    (reward) => {
      const few = pay(reward, group(mixed))
      expect(pay(reward, group([...mixed, ...mixed])).slice(0, mixed.length)).toEqual(few)
    }
  )

  it("of coin and flip is not one and the same", () => {
    const wrongOnly = group(Array.from({ length: 64 }, () => WRONG))
    expect(pay("coin", wrongOnly)).not.toEqual(pay("flip:.5", wrongOnly))
  })
})

/** A name of every page, with something behind it where it needs that. */
const named = rewards.map(({ name }) => ({ format: "format:omi1", flip: "flip:.3" })[name] ?? name)

describe.each(named)("every reward: %s", (reward) => {
  it("pays each completion of any group from 0 to 1", () => {
    for (const texts of [mixed, [RIGHT], [NOISE], [NOISE, NOISE], [CUT, WRONG], [""], Array.from({ length: 100 }, () => PROSE)]) {
      const paid = pay(reward, group(texts))
      expect(paid).toHaveLength(texts.length)
      for (const one of paid) expect(one >= 0 && one <= 1).toBe(true)
    }
  })

  it("says truly whether it reads answers", () => {
    const { readsAnswers } = rewardNamed(reward)
    const strip = (one: Candidate): Candidate => ({ ...one, answer: null, right: false })
    const differs = groups.some(
      (one) => String(pay(reward, { ...one, completions: one.completions.map(strip) })) !== String(pay(reward, one))
    )
    expect(differs).toBe(readsAnswers)
  })

  it("is its own name", () => {
    expect(rewardNamed(rewardNamed(reward).text).text).toBe(rewardNamed(reward).text)
  })
})

const accepted = (reward: unknown) => Arguments.complete("rl", RewardParams, { reward }).reward
const refused = (reward: unknown) => {
  try {
    return `accepted as ${accepted(reward)}`
  } catch (error) {
    return String((error as Error).message)
  }
}

describe("a reward's name", () => {
  it.each([
    ["coin:.5", "coin"],
    ["coin:0.50", "coin"],
    ["coin:.3", "coin:0.3"],
    ["coin:3e-1", "coin:0.3"],
    ["flip:0.30", "flip:0.3"],
    ["format:omi2", "format:omi2"],
    ["truth", "truth"]
  ])("%s is %s: one reward has one key", (given, text) => {
    expect(accepted(given)).toBe(text)
  })

  it("left out or truth, is no part of a key", () => {
    expect(Arguments.canonicalParams(RewardParams, { reward: accepted("truth") })).toEqual([])
    expect(Arguments.canonicalParams(RewardParams, { reward: accepted("coin:.5") })).toEqual([["reward", '"coin"']])
  })

  it("is read from a command line, and is a dimension of a study", () => {
    expect(Arguments.fromText("rl", "reward", RewardParams.reward, "coin:.3")).toBe("coin:0.3")
    const list = Param.listOf(RewardParams.reward, ["truth"], "rewards")
    expect(Arguments.fromText("s", "rewards", list, "truth,coin:.5,format:omi1")).toEqual(["truth", "coin", "format:omi1"])
    expect(() => Arguments.fromText("s", "rewards", list, "coin,coin:.5")).toThrow()
    expect(() => Arguments.fromText("s", "rewards", list, "truth,coyn")).toThrow(/no reward "coyn"\. Did you mean "coin"\?/)
  })

  it.each<[unknown, RegExp]>([
    [
      "cion",
      /^rl\.reward: there is no reward "cion"\. Did you mean "coin"\? They are "truth", .*"coin" or "coin:P".*"flip:P"\.$/
    ],
    ["Truth", /Did you mean "truth"\?/],
    ["suffled", /Did you mean "shuffled"\?/],
    ["omi2", /Did you mean "format:omi2"\?/],
    ["", /there is no reward ""/],
    [" coin", /there is no reward " coin"\. Did you mean "coin"\?/],
    ["random", /there is no reward "random"\..* They are "truth"/],
    ["truth:1", /"truth:1" has something behind the name, and "truth" takes nothing/],
    ["majority:", /"majority:" has something behind the name/],
    ["coin:", /"coin:P" takes the probability of being paid, as in "coin:0\.3": "" is no number/],
    ["coin:half", /"half" is no number/],
    ["coin:0", /0 is not above 0 and below 1/],
    ["coin:1", /1 is not above 0 and below 1/],
    ["coin:-.3", /-0\.3 is not above 0 and below 1/],
    ["coin:30%", /"30%" is no number/],
    ["coin:.3:.4", /"\.3:\.4" is no number/],
    ["flip", /"flip:P" takes the probability of a flip, as in "flip:0\.3": none is given/],
    ["flip:2", /2 is not above 0 and below 1/],
    ["format", /"format:NAME" takes the name of a format\. The formats are omi1/],
    ["format:", /There is no format ""\. The formats are/],
    ["format:omi4", /There is no format "omi4"\. Did you mean "omi1", "omi2"\?/],
    ["format:invalid", /There is no format "invalid"/],
    [3, /must be one of "truth".*; got 3/],
    [null, /must be one of "truth".*; got null/]
  ])("%j is refused by name, with what comes near", (given, message) => {
    expect(refused(given)).toMatch(message)
  })

  it("of a format takes every format there is", () => {
    for (const name of formatNames) expect(accepted(`format:${name}`)).toBe(`format:${name}`)
  })
})
