/** Element types and safetensors files, against the formats' definitions. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { toBf16, toFloat32 } from "../../src/hugging-face/dtypes.ts"
import { readSafetensors, readTensor } from "../../src/hugging-face/safetensors.ts"
import { INDEX, writeWeights } from "../../src/hugging-face/write-weights.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const bytesOf = (values: ArrayLike<number>) => new Uint8Array(Float32Array.from(values).buffer)
const halves = (...bits: ReadonlyArray<number>) => new Uint8Array(Uint16Array.from(bits).buffer)

describe("element types", () => {
  it("rounds f32 to the nearest bf16, and ties to the even one", () => {
    const f32 = new Uint8Array(Uint32Array.from([0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff, 0xff800000, 0x7f7fffff]).buffer)
    expect([...new Uint16Array(toBf16(f32).buffer)]).toEqual([0x3f80, 0x3f82, 0x3f81, 0x3f80, 0xff80, 0x7f80])
  })

  it("keeps as no number what is none, whatever its bits", () => {
    const bits = new Uint8Array(Uint32Array.from([0x7f800001, 0xffffffff]).buffer)
    expect([...toFloat32(toBf16(bits), "BF16")]).toEqual([Number.NaN, Number.NaN])
  })

  it("reads bf16 and f16 exactly: normal, subnormal, signed zero, infinite", () => {
    expect([...toFloat32(halves(0x3f80, 0xc000, 0x0001), "BF16")]).toEqual([1, -2, 2 ** -133])
    const f16 = halves(0x3c00, 0xc000, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x7c00, 0x8000, 0x3555)
    expect([...toFloat32(f16, "F16")]).toEqual([1, -2, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 65504, Infinity, -0, 1365 / 4096])
  })

  it("reads values that begin at an odd byte", () => {
    const odd = new Uint8Array(9)
    odd.set(bytesOf([1.5, -3]), 1)
    expect([...toFloat32(odd.subarray(1), "F32")]).toEqual([1.5, -3])
  })
})

const sources = [
  { name: "a", shape: [2, 3], read: () => bytesOf([1, 2, 3, 4, 5, 6]) },
  { name: "b", shape: [2], read: () => bytesOf([7, 8]) },
  { name: "c", shape: [3], read: () => bytesOf([9, 10, 11]) }
]

describe("a safetensors file", () => {
  it("has its header's length, the header filled up to eight bytes, and the tensors one after another", () => {
    const folder = temporaryFolder()
    writeWeights(folder, sources, "F32", 1e9)
    const file = path.join(folder, "model.safetensors")
    const bytes = fs.readFileSync(file)
    const header = Number(bytes.readBigUInt64LE())
    expect(header % 8).toBe(0)
    expect(JSON.parse(bytes.subarray(8, 8 + header).toString())).toEqual({
      __metadata__: { format: "pt" },
      a: { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
      b: { dtype: "F32", shape: [2], data_offsets: [24, 32] },
      c: { dtype: "F32", shape: [3], data_offsets: [32, 44] }
    })
    expect(bytes.length).toBe(8 + header + 44)
    const [, b] = readSafetensors(file)
    expect([...toFloat32(readTensor(b!), "F32")]).toEqual([7, 8])
  })

  it("becomes several with an index where it would be larger than a file may be", () => {
    const folder = temporaryFolder()
    writeWeights(folder, sources, "BF16", 16)
    const [first, second] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    expect(fs.readdirSync(folder).toSorted()).toEqual([first, second, INDEX])
    expect(JSON.parse(fs.readFileSync(path.join(folder, INDEX), "utf8"))).toEqual({
      metadata: { total_size: 22 },
      weight_map: { a: first, b: first, c: second }
    })
    const [c] = readSafetensors(path.join(folder, second!))
    expect([...toFloat32(readTensor(c!), "BF16")]).toEqual([9, 10, 11])
  })

  it("that is cut off or damaged is named, with what about it", () => {
    const folder = temporaryFolder()
    writeWeights(folder, sources, "F32", 1e9)
    const file = path.join(folder, "model.safetensors")
    const whole = fs.readFileSync(file)
    const refusal = (bytes: Uint8Array) => {
      fs.writeFileSync(file, bytes)
      return () => readSafetensors(file)
    }
    const header = Number(whole.readBigUInt64LE())
    const withHeader = (json: string) => {
      const text = json.padEnd(header)
      return Buffer.concat([whole.subarray(0, 8), Buffer.from(text), whole.subarray(8 + header)])
    }
    expect(refusal(whole.subarray(0, 5))).toThrow(`${file} is cut off or damaged: it has 5 bytes`)
    expect(refusal(whole.subarray(0, 20))).toThrow(/its header would have \d+ bytes, and it has 20 in all/)
    expect(refusal(whole.subarray(0, whole.length - 1))).toThrow(
      /c would end at byte \d+, and the file at \d+\. Fetch it again\./
    )
    expect(refusal(withHeader("{"))).toThrow("its header is no JSON")
    expect(refusal(withHeader(`{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`))).toThrow("has a as I64; read are")
    expect(refusal(withHeader(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`))).toThrow("has 8 bytes and needs 12")
    expect(refusal(withHeader(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}}`))).toThrow("no type, shape and place")
  })
})
