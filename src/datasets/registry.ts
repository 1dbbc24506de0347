/**
 * The sources of real data, one entry each, in sources/. Row counts and field names come from the publishers' pages; what is
 * found is always reported as found.
 *
 * Splits that the paper trains on have the role `training`. Everything that scores are computed on, and everything derived from
 * it (GSM-Hard is GSM8K's test set with larger numbers; the example solutions answer it), has the role `evaluation` and is
 * refused as training data.
 */

import { nearest } from "../text/near.ts"
import type { Source, SplitSource } from "./Dataset.ts"
import { DatasetUnknown } from "./errors.ts"
import { aime } from "./sources/aime.ts"
import { gsmHard } from "./sources/gsm-hard.ts"
import { gsm8k } from "./sources/gsm8k.ts"
import { math500 } from "./sources/math-500.ts"
import { metamath } from "./sources/metamathqa.ts"
import { omi1 } from "./sources/omi1.ts"
import { omi2 } from "./sources/omi2.ts"
import { svamp } from "./sources/svamp.ts"
import { algebraicStack, finemath } from "./sources/text.ts"
import { tinygsm } from "./sources/tinygsm.ts"

/** Every known source, in the order in which they are listed. */
export const sources: ReadonlyArray<Source> = [
  gsm8k,
  svamp,
  gsmHard,
  tinygsm,
  omi1,
  omi2,
  metamath,
  finemath,
  algebraicStack,
  math500,
  aime
]

/** A split of a source. */
export interface DatasetName {
  readonly dataset: string
  readonly split: string
}

/** `gsm8k:train`, as mixtures, suites and commands name it. */
export const nameOf = ({ dataset, split }: DatasetName): string => `${dataset}:${split}`

/** Reads `gsm8k:train`; null for a text of another shape. */
export const datasetName = (text: string): DatasetName | null => {
  const [dataset = "", split = "", ...rest] = text.split(":")
  return dataset !== "" && split !== "" && rest.length === 0 ? { dataset, split } : null
}

/** Every split of every source, in the registry's order. */
export const datasetNames = (): ReadonlyArray<DatasetName> =>
  sources.flatMap(({ name, splits }) => Object.keys(splits).map((split) => ({ dataset: name, split })))

/** The entry of a source and one of its splits. Throws DatasetUnknown, with the names that come near. */
export const findSource = (name: string, split: string): { readonly source: Source; readonly split: SplitSource } => {
  const source = sources.find((source) => source.name === name)
  if (source === undefined)
    throw unknown(
      name,
      sources.map((source) => source.name)
    )
  const entry = Object.hasOwn(source.splits, split) ? source.splits[split] : undefined
  if (entry === undefined)
    throw unknown(
      `${name}:${split}`,
      Object.keys(source.splits).map((known) => `${name}:${known}`)
    )
  return { source, split: entry }
}

const unknown = (asked: string, known: ReadonlyArray<string>) => new DatasetUnknown({ asked, known, near: nearest(asked, known) })
