/**
 * Problems whose prompt leaves no room for an answer in a model's context. Nothing is cut off a prompt: the question would be
 * another one. Such problems are not asked; they are counted, said, and refused where they are too many.
 */

import type { Asked } from "../../schemas/asked.ts"
import type { Ending } from "../../schemas/grade.ts"
import * as Param from "../dag/Param.ts"
import type { Objection } from "../dag/Stage.ts"
import { maximumOf } from "../lists/large.ts"
import type { Table } from "../store/schema/Table.ts"
import { percentWords } from "../text/percent.ts"
import { encodePrompt, hasRoom } from "../tokenizer/document.ts"
import type { Tokenizer } from "../tokenizer/Tokenizer.ts"

/** How many problems may go unasked: a parameter of every stage that asks. */
export const longPromptsParam = Param.number(
  0.05,
  "share of the problems that may have a prompt without room for an answer in the context before the stage refuses",
  { min: 0, max: 1 }
)

/** What of a suite is wanted, and how long its prompts are. */
export interface Wanted {
  readonly suite: string
  /** Problems asked for. */
  readonly wanted: number
  /** Problems that the suite has. */
  readonly found: number
  /** Tokens of the prompts of the problems that are wanted. */
  readonly promptTokens: ArrayLike<number>
  readonly context: number
  /** Tokens that force a format, behind the prompt. */
  readonly forced?: number
}

/** The row of the table `asked`. */
export const askedRow = ({ suite, wanted, found, promptTokens, context, forced = 0 }: Wanted): Table.Input<typeof Asked> => {
  const tokens = Array.from(promptTokens)
  const withoutRoom = tokens.filter((length) => !hasRoom(length, context, forced)).length
  return {
    suite,
    wanted,
    found,
    asked: tokens.length - withoutRoom,
    withoutRoom,
    longestPrompt: maximumOf(tokens, 0),
    context
  }
}

/** Objects to more prompts without room than `share` of those wanted, and to a suite of which none is left. */
export const askedObjection = (row: Table.Input<typeof Asked>, share: number): Objection | null => {
  const { suite, asked, withoutRoom, longestPrompt, context } = row
  const all = asked + withoutRoom
  if (withoutRoom === 0 || (withoutRoom <= share * all && asked > 0)) return null
  return {
    param: "maxLongPrompts",
    problem:
      `allows ${percentWords(share)} of the problems to have a prompt without room for an answer, ` +
      `and of suite "${suite}" ${withoutRoom} of ${all} (${percentWords(withoutRoom / all)}) have one: ` +
      `the context is ${context} tokens, the longest prompt ${longestPrompt}. ` +
      `Train with a longer context${asked > 0 ? ", allow more," : ""} or take another suite.`
  }
}

/** What is to be said of what was asked: sentences, none where all is as it was wanted. */
export const askedWords = (row: Table.Input<typeof Asked>): ReadonlyArray<string> => {
  const { suite, wanted, found, asked, withoutRoom, longestPrompt, context } = row
  return [
    ...(found < wanted ? [`suite "${suite}" has ${found} of the ${wanted} problems that are wanted`] : []),
    ...(withoutRoom > 0
      ? [
          `${withoutRoom} of ${asked + withoutRoom} problems of suite "${suite}" are not asked: their prompts of up to ` +
            `${longestPrompt} tokens leave no room for an answer in a context of ${context}` +
            (asked < wanted && found >= wanted ? `; that leaves ${asked} where ${wanted} are wanted` : "")
        ]
      : [])
  ]
}

/** Problems whose prompt leaves room for an answer, and the others, in their order. */
export const byRoom = <P extends { readonly question: string }>(
  problems: ReadonlyArray<P>,
  tokenizer: Tokenizer,
  context: number,
  forced = 0
): { readonly promptTokens: Int32Array; readonly fitting: ReadonlyArray<P>; readonly others: ReadonlyArray<P> } => {
  const promptTokens = Int32Array.from(problems, ({ question }) => encodePrompt(tokenizer, question).length)
  const fits = (_: P, i: number) => hasRoom(promptTokens[i]!, context, forced)
  return { promptTokens, fitting: problems.filter(fits), others: problems.filter((problem, i) => !fits(problem, i)) }
}

/** What is to be said of completions that did not end by themselves; nothing where all did. */
export const endingWords = (completions: ReadonlyArray<{ readonly ending: string }>): ReadonlyArray<string> => {
  const count = (ending: Ending) => completions.filter((completion) => completion.ending === ending).length
  return cutWords({
    completions: completions.length - count("no room"),
    maxNewTokens: count("maxNewTokens"),
    context: count("context")
  })
}

/** Completions, and how many of them a limit has cut. */
export interface Cut {
  readonly completions: number
  readonly maxNewTokens: number
  readonly context: number
}

/** The same of counts. */
export const cutWords = ({ completions, maxNewTokens, context }: Cut): ReadonlyArray<string> =>
  maxNewTokens + context === 0
    ? []
    : [
        `${maxNewTokens + context} of ${completions} completions ended without an end of text: ` +
          `${maxNewTokens} at maxNewTokens, ${context} where the context ends`
      ]
