/** Rows that a mixture cannot use are left out and named, as far as `mix.maxBadRows` allows; damage is never tolerated. */

import { join } from "node:path"
import { gzipSync } from "node:zlib"

import { Effect } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { openArtifact } from "../../src/dag/running/input-artifact.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { mix } from "../../stages/mix.ts"
import { runNodes } from "../dag/study-in-a-folder.ts"
import { gsm8kRows, jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

const before = process.env["ECHO_CHAMBER_DATA"]
afterAll(() => {
  if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
  else process.env["ECHO_CHAMBER_DATA"] = before
})

const settings = {
  sources: { "gsm8k:train": 1 },
  tokens: 2000,
  tokenizer: "bpe",
  vocabulary: 300,
  heldOut: 2,
  suites: ["gsm8k:test"],
  suiteSize: 2
} as const

const mixed = async (data: string, maxBadRows: number) => {
  process.env["ECHO_CHAMBER_DATA"] = data
  const store = join(temporaryFolder(), "store")
  const outcome = await runNodes(store, [mix({}, { ...settings, maxBadRows })])
  const [artifact] = outcome.artifacts.values()
  if (artifact === undefined) return outcome.failures
  const corpus = await Effect.runPromise(Effect.provide(openArtifact(Corpus, artifact), Store.layer(store)))
  return corpus as unknown as Reader<typeof Corpus>
}

const latin1 = Buffer.from('{"question": "caf\u00e9?", "answer": "#### 1"}\n', "latin1")
const bad: ReadonlyArray<readonly [what: string, line: string | Uint8Array, field: string, words: RegExp]> = [
  [
    "half a surrogate pair",
    '{"question":"x \\ud800?","answer":"#### 1"}\n',
    "question",
    /holds half a surrogate pair \(\\ud800 at/
  ],
  [
    "half of one in a solution",
    '{"question":"x?","answer":"\\udc00\\n#### 1"}\n',
    "answer",
    /holds half a surrogate pair \(\\udc00 at/
  ],
  ["bytes that are no UTF-8", latin1, "", /is not valid UTF-8/],
  ["a name twice", '{"question":"x?","question":"y?","answer":"#### 1"}\n', "", /has the name "question" twice/],
  ["a number for text", '{"question":12345678901234567891,"answer":"#### 1"}\n', "question", /is a number, not text/],
  ["a line that is no JSON", '{"question": \u001b\u0007\n', "", /is not valid JSON: unexpected "\\u001b"/]
]

describe("rows that cannot be used", () => {
  const data = temporaryFolder()
  const file = writeIn(
    data,
    "gsm8k/train.jsonl",
    Buffer.concat([jsonl(gsm8kRows(30)), ...bad.map(([, line]) => line)].map((part) => Buffer.from(part)))
  )
  writeIn(data, "gsm8k/test.jsonl", jsonl(gsm8kRows(2, 50)))

  it("are left out and named, each with file, row and field", async () => {
    const corpus = await mixed(data, bad.length)
    expect("rejections" in corpus && [...corpus.rejections]).toEqual(
      bad.map(([, , field, words], i) => ({
        source: "gsm8k:train",
        file: "train.jsonl",
        row: 30 + i,
        field,
        problem: expect.stringMatching(words)
      }))
    )
  })

  it("fail the stage with file and row where there are more than are allowed", async () => {
    const failures = await mixed(data, bad.length - 1)
    expect(failures).toMatchObject([{ badInput: true, problem: expect.stringMatching(bad.at(-1)![3]) }])
    expect(JSON.stringify(failures)).toContain(`${file}, row ${29 + bad.length}`)
  })
})

describe("a damaged file", () => {
  it.each(["train", "test"])("fails the stage whatever is tolerated, also behind what is needed of it (%s)", async (split) => {
    const data = temporaryFolder()
    for (const name of ["train", "test"]) {
      const packed = gzipSync(jsonl(gsm8kRows(name === "train" ? 5000 : 2, 0)))
      if (name === split) packed[packed.length - 6]! ^= 4
      writeIn(data, `gsm8k/${name}.jsonl.gz`, packed)
    }
    expect(await mixed(data, 1_000_000)).toMatchObject([
      { badInput: true, problem: expect.stringMatching(/jsonl\.gz: its gzip data is damaged in member 1: its checksum/) }
    ])
  })
})
