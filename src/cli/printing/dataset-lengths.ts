/** How long the texts of a dataset are in tokens, and how many are too long for a context: counted, judged, and said. */

import type { DatasetRow, Role } from "../../datasets/Dataset.ts"
import { longPromptsParam } from "../../evaluation/prompt-room.ts"
import { percentWords } from "../../text/percent.ts"
import { countWords } from "../../text/plural.ts"
import { encodeDocument } from "../../tokenizer/document.ts"
import { Lengths } from "../../tokenizer/lengths.ts"
import type { Tokenizer } from "../../tokenizer/Tokenizer.ts"
import { longDocumentsParam } from "../../training/cut-documents.ts"

/** What of a split is too long for a context of so many tokens. */
export interface LengthsFound {
  readonly context: number
  readonly vocabulary: number
  /** Texts counted, those that are too long, and tokens of the longest. */
  readonly prompts: TooLong
  readonly documents: TooLong
}

interface TooLong {
  readonly texts: number
  readonly tooLong: number
  readonly longest: number
}

/** A split whose texts were counted. */
interface Measured {
  readonly role: Role
  /** null: there is no row to learn a vocabulary from. */
  readonly lengths: LengthsFound | null
}

/** Rows whose lengths are counted: enough for a share of any set. */
const ROWS_MEASURED = 100_000

/** As the stages let pass unless they are told otherwise: maxLongPrompts and maxLongDocuments. */
export const LONG_LET_PASS = { prompts: longPromptsParam.fallback, documents: longDocumentsParam.fallback }

/** Counts the lengths of rows in a vocabulary; null counts nothing. */
export const lengthsOf = (tokenizer: Tokenizer | null, context: number) => {
  const prompts = new Lengths()
  const documents = new Lengths()
  return {
    add: ({ question, solution }: DatasetRow): void => {
      if (tokenizer === null || documents.texts >= ROWS_MEASURED) return
      const { tokens, promptTokens } = encodeDocument(tokenizer, question, solution)
      documents.add(tokens.length)
      if (promptTokens > 0) prompts.add(promptTokens)
    },
    found: (): LengthsFound | null =>
      tokenizer === null
        ? null
        : {
            context,
            vocabulary: tokenizer.size,
            prompts: { texts: prompts.texts, tooLong: prompts.withoutRoom(context), longest: prompts.longest },
            documents: { texts: documents.texts, tooLong: documents.longerThan(context), longest: documents.longest }
          }
  }
}

/** Documents are what training reads; of a set for evaluation nobody reads the solutions. */
const measured = ({ lengths, role }: Measured): ReadonlyArray<readonly ["prompts" | "documents", TooLong]> =>
  lengths === null
    ? []
    : (["prompts", "documents"] as const)
        .filter((what) => lengths[what].texts > 0 && (what === "prompts" || role === "training"))
        .map((what) => [what, lengths[what]] as const)

/** What of it is more than is let pass; where nothing is said of that (`null`), prompts of which not one can be asked. */
export const longObjections = (
  check: Measured,
  most: Readonly<Record<"prompts" | "documents", number>> | null
): ReadonlyArray<string> =>
  measured(check)
    .filter(([what, { texts, tooLong }]) =>
      most === null ? what === "prompts" && tooLong === texts : tooLong > most[what] * texts
    )
    .map(([what, found]) => tooLongWords(what, found, check.lengths!.context))

const tooLongWords = (what: "prompts" | "documents", { texts, tooLong }: TooLong, context: number): string => {
  const how = what === "prompts" ? "without room for an answer in" : "longer than"
  return `${countWords(tooLong)} of ${countWords(texts)} ${what} ${how} a context of ${context}, ${percentWords(tooLong / texts)}`
}

/** What is long, what is too long, and in which tokens. */
export const lengthLines = (check: Measured): ReadonlyArray<string> => [
  ...measured(check).map(
    ([what, found]) =>
      `${what} of up to ${countWords(found.longest)} tokens, ${tooLongWords(what, found, check.lengths!.context)}`
  ),
  ...(measured(check).length === 0 ? [] : [`in a vocabulary of ${countWords(check.lengths!.vocabulary)} learnt from it`])
]
