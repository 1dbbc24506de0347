/** Weights as safetensors files: one, or, beyond so many bytes, several with an index. */

import * as path from "node:path"

import { writeWhole } from "../store/disk/calls.ts"
import { writePieces } from "../store/disk/whole-folder.ts"
import { type Dtype, toBf16 } from "./dtypes.ts"
import { bytesOf, safetensorsHead, type Tensor } from "./safetensors.ts"

/** Bytes of tensors in a file: where Hugging Face's own tools begin another. */
export const SHARD_BYTES = 5_000_000_000

/** The index of several files. */
export const INDEX = "model.safetensors.index.json"

/** A tensor whose f32 bytes are read when they are written. */
export interface Source {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly read: () => Uint8Array
}

/** Writes `model.safetensors`, or shards and their index, into a folder. */
export const writeWeights = (folder: string, sources: ReadonlyArray<Source>, dtype: Dtype, shardBytes: number): void => {
  const shards: Array<Array<Source & Tensor>> = []
  let left = 0
  for (const source of sources) {
    const tensor = { ...source, dtype }
    const bytes = bytesOf(tensor)
    if (bytes > left) {
      shards.push([])
      left = shardBytes
    }
    shards.at(-1)!.push(tensor)
    left -= bytes
  }
  const number = (n: number) => String(n).padStart(5, "0")
  const nameOf = (shard: number) =>
    shards.length === 1 ? "model.safetensors" : `model-${number(shard + 1)}-of-${number(shards.length)}.safetensors`
  for (const [i, tensors] of shards.entries()) writePieces(path.join(folder, nameOf(i)), fileOf(tensors))
  if (shards.length < 2) return
  const places = shards.flatMap((tensors, i) => tensors.map(({ name }) => [name, nameOf(i)] as const))
  const index = {
    metadata: { total_size: shards.flat().reduce((sum, tensor) => sum + bytesOf(tensor), 0) },
    weight_map: Object.fromEntries(places)
  }
  writeWhole(path.join(folder, INDEX), `${JSON.stringify(index, null, 2)}\n`)
}

function* fileOf(tensors: ReadonlyArray<Source & Tensor>): Generator<Uint8Array> {
  yield safetensorsHead(tensors)
  for (const { read, dtype } of tensors) yield dtype === "BF16" ? toBf16(read()) : read()
}
