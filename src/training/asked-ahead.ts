/**
 * What a policy will be asked, before it is there: how many problems its suite has, and how many of their prompts have room in
 * its context. From the corpus where that is made, exactly. Before that, from what is known of it: built-in problems are made
 * anew, datasets that are quickly read are read.
 */

import * as Effect from "effect/Effect"

import type { Asked } from "../../schemas/asked.ts"
import type { Corpus } from "../../schemas/corpus.ts"
import * as Param from "../dag/Param.ts"
import { type OpenInput, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { askedObjection, askedRow, askedWords } from "../evaluation/prompt-room.ts"
import type { MixtureSettings } from "../mixing/open-sources.ts"
import { isQuicklyHad, suiteProblems } from "../mixing/suites.ts"
import type { Table } from "../store/schema/Table.ts"
import { encodePrompt } from "../tokenizer/document.ts"
import { wordTokenizer } from "../tokenizer/word/WordTokenizer.ts"

/** What a stage is going to ask. */
export interface AskedAhead {
  readonly owner: "rl" | "evaluate"
  readonly suite: string
  /** Problems that are wanted. */
  readonly wanted: number
  /** Whether no others than these are taken, from the front of the suite; else any problem of it may be. */
  readonly first: boolean
  readonly maxLongPrompts: number
  /** Tokens that force a format. */
  readonly forced: number
}

/** Fails with what the stage will refuse, by the name of its parameter; else what it will say. */
const judged = ({ owner, maxLongPrompts }: AskedAhead, row: Table.Input<typeof Asked>) => {
  const objection = askedObjection(row, maxLongPrompts)
  return objection === null ? Effect.succeed(askedWords(row)) : Effect.fail(new Param.ParamInvalid({ owner, ...objection }))
}

const contextOf = (policy: WiredInput): number | null => {
  const context = wiredWith(policy, "context", ["policy", "base"])?.params["context"]
  return typeof context === "number" ? context : null
}

const rowOf = ({ suite, wanted, first, forced }: AskedAhead, lengths: ReadonlyArray<number>, context: number) =>
  askedRow({
    suite,
    wanted,
    found: lengths.length,
    promptTokens: first ? lengths.slice(0, wanted) : lengths,
    context,
    forced
  })

/** From the problems of the corpus. */
export const askedOfCorpus = Effect.fnUntraced(function* (
  ahead: AskedAhead,
  policy: WiredInput,
  open: OpenInput<{ readonly policy: any; readonly corpus: typeof Corpus }>
) {
  const context = contextOf(policy)
  const problems = context === null ? null : yield* open("corpus", "problems")
  if (context === null || problems === null) return []
  const suite = problems.column("suite")
  const tokens = problems.column("promptTokens")
  const lengths = Array.from(tokens).filter((_, i) => suite.at(i) === ahead.suite)
  // A corpus without the suite is refused by name where it is read.
  return lengths.length === 0 ? [] : yield* judged(ahead, rowOf(ahead, lengths, context))
})

/** Lengths of the prompts of a mixture's suites that were looked at already, by its params: a study asks for them many times. */
const known = new WeakMap<object, Map<string, ReadonlyArray<number>>>()

/**
 * From the params of the mixture. Prompts of a dataset have no length before there is a vocabulary: all that is known of them is
 * how many they are.
 */
export const askedOfMixture = Effect.fnUntraced(function* (ahead: AskedAhead, policy: WiredInput, corpus: WiredInput) {
  const context = contextOf(policy)
  if (context === null || corpus.stage !== "mix" || !isQuicklyHad(ahead.suite)) return []
  const ofMixture = known.get(corpus.params) ?? new Map<string, ReadonlyArray<number>>()
  known.set(corpus.params, ofMixture)
  const lengths = ofMixture.get(ahead.suite) ?? (yield* promptLengths(ahead.suite, corpus.params))
  ofMixture.set(ahead.suite, lengths)
  return yield* judged(ahead, rowOf(ahead, lengths, context))
})

const promptLengths = Effect.fnUntraced(function* (suite: string, params: WiredInput["params"]) {
  // Those of the stage mix, which declares them.
  const settings = params as unknown as MixtureSettings & { readonly tokenizer: string }
  const { problems } = yield* suiteProblems(suite, settings)
  if (settings.tokenizer !== "word") return problems.map(() => 0)
  const tokenizer = wordTokenizer(settings)
  return problems.map(({ question }) => encodePrompt(tokenizer, question).length)
})
