/**
 * Safetensors files: eight bytes with the length of a header, the header as JSON (tensor names with element type, shape and
 * place), then the tensors' bytes. Written by hand, as no package for Node reads or writes such files on disk.
 */

import * as fs from "node:fs"

import * as Schema from "effect/Schema"

import { closeFile, looking, patiently, readFrom } from "../store/disk/calls.ts"
import { bytesOfElement, type Dtype } from "./dtypes.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"

/** A tensor as a header lists it. */
export interface Tensor {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: ReadonlyArray<number>
}

/** A tensor in a file. */
export interface StoredTensor extends Tensor {
  readonly file: string
  /** First byte in the file. */
  readonly at: number
  readonly bytes: number
}

const elements = (shape: ReadonlyArray<number>): number => shape.reduce((product, size) => product * size, 1)

/** Bytes of a tensor's elements. */
export const bytesOf = ({ dtype, shape }: Pick<Tensor, "dtype" | "shape">): number => elements(shape) * bytesOfElement(dtype)

/** What stands before the bytes of these tensors in their order: length and header, filled up with blanks to eight bytes. */
export const safetensorsHead = (tensors: ReadonlyArray<Tensor>): Uint8Array => {
  let at = 0
  const places = tensors.map((tensor) => {
    const begin = at
    at += bytesOf(tensor)
    return [tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [begin, at] }] as const
  })
  // transformers reads a file only if it says which library's layout its tensors have.
  const json = JSON.stringify({ __metadata__: { format: "pt" }, ...Object.fromEntries(places) })
  const header = Buffer.from(json.padEnd(json.length + ((8 - (Buffer.byteLength(json) % 8)) % 8)))
  const head = Buffer.alloc(8 + header.length)
  head.writeBigUInt64LE(BigInt(header.length))
  head.set(header, 8)
  return head
}

const Entry = Schema.Struct({
  dtype: Schema.String,
  shape: Schema.Array(Schema.Natural),
  data_offsets: Schema.Tuple([Schema.Natural, Schema.Natural])
})

/** No header of a real model comes near; the format's own readers refuse longer ones. */
const LONGEST_HEADER = 100_000_000

/** The tensors of a file, by its header, each of which lies whole in the file. Throws `ModelFolderInvalid`. */
export const readSafetensors = (file: string): ReadonlyArray<StoredTensor> => {
  const refuse = (problem: string, remedy?: string): never => {
    throw new ModelFolderInvalid({ file, problem, ...(remedy === undefined ? {} : { remedy }) })
  }
  const cut = (problem: string): never => refuse(`is cut off or damaged: ${problem}`, "Fetch it again.")
  const { size, first, json } = withFile(file, (handle) => {
    const { size } = looking(file, () => fs.fstatSync(handle))
    const length = Buffer.alloc(8)
    if (readFrom(handle, file, length, 0) < 8) return cut(`it has ${size} bytes, and its header's length alone has 8`)
    const bytes = Number(length.readBigUInt64LE())
    if (bytes > LONGEST_HEADER || bytes + 8 > size) return cut(`its header would have ${bytes} bytes, and it has ${size} in all`)
    const header = Buffer.alloc(bytes)
    readFrom(handle, file, header, 8)
    return { size, first: 8 + bytes, json: header.toString("utf8") }
  })
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return cut("its header is no JSON")
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return cut("its header is no JSON object")
  return Object.entries(parsed).flatMap(([name, entry]): ReadonlyArray<StoredTensor> => {
    if (name === "__metadata__") return []
    const decoded = Schema.decodeUnknownResult(Entry)(entry)
    if (decoded._tag === "Failure") return cut(`its header says no type, shape and place of ${JSON.stringify(name)}`)
    const { dtype, shape, data_offsets } = decoded.success
    const [begin, end] = data_offsets
    const known = (["F32", "BF16", "F16"] as const).find((one) => one === dtype)
    if (known === undefined) return refuse(`has ${name} as ${dtype}; read are F32, BF16 and F16`)
    const bytes = bytesOf({ dtype: known, shape })
    if (end - begin !== bytes) return cut(`${name} of ${shape.join(" x ")} ${dtype} has ${end - begin} bytes and needs ${bytes}`)
    if (first + end > size) return cut(`${name} would end at byte ${first + end}, and the file at ${size}`)
    return [{ name, dtype: known, shape, file, at: first + begin, bytes }]
  })
}

/** The bytes of a tensor. */
export const readTensor = ({ file, at, bytes, name }: StoredTensor): Uint8Array =>
  withFile(file, (handle) => {
    const data = new Uint8Array(bytes)
    if (readFrom(handle, file, data, at) < bytes)
      throw new ModelFolderInvalid({ file, problem: `became shorter while ${name} was read` })
    return data
  })

const withFile = <A>(file: string, use: (handle: number) => A): A => {
  const handle = patiently(file, () => fs.openSync(file, "r"))
  try {
    return use(handle)
  } finally {
    closeFile(handle)
  }
}
