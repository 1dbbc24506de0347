/** What a corpus made from another one has in common with it, and what is counted anew. */

import * as Effect from "effect/Effect"

import type { Corpus } from "../../../schemas/corpus.ts"
import type { Reader, Writer } from "../../dag/Stage.ts"
import { lengthRows } from "../../mixing/corpus-account.ts"
import type { Table } from "../../store/schema/Table.ts"
import { Lengths } from "../../tokenizer/lengths.ts"

type Tables = (typeof Corpus)["tables"]
type DocumentRow = Pick<Table.Row<Tables["documents"]>, "source" | "heldOut" | "repetition" | "tokens">
type SourceRow = Table.Row<Tables["sources"]>
/** What a row of the manifest says that is not counted here. */
type Told = Omit<SourceRow, keyof ReturnType<typeof nothing> | "share">

const nothing = () => ({ documents: 0, distinctDocuments: 0, tokens: 0, heldOutDocuments: 0, heldOutTokens: 0 })

/** Exact counts of the documents of each source, for the tables `sources` and `lengths`. */
export class Manifest {
  private readonly counts: ReadonlyMap<string, ReturnType<typeof nothing>>
  private readonly lengths: ReadonlyMap<string, Lengths>

  constructor(sources: ReadonlyArray<string>) {
    this.counts = new Map(sources.map((source) => [source, nothing()]))
    this.lengths = new Map(sources.map((source) => [source, new Lengths()]))
  }

  /** Counts a document of the new corpus. */
  count({ source, heldOut, repetition, tokens }: DocumentRow): void {
    const count = this.counts.get(source)!
    if (heldOut) {
      count.heldOutDocuments++
      count.heldOutTokens += tokens.length
      return
    }
    count.documents++
    count.tokens += tokens.length
    if (repetition === 0) count.distinctDocuments++
    this.lengths.get(source)!.add(tokens.length)
  }

  /** Training tokens of all sources. */
  get tokens(): number {
    return [...this.counts.values()].reduce((sum, { tokens }) => sum + tokens, 0)
  }

  /** Writes `sources`, in the order of `told`, and `lengths`; those of prompts are what they were. */
  write(told: ReadonlyArray<Told>, from: Reader<typeof Corpus>, output: Writer<typeof Corpus>) {
    const { counts, lengths, tokens: total } = this
    return Effect.gen(function* () {
      for (const row of from.lengths) if (row.of === "prompts") yield* output.lengths.append(row)
      for (const row of told) {
        const count = counts.get(row.source)!
        yield* output.sources.append({ ...row, ...count, share: total === 0 ? 0 : count.tokens / total })
        for (const length of lengthRows("documents", row.source, lengths.get(row.source)!)) yield* output.lengths.append(length)
      }
    })
  }
}

/** Passes on what a change of documents leaves alone: problems, tokenizer, and what was found in the sources. */
export const passOnFindings = Effect.fnUntraced(function* (from: Reader<typeof Corpus>, output: Writer<typeof Corpus>) {
  for (const row of from.sharedDocuments) yield* output.sharedDocuments.append(row)
  for (const row of from.contamination) yield* output.contamination.append(row)
  for (const row of from.overlaps) yield* output.overlaps.append(row)
  for (const row of from.problems) yield* output.problems.append(row)
  for (const row of from.suites) yield* output.suites.append(row)
  for (const row of from.rejections) yield* output.rejections.append(row)
  yield* output.tokenizer.write(from.tokenizer)
})
