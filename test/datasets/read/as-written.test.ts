/**
 * What is read is what was written: numbers keep their digits, names and columns that are there twice are told, and text that is
 * no text is a bad row.
 */

import { gzipSync, zstdCompressSync } from "node:zlib"

import { describe, expect, it } from "vitest"

import { openDataset, readDataset } from "../../../src/datasets/read/load.ts"
import { place } from "../../cli/command-line.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn } from "../hub.ts"
import { rowsOf } from "./rows-of.ts"

const evaluation = { purpose: "evaluation" } as const
const svampWith = (records: string): string => {
  const data = temporaryFolder()
  writeIn(data, "SVAMP/SVAMP.json", `[${records}]`)
  return data
}
const svampRow = (answer: string, id = "a") => `{"ID":"${id}","Body":"b","Question":"q?","Answer":${answer}}`

describe("numbers of JSON", () => {
  const numbers: ReadonlyArray<readonly [written: string, answer: string]> = [
    ["5", "5"],
    ["-9867630.0", "-9867630"],
    ["0.1", "0.1"],
    ["9007199254740991", "9007199254740991"],
    ["9007199254740993", "9007199254740993"],
    ["-9007199254740993", "-9007199254740993"],
    ["12345678901234567891", "12345678901234567891"],
    ["12345678901234567891.0", "12345678901234567891"],
    ["1234567890123456789e2", "123456789012345678900"],
    ["1.2345678901234567891e19", "12345678901234567891"],
    ["100000000000000000000", "100000000000000000000"],
    ["1e20", "100000000000000000000"],
    ["0.30000000000000004", "0.30000000000000004"],
    ["0.12345678901234567891", "0.12345678901234567891"],
    ["1234567890.12345678901", "1234567890.12345678901"],
    ["-0.10000000000000000001", "-0.10000000000000000001"],
    ["0.10000000000000001", "0.1"],
    ["-8858146.6500000004", "-8858146.65"],
    ["108224794.200000003", "108224794.2"],
    ["9284017268534.400390625", "9284017268534.4"],
    ["1.00000000000000005551e-1", "0.1"],
    ["12345678901234567168", "12345678901234567168"],
    ["5188.0000000000001", "5188.0000000000001"],
    ["2.5e-7", "0.00000025"],
    ["1e-400", `0.${"0".repeat(399)}1`],
    ["1e309", `1${"0".repeat(309)}`],
    ["-0", "0"]
  ]
  it.each(numbers)("%s keeps its digits", async (written, answer) => {
    const rows = await readDataset("svamp", "test", { data: svampWith(svampRow(written)), ...evaluation })
    expect(rows[0]!.answer).toBe(answer)
  })

  it("a number where text should be is told as one, however long", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/test.jsonl", '{"question": 12345678901234567891, "answer": "#### 1"}\n')
    await expect(readDataset("gsm8k", "test", { data, ...evaluation })).rejects.toThrow(
      /row 0, field question: is a number, not text/
    )
    expect(await rowsOf("jsonl", '{"a":1}\n12345678901234567891\n')).toEqual([{ a: 1 }, "is 12345678901234567891, not an object"])
  })
})

describe("a name twice in one object of JSON is a bad row", () => {
  const twice: ReadonlyArray<readonly [record: string, name: string | null]> = [
    ['{"a":1,"a":2}', "a"],
    ['{"a":1,"b":2,"a":1}', "a"],
    ['{"a":1,"\\u0061":2}', "a"],
    ['{ "a" : 1 , "a" : 2 }', "a"],
    ['{"b":{"a":1,"a":2}}', "a"],
    ['{"b":[{"a":1},{"a":1,"a":2}]}', "a"],
    ['{"a":"x\\\\","a":2}', "a"],
    ['{"a":"\\"a\\":","a":2}', "a"],
    ['{"":1,"":2}', ""],
    ['{"__proto__":1,"__proto__":2}', "__proto__"],
    ['{"a\\u001b":1,"a\\u001b":2}', "a\\u001b"],
    ['{"a":1,"b":{"a":2}}', null],
    ['{"a":"a","b":"\\"a\\":1,\\"a\\":2"}', null],
    ['{"b":[{"a":1},{"a":2}],"a":[]}', null],
    ['{"a":1,"A":2}', null],
    ['{"\\\\":1,"\\"":2}', null]
  ]
  it.each(twice)("%s", async (record, name) => {
    const problem = (at: string) => `${at}has the name "${name}" twice in one object, and nothing says which one counts`
    const lines = await rowsOf("jsonl", `{"x":1}\n${record}\n`)
    const array = await rowsOf("json", `[{"x":1},${record}]`)
    expect(lines).toEqual([{ x: 1 }, name === null ? JSON.parse(record) : problem("line 2 ")])
    expect(array).toEqual([{ x: 1 }, name === null ? JSON.parse(record) : problem("")])
  })
})

describe("what is no JSON is told in words of our own, with its place", () => {
  const malformed: ReadonlyArray<readonly [record: string, words: string]> = [
    ['{"a": ', "is not valid JSON: it ends too early"],
    ['{"a": "x', "is not valid JSON: it ends too early"],
    ['{"a" 2}', 'is not valid JSON from character 5 on: "2}"'],
    ["{'a': 2}", "is not valid JSON from character 1 on: \"'a': 2}\""],
    ['{"a": NaN}', 'is not valid JSON: unexpected "N"'],
    ['{"a": \u001b\u0007}', 'is not valid JSON: unexpected "\\u001b"'],
    ['{"a": 01}', 'is not valid JSON from character 7 on: "1}"'],
    ['{"a": "\\q"}', 'is not valid JSON from character 8 on: "q\\"}"'],
    ['{"a": 1} {"a": 2}', 'is not valid JSON from character 9 on: "{\\"a\\": 2}"'],
    [`{"a": ${"[".repeat(201)}${"]".repeat(201)}}`, "is nested more than 200 deep"],
    [`{"a": ${"[".repeat(100_000)}`, "is nested more than 200 deep"]
  ]
  it.each(malformed)("%.30s", async (record, words) => {
    const rows = (await rowsOf("jsonl", `{"x":1}\n${record}\n{"x":2}\n`)) as ReadonlyArray<unknown>
    expect(rows[1]).toBe(`line 2 ${words.replaceAll('\\"', '"')}`)
    expect(rows[2]).toEqual({ x: 2 })
  })

  it("where it nests as deep as any record may, it is read", async () => {
    const record = `{"a": ${"[".repeat(199)}${"]".repeat(199)}}`
    expect(await rowsOf("jsonl", record)).toEqual([JSON.parse(record)])
  })
})

describe("half a surrogate pair is a bad row, by file and row", () => {
  const halves: ReadonlyArray<readonly [what: string, text: string, words: string | null]> = [
    ["the first half alone", "x \\ud800", "(\\ud800 at character 2)"],
    ["the second half alone", "\\udc00", "(\\udc00 at character 0)"],
    ["halves in the wrong order", "a\\udc00\\ud800b", "(\\udc00 at character 1)"],
    ["the first half twice before the second", "\\ud83d\\ud83d\\ude00", "(\\ud83d at character 0)"],
    ["a half behind a whole pair", "\\ud83d\\ude00\\ude00", "(\\ude00 at character 2)"],
    ["a half before a letter", "\\uD834x", "(\\ud834 at character 0)"],
    ["the last half of all", "\\udfff.", "(\\udfff at character 0)"],
    ["a whole pair, escaped", "\\ud83d\\ude00", null],
    ["a whole pair, written out", "😀", null],
    ["an escaped backslash before the letter u", "\\\\ud800", null],
    ["U+FFFD, which someone else put there", "\\ufffd", null],
    ["U+FFFF and NUL", "\\uffff\\u0000", null]
  ]
  it.each(halves)("%s", async (_, text, words) => {
    const data = temporaryFolder()
    const lines = [`{"question":"1+1?","answer":"#### 2"}`, `{"question":"q ${text}?","answer":"${text} #### 2"}`]
    const file = writeIn(data, "gsm8k/test.jsonl", `${lines.join("\n")}\n`)
    const strict = readDataset("gsm8k", "test", { data, ...evaluation })
    if (words === null) return void expect(await strict).toHaveLength(2)
    await expect(strict).rejects.toThrow(`${file}, row 1, field question: holds half a surrogate pair`)
    const tolerant = openDataset("gsm8k", "test", { data, ...evaluation, maxBadRows: 1 })
    for await (const { rows } of tolerant.batches()) expect(rows.map(({ row }) => row)).toEqual([0])
    const at = words.replace(/\d+(?=\))/, (n) => String(Number(n) + 2))
    expect(tolerant.report).toMatchObject({
      rows: 1,
      bad: 1,
      faults: [{ file: "test.jsonl", row: 1, field: "question", problem: `holds half a surrogate pair ${at}, which is no text` }]
    })
  })

  it("in a name that is told where another is missing: the rejection can be stored", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/test.jsonl", '{"question":"q?","\\ud800\\u001b":1}\n')
    const open = openDataset("gsm8k", "test", { data, ...evaluation, maxBadRows: 1 })
    for await (const _ of open.batches()) continue
    expect(open.report.faults[0]!.problem).toBe("is missing; the record has question, \\ud800\\u001b")
  })

  it("in an answer or an id as in a question, and in none of what is not read", async () => {
    const data = svampWith(
      [svampRow('"\\ud800"', "a"), svampRow("1", "\\ud800"), `{"x":"\\ud800",${svampRow("1", "c").slice(1)}`].join(",")
    )
    const open = openDataset("svamp", "test", { data, ...evaluation, maxBadRows: 2 })
    for await (const { rows } of open.batches()) expect(rows.map(({ id }) => id)).toEqual(["c"])
    expect(open.report.faults.map(({ field }) => field)).toEqual(["Answer", "ID"])
  })

  it("is named by data check, and no reason to lose the other rows", async () => {
    const data = temporaryFolder()
    writeIn(data, "gsm8k/test.jsonl", jsonl(gsm8kRows(1)) + '{"question":"\\ud800?","answer":"#### 2"}\n')
    const { code, out } = await place().here(["data", "check", "gsm8k:test", "--data", data])
    expect(out).toMatch(/test\.jsonl, row 1/)
    expect(out).toMatch(/half a surrogate pair/)
    expect(code).toBe(1)
    expect((await place().here(["data", "check", "gsm8k:test", "--data", data, "--max-bad", "1"])).code).toBe(0)
  })

  it("a text of more than 16 million characters is one as well", async () => {
    const data = temporaryFolder()
    writeIn(
      data,
      "gsm8k/test.jsonl.gz",
      gzipSync(jsonl([{ question: "x".repeat(2 ** 24 + 1), answer: "#### 1" }, ...gsm8kRows(1)]))
    )
    const open = openDataset("gsm8k", "test", { data, ...evaluation, maxBadRows: 1 })
    for await (const { rows } of open.batches()) expect(rows).toHaveLength(1)
    expect(open.report.faults[0]!.problem).toBe("has 16777217 characters, and 16777216 are the most that a text may have")
  })
})

describe("CSV", () => {
  const read: ReadonlyArray<readonly [what: string, csv: string, rows: ReadonlyArray<unknown>]> = [
    ["text behind a closing quote", '1,"2"3\n4,5\n', ["line 2 has text behind the closing quote of field 2", { a: "4", b: "5" }]],
    [
      "a blank behind a closing quote",
      '"1" ,2\n4,5\n',
      ["line 2 has text behind the closing quote of field 1", { a: "4", b: "5" }]
    ],
    ["a quoted field twice in one", '"1""2",3\n', [{ a: '1"2', b: "3" }]],
    [
      "two quoted fields without a comma",
      '"1" "2",3\n4,5',
      ["line 2 has text behind the closing quote of field 1", { a: "4", b: "5" }]
    ],
    [
      "a quote that swallows a line",
      '1,"2\n3,"4"\n5,6\n',
      ["line 2 has text behind the closing quote of field 2", { a: "5", b: "6" }]
    ],
    [
      "a carriage return behind a closing quote",
      '1,"2"\r\n3,4\r\n',
      [
        { a: "1", b: "2" },
        { a: "3", b: "4" }
      ]
    ],
    ["a carriage return there, and no line end", '"1"\r,2\n', ["line 2 has text behind the closing quote of field 1"]],
    ["a carriage return inside quotes", '1,"2\r"\r\n', [{ a: "1", b: "2\r" }]],
    ["a quoted field before a plain one, and CRLF", '"1",2\r\n', [{ a: "1", b: "2" }]],
    ["too few fields", "1\n2,3\n", ["line 2 has 1 fields, and the header 2", { a: "2", b: "3" }]],
    ["too many fields", "1,2,3\n2,3\n", ["line 2 has 3 fields, and the header 2", { a: "2", b: "3" }]],
    ["very many fields", `${",".repeat(30_000)}\n2,3\n`, ["line 2 has 30001 fields, and the header 2", { a: "2", b: "3" }]],
    ["a quote inside a plain field", '5" pipe,2\n', [{ a: '5" pipe', b: "2" }]],
    [
      "blank lines",
      '\n\r\n1,2\n\n\r\n"3","4"\n\n',
      [
        { a: "1", b: "2" },
        { a: "3", b: "4" }
      ]
    ],
    ["empty quoted fields", '"",""\n', [{ a: "", b: "" }]],
    ["no line end at the end", '1,"2"', [{ a: "1", b: "2" }]],
    ["a carriage return at the end", '1,"2"\r', [{ a: "1", b: "2" }]],
    ["spaces around a field", " 1 , 2\n", [{ a: " 1 ", b: " 2" }]]
  ]
  it.each(read)("%s", async (_, csv, rows) => {
    expect(await rowsOf("csv", `a,b\n${csv}`)).toEqual(rows)
    expect(await rowsOf("csv.gz", gzipSync(`\ufeffa,b\r\n${csv}`))).toEqual(rows)
  })

  it("is read the same wherever chunks end", async () => {
    const record = (i: number) => `"${"x".repeat(i % 11)}""\r\n",${i}\r\n`
    const count = 60_000
    const rows = await rowsOf("csv", `a,b\r\n${Array.from({ length: count }, (_, i) => record(i)).join("")}`)
    expect(rows).toEqual(Array.from({ length: count }, (_, i) => ({ a: `${"x".repeat(i % 11)}"\r\n`, b: `${i}` })))
  })

  const refused: ReadonlyArray<readonly [what: string, csv: string, words: RegExp]> = [
    [
      "a column named twice",
      "a,b,a\n1,2,3\n",
      /names the column a twice in its header, and nothing says which one counts\. Give each column/
    ],
    ["a column named twice, once in quotes", 'a,"a"\n1,2\n', /names the column a twice/],
    ["two columns without a name", ",a,\n1,2,3\n", /has no name for columns 1 and 3 in its header\. Give each column/],
    ["two columns named with blanks", "a, ,b,  \n1,2,3,4\n", /has no name for columns 2 and 4 in its header/],
    [
      "a header with text behind a closing quote",
      '"a"b,c\n1,2\n',
      /has a header that has text behind the closing quote of field 1/
    ],
    [
      "a quote that is never closed",
      'a,b\n1,2\n3,"4\n5,6\n',
      /ends inside a quoted field: it has a quote in record 2, field 2, that is never closed/
    ],
    ["lines that end in a carriage return alone", "a,b\r1,2\r", /ends its lines with a carriage return alone/],
    ["JSON Lines in its place", '{"a":1}\n', /is JSON and not CSV/],
    ["nothing but line ends", "\n\n\r\n", /is empty; a CSV file begins with a header/]
  ]
  it.each(refused)("with %s is refused as a whole", async (_, csv, words) => {
    expect(await rowsOf("csv", csv)).toMatch(words)
  })
})

describe("very much of nothing", () => {
  const much = 2 ** 26
  const masses: ReadonlyArray<
    readonly [what: string, suffix: string, contents: () => Buffer, rows: ReadonlyArray<unknown> | RegExp]
  > = [
    ["blank lines", "jsonl", () => Buffer.alloc(much, "\n"), []],
    ["blank lines before a record", "jsonl", () => Buffer.concat([Buffer.alloc(much, "\r\n"), Buffer.from("{}")]), [{}]],
    ["spaces", "jsonl", () => Buffer.alloc(much, " "), []],
    [
      "brackets",
      "jsonl",
      () => Buffer.concat([Buffer.from('{"a":'), Buffer.alloc(much, "[")]),
      ["line 1 is nested more than 200 deep"]
    ],
    [
      "spaces between records",
      "json",
      () => Buffer.concat([Buffer.from("[{},"), Buffer.alloc(much, " "), Buffer.from("{}]")]),
      [{}, {}]
    ],
    ["blank lines", "json", () => Buffer.alloc(much, "\n"), /ends inside its JSON array, after 0 records/],
    [
      "blank lines",
      "csv",
      () => Buffer.concat([Buffer.from("a\n"), Buffer.alloc(much, "\r\n"), Buffer.from("1\n")]),
      [{ a: "1" }]
    ],
    ["blank lines alone", "csv", () => Buffer.alloc(much, "\n"), /is empty/],
    [
      "a quoted field without end",
      "csv",
      () => Buffer.concat([Buffer.from('a\n"'), Buffer.alloc(much, "x\n")]),
      /record 1, field 1, that is never closed/
    ],
    [
      "a long string before colons that make no JSON",
      "jsonl",
      () => Buffer.concat([Buffer.from('{}\n["'), Buffer.alloc(much / 8, "a"), Buffer.from('"'), Buffer.alloc(much / 8, ":")]),
      [{}, expect.stringMatching(/is not valid JSON/)]
    ],
    [
      "a long string before objects that make no JSON",
      "jsonl",
      () => Buffer.concat([Buffer.from('{}\n{"'), Buffer.alloc(much / 8, "a"), Buffer.from('"'), Buffer.alloc(much / 8, "{:}")]),
      [{}, expect.stringMatching(/is not valid JSON/)]
    ],
    ["a line without end", "jsonl", () => Buffer.alloc(5 * much, "x"), /has a line of more than 256 MiB/]
  ]
  it.each(masses)(
    "%s (.%s) takes no longer than reading it",
    async (_, suffix, contents, expected) => {
      const rows = await rowsOf(`${suffix}.zst`, zstdCompressSync(contents()))
      if (expected instanceof RegExp) expect(rows).toMatch(expected)
      else expect(rows).toEqual(expected)
    },
    60_000
  )

  it("a record behind a million blank lines has its line's number", async () => {
    const rows = await rowsOf("jsonl", `${"\n".repeat(1_000_000)}{"a" 1}\n`)
    expect(rows).toEqual([expect.stringMatching(/^line 1000001 is not valid JSON/)])
  })
})
