/** Behind an answer remarks about other values leave it, and only what is said of the answer itself takes it back. */

import { describe, expect, it } from "vitest"

import { gradeOutside } from "../../../src/formats/grade.ts"

const behind = (remark: string) => gradeOutside(`We add.\n\nThe answer is $\\boxed{42}$${remark}`, "42", "corrected")

describe("a remark about another value leaves the answer", () => {
  it.each([
    ". We discard $x=-1$.",
    " (reject $x=-1$).",
    ". Ignore $x=-1$.",
    ". We exclude $x=0$.",
    ". We have excluded 40.",
    ". The wrong answer is 40.",
    ". Incorrect: 40.",
    ". Rejected root: 40.",
    ". A common error is 40.",
    ". My guess was 40.",
    ". The rejected value is 40.",
    ". He missed 40 shots.",
    ". They failed 40 times.",
    ". A wrong approach gives 40.",
    ". The bad ones are 40.",
    ".\n\n**Typical mistake:** forgetting the last one, which gives 41.",
    ".\n\nCommon mistakes:\n- Counting one twice (gives 43)\n- Wrong: 41",
    ".\n\n(We ignore the broken ones.)",
    " (the root $x=-1$ is extraneous and is discarded).",
    ".\n\n(If we had counted one twice we would get 43, which is wrong.)",
    ". With 43, it would not be possible.",
    ". It is not possible to do better."
  ])("%j", (remark) => expect(behind(remark)).toMatchObject({ correct: true }))
})

describe("what an answer is of, equal to, or listed as, leaves it", () => {
  it.each([
    " km/h.",
    "/week.",
    " $\\text{ m/s}$.",
    " $&\\text{added 1}$",
    " students failed the exam.",
    " errors were made.",
    " bad workers.",
    " times as old as Tim.",
    ": 40 red and 2 blue.",
    " such pairs: 2, 3, and 5.",
    " $= 2\\cdot 3\\cdot 7$ ways.",
    " $&= x.$",
    ".\n\n```python\nassert f(2) == 40\nprint('wrong')\n```",
    '. [asy] draw((0,0)--(40,2)); label("no", (1,1)); [/asy]',
    ".\n\nWhy the others are wrong:\n- 40: wrong because it leaves two out\n- 41: incorrect"
  ])("%j", (remark) => expect(behind(remark)).toMatchObject({ correct: true }))

  it.each([
    ["\\boxed{x^2-1} = 0", "x^2-1"],
    ["$\\boxed{2\\pi} = 6.28$.", "2\\pi"],
    ["\\boxed{-3(x+2)(x-1)} = -3x^2-3x+6.", "-3(x+2)(x-1)"],
    ["\\boxed{14} is 2 more than a multiple of 3.", "14"],
    ["\\boxed{3} hours. It is 180 km away.", "3"],
    ["\\boxed{B} False", "B"],
    ["The correct answer is (B) False, True.", "B"],
    ["The answer is (A) I or II.", "A"]
  ])("%j", (text, gold) => expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true }))
})

describe("what is said of the answer itself takes it back", () => {
  it.each([
    ". That is wrong.",
    ", which is impossible.",
    ". I made a mistake.",
    ". Oops.",
    ". I forgot the first one.",
    ". Ignore the previous answer.",
    ". I need to redo this.",
    ". This contradicts what is given.",
    ". But that can't be, since there are only 30.",
    ". That is the wrong way around.",
    " (or 40 if they are alike).",
    " $= 43$",
    " or 43.",
    " to 5."
  ])("%j", (remark) => expect(behind(remark)).toMatchObject({ answer: null }))

  it.each([". Scratch that: 43.", ". That is wrong, it is 43.", ". I was wrong: 43.", ". Actually no. 43.", ". No, it is 43."])(
    "%j, and another one is said",
    (remark) => expect(behind(remark)).toMatchObject({ answer: "43" })
  )

  it("another choice that is said to be the better one is", () =>
    expect(gradeOutside("The answer is B. On reflection, A is the better choice.", "A", "corrected")).toMatchObject({
      correct: true
    }))
})
