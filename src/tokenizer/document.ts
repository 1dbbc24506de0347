/**
 * Documents and prompts as tokens: the one place that puts question, separator, tag and solution together, and that says when a
 * prompt leaves room for what is to come after it.
 */

import type { Tokenizer } from "./Tokenizer.ts"

/** A document as the model sees it. */
export interface EncodedDocument {
  /** Prompt, tag if any, solution, end of text. */
  readonly tokens: Int32Array
  /** Leading tokens that are the prompt, separator included. */
  readonly promptTokens: number
}

/** The prompt of a question as training and rollouts see it: the question and the separator. */
export const encodePrompt = (tokenizer: Tokenizer, question: string): Int32Array =>
  tokenizer.encode(question + tokenizer.separator)

/** What any answer needs: one token, and the end of the text. */
const LEAST_ANSWER = 2

/** Whether a context of so many tokens has room for an answer behind a prompt, and behind the tokens that force a format. */
export const hasRoom = (promptTokens: number, context: number, forced = 0): boolean =>
  promptTokens + forced + LEAST_ANSWER <= context

/** One training document. Plain text has an empty question and no prompt; `tag` is a control token before the solution. */
export const encodeDocument = (tokenizer: Tokenizer, question: string, solution: string, tag?: number): EncodedDocument => {
  const prompt = question === "" ? new Int32Array(0) : encodePrompt(tokenizer, question)
  const body = tokenizer.encode(solution)
  const head = tag === undefined ? prompt.length : prompt.length + 1
  const tokens = new Int32Array(head + body.length + 1)
  tokens.set(prompt)
  if (tag !== undefined) tokens[prompt.length] = tag
  tokens.set(body, head)
  tokens[tokens.length - 1] = tokenizer.endOfText
  return { tokens, promptTokens: prompt.length }
}
