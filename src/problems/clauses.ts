/**
 * The clauses of the grammar: what can happen to the running quantity, in how many operations, and how it is said.
 *
 * A clause is data: sentence templates, the ranges of its numbers `b` and `c`, and its operations. Its sentence and its
 * arithmetic cannot drift apart because both are filled from the same draw. Not here: which clauses follow each other
 * (`grammar.ts`), how a solution is written (`src/formats/`). Any edit of this file changes what an (options, seed, index) means:
 * raise `grammarVersion` in `split.ts`.
 */

import type { Step } from "./Problem.ts"

/** Clause kinds. */
export type Family =
  | "gain"
  | "lose"
  | "boxes"
  | "multiply"
  | "share"
  | "half"
  | "more"
  | "fewer"
  | "times"
  | "price"
  | "more-together"
  | "times-together"

/** Inclusive range of a number of a clause; `amount` depends on the maximum of the grammar (`amountRange`). */
export type Range = "amount" | readonly [low: number, high: number]

/** Where an operand comes from: the quantity before the clause, a number of the clause, or the clause's previous operation. */
export type Source = "running" | "b" | "c" | "previous"

/** One operation of a clause, before its numbers are drawn. */
export interface Operation {
  readonly kind: string
  readonly left: Source
  readonly operator: Step["operator"]
  readonly right: Source
  /** Whom the value belongs to: the owner of the story or the other person. */
  readonly who: "owner" | "other"
}

/** What can happen in a story, in one sentence. */
export interface Clause {
  readonly family: Family
  /** Relative frequency among the clauses that may come next. */
  readonly weight: number
  /** Sentences with the places {owner}, {helper}, {other}, {item}, {b}, {c}; one is drawn. */
  readonly wordings: ReadonlyArray<string>
  readonly b: Range | null
  readonly c: Range | null
  readonly operations: ReadonlyArray<Operation>
  /** The question a closing clause asks for; null where the story can go on. */
  readonly question: string | null
}

/** Asked when no clause has closed the story. */
export const openQuestion = "How many {item} does {owner} have now ?"
/** Opens every story, and is also the form of a distractor. */
export const opening = "{name} has {count} {item} ."

const step = (kind: string, left: Source, operator: Step["operator"], right: Source, who: Operation["who"]): Operation => ({
  kind,
  left,
  operator,
  right,
  who
})

const moreWording = "{other} has {b} more {item} than {owner} ."
const timesWording = "{other} has {b} times as many {item} as {owner} ."
const otherQuestion = "How many {item} does {other} have ?"
const togetherQuestion = "How many {item} do {owner} and {other} have together ?"
const together = step("together", "running", "+", "previous", "owner")

const clausesByFamily: Readonly<Record<Family, Omit<Clause, "family">>> = {
  gain: {
    weight: 4,
    wordings: ["{owner} buys {b} more {item} .", "{helper} gives {owner} {b} {item} .", "{owner} finds {b} {item} ."],
    b: "amount",
    c: null,
    operations: [step("gain", "running", "+", "b", "owner")],
    question: null
  },
  lose: {
    weight: 4,
    wordings: ["{owner} loses {b} {item} .", "{owner} gives {b} {item} to {helper} .", "{owner} sells {b} of the {item} ."],
    b: "amount",
    c: null,
    operations: [step("lose", "running", "-", "b", "owner")],
    question: null
  },
  boxes: {
    weight: 3,
    wordings: ["{owner} buys {b} boxes with {c} {item} each ."],
    b: [2, 9],
    c: [2, 9],
    operations: [step("box-contents", "b", "*", "c", "owner"), step("box-total", "running", "+", "previous", "owner")],
    question: null
  },
  multiply: {
    weight: 1.5,
    wordings: ["Then {owner} makes the number of {item} {b} times as large ."],
    b: [2, 5],
    c: null,
    operations: [step("multiply", "running", "*", "b", "owner")],
    question: null
  },
  share: {
    weight: 1.5,
    wordings: ["{owner} splits the {item} into {b} equal parts and keeps one part ."],
    b: [2, 9],
    c: null,
    operations: [step("share", "running", "/", "b", "owner")],
    question: null
  },
  half: {
    weight: 1,
    wordings: ["{owner} gives half of the {item} to {helper} ."],
    b: [2, 2],
    c: null,
    operations: [step("half", "running", "/", "b", "owner")],
    question: null
  },
  more: {
    weight: 2,
    wordings: [moreWording],
    b: "amount",
    c: null,
    operations: [step("more", "running", "+", "b", "other")],
    question: otherQuestion
  },
  fewer: {
    weight: 2,
    wordings: ["{other} has {b} fewer {item} than {owner} ."],
    b: "amount",
    c: null,
    operations: [step("fewer", "running", "-", "b", "other")],
    question: otherQuestion
  },
  times: {
    weight: 2,
    wordings: [timesWording],
    b: [2, 6],
    c: null,
    operations: [step("times", "running", "*", "b", "other")],
    question: otherQuestion
  },
  price: {
    weight: 2,
    wordings: ["Each of the {item} costs {b} dollars ."],
    b: [2, 9],
    c: null,
    operations: [step("price", "running", "*", "b", "owner")],
    question: "How many dollars do the {item} of {owner} cost ?"
  },
  "more-together": {
    weight: 2.5,
    wordings: [moreWording],
    b: "amount",
    c: null,
    operations: [step("more", "running", "+", "b", "other"), together],
    question: togetherQuestion
  },
  "times-together": {
    weight: 2.5,
    wordings: [timesWording],
    b: [2, 5],
    c: null,
    operations: [step("times", "running", "*", "b", "other"), together],
    question: togetherQuestion
  }
}

/** Every clause, a family each. The order is part of the grammar's version: a draw is an index into this list. */
export const clauses: ReadonlyArray<Clause> = Object.entries(clausesByFamily).map(([family, clause]) => ({
  family: family as Family,
  ...clause
}))

/** Their names. */
export const families: ReadonlyArray<Family> = clauses.map(({ family }) => family)

/** What people start with, and what a distractor speaks of: 2 to six tenths of the maximum. */
export const startRange = (maximum: number): readonly [number, number] => [2, Math.max(2, Math.round(maximum * 0.6))]
/** Amounts gained, lost and compared by: 2 to three tenths of the maximum. */
export const amountRange = (maximum: number): readonly [number, number] => [2, Math.max(2, Math.round(maximum * 0.3))]

/** Texts and places of each template in turn, cut once: problems are made by the million. */
const cutTemplates = new Map<string, ReadonlyArray<string>>()

/** Fills the places of a sentence template. A place without a value stays, and a test says that none does. */
export const fill = (template: string, places: Readonly<Record<string, string | number>>): string => {
  let parts = cutTemplates.get(template)
  if (parts === undefined) cutTemplates.set(template, (parts = template.split(/\{(\w+)\}/)))
  let text = parts[0]!
  for (let i = 1; i < parts.length; i += 2) text += `${places[parts[i]!] ?? `{${parts[i]}}`}${parts[i + 1]!}`
  return text
}

/** The words of templates, places left out. */
export const templateWords = (templates: ReadonlyArray<string>): ReadonlyArray<string> =>
  templates.flatMap((template) => template.split(" ").filter((word) => word !== "" && !/^\{\w+\}$/.test(word)))

/** Every word a question can have besides names, items and numbers. */
export const questionWords: ReadonlyArray<string> = templateWords([
  opening,
  openQuestion,
  ...clauses.flatMap((clause) => [...clause.wordings, ...(clause.question === null ? [] : [clause.question])])
])
