/** The readers of each file format, on sound, packed and damaged files. */

import { readFileSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"

import { parquetWriteFile } from "hyparquet-writer"
import { describe, expect, it } from "vitest"

import { formatOf } from "../../../src/datasets/read/file-readers.ts"
import type { RawRow } from "../../../src/datasets/read/RawRow.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn, writeParquet } from "../hub.ts"

const folder = temporaryFolder()

const readAll = async (path: string, from = 0, columns: ReadonlyArray<string> = []): Promise<ReadonlyArray<RawRow>> => {
  const rows: Array<RawRow> = []
  for await (const batch of formatOf(path).read({ path, from, columns })) rows.push(...batch)
  return rows
}
const records = (rows: ReadonlyArray<RawRow>) => rows.map((row) => ("record" in row ? row.record : row.problem))

/** 2.4 MB: many chunks, whose borders fall inside lines and characters. */
const many = Array.from({ length: 20_000 }, (_, i) => ({ n: i, text: `${"äöü€😀".repeat(1 + (i % 7))} "${i * 7919}"\n` }))

describe("one reader for each way of packing the same rows", () => {
  const packings: ReadonlyArray<readonly [string, () => Uint8Array]> = [
    ["many.jsonl", () => Buffer.from(jsonl(many))],
    ["many.jsonl.gz", () => gzipSync(jsonl(many))],
    ["many.jsonl.zst", () => zstdCompressSync(jsonl(many))],
    [
      "frames.jsonl.zst",
      () => Buffer.concat([0, 1, 2, 3].map((i) => zstdCompressSync(jsonl(many.slice(i * 5000, i * 5000 + 5000)))))
    ],
    ["members.jsonl.gz", () => Buffer.concat([0, 1].map((i) => gzipSync(jsonl(many.slice(i * 10_000, i * 10_000 + 10_000)))))],
    ["windows.jsonl", () => Buffer.from(`\ufeff${jsonl(many).replaceAll("\n", "\r\n")}`)],
    ["cut.jsonl", () => Buffer.from(jsonl(many).slice(0, -1))],
    ["many.json", () => Buffer.from(JSON.stringify(many, null, 2))],
    ["many.json.gz", () => gzipSync(JSON.stringify(many))]
  ]
  it.each(packings)("%s", async (name, bytes) => {
    const path = writeIn(folder, name, bytes())
    const rows = await readAll(path)
    expect(rows.map((row) => row.row)).toEqual(many.map((_, i) => i))
    expect(records(rows)).toEqual(many)
    expect(records(await readAll(path, 19_998))).toEqual(many.slice(19_998))
    expect(await formatOf(path).count(path)).toBe(20_000)
  })

  it("Parquet with several row groups, of which it decodes only the wanted ones", async () => {
    const path = writeParquet(folder, "rows.parquet", gsm8kRows(2500), 1000)
    const rows = await readAll(path, 1999, ["question", "answer"])
    expect(rows.map((row) => row.row)).toEqual(Array.from({ length: 501 }, (_, i) => 1999 + i))
    expect(records(rows)[0]).toEqual(gsm8kRows(1, 1999)[0])
    expect(await formatOf(path).count(path)).toBe(2500)
    const batches = formatOf(path).read({ path, from: 0, columns: ["answer"] })
    expect((await batches.next()).value).toHaveLength(1000)
    await batches.return(undefined)
  })

  it.each(["ZSTD", "GZIP", "SNAPPY", "UNCOMPRESSED"] as const)("Parquet with %s pages", async (codec) => {
    const filename = writeIn(folder, `${codec}.parquet`, "")
    const columnData = [{ name: "text", data: many.slice(0, 500).map((row) => row.text) }]
    const compressors = { ZSTD: (page: Uint8Array) => zstdCompressSync(page), GZIP: (page: Uint8Array) => gzipSync(page) }
    parquetWriteFile({ filename, columnData, codec, compressors })
    expect(records(await readAll(filename, 0, ["text"]))).toEqual(many.slice(0, 500).map(({ text }) => ({ text })))
  })

  it("CSV with commas, newlines and quotes inside fields", async () => {
    const path = writeIn(folder, "a.csv", 'ID,Question,Answer\r\n1-1,"If $x=1$, y ""is""\n2",204\r\n1-2,plain,7\r\n\r\n1-3,"",')
    expect(records(await readAll(path))).toEqual([
      { ID: "1-1", Question: 'If $x=1$, y "is"\n2', Answer: "204" },
      { ID: "1-2", Question: "plain", Answer: "7" },
      { ID: "1-3", Question: "", Answer: "" }
    ])
    expect(await formatOf(path).count(path)).toBe(3)
  })
})

describe("a bad row is told in its place, and reading goes on", () => {
  it("in JSON Lines: malformed, not an object, not UTF-8; a blank line keeps its number", async () => {
    const latin1 = Buffer.from('{"text": "caf\u00e9"}\n', "latin1")
    const bytes = Buffer.concat([Buffer.from('{"a": 1}\n{"a": \n\n[1]\n'), latin1, Buffer.from('{"a": 2}')])
    const rows = await readAll(writeIn(folder, "bad.jsonl", Buffer.concat([bytes])))
    expect(rows.map((row) => row.row)).toEqual([0, 1, 3, 4, 5])
    expect(records(rows)).toEqual([
      { a: 1 },
      expect.stringMatching(/^line 2 is not valid JSON/),
      "is a list, not an object",
      expect.stringMatching(/^line 5 is not valid UTF-8 \(first suspect byte 0xe9 at 13, which is é in Windows-1252/),
      { a: 2 }
    ])
  })

  it("in a JSON array and in CSV", async () => {
    const array = await readAll(writeIn(folder, "bad.json", '[{"a": 1}, {"a" 2}, "b", {"c": "]},"}]'))
    expect(records(array)).toEqual([{ a: 1 }, expect.stringMatching(/^is not valid JSON/), 'is "b", not an object', { c: "]}," }])
    const csv = await readAll(writeIn(folder, "bad.csv", "a,b\n1,2\n3\n4,5\n"))
    expect(records(csv)).toEqual([{ a: "1", b: "2" }, "line 3 has 1 fields, and the header 2", { a: "4", b: "5" }])
  })
})

describe("a damaged file is refused, with its name and what is wrong", () => {
  const text = jsonl(many)
  const parquet = readFileSync(writeParquet(folder, "whole.parquet", gsm8kRows(3000), 1000))
  const damaged: ReadonlyArray<readonly [string, string | Uint8Array, RegExp]> = [
    ["cut.jsonl.gz", gzipSync(text).subarray(0, -2000), /gzip data ends too early/],
    ["cut.jsonl.zst", zstdCompressSync(text).subarray(0, -2000), /Zstandard data ends too early/],
    ["frame.jsonl.zst", Buffer.concat([zstdCompressSync(text), zstdCompressSync(text).subarray(0, 40)]), /ends too early/],
    ["empty.jsonl.gz", "", /gzip data ends too early/],
    ["empty.jsonl.zst", "", /Zstandard data ends too early/],
    ["plain.jsonl.gz", text, /is not gzip data/],
    ["plain.jsonl.zst", text, /is not Zstandard data/],
    ["array.jsonl", "[\n{}\n]", /is a JSON array and not JSON Lines/],
    ["utf16.jsonl", Buffer.from("\ufeff{}\n", "utf16le"), /is UTF-16/],
    ["cut.json", '[{"a": 1}, {"a": 2', /ends inside its JSON array, after 1 records/],
    ["object.json", '{"a": 1}', /does not begin with \[/],
    ["more.json", "[{}] {}", /goes on after the end/],
    ["comma.json", "[{},]", /ends with a comma/],
    ["empty.json", "", /ends inside its JSON array/],
    ["cut.parquet", parquet.subarray(0, -100), /footer cannot be read/],
    ["short.parquet", parquet.subarray(0, 6), /footer cannot be read/],
    ["quote.csv", 'a,b\n1,"2\n', /ends inside a quoted field/],
    ["latin1.csv", Buffer.from("\u00e9,b\n1,2\n", "latin1"), /has a header that has a field 1 that is not valid UTF-8/],
    ["empty.csv", "", /begins with a header/],
    ["data.txt", "", /unknown kind by its name\. Read are parquet, jsonl, json, csv/]
  ]
  it.each(damaged)("%s", async (name, bytes, problem) => {
    const path = writeIn(folder, `damaged/${name}`, bytes)
    const error = await Promise.resolve()
      .then(() => readAll(path))
      .catch((error: unknown) => error)
    expect(error).toMatchObject({ _tag: "DatasetFileCorrupt", file: path })
    expect((error as Error).message).toMatch(problem)
    expect((error as Error).message).toContain(path)
  })

  it("a Parquet file with overwritten pages, or without a column", async () => {
    const overwritten = Buffer.from(parquet)
    overwritten.fill(0xff, 40, 4000)
    const path = writeIn(folder, "damaged/pages.parquet", overwritten)
    await expect(readAll(path, 0, ["question"])).rejects.toThrow(/row group 0 \(rows 0 to 999\) cannot be read/)
    const whole = writeIn(folder, "damaged/whole.parquet", parquet)
    await expect(readAll(whole, 0, ["question", "code"])).rejects.toThrow(/has no column code; its columns are question, answer/)
  })

  it("a file that is not there, or is a folder", async () => {
    await expect(readAll(`${folder}/nowhere.jsonl`)).rejects.toThrow(/is not there/)
    await expect(readAll(writeIn(folder, "folder.jsonl/x", "").slice(0, -2))).rejects.toThrow(/is a folder, not a file/)
  })
})
