/** Every kind of artifact, and with them every table that SQL can see. */

import type { Table } from "../src/store/schema/Table.ts"
import { Attribution } from "./attribution.ts"
import { CanaryRecalls } from "./canary-recalls.ts"
import { Checkpoint } from "./checkpoint.ts"
import { Comparison } from "./comparison.ts"
import { CorpusIndexed } from "./corpus-index.ts"
import { Corpus } from "./corpus.ts"
import { Datamodelling } from "./datamodelling.ts"
import { Evaluation } from "./evaluation.ts"
import { FlawDetections } from "./flaw-detections.ts"
import { RetrainingBank } from "./retrainings.ts"
import { RlRun } from "./rl-run.ts"
import { TailPatches } from "./tail-patches.ts"

const judging = [RetrainingBank, Datamodelling, CanaryRecalls, FlawDetections, TailPatches]
const kinds = [Corpus, CorpusIndexed, Checkpoint, RlRun, Evaluation, Comparison, Attribution, ...judging]

export const tables: ReadonlyArray<Table.Any> = [...new Map(kinds.flatMap((kind) => Object.entries(kind.tables))).values()]
