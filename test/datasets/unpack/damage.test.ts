/**
 * Packed files bit by bit: whatever is changed in one, and wherever it is cut off, either the same bytes come out of it or a
 * sentence says that it is damaged, and where.
 */

import { Readable } from "node:stream"
import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { readDataset } from "../../../src/datasets/read/load.ts"
import { ByteQueue } from "../../../src/datasets/unpack/ByteQueue.ts"
import { container } from "../../../src/datasets/unpack/containers.ts"
import { textBytes } from "../../../src/datasets/unpack/file-bytes.ts"
import { gunzipped } from "../../../src/datasets/unpack/gzip.ts"
import { unzstd, windowProblem } from "../../../src/datasets/unpack/zstd.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn } from "../hub.ts"

const folder = temporaryFolder()
/** Five rows in which `4 more` became `43more`, by one bit of a frame that has a checksum. */
const BIT_FLIP =
  "KLUv/QRI/QkA5llHH1Bt0gELNOEjmxsCkctITFRStOhyJYUbYidsE7PsUwNBAEYAOADnSjO2PBjOUKo8eqGRUPgYFSl3G3qZlFzXm+36ba+e4p/Ffz+D" +
  "ODspT3/n/6hxIs7iDusoQMoAwmgoODz8oQGRCKeSe2bu2TbJF6Zk1GpSUuaYRk4YlSb4x7h7lmPaHsej1wATCBaFQqFgIAgsHg6QMoA4HOLBWKQEIAQR" +
  "jF0UiIZBEXBHYxFspusS3R9Cn6kyfXVfq6qasR5PnxwnpufK5vLLeGsm5pgpZ/Ue/+RdCY0nk4y4nS0RmVPjl4aHNwATSIKdHP+9RHykyfkTsxurHbOv" +
  "TSqT4UPHqzS9y3YJ6/FWq7Z3dIuet9Omr4PIyHBCdvpPl1VfDAABRwDgGlBLwLkPXAAgCzgCANeAWgLOAeAeyoU2aDM7fxg="

/** What is read of a file of this name and these bytes: its text, or the error. */
const readOf = async (name: string, bytes: Uint8Array, chunks = Infinity): Promise<string | Error> => {
  const path = writeIn(folder, name, bytes)
  const read: Array<Uint8Array> = []
  try {
    for await (const chunk of textBytes(path)) {
      read.push(chunk)
      if (read.length >= chunks) break
    }
    return Buffer.concat(read).toString()
  } catch (error) {
    return error as Error
  }
}
/** The same without a file: for very many of them. */
const unpackedOf = async (suffix: string, bytes: Uint8Array): Promise<string | Error> => {
  const queue = new ByteQueue(Readable.from([bytes])[Symbol.asyncIterator]())
  const unpacked =
    suffix === "gz"
      ? gunzipped(queue, container("x.gz", "gzip", "member"))
      : unzstd(queue, container("x.zst", "Zstandard", "frame"))
  const read: Array<Uint8Array> = []
  try {
    for await (const chunk of unpacked) read.push(chunk)
    return Buffer.concat(read).toString()
  } catch (error) {
    return error as Error
  }
}
const zstd = (text: string, more: Readonly<Record<number, number>> = {}) =>
  zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1, ...more } })

/** A member with everything that a gzip header can have: extra field, name, comment, checksum of the header. */
const fullMember = (text: string): Buffer => {
  const fixed = [0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3]
  const header = Buffer.concat([Buffer.from([...fixed, 3, 0, 1, 2, 3]), Buffer.from("rows.jsonl\0by hand\0")])
  const trailer = Buffer.alloc(10)
  trailer.writeUInt16LE(crc32(header) % 65_536, 0)
  const sums = Buffer.alloc(8)
  sums.writeUInt32LE(crc32(text), 0)
  sums.writeUInt32LE(text.length, 4)
  return Buffer.concat([header, trailer.subarray(0, 2), deflateRawSync(text), sums])
}
const skippable = (bytes: number, number = 0): Buffer => {
  const frame = Buffer.alloc(8 + bytes, 7)
  frame.writeUInt32LE(0x184d2a50 + number, 0)
  frame.writeUInt32LE(bytes, 4)
  return frame
}
const zeros = (count: number) => Buffer.alloc(count)

const A = jsonl(gsm8kRows(3))
const B = jsonl(gsm8kRows(3, 3))
/** Many chunks of the readers, so that borders of chunks fall anywhere. */
const LONG = jsonl(
  Array.from({ length: 40_000 }, (_, i) => ({ question: `${i * 7919} ${"ab".repeat(i % 13)}`, answer: `#### ${i}` }))
)

describe("whole files, however they were packed, are read to their last byte", () => {
  const whole: ReadonlyArray<readonly [what: string, suffix: string, bytes: Uint8Array, text: string]> = [
    ["one member", "gz", gzipSync(A), A],
    ["members one after another", "gz", Buffer.concat([gzipSync(A), gzipSync(B), gzipSync(A)]), A + B + A],
    ["zeros between members", "gz", Buffer.concat([gzipSync(A), zeros(1), gzipSync(B), zeros(700), gzipSync(A)]), A + B + A],
    [
      "zeros between long members, over borders of chunks",
      "gz",
      Buffer.concat([gzipSync(LONG), zeros(600_000), gzipSync(LONG)]),
      LONG + LONG
    ],
    ["zeros behind the last member, as on a tape", "gz", Buffer.concat([gzipSync(A), zeros(10_240)]), A],
    ["an empty member", "gz", Buffer.concat([gzipSync(A), gzipSync(""), gzipSync(B)]), A + B],
    ["stored without packing", "gz", gzipSync(LONG, { level: 0 }), LONG],
    ["every field of a header", "gz", Buffer.concat([fullMember(A), fullMember(B)]), A + B],
    ["ten thousand members", "gz", Buffer.concat(Array.from({ length: 10_000 }, () => gzipSync("{}\n"))), "{}\n".repeat(10_000)],
    ["a small, a long and a small member", "gz", Buffer.concat([A, LONG, B].map((text) => gzipSync(text))), A + LONG + B],
    ["one frame", "zst", zstd(A), A],
    ["a frame without checksum", "zst", zstdCompressSync(A), A],
    ["a frame without size", "zst", zstd(A, { [constants.ZSTD_c_contentSizeFlag]: 0 }), A],
    ["frames one after another", "zst", Buffer.concat([zstd(A), zstd(LONG), zstd(B)]), A + LONG + B],
    [
      "frames to be passed over",
      "zst",
      Buffer.concat([skippable(0), zstd(A), skippable(600_000, 15), zstd(B), skippable(9)]),
      A + B
    ],
    ["an empty frame", "zst", Buffer.concat([zstd(A), zstd(""), zstd(B)]), A + B],
    ["one byte a thousand thousand times", "zst", zstd(" ".repeat(1_000_000)), " ".repeat(1_000_000)],
    ["a large window", "zst", zstd(LONG, { [constants.ZSTD_c_windowLog]: 27 }), LONG],
    ["five thousand frames", "zst", Buffer.concat(Array.from({ length: 5000 }, () => zstd("{}\n"))), "{}\n".repeat(5000)]
  ]
  it.each(whole)("%s (.%s)", async (_, suffix, bytes, text) => {
    const read = await readOf(`whole.jsonl.${suffix}`, bytes)
    expect(read === text ? "the same" : read).toBe("the same")
  })
})

describe("one bit changed, or the end cut off", () => {
  const small: ReadonlyArray<readonly [what: string, suffix: string, bytes: Uint8Array, ends: ReadonlyArray<number>]> = [
    ["a gzip member", "gz", gzipSync(A), []],
    [
      "two gzip members and padding",
      "gz",
      Buffer.concat([gzipSync(A), zeros(3), gzipSync(B)]),
      [0, 1, 2, 3].map((n) => gzipSync(A).length + n)
    ],
    ["a gzip member with every field", "gz", fullMember(A), []],
    ["a gzip member that is stored", "gz", gzipSync(A, { level: 0 }), []],
    ["a Zstandard frame", "zst", zstd(A), []],
    ["a Zstandard frame without size", "zst", zstd(A, { [constants.ZSTD_c_contentSizeFlag]: 0 }), []],
    ["Zstandard frames", "zst", Buffer.concat([zstd(A), skippable(4), zstd(B)]), [zstd(A).length, zstd(A).length + 12]]
  ]
  const words =
    /ends too early|is damaged in (?:member|frame) \d|is not (?:gzip|Zstandard) data|goes on behind its|asks for|dictionary/

  it.each(small)("in %s: the same bytes or a sentence", async (_, suffix, bytes) => {
    const text = await unpackedOf(suffix, bytes)
    expect(typeof text).toBe("string")
    let refused = 0
    for (let at = 0; at < bytes.length; at++)
      for (const bit of [at % 8, (at + 5) % 8]) {
        const flipped = Buffer.from(bytes)
        flipped[at]! ^= 1 << bit
        const read = await unpackedOf(suffix, flipped)
        if (read instanceof Error) {
          refused++
          expect(read).toMatchObject({ _tag: "DatasetFileCorrupt", file: `x.${suffix}` })
          expect(read.message).toMatch(words)
        } else expect(read === text ? "the same" : `byte ${at}, bit ${bit}: ${read}`).toBe("the same")
      }
    expect(refused).toBeGreaterThan(bytes.length)
  })

  it.each(small)("of %s: told, wherever it ends", async (_, suffix, bytes, ends) => {
    for (let length = 0; length < bytes.length; length++) {
      const read = await unpackedOf(suffix, bytes.subarray(0, length))
      if (ends.includes(length)) expect(typeof read).toBe("string")
      else expect(`${length}: ${read instanceof Error ? read.message : read}`).toMatch(/ends too early/)
    }
  })

  it.each([
    ["gz", gzipSync(LONG)],
    ["zst", zstd(LONG)]
  ] as const)("in the last of many chunks is told although no more than the first was asked for (.%s)", async (suffix, bytes) => {
    expect(typeof (await readOf(`begun.jsonl.${suffix}`, bytes, 1))).toBe("string")
    const flipped = Buffer.from(bytes)
    flipped[bytes.length - 2]! ^= 1
    expect(String(await readOf(`begun.jsonl.${suffix}`, flipped, 1))).toMatch(/is damaged in (?:member|frame) 1/)
  })

  it("in a frame without checksum never ends in anything but bytes or a sentence", async () => {
    const bytes = zstdCompressSync(A)
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      const read = await unpackedOf("zst", flipped)
      if (read instanceof Error) expect(read).toMatchObject({ _tag: "DatasetFileCorrupt" })
    }
  })
})

describe("what is no member", () => {
  const foreign: ReadonlyArray<readonly [what: string, suffix: string, bytes: Uint8Array, words: RegExp]> = [
    [
      "text behind a member",
      "gz",
      Buffer.concat([gzipSync(A), Buffer.from("{}\n")]),
      /goes on behind its member 1 with what is not gzip data/
    ],
    ["text behind zeros", "gz", Buffer.concat([gzipSync(A), zeros(9), Buffer.from("x")]), /goes on behind its member 1/],
    ["a cut magic number", "gz", Buffer.concat([gzipSync(A), Buffer.from([0x1f])]), /ends too early, inside member 2/],
    ["a frame behind a member", "gz", Buffer.concat([gzipSync(A), zstd(A)]), /behind its member 1 .* but Zstandard data/],
    ["a frame in a .gz", "gz", zstd(A), /is not gzip data but Zstandard data/],
    ["a member in a .zst", "zst", gzipSync(A), /is not Zstandard data but gzip data/],
    [
      "zeros behind a frame",
      "zst",
      Buffer.concat([zstd(A), zeros(700)]),
      /goes on behind its frame 1 with what is not Zstandard data/
    ],
    ["text behind a frame", "zst", Buffer.concat([zstd(A), zstd(B), Buffer.from("{}\n")]), /goes on behind its frame 2/],
    ["nothing", "gz", zeros(0), /ends too early/],
    ["nothing", "zst", zeros(0), /ends too early/],
    [
      "JSON Lines as they are",
      "gz",
      Buffer.from('{"a":"é"}\n'),
      /is not gzip data but plain JSON\. Take the ending \.gz off its name/
    ],
    [
      "JSON Lines as they are",
      "zst",
      Buffer.from('{"a":"é"}\n'),
      /is not Zstandard data but plain JSON\. Take the ending \.zst off/
    ],
    ["text that is cut inside a letter", "gz", Buffer.from(`a${"é".repeat(400)}`), /is not gzip data but plain text/],
    ["bytes of no known kind", "gz", Buffer.from([1, 2, 3, 250, 251]), /is not gzip data(?! but)/],
    ["zeros", "gz", zeros(4096), /is not gzip data but nothing but zeros/],
    ["a dictionary", "zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 80, 7, 1, 0, 0]), /packed with a dictionary \(number 7\)/],
    [
      "a window of 2 TiB",
      "zst",
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 31 << 3, 1, 0, 0]),
      /damaged in frame 1: it asks for 2,097,152 MiB of memory, more than Zstandard takes(?!.*zstd -d)/s
    ],
    ["a window beyond the format", "zst", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 22 << 3, 1, 0, 0]), /asks for 4,096 MiB/],
    ["a method other than deflate", "gz", Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 0]), /damaged in member 1: its header/]
  ]
  it.each(foreign)("%s (.%s) is told", async (_, suffix, bytes, words) => {
    expect(String(await readOf(`foreign.jsonl.${suffix}`, bytes))).toMatch(words)
  })

  it("windows that memory has no room for are refused, ordinary ones never", () => {
    const [mebi, gibi] = [2 ** 20, 2 ** 30]
    expect(windowProblem(128 * mebi, 0)).toBeNull()
    expect(windowProblem(2 * gibi, 8 * gibi)).toBeNull()
    expect(windowProblem(2 * gibi, 3 * gibi)).toBe("asks for 2,048 MiB of memory, and 3,072 MiB are free here")
  })
})

describe("a bit changed in a frame with a checksum", () => {
  it("is refused, though the frame unpacks to five sound lines", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/test.jsonl.zst", Buffer.from(BIT_FLIP, "base64"))
    await expect(readDataset("gsm8k", "test", { data, purpose: "evaluation" })).rejects.toThrow(
      /test\.jsonl\.zst: its Zstandard data is damaged in frame 1: its checksum is another than it states/
    )
    await expect(readDataset("gsm8k", "test", { data, purpose: "evaluation", limit: 1 })).rejects.toThrow(/is damaged in frame 1/)
  })
})
