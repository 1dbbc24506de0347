/** Lengths of texts in tokens: how many are too long for a context, for any context that a model may have. */

import { hasRoom } from "./document.ts"

/** Contexts that a study is likely to have: what a table of lengths has rows for. */
export const USUAL_CONTEXTS = [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048] as const

/** Longer texts are too long for every context. */
const LONGEST_TOLD_APART = 2 * USUAL_CONTEXTS.at(-1)!

/** Counts texts by their lengths, in as much memory as a context has tokens. */
export class Lengths {
  /** Tokens of the longest. */
  longest = 0
  /** Texts counted. */
  texts = 0
  private readonly counts = new Float64Array(LONGEST_TOLD_APART + 1)

  /** Counts a text of so many tokens. */
  add(tokens: number): void {
    this.counts[Math.min(tokens, LONGEST_TOLD_APART)]!++
    this.texts++
    this.longest = Math.max(this.longest, tokens)
  }

  /** Texts of more tokens than the context has. */
  longerThan(context: number): number {
    return this.sumWhere((tokens) => tokens > context)
  }

  /** Prompts that leave no room for an answer in the context. */
  withoutRoom(context: number): number {
    return this.sumWhere((tokens) => !hasRoom(tokens, context))
  }

  private sumWhere(isCounted: (tokens: number) => boolean): number {
    return this.counts.reduce((sum, count, tokens) => (isCounted(tokens) ? sum + count : sum), 0)
  }
}
