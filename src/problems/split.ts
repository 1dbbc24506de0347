/**
 * Which split a problem belongs to: a hash of what it is, never a draw, so that the same problem is in the same split whatever
 * the seed, and training data and test data cannot meet.
 *
 *   unseen-template   10 % of the step sequences (with the mark of a distractor) of two or more operations
 *   unseen-values      5 % of the rest, by step sequence and operands
 *   train             everything else
 *
 * (The idea is that of iGSM: Ye et al. 2024, arXiv 2407.20311, section 2.) One-step problems have too few sequences to hold any
 * out.
 */

import { hash } from "node:crypto"

import type { Operand, Split, Step } from "./Problem.ts"

/** Part of every problem id. Raise it when clauses, words, the order of draws or the splits change. */
export const grammarVersion = 1

/**
 * Two operations have some fifty step sequences of very different frequency, so that what share of *problems* a tenth of them is
 * depends on the salt. This one holds out 8 to 12 % of the problems of 2, 3, 4 and 5 operations, with and without distractors.
 */
const salt = 380

const templatePercent = 10
const valuePercent = 5

/** First 32 bits of SHA-256, as hexadecimal. */
export const shortHash = (text: string): string => hash("sha256", text).slice(0, 8)

const percentile = (text: string): number => Number.parseInt(shortHash(`grammar ${salt} ${text}`), 16) % 100

const templateIsHeldOut = new Map<string, boolean>()

const heldOut = (template: string): boolean => {
  const known = templateIsHeldOut.get(template)
  if (known !== undefined) return known
  const value = percentile(`template ${template}`) < templatePercent
  if (templateIsHeldOut.size < 100_000) templateIsHeldOut.set(template, value)
  return value
}

const operandText = (operand: Operand): string => String("constant" in operand ? operand.constant : operand.value)

/** `20+2=22`: what two problems must share, besides the template, to count as the same values. */
const operandKey = (trace: ReadonlyArray<Step>): string =>
  trace.map((step) => `${operandText(step.left)}${step.operator}${operandText(step.right)}`).join(",")

/** The split of a problem, by its template (step kinds in order) and its operations. */
export const splitOf = (template: string, trace: ReadonlyArray<Step>): Split => {
  if (trace.length >= 2 && heldOut(template)) return "unseen-template"
  return percentile(`values ${template} ${operandKey(trace)}`) < valuePercent ? "unseen-values" : "train"
}
