/** A corpus artifact parted into groups, and the held-out documents that retrained models are asked about. */

import type { Corpus } from "../../../schemas/corpus.ts"
import type { Reader } from "../../dag/Stage.ts"
import { groupOf, type Partition } from "./groups.ts"

/** A corpus parted. */
export interface CorpusGroups {
  /** Groups with a document to train on, in the order of their names. */
  readonly names: ReadonlyArray<string>
  /** Name of the group of a document, by its number: of a held-out one, the group that it would be in. */
  readonly nameOf: (document: number) => string
  /** Documents to train on, by their numbers, and the group of each as an index into `names`. */
  readonly training: Int32Array
  readonly of: Int32Array
}

/** Parts a corpus; the order of the groups does not depend on that of the documents. */
export const corpusGroups = ({ documents }: Reader<typeof Corpus>, partition: Partition): CorpusGroups => {
  const source = documents.column("source")
  const steps = documents.column("steps")
  const template = documents.column("template")
  const topic = documents.column("topic")
  const flawed = documents.column("flawed")
  const heldOut = documents.column("heldOut")
  const labels = Array.from({ length: documents.rows }, (_, i) =>
    groupOf(partition, {
      source: source.at(i),
      steps: steps[i]!,
      template: template.at(i),
      topic: topic.at(i),
      flawed: flawed[i] === 1
    })
  )
  const training = Int32Array.from(labels.flatMap((_, document) => (heldOut[document] === 1 ? [] : [document])))
  const names = [...new Set(Array.from(training, (document) => labels[document]!))].toSorted()
  const places = new Map(names.map((name, i) => [name, i]))
  return { names, nameOf: (i) => labels[i]!, training, of: training.map((document) => places.get(labels[document]!)!) }
}

/** The first held-out documents of each source, by their numbers. */
export const targetsOf = ({ documents }: Reader<typeof Corpus>, perSource: number): Int32Array => {
  const source = documents.column("source")
  const heldOut = documents.column("heldOut")
  const taken = new Map<string, number>()
  const targets: Array<number> = []
  for (let i = 0; i < documents.rows; i++) {
    const count = taken.get(source.at(i)) ?? 0
    if (heldOut[i] !== 1 || count >= perSource) continue
    taken.set(source.at(i), count + 1)
    targets.push(i)
  }
  return Int32Array.from(targets)
}
