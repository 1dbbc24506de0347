/** A model's parameters between the flat vector that engines use and the rows of an artifact's `weights` table. */

import type { SecondMoments, Snapshots, TrainingState, Weights } from "../../schemas/checkpoint.ts"
import type { TableReader } from "../store/arrow/TableReader.ts"
import type { Table } from "../store/schema/Table.ts"
import { type ModelSpec, parameterCount, type ParameterShape, parameterTable } from "./ModelSpec.ts"

/** One row a tensor, in the order of `parameterTable`. */
export const tensorRows = (spec: ModelSpec, parameters: Float32Array): Array<Table.Input<typeof Weights>> =>
  parameterTable(spec).map((place) => tensorRow(place, parameters.subarray(place.offset, place.offset + place.size)))

/** A tensor as a row, with statistics that SQL can look at without reading the bytes. */
export const tensorRow = (
  { name, shape }: Pick<ParameterShape, "name" | "shape">,
  values: Float32Array
): Table.Input<typeof Weights> => {
  let sum = 0
  let squares = 0
  let maxAbs = 0
  for (const value of values) {
    sum += value
    squares += value * value
    maxAbs = Math.max(maxAbs, Math.abs(value))
  }
  const size = values.length
  const mean = sum / size
  return {
    name,
    dtype: "float32",
    shape,
    data: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    elements: size,
    mean,
    std: Math.sqrt(Math.max(0, squares / size - mean * mean)),
    maxAbs,
    l2: Math.sqrt(squares)
  }
}

/** The flat vector of a checkpoint's weights. Throws when tensors do not fit the spec. */
export const readParameters = (spec: ModelSpec, weights: TableReader<typeof Weights>): Float32Array =>
  gather(spec, { rows: weights.rows, names: weights.column("name"), data: weights.column("data") }, () => true)

/** The flat vector of the snapshot, or of the moments, taken after `step` updates. Throws when there is none. */
export const readSnapshot = (
  spec: ModelSpec,
  snapshots: TableReader<typeof Snapshots> | TableReader<typeof SecondMoments>,
  step: number
): Float32Array => {
  const steps = snapshots.column("step")
  return gather(
    spec,
    { rows: snapshots.rows, names: snapshots.column("name"), data: snapshots.column("data") },
    (row) => steps[row] === step
  )
}

/** One of the flat vectors of a training's state. Throws when it is not there in full. */
export const readStateVector = (spec: ModelSpec, state: TableReader<typeof TrainingState>, vector: string): Float32Array => {
  const vectors = state.column("vector")
  return gather(
    spec,
    { rows: state.rows, names: state.column("name"), data: state.column("data") },
    (row) => vectors.at(row) === vector
  )
}

interface Tensors {
  readonly rows: number
  readonly names: { readonly at: (row: number) => string }
  readonly data: { readonly at: (row: number) => Uint8Array }
}

const gather = (spec: ModelSpec, { rows, names, data }: Tensors, wanted: (row: number) => boolean): Float32Array => {
  const parameters = new Float32Array(parameterCount(spec))
  const bytes = new Uint8Array(parameters.buffer)
  const places = new Map(parameterTable(spec).map((place) => [place.name, place]))
  for (let row = 0; row < rows; row++) {
    if (!wanted(row)) continue
    const place = places.get(names.at(row))
    const tensor = data.at(row)
    if (place === undefined || tensor.length !== place.size * 4)
      throw new Error(`tensor ${names.at(row)} (${tensor.length} bytes) does not fit the model's shape`)
    bytes.set(tensor, place.offset * 4)
    places.delete(place.name)
  }
  if (places.size > 0) throw new Error(`the weights lack ${[...places.keys()].join(", ")}`)
  return parameters
}
