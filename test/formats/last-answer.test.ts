/** What a completion says last is its answer, and one that it began and did not finish withdraws the one before. */

import { describe, expect, it } from "vitest"

import { grade, gradeOutside } from "../../src/formats/grade.ts"

/**
 * Completions, the answer that is meant, and the one that the paper's verifier reads: the last column is what Math-Verify 0.5.2
 * gave for the same text.
 */
const boxes: ReadonlyArray<readonly [text: string, corrected: string | null, paper: string | null]> = [
  ["First try: \\boxed{31}. That forgot the discount, so it is \\boxed{29", null, "31"],
  ["First try: \\boxed{31}. Corrected: \\boxed{\\frac{3}{4", null, null],
  ["So \\boxed{31}. Hence \\boxed{}", null, null],
  ["So \\boxed{31}. In short: \\boxed{31}", "31", "31"],
  ["So \\boxed{31}. No: \\boxed{29}", "29", "29"],
  ["So \\boxed{31}. No: \\boxed{", null, "31"],
  ["So \\boxed{31}. No: \\boxed", null, "31"],
  ["So \\boxed{31}. No: \\boxed ", null, "31"],
  ["So \\boxed{31}. No: \\boxed{\\text{about } 2", null, "2"],
  ["So \\boxed{31}. No: \\boxed{29 and nothing more was said.", null, "31"],
  ["So $\\boxed{31}$. No: $\\boxed{29$", null, "31"],
  ["So \\boxed{31}. Put in a \\boxed environment it is the same.", "31", "31"],
  ["So \\boxed{31}. It costs {29 or so.", "31", "31"],
  ["So \\boxed{31 and \\boxed{29}", "29", "29"],
  ["\\boxed{31}. Corrected: \\boxed{29} is it }", "29", "29"],
  ["so \\boxed{29", null, null],
  ["so \\boxed{\\frac{3}{4", null, null],
  ["\\boxed{31}. \\boxed{{29}", null, null],
  ["\\boxed{\\frac{3}{4}}. No: \\boxed{\\frac{1}{2}}", "1/2", "1/2"],
  ["\\boxed{31}. \\boxed{29\n}", "29", "29"],
  ["\\boxed{31}. \\boxed\n{29}", "29", "29"],
  ["$x = \\boxed{31}", "31", "31"]
]

describe("boxes", () => {
  it.each(boxes)("%j", (text, corrected, paper) => {
    expect(grade(text, "31", "corrected")).toMatchObject({ format: "omi2", answer: corrected, correct: corrected === "31" })
    expect(grade(text, "31", "paper")).toMatchObject({ answered: paper === null ? "none" : "text", answer: paper })
  })

  it.each([
    ["So \\boxed{31}. It is not \\boxed{29}.", "31"],
    ["So \\boxed{31}, and $\\boxed{29}$ is wrong.", "31"],
    ["So \\boxed{29}. No: \\boxed{29} is incorrect.", null],
    ["So \\boxed{29} is not correct. It is \\boxed{31}.", "31"],
    ["It cannot be \\boxed{29}.", null],
    ["It is \\boxed{31}, which is not 29.", "31"]
  ])("that are denied are no answer: %j", (text, answer) =>
    expect(grade(text, "31", "corrected")).toMatchObject({ format: "omi2", answer, correct: answer === "31" })
  )

  it("that are not finished are named as the reason", () =>
    expect(grade("It is \\boxed{31}, no, \\boxed{2", "31", "corrected").error).toBe("the last \\boxed{} is not finished"))
})

describe("other answers in words", () => {
  it.each([
    ["the answer line of MetaMathQA", "2 + 2 = 4. The answer is: 31", "31"],
    ["the last of them", "The answer is: 29\nNo.\nThe answer is: 31", "31"],
    ["the last of them in a line", "The answer is: 29, no. The answer is: 31", "31"],
    ["an answer line behind a box", "So \\boxed{29}.\nNo.\nThe answer is: 31", "31"],
    ["a box in the answer line", "So \\boxed{29}.\nThe answer is: $\\boxed{31}$", "31"],
    ["a box behind an answer line", "The answer is: 29\nNo, it is \\boxed{31}", "31"],
    ["an answer line that was cut off", "So \\boxed{31}.\nNo.\nThe answer is:", null],
    ["the last line of GSM8K", "9*2=<<9*2=18>>18\n#### 29\nNo.\n#### 31", "31"],
    ["a last line that was cut off", "9*2=<<9*2=18>>18\n#### 31\nNo.\n####", null],
    ["a last A: that was cut off", "9*2=<<9*2=18>>18\nA: 31\nA:", null],
    ["the last bare answer", "Answer : 29\nAnswer : 31", "31"],
    ["a bare answer that was cut off", "Answer : 31\nAnswer :", null],
    ["a bare answer with words below", "Answer : 31\nThe Answer : 29 was wrong.", "31"]
  ])("%s", (_, text, answer) => {
    expect(grade(text, "31", "corrected")).toMatchObject({ answer, correct: answer === "31" })
  })

  it("are read at once, however often they begin", () => {
    for (const piece of ["The answer is: ", "Answer : 3\n", "\\boxed", "\\boxed{", "#### ", "A:\n", "<llm-code>\n"]) {
      const text = `We have 2 + 2 = 4. ${piece.repeat(4000)}`
      const before = process.cpuUsage()
      grade(text, "31", "corrected")
      expect(process.cpuUsage(before).user / 1e6, piece).toBeLessThan(1)
    }
  })
})

describe("a sentence behind what declares an answer", () => {
  it.each([
    ["Answer: Tom has 42 apples.", "42"],
    ["Answer: There are 42 apples.", "42"],
    ["**Answer:** Tom has **42** apples.", "42"],
    ["Answer: She makes $18 every day.", "18"],
    ["Final answer: Tom has 42 apples.", "42"],
    ["Answer: Tom has 42 apples. I hope this helps!", "42"],
    ["#### Tom has 42 apples", "42"],
    ["#### Tom has 42 apples left.</s>", "42"],
    ["The answer is that Tom has 42 apples.", "42"],
    ["We add 40 and 2. So the answer is that Tom has 42 apples.", "42"],
    ["Answer: **204** minutes", "204"],
    ["**Answer: 204 minutes**", "204"],
    ["Answer: 40 + 2 = **42**", "42"],
    ["Answer: 42 apples (40 + 2)", "42"],
    ["Answer: approximately 42", "42"],
    ["Answer: The probability is $\\frac{84}{2}$.", "42"],
    ["Answer: The equation is $x = 42$.", "42"],
    ["Answer: The remainder when N is divided by 1000 is 42.", "42"],
    ["**Answer:** The remainder when $N$ is divided by $1000$ is $42$.", "42"],
    ["#### The remainder when $2^{100}$ is divided by 1000 is 42", "42"],
    ["Final answer: the remainder when 2^100 is divided by 1000 is 42. I hope it is correct.", "42"],
    ["So the answer is that the GCD of 84 and 126 is 42.", "42"]
  ])("%j says %s, and nothing near it", (text, gold) => {
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true })
    for (const near of [`${gold}1`, `-${gold}`, String(Number(gold) + 1), "40", "2", "3"])
      expect(gradeOutside(text, near, "corrected"), near).toMatchObject({ correct: false })
  })

  it.each([
    "Answer: Tom gave 3 of his 42 apples away.",
    "Answer: Tom has at least 42 apples.",
    "Answer: Tom has 42 or 43 apples.",
    "Answer: x is 3 and y is 42.",
    "Answer: If x is 3, y is 42.",
    "Answer: The remainder when N is divided by 1000 is not 42.",
    "Answer: Tom has 42 apples or none.",
    "Answer: The probability is at most $\\frac{84}{2}$.",
    "Answer: She makes $42 and saves $3 every day.",
    "Answer: Tom has 42 apples. No, he has 41.",
    "Answer: Tom has 42 apples. That is wrong.",
    "Answer: Tom has 42 apples?",
    "Answer: See page 42.",
    "#### It is unknown whether Tom has 42 apples",
    "The answer is not that Tom has 42 apples.",
    "Is the answer that Tom has 42 apples?",
    "I doubt that the answer is that Tom has 42 apples.",
    "The answer is 41. Wait, Tom has 42 apples.",
    "Tom has 42 apples."
  ])("%j does not say 42 or 3", (text) => {
    for (const gold of ["42", "3"]) expect(gradeOutside(text, gold, "corrected"), gold).toMatchObject({ correct: false })
  })

  it.each(["#### 42</s>", "#### 42 <|endoftext|>", "#### 42<|im_end|>", "Answer: 42<eos><pad><pad>", "Answer: 42 [EOS]"])(
    "%j ends in marks of a tokenizer, which are no part of it",
    (text) => {
      expect(grade(text, "42", "corrected")).toMatchObject({ correct: true })
      expect(grade(text, "4", "corrected")).toMatchObject({ correct: false })
    }
  )

  it("is read behind marks in the midst of a text too, and under a mark that is none as before", () => {
    expect(grade("#### 42</s>\nWell.", "42", "corrected")).toMatchObject({ correct: true })
    expect(grade("#### 42</b>", "42", "corrected")).toMatchObject({ correct: false })
  })
})
