/**
 * Parquet files bit by bit, and values of them as they were written. The files were made by pyarrow 26 (`write_table` with
 * `store_schema=False, write_statistics=False`); what it was told besides stands beside each.
 */

import { readFileSync } from "node:fs"

import { parquetWriteFile } from "hyparquet-writer"
import { describe, expect, it } from "vitest"

import { formatOf } from "../../../src/datasets/read/file-readers.ts"
import { openDataset, readDataset } from "../../../src/datasets/read/load.ts"
import type { RawRow } from "../../../src/datasets/read/RawRow.ts"
import { temporaryFolder, writeIn, writeParquet } from "../hub.ts"

/** Four rows; `write_page_checksum=True, compression="snappy", use_dictionary=False`. */
const SNAPPY =
  "UEFSMRUAFfQBFW4Vt4SFwA0cFQgVABUGFQYcAAAAeogCAAAACAEZAAAAQWRhIGhhcyAwIHBlbnMuIEhvdyBtYW55Py4dAAAxbh0AADJuHQAAMz4dABUA" +
  "FWwVYBWdgOGIBRwVCBUAFQYVBhwAAAA2RAIAAAAIAQgAAAAwICMjIyMgMAEMADEJDAAxAQwAMgkMMDIIAAAAMyAjIyMjIDMVBBk8NQAYBnNjaGVtYRUE" +
  "ABUMJQIYCHF1ZXN0aW9uJQBMHAAAABUMJQIYBmFuc3dlciUATBwAAAAWCBkcGSwmABwVDBklBgAZGAhxdWVzdGlvbhUCFggWqAIWogEmCEkcFQAVABUC" +
  "ADwWyAEZBhkmAAgAAAAmABwVDBklBgAZGAZhbnN3ZXIVAhYIFp4BFpIBJqoBSRwVABUAFQIAPBZAGQYZJgAIAAAAFsYDFggmCBa0AgAoIHBhcnF1ZXQt" +
  "Y3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAA3wAAAFBBUjE="
/** The same rows; `write_page_checksum=True, compression="zstd", data_page_version="2.0"`. */
const ZSTD =
  "UEFSMRUEFegBFWwV8Mex3w48FQgVABIAACi1L/0gdG0BAAQCGQAAAEFkYSBoYXMgMCBwZW5zLiBIb3cgbWFueT8xMjMEAAARwBxgWIBTeRUGFQwVDBX3" +
  "1p3VAUwVCBUAFQgVEBUEFQASHAAAAAgBAgPkABUEFWAVbBXSutM/PBUIFQASAAAotS/9IDBtAQBEAggAAAAwICMjIyMgMAgAAAAxMQgAAAAyMggAAAAz" +
  "ICMjIyMgMwIAYJQfyhIVBhUMFQwV99ad1QFMFQgVABUIFRAVBBUAEhwAAAAIAQID5AAVBBk8NQAYBnNjaGVtYRUEABUMJQIYCHF1ZXN0aW9uJQBMHAAA" +
  "ABUMJQIYBmFuc3dlciUATBwAAAAWCBkcGSwmABwVDBk1AAYQGRgIcXVlc3Rpb24VDBYIFtoCFt4BJp4BJggpLBUEFQAVAgAVABUQFQIAPBbIARkGGSYA" +
  "CAAAACYAHBUMGTUABhAZGAZhbnN3ZXIVDBYIFs4BFtoBJvgCJuYBKSwVBBUAFQIAFQAVEBUCADwWQBkGGSYACAAAABaoBBYIJggWuAMAKCBwYXJxdWV0" +
  "LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRksHAAAHAAAAPUAAABQQVIx"
/** The same rows; `compression="gzip"`, whose pages have checksums of their own. */
const GZIP =
  "UEFSMRUEFegBFXpMFQgVABIAAB+LCAAAAAAAAgOTZGBgcExJVMhILFYwUChIzSvWU/DIL1fITcyrtJdEkjTEJ2mET9IYXRIA3GZrgnQAAAAVABUUFTws" +
  "FQgVEBUGFQYcAAAAH4sIAAAAAAACA2NiYGDgYGRifsIAAKxTEaQKAAAAFQQVYBVgTBUIFQASAAAfiwgAAAAAAAID42BgYDBQUAYCBQMOINsQwjYEsY0g" +
  "bCMQ2xjCNgYAZYkj2TAAAAAVABUUFTwsFQgVEBUGFQYcAAAAH4sIAAAAAAACA2NiYGDgYGRifsIAAKxTEaQKAAAAFQQZPDUAGAZzY2hlbWEVBAAVDCUC" +
  "GAhxdWVzdGlvbiUATBwAAAAVDCUCGAZhbnN3ZXIlAEwcAAAAFggZHBksJgAcFQwZNQAGEBkYCHF1ZXN0aW9uFQQWCBbAAhb6ASagASYIKSwVBBUAFQIA" +
  "FQAVEBUCADwWyAEZBhkmAAgAAAAmABwVDBk1AAYQGRgGYW5zd2VyFQQWCBa2ARbeASb+AiaCAiksFQQVABUCABUAFRAVAgA8FkAZBhkmAAgAAAAW9gMW" +
  "CCYIFtgDACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZLBwAABwAAAD1AAAAUEFSMQ=="
/** Three rows of decimals (20 and 5 digits), single and double precision, 64-bit integers with and without sign. */
const NUMBERS =
  "UEFSMRUEFTYVMkwVBhUAEgAAGwAADQFIHv/u3e8LghZ+6wAAAAAAAAACvBUAFRQVGCwVBhUQFQYVBhwAAAAKJAIAAAAGAQIDJAAVBBUSFRZMFQYVABIA" +
  "AAkgAAAB///5AAAKFQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkABUEFRAVFEwVBBUAEgAACBzNzMw9AAAgQBUAFRIVFiwVBhUQFQYVBhwAAAAJ" +
  "IAIAAAADAwEDAhUEFTAVMkwVBhUAEgAAGASamQEBRLk/nHUAiDzkN34AAAAAAAAAgBUAFRQVGCwVBhUQFQYVBhwAAAAKJAIAAAAGAQIDJAAVBBUwFS5M" +
  "FQYVABIAABgA/wkBQH8AAAAAAAAAgAAAAAAAAAAAFQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkABUEFTAVLEwVBhUAEgAAGAD/DQE8AAAAAAAA" +
  "AAABAAAAAAAAABUAFRQVGCwVBhUQFQYVBhwAAAAKJAIAAAAGAQIDJAAVBBl8NQAYBnNjaGVtYRUMABUOFRIVAhgBZCUKFQQVKCxcFQQVKAAAABUOFQYV" +
  "AhgBZSUKFQIVCixcFQIVCgAAABUIJQIYAWYAFQolAhgBZwAVBCUCGAFpABUEJQIYAXUlHEysE0ASAAAAFgYZHBlsJgAcFQ4ZNQAGEBkYAWQVAhYGFowB" +
  "FowBJlYmCCksFQQVABUCABUAFRAVAgA8KQYZJgAGAAAAJgAcFQ4ZNQAGEBkYAWUVAhYGFmgWcCbGASaUASksFQQVABUCABUAFRAVAgA8KQYZJgAGAAAA" +
  "JgAcFQgZNQAGEBkYAWYVAhYGFmQWbCa0AiaEAiksFQQVABUCABUAFRAVAgA8KQYZJgIEAAAAJgAcFQoZNQAGEBkYAWcVAhYGFoYBFowBJr4DJvACKSwV" +
  "BBUAFQIAFQAVEBUCADwpBhkmAAYAAAAmABwVBBk1AAYQGRgBaRUCFgYWhgEWiAEmxgQm/AMpLBUEFQAVAgAVABUQFQIAPCkGGSYABgAAACYAHBUEGTUA" +
  "BhAZGAF1FQIWBhaGARaGASbMBSaEBSksFQQVABUCABUAFRAVAgA8KQYZJgAGAAAAFuoFFgYmCBaCBgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24g" +
  "MjYuMC4xGWwcAAAcAAAcAAAcAAAcAAAcAAAA/AEAAFBBUjE="

const folder = temporaryFolder()
const COLUMNS = ["question", "answer"]
const ROWS = Array.from({ length: 4 }, (_, i) => ({ question: `Ada has ${i} pens. How many?`, answer: `${i} #### ${i}` }))

const rowsOf = async (bytes: Uint8Array, columns = COLUMNS): Promise<ReadonlyArray<unknown> | Error> => {
  const path = writeIn(folder, "x.parquet", bytes)
  const rows: Array<RawRow> = []
  try {
    for await (const batch of formatOf(path).read({ path, from: 0, columns })) rows.push(...batch)
    return rows.map((row) => ("record" in row ? row.record : `${row.field} ${row.problem}`))
  } catch (error) {
    return error as Error
  }
}

describe.each([
  ["SNAPPY and page checksums", SNAPPY, ["178.1", "199.1"]],
  ["ZSTD and page checksums", ZSTD, []],
  ["GZIP", GZIP, []]
] as const)("a Parquet file of %s", (_, packed, unseen) => {
  const whole = Buffer.from(packed, "base64")

  it("is read", async () => {
    expect(await rowsOf(whole)).toEqual(ROWS)
  })

  // Whether a column may be null stands in the footer once, and the footer has no checksum.
  it("with one bit changed gives the same rows or a sentence, but for whether a column may be null", async () => {
    const silent: Array<string> = []
    for (let at = 0; at < whole.length; at++)
      for (const bit of new Set([(at * 5) % 8, (at + 1) % 8, 1])) {
        const flipped = Buffer.from(whole)
        flipped[at]! ^= 1 << bit
        const rows = await rowsOf(flipped)
        if (rows instanceof Error) {
          expect(rows).toMatchObject({ _tag: "DatasetFileCorrupt" })
          expect(rows.message).not.toMatch(/undefined|NaN|offset|is not a function|Invalid|parquet /)
        } else if (JSON.stringify(rows) !== JSON.stringify(ROWS)) silent.push(`${at}.${bit}`)
      }
    expect(silent).toEqual(unseen)
  })

  it("cut off anywhere is refused", async () => {
    for (let length = 0; length < whole.length; length += 1 + (length % 3))
      expect(await rowsOf(whole.subarray(0, length))).toMatchObject({ _tag: "DatasetFileCorrupt" })
  })

  it("with anything behind it is refused", async () => {
    expect(String(await rowsOf(Buffer.concat([whole, Buffer.alloc(1)])))).toMatch(/its Parquet footer cannot be read/)
  })
})

describe("what is wrong with a page is said by row group, column and page", () => {
  const changed = (packed: string, at: number): Buffer => {
    const bytes = Buffer.from(packed, "base64")
    bytes[at]! ^= 1
    return bytes
  }
  it("for a checksum of Parquet", async () => {
    expect(String(await rowsOf(changed(SNAPPY, 60)))).toMatch(
      /x\.parquet: row group 0 \(rows 0 to 3\) cannot be read: in its column question the checksum of page 1 is another/
    )
  })
  it("for a field of a header in another type, which no checksum is over", async () => {
    // 0x15 is the first field as an integer of 32 bits, 0x14 as one of 16: the number is the same.
    const bytes = Buffer.from(SNAPPY, "base64")
    expect(bytes[4]).toBe(0x15)
    expect(String(await rowsOf(changed(SNAPPY, 4)))).toMatch(/in its column question the header of page 1 is damaged/)
  })
  it("for a checksum of GZIP", async () => {
    expect(String(await rowsOf(changed(GZIP, 60)))).toMatch(/row group 0 .* cannot be read: its pages cannot be decoded/)
  })
  it("although the rows before it were wanted only", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/main/test-00000-of-00001.parquet", changed(ZSTD, 60))
    await expect(readDataset("gsm8k", "test", { data, purpose: "evaluation", limit: 1 })).rejects.toThrow(/row group 0/)
  })
})

describe("values of Parquet", () => {
  it("decimals keep their digits, single precision gets none, integers are whole", async () => {
    const rows = (await rowsOf(Buffer.from(NUMBERS, "base64"), ["d", "e", "f", "g", "i", "u"])) as ReadonlyArray<object>
    expect(rows).toEqual([
      { d: { text: "0.30" }, e: { text: "0.1" }, f: 0.1, g: 0.1, i: 9223372036854775807n, u: 18446744073709551615n },
      { d: { text: "-12345678901234567.89" }, e: { text: "-0.7" }, f: 2.5, g: 1e300, i: -9223372036854775808n, u: 0n },
      { d: { text: "7.00" }, e: { text: "1.0" }, f: null, g: -0, i: 0n, u: 1n }
    ])
  })

  it("text that is not UTF-8 is a bad row, by file, row and field", async () => {
    const data = temporaryFolder()
    const filename = writeIn(data, "gsm8k/main/test-00000-of-00001.parquet", "")
    const bytes = ["1+1?", "caf\u00e9?", "2+2?"].map((text) => Uint8Array.from(Buffer.from(text, "latin1")))
    parquetWriteFile({
      filename,
      columnData: [
        { name: "question", data: bytes, type: "BYTE_ARRAY" },
        { name: "answer", data: ["#### 2", "#### 3", "#### 4"] }
      ]
    })
    const open = openDataset("gsm8k", "test", { data, purpose: "evaluation", maxBadRows: 1 })
    for await (const { rows } of open.batches()) expect(rows.map(({ question }) => question)).toEqual(["1+1?", "2+2?"])
    expect(open.report.faults).toEqual([
      {
        file: "main/test-00000-of-00001.parquet",
        row: 1,
        field: "question",
        problem: "is not valid UTF-8 (first suspect byte 0xe9 at 3, which is é in Windows-1252 and Latin-1)"
      }
    ])
  })

  it("what is null is told as null", async () => {
    const data = temporaryFolder()
    const columnData = [
      { name: "question", data: ["a?", null, "c?"], nullable: true },
      { name: "answer", data: ["#### 1", "#### 2", "#### 3"] }
    ]
    parquetWriteFile({ filename: writeIn(data, "gsm8k/main/test-00000-of-00001.parquet", ""), columnData })
    const open = openDataset("gsm8k", "test", { data, purpose: "evaluation", maxBadRows: 1 })
    for await (const { rows } of open.batches()) expect(rows).toHaveLength(2)
    expect(open.report.faults[0]).toMatchObject({ row: 1, field: "question", problem: "is null, not text" })
  })
})

describe("in place of a Parquet file", () => {
  const foreign: ReadonlyArray<readonly [what: string, bytes: Uint8Array, words: RegExp]> = [
    ["nothing", Buffer.alloc(0), /is empty: its Parquet footer cannot be read/],
    ["JSON Lines", Buffer.from('{"question":"q"}\n'), /is JSON and not Parquet\. Write its rows as Parquet/],
    ["a JSON array", Buffer.from('\n [{"question":"q"}]\n'), /is JSON and not Parquet/],
    ["CSV", Buffer.from("question,answer\n1,2\n"), /is no Parquet file: it does not begin as one/],
    ["an Arrow file", Buffer.from("ARROW1\0\0"), /is an Arrow file and not Parquet/],
    ["an ORC file", Buffer.from("ORC\u0001"), /is an ORC file and not Parquet/],
    ["a zip archive", Buffer.from("PK\u0003\u0004"), /is a zip archive and not Parquet\. Unpack it/],
    ["a web page", Buffer.from("<!doctype html><title>Sign in"), /is a web page and not Parquet/],
    ["a pointer of Git LFS", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /is a pointer of Git LFS/],
    ["an encrypted Parquet file", Buffer.from("PARE1234PARE"), /is an encrypted Parquet file/],
    ["zeros", Buffer.alloc(4096), /is nothing but zeros/],
    ["only its magic numbers", Buffer.from("PAR1PAR1"), /its Parquet footer cannot be read/],
    ["a column twice", twice(), /has the column question twice, and nothing says which one counts/]
  ]
  it.each(foreign)("%s is called by its name", async (_, bytes, words) => {
    expect(String(await rowsOf(bytes))).toMatch(words)
  })

  it("sound files of the writer of the tests are read, whatever their size of groups", async () => {
    for (const size of [1, 3, 100]) {
      const path = writeParquet(folder, `groups-${size}.parquet`, ROWS, size)
      const rows: Array<RawRow> = []
      for await (const batch of formatOf(path).read({ path, from: 1, columns: COLUMNS })) rows.push(...batch)
      expect(rows).toEqual(ROWS.slice(1).map((record, i) => ({ row: i + 1, record })))
    }
  })
})

function twice(): Uint8Array {
  const filename = writeIn(folder, "twice.parquet", "")
  const columnData = ["question", "answer", "question"].map((name) => ({ name, data: ["a", "b"] }))
  parquetWriteFile({ filename, columnData })
  return readFileSync(filename)
}
