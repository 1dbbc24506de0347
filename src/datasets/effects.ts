/**
 * The same operations as Effects, for stages and commands: a DatasetError is a typed failure, anything else a defect. `loadDataset` in load.ts is the stream.
 */
import { Effect } from "effect"

import type { DatasetRow } from "./Dataset.ts"
import { type DatasetError, isDatasetError } from "./errors.ts"
import { type DatasetFingerprint, datasetFingerprint, type FingerprintOptions } from "./fingerprint.ts"
import { type LoadOptions, readDataset } from "./load.ts"

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, DatasetError> =>
  Effect.tryPromise({ try: run, catch: (error) => error }).pipe(
    Effect.catch((error) => (isDatasetError(error) ? Effect.fail(error) : Effect.die(error)))
  )

/** Digests of the files of a split; what enters a key. */
export const fingerprint = (
  name: string,
  split: string,
  options: FingerprintOptions = {}
): Effect.Effect<DatasetFingerprint, DatasetError> => attempt(() => datasetFingerprint(name, split, options))

/** All rows of a split that fits in memory. */
export const readRows = (
  name: string,
  split: string,
  options: LoadOptions
): Effect.Effect<ReadonlyArray<DatasetRow>, DatasetError> => attempt(() => readDataset(name, split, options))
