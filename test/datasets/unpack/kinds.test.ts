/** Files of another kind than their names say: each is refused, called by its kind, with what to do about it. */

import { readFileSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { gsm8kRows, temporaryFolder, writeParquet } from "../hub.ts"
import { rowsOf } from "../read/rows-of.ts"

const folder = temporaryFolder()

describe("a file of another kind than its name says is called by its kind", () => {
  const tar = (() => {
    const header = Buffer.alloc(512)
    header.write("rows.jsonl")
    header.write("0000644\0", 100)
    header.write("00000000010\0", 124)
    header.write("        ", 148)
    header.write("0", 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
    return Buffer.concat([header, Buffer.alloc(1024)])
  })()
  const parquet = writeParquet(folder, "kind.parquet", gsm8kRows(3))
  const hex = (bytes: string) => Buffer.from(bytes, "hex")
  const kinds: ReadonlyArray<readonly [contents: () => Uint8Array, words: RegExp]> = [
    [() => Buffer.from("PK\u0003\u0004...."), /is a zip archive\. Unpack it/],
    [() => tar, /is a tar archive\. Unpack it/],
    [() => gzipSync("{}\n"), /is gzip data\. Give its name the ending \.gz/],
    [() => zstdCompressSync("{}\n"), /is Zstandard data\. Give its name the ending \.zst/],
    [() => Buffer.from("BZh91AY"), /is bzip2 data/],
    [() => hex("fd377a585a0000"), /is xz data/],
    [() => hex("04224d1864"), /is LZ4 data/],
    [() => hex("377abcaf271c00"), /is a 7-Zip archive/],
    [() => Buffer.from(`PAR1${"x".repeat(100)}PAR1`), /is a Parquet file/],
    [() => Buffer.from("ARROW1\0\0"), /is an Arrow file/],
    [() => hex("ffffffff7800000010000000"), /is an Arrow stream/],
    [() => Buffer.from("ORC\u0001\u0002"), /is an ORC file/],
    [() => Buffer.from("Obj\u0001avro"), /is an Avro file/],
    [() => hex("800495200000"), /is a Python pickle/],
    [() => Buffer.from("SQLite format 3\0..."), /is an SQLite database/],
    [() => Buffer.from("%PDF-1.7"), /is a PDF document/],
    [() => Buffer.from("\n<!DOCTYPE html>\n<html>"), /is a web page/],
    [() => Buffer.from("<HTML><body>Sign in"), /is a web page/],
    [() => Buffer.from('<?xml version="1.0"?><Error><Code>AccessDenied'), /is XML/],
    [() => Buffer.from("\ufeff{}\n{}\n", "utf16le"), /is UTF-16 text\. Write it as UTF-8/],
    [() => Buffer.from('{"question":"q"}\n{}\n', "utf16le"), /is UTF-16 text/],
    [() => Buffer.from('{"question":"q"}\n{}\n', "utf16le").swap16(), /is UTF-16 text/],
    [
      () => Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"),
      /is a pointer of Git LFS, which stands for the file\. Fetch/
    ],
    [() => Buffer.alloc(4096), /is nothing but zeros/],
    [() => hex("894844460d0a1a0a"), /is an HDF5 file/],
    [() => Buffer.from("question,answer\n1,2\n3,4\n"), /is not JSON Lines: its first lines are no JSON but "question,answer"/],
    [() => Buffer.from('[{"a": 1},\n{"a": 2}]\n'), /is a JSON array and not JSON Lines/]
  ]
  it.each(kinds)("%#", async (contents, words) => {
    expect(await rowsOf("jsonl", contents())).toMatch(words)
    // What is packed already needs no other name.
    const packed = new RegExp(
      words.source.replace(/^is /, "(?:is|holds) ").replace(/ Give its name the ending .*$/, " Unpack it")
    )
    expect(await rowsOf("jsonl.gz", gzipSync(contents()))).toMatch(packed)
    expect(await rowsOf("jsonl.zst", zstdCompressSync(contents()))).toMatch(packed)
  })

  it("what is packed twice, of which one packing is taken off", async () => {
    for (const [suffix, pack] of [
      ["gz", gzipSync],
      ["zst", zstdCompressSync]
    ] as const)
      expect(await rowsOf(`jsonl.${suffix}`, pack(pack(Buffer.from('{"a":1}\n'))))).toMatch(/was packed twice: .* Unpack it once/)
  })

  it("a Parquet file as JSON or CSV, a database as a JSON array", async () => {
    expect(await rowsOf("json", readFileSync(parquet))).toMatch(/is a Parquet file/)
    expect(await rowsOf("csv", readFileSync(parquet))).toMatch(/is a Parquet file/)
    expect(await rowsOf("json", Buffer.from("SQLite format 3\0"))).toMatch(/is an SQLite database/)
  })

  it.each(['{"a":1}\n', '\n  {"a":1}\n', '\ufeff{"a":1}', '{"<html>":"PK"}\n', '{"a":"\u0000"}\n'])(
    "JSON Lines are none of these: %j",
    async (lines) => {
      const rows = await rowsOf("jsonl", lines)
      expect(typeof rows === "string" ? rows : rows.length).toBe(1)
    }
  )
})
