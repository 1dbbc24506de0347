/** Kinds of files by how they begin: what is found where something else should be is called by its name. */

import { COMMAND } from "../../dag/repository.ts"

export interface Kind {
  /** With an article: `a zip archive`. */
  readonly name: string
  /** What to do about it, a sentence without its full stop. */
  readonly remedy: string
  /** Whether it is what is left of the file itself, and no other kind. */
  readonly damaged?: true
}

/** So many bytes from the start tell the kind. */
export const LONGEST_MARK = 512

const UNPACK = "Unpack it, and put the file that is in it in its place"
const NAME = (suffix: string) => `Give its name the ending ${suffix}, or unpack it`
const CONVERT = "Write its rows as JSON Lines or Parquet, and put that file in its place"
const GET = "Get the file itself: its address answers with this instead"

type Mark = readonly [mark: string | ReadonlyArray<number>, name: string, remedy: string]

/** By their first bytes. */
const MARKS: ReadonlyArray<Mark> = [
  ["PK\u0003\u0004", "a zip archive", UNPACK],
  ["PK\u0005\u0006", "an empty zip archive", UNPACK],
  ["PK\u0007\u0008", "a zip archive in several parts", UNPACK],
  [[0x1f, 0x8b], "gzip data", NAME(".gz")],
  [[0x28, 0xb5, 0x2f, 0xfd], "Zstandard data", NAME(".zst")],
  ["BZh", "bzip2 data", UNPACK],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz data", UNPACK],
  [[0x04, 0x22, 0x4d, 0x18], "LZ4 data", UNPACK],
  [[0x1f, 0x9d], "data of compress (.Z)", UNPACK],
  ["LZIP", "lzip data", UNPACK],
  [[0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59], "Snappy data", UNPACK],
  [[0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7-Zip archive", UNPACK],
  ["Rar!\u001a\u0007", "a RAR archive", UNPACK],
  ["PAR1", "a Parquet file", "Give its name the ending .parquet if the source is read from Parquet files, or convert it"],
  ["PARE", "an encrypted Parquet file", "Decrypt it where its key is, and put that file in its place"],
  ["ARROW1", "an Arrow file", CONVERT],
  ["FEA1", "a Feather file", CONVERT],
  [[0xff, 0xff, 0xff, 0xff], "an Arrow stream", CONVERT],
  ["ORC", "an ORC file", CONVERT],
  ["Obj\u0001", "an Avro file", CONVERT],
  [[0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file", CONVERT],
  [[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array", CONVERT],
  [[0x80, 0x02], "a Python pickle", CONVERT],
  [[0x80, 0x03], "a Python pickle", CONVERT],
  [[0x80, 0x04], "a Python pickle", CONVERT],
  [[0x80, 0x05], "a Python pickle", CONVERT],
  ["SQLite format 3\u0000", "an SQLite database", CONVERT],
  ["%PDF-", "a PDF document", GET],
  [[0x89, 0x50, 0x4e, 0x47], "a PNG picture", GET],
  [[0xff, 0xd8, 0xff], "a JPEG picture", GET],
  ["GIF8", "a GIF picture", GET],
  [[0x7f, 0x45, 0x4c, 0x46], "a program", GET],
  [[0xff, 0xfe, 0x00, 0x00], "UTF-32 text", "Write it as UTF-8 (iconv -f UTF-32 -t UTF-8)"],
  [[0x00, 0x00, 0xfe, 0xff], "UTF-32 text", "Write it as UTF-8 (iconv -f UTF-32 -t UTF-8)"],
  [[0xff, 0xfe], "UTF-16 text", "Write it as UTF-8 (iconv -f UTF-16 -t UTF-8)"],
  [[0xfe, 0xff], "UTF-16 text", "Write it as UTF-8 (iconv -f UTF-16 -t UTF-8)"],
  [
    "version https://git-lfs.github.com/spec/",
    "a pointer of Git LFS, which stands for the file",
    `Fetch the file itself: git lfs pull, or ${COMMAND} data import`
  ]
]

/** Text of another kind, by how it begins behind white space, in small letters. */
const TEXTS: ReadonlyArray<Mark> = [
  ["<!doctype html", "a web page", GET],
  ["<html", "a web page", GET],
  ["<head", "a web page", GET],
  ["<?xml", "XML", CONVERT],
  ["<!doctype", "XML", CONVERT],
  ["<error", "XML", GET]
]

/** The kind of a file that begins so, as far as it is known here. */
export const kindOf = (head: Uint8Array): Kind | null => {
  const begins = (bytes: Uint8Array, mark: string | ReadonlyArray<number>): boolean =>
    (typeof mark === "string" ? [...Buffer.from(mark, "latin1")] : mark).every((byte, i) => bytes[i] === byte)
  const found =
    MARKS.find(([mark]) => begins(head, mark)) ??
    TEXTS.find(([mark]) => begins(Buffer.from(Buffer.from(head).toString("latin1").trimStart().toLowerCase(), "latin1"), mark))
  if (found !== undefined) return { name: found[1], remedy: found[2] }
  if (isTar(head)) return { name: "a tar archive", remedy: UNPACK }
  if (begins(head.subarray(8), "DUCK")) return { name: "a DuckDB database", remedy: CONVERT }
  const half = halfOfZeros(head)
  if (half !== null) return half
  return head.length > 0 && head.every((byte) => byte === 0)
    ? { name: "nothing but zeros, as of a download that was never filled in", remedy: "Get it again", damaged: true }
    : null
}

/** Text under the name of what is packed, `suffix`: JSON or other text; null for what holds bytes that no text has. */
export const plainTextOf = (head: Uint8Array, suffix: string): Kind | null => {
  // A mark may be cut off inside a letter, which then is no error yet.
  const text = decoded(head)
  if (text === null || text.trim() === "" || CONTROL.test(text)) return null
  const name = /^\s*[{[]/.test(text) ? "plain JSON" : "plain text"
  return { name, remedy: `Take the ending ${suffix} off its name` }
}

const CONTROL = /(?!\s)\p{Cc}/u
const decoded = (head: Uint8Array): string | null => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true })
  } catch {
    return null
  }
}

/** A header of tar: its checksum, in octal, is the sum of its bytes with blanks in place of the checksum. */
const isTar = (head: Uint8Array): boolean => {
  if (head.length < 512 || head[0] === 0) return false
  const stated = Number.parseInt(
    Buffer.from(head.subarray(148, 156))
      .toString("latin1")
      .replace(/[\0 ]+/g, ""),
    8
  )
  const sum = head.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0)
  return sum === stated
}

/** UTF-16 without a mark: of text that is mostly Latin every second byte is zero. */
const halfOfZeros = (head: Uint8Array): Kind | null => {
  const pairs = Math.min(16, Math.floor(head.length / 2))
  if (pairs < 2) return null
  const zeros = (at: number) => Array.from({ length: pairs }, (_, i) => head[2 * i + at]).filter((byte) => byte === 0).length
  const [even, odd] = [zeros(0), zeros(1)]
  return (even >= pairs * 0.8 && odd === 0) || (odd >= pairs * 0.8 && even === 0)
    ? { name: "UTF-16 text", remedy: "Write it as UTF-8 (iconv -f UTF-16 -t UTF-8)" }
    : null
}
