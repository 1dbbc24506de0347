/** Endings that correct what was said before, and those that only seem to: of each the answer is 31. */

export const CORRECTED: ReadonlyArray<string> = [
  ...[
    "Wait",
    "Actually",
    "Sorry",
    "No",
    "Hmm",
    "On second thought",
    "However",
    "Oops",
    "After rechecking",
    "Upon review",
    "In conclusion",
    "Finally",
    "But wait",
    "No wait",
    "Wait, no",
    "After double-checking my work",
    "Hmm, wait, actually"
  ].flatMap((opener) => [`Answer: 30\n${opener}, the answer is 31.`, `\\boxed{30} ${opener}, the correct answer is 31.`]),
  "\\boxed{30} But the answer is 31.",
  "$\\boxed{\\frac{60}{2}}$ Correction: the answer is 31.",
  "\\[\\boxed{30}\\] Let me correct that: the answer is 31.",
  "\\boxed{30}, but the answer is 31.",
  "\\boxed{30} (Actually, the answer is 31.)",
  "The answer is 30. But the answer must be 31.",
  "Answer: 30\nWait... the answer is 31.",
  "Answer: 30\nWait — I think the answer is 31.",
  "Answer: 30\nOops! The answer is 31.",
  "Answer: 30\nCorrection: Answer: 31",
  "Answer: 30\nCorrected answer: 31",
  "Answer: 30\nActually, 31 is the answer.",
  "Answer: 30\nWait, the answer is 31, not 30.",
  "Answer: 30\nNo, the answer is 31 instead of 30.",
  "The answer is 30 - no, wait, the answer is 31.",
  "The answer is 30, sorry, the answer is 31."
]

/** What asks, doubts or supposes leaves what was said. */
export const LEFT: ReadonlyArray<string> = [
  "Answer: 31\nWait, is the answer 30?",
  "Answer: 31\nWait, the answer is 30?",
  "Answer: 31\nActually, the answer is 30, I guess?",
  "Answer: 31\nActually, the answer is 30 assuming x > 0.",
  "Answer: 31\nBut if the answer is 30, we are wrong.",
  "Answer: 31\nHowever, the answer is not 30.",
  "Answer: 31\nHmm, I doubt that the answer is 30.",
  "Answer: 31\nActually, suppose the answer is 30.",
  "\\boxed{31} Hmm, maybe the answer is 30.",
  "\\boxed{31} But the answer might be 30.",
  "\\boxed{31} However, the answer is at least 30.",
  "\\boxed{31} If $x=\\frac12$, no, the answer is 30?"
]
