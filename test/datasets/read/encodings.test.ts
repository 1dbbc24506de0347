/**
 * Text that is no UTF-8: bytes that make none are a bad row of their file, under `mix.maxBadRows`; a file in another encoding is
 * called by its name, with what to do.
 */

import { gzipSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { openDataset } from "../../../src/datasets/read/load.ts"
import { temporaryFolder, writeIn } from "../hub.ts"
import { rowsOf } from "./rows-of.ts"

const bytes = (...parts: ReadonlyArray<string | ReadonlyArray<number>>) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))))

/** What stands in one text, and what is said of it; null: it is UTF-8. */
const texts: ReadonlyArray<readonly [what: string, text: Uint8Array, words: RegExp | null]> = [
  [
    "a letter of Latin-1",
    bytes("caf", [0xe9], "s ab"),
    /byte 0xe9 at 3, which is é in Windows-1252.*iconv -f WINDOWS-1252 -t UTF-8/
  ],
  ["a quotation mark of Windows", bytes([0x93], "so"), /byte 0x93 at 0, which is “ in/],
  ["a dash of Windows", bytes("3 ", [0x96], " 4 = x"), /byte 0x96 at 2, which is – in/],
  ["a letter of Windows behind whole characters", bytes("ä€😀 ", [0xfc], "ber"), /byte 0xfc at 10, which is ü in/],
  ["a byte that no encoding has here", bytes("a", [0x81], "bcd"), /\(first suspect byte 0x81 at 1\)/],
  ["a byte that never stands in UTF-8", bytes("a", [0xff], "bcd"), /byte 0xff at 1/],
  ["the last bytes of a character alone", bytes("x", [0xbf, 0xbf], "y..."), /byte 0xbf at 1/],
  ["a character that is cut off", bytes("x ", [0xf0, 0x9f, 0x98]), /byte 0xf0 at 2: a character is cut off/],
  ["an overlong slash", bytes([0xc0, 0xaf], " ..."), /byte 0xc0 at 0/],
  ["half a surrogate pair, written out", bytes("a", [0xed, 0xa0, 0x80], "b"), /byte 0xed at 1/],
  ["a character beyond Unicode", bytes([0xf4, 0x90, 0x80, 0x80], "..."), /byte 0xf4 at 0/],
  ["Shift JIS", bytes([0x93, 0xfa, 0x96, 0x7b], "..."), /byte 0x93 at 0/],
  ["every kind of character", bytes("aä€😀\ufeff\ufffd\uffff"), null],
  ["only whole characters beyond ASCII", bytes("日本語 ñandú"), null]
]

describe("bytes that are no UTF-8 are a bad row, whatever the file is", () => {
  it.each(texts)("%s", async (_, text, words) => {
    const said = (place: string) =>
      words === null ? expect.anything() : expect.stringMatching(new RegExp(`^${place}is not valid UTF-8.*${words.source}`))
    const plain = Buffer.from(text).toString("utf8")
    // The quotation mark before it counts as well in JSON, hence one byte for each of `{"a":"`.
    const moved = (at: string) => (words === null ? expect.anything() : expect.stringMatching(at))
    const record = bytes('{"a":"', [...text], '"}')
    const lines = await rowsOf("jsonl", bytes('{"a":"1"}\n', [...record], '\n{"a":"2"}\n'))
    expect(lines).toEqual([{ a: "1" }, words === null ? { a: plain } : moved("^line 2 is not valid UTF-8"), { a: "2" }])
    const array = await rowsOf("json", bytes('[{"a":"1"},', [...record], ',{"a":"2"}]'))
    expect(array).toEqual([{ a: "1" }, words === null ? { a: plain } : moved("^is not valid UTF-8"), { a: "2" }])
    const csv = bytes('a,b\n1,"x\ny"\n"', [...text], '",2\n3,4\n')
    const rows = [
      { a: "1", b: "x\ny" },
      words === null ? { a: plain, b: "2" } : said("line 4 has a field 1 that "),
      { a: "3", b: "4" }
    ]
    expect(await rowsOf("csv", csv)).toEqual(rows)
    expect(await rowsOf("csv.gz", gzipSync(csv))).toEqual(rows)
    expect(await rowsOf("csv", bytes("a,b\r\n1,2\r\n", [...text], ",3\r\n"))).toHaveLength(2)
  })

  it("in a CSV file under mix.maxBadRows, with file, row and line", async () => {
    const data = temporaryFolder()
    const csv = bytes(
      "ID,Year,Problem Number,Question,Answer,Part\n",
      "2020-I-1,2020,1,q?,1,I\n2020-I-2,2020,2,caf",
      [0xe9],
      "?,2,I\n"
    )
    writeIn(data, "aime/AIME_Dataset_1983_2024.csv", csv)
    const open = openDataset("aime", "1983-2024", { data, purpose: "evaluation", maxBadRows: 1 })
    for await (const { rows } of open.batches()) expect(rows).toHaveLength(1)
    expect(open.report.faults).toMatchObject([
      {
        file: "AIME_Dataset_1983_2024.csv",
        row: 1,
        problem: expect.stringMatching(/^line 3 has a field 4 that is not valid UTF-8/)
      }
    ])
  })
})

describe("marks and other encodings", () => {
  const table = 'a,b\n1,"é"\n'
  const marked: ReadonlyArray<readonly [what: string, suffix: string, contents: Uint8Array, expected: unknown]> = [
    ["a byte order mark before CSV", "csv", bytes("\ufeff", table), [{ a: "1", b: "é" }]],
    ["a byte order mark before a quoted name", "csv", bytes('\ufeff"a",b\n1,2\n'), [{ a: "1", b: "2" }]],
    ["a byte order mark before JSON Lines", "jsonl", bytes('\ufeff{"a":1}\n'), [{ a: 1 }]],
    ["a byte order mark in the middle of JSON Lines", "jsonl", bytes('{"a":1}\n\ufeff{"a":2}\n'), [{ a: 1 }, { a: 2 }]],
    ["a byte order mark before an array", "json", bytes('\ufeff[{"a":1}]'), [{ a: 1 }]],
    ["UTF-16 with a mark", "csv", Buffer.from(`\ufeff${table}`, "utf16le"), /is UTF-16 text\. Write it as UTF-8 \(iconv/],
    ["UTF-16 the other way round", "csv", Buffer.from(`\ufeff${table}`, "utf16le").swap16(), /is UTF-16 text/],
    ["UTF-16 without a mark", "csv", Buffer.from(table, "utf16le"), /is UTF-16 text/],
    ["UTF-16 as an array", "json", Buffer.from('\ufeff[{"a":1}]', "utf16le"), /is UTF-16 text/],
    ["UTF-32", "jsonl", bytes([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), /is UTF-32 text/],
    ["UTF-7, which is ASCII", "csv", bytes("a\n+AOk-\n"), [{ a: "+AOk-" }]],
    [
      "a header in Latin-1",
      "csv",
      bytes([0xe9], ",b\n1,2\n"),
      /has a header that has a field 1 .* é in Windows-1252.*Write it anew as CSV in UTF-8/
    ]
  ]
  it.each(marked)("%s", async (_, suffix, contents, expected) => {
    const rows = await rowsOf(suffix, contents)
    if (expected instanceof RegExp) expect(rows).toMatch(expected)
    else expect(rows).toEqual(expected)
  })
})
