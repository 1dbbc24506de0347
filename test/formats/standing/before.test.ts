/** What stands before an answer: `or` that says the same once more, and what was asked for, which no word of it denies. */

import { describe, expect, it } from "vitest"

import { gradeOutside } from "../../../src/formats/grade.ts"

describe("`or` before a box says the same once more", () => {
  it.each([
    ["It is $14 \\cdot 3$, or $\\boxed{42}$.", "42"],
    ["That is $\\frac{84}{2}$ or $\\boxed{42}$ in all.", "42"],
    ["Half of the 84 coins, or $\\boxed{42}$, are gold.", "42"],
    ["The slope is the reciprocal of $\\frac35$, or $\\boxed{\\frac53}$.", "5/3"],
    ["It takes 120 minutes, or $\\boxed{2}$ hours.", "2"],
    ["He pays 3 quarters, or \\$$\\boxed{0.75}$.", "0.75"],
    ["It is $0.42$, or $\\boxed{42}$ percent.", "42\\%"],
    ["So $3x = 126$ or $x = \\boxed{42}$.", "42"],
    ["Then $\\sqrt{y} + 1 = 5$, or $y = \\boxed{16}$.", "16"],
    ["Hence $x < 2$ fails, so all reals, or $\\boxed{(-\\infty,\\infty)}$.", "(-\\infty,\\infty)"],
    ["The value is $\\sqrt{49}$, or $\\boxed{B}$.", "B"]
  ])("%j", (text, gold) => expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true }))
})

describe("`or` before a box gives another value", () => {
  it.each([
    "It is 41 or $\\boxed{42}$.",
    "It is $41$, or $\\boxed{42}$.",
    "It takes 41 hours or $\\boxed{42}$ hours.",
    "It is $41$ cm or $\\boxed{42}$ cm.",
    "So $x = 41$ or $x = \\boxed{42}$.",
    "So $3x = 120$ or $x = \\boxed{42}$.",
    "It is $14 \\cdot 4$, or $\\boxed{42}$.",
    "It is either of them, or $\\boxed{42}$.",
    "It is 41 and/or $\\boxed{42}$.",
    "<answer>41</answer> or <answer>42</answer>"
  ])("%j", (text) => expect(gradeOutside(text, "42", "corrected")).toMatchObject({ correct: false }))
})

describe("nouns that could deny an answer are what was asked for", () => {
  it.each([
    "The average guess is $\\boxed{42}$.",
    "The total number of mistakes is $\\boxed{42}$.",
    "The percent error is $\\boxed{42}$.",
    "Her claim was $\\boxed{42}$ dollars.",
    "The sum of the possible values that may result is $\\boxed{42}$."
  ])("%j", (text) => expect(gradeOutside(text, "42", "corrected")).toMatchObject({ correct: true }))

  it.each([
    "My guess is $\\boxed{42}$.",
    "A typical mistake is $\\boxed{42}$.",
    "The wrong guess is $\\boxed{42}$.",
    "She claims $\\boxed{42}$.",
    "We can rule out $\\boxed{42}$.",
    "We eliminate $\\boxed{42}$.",
    "It lies between 40 and $\\boxed{42}$.",
    "The answer is less than 40 or greater than $\\boxed{42}$."
  ])("%j states none", (text) => expect(gradeOutside(text, "42", "corrected")).toMatchObject({ answer: null }))
})
