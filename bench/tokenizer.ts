/**
 * Speed of byte-level BPE on GSM8K: `node bin/bench.mjs tokenizer [--megabytes n]`. Training 4,096 tokens, then encoding:
 * the questions and solutions over and over, as they are and with one word in twenty made up so that the cache of pieces does not
 * know it. Limits: training in seconds, 10 MB a second, so that a gigabyte takes minutes.
 */

import { parseArgs } from "node:util"

import { readDataset } from "../src/datasets/read/load.ts"
import { draws } from "../src/random/philox.ts"
import { trainBpe } from "../src/tokenizer/bpe/train.ts"

const { values: flags } = parseArgs({ options: { megabytes: { type: "string", default: "100" } } })

const rows = await readDataset("gsm8k", "train", { purpose: "training" })
const texts = rows.map(({ question, solution }) => `${question}\n\n${solution}`)
const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
console.log(`GSM8K train: ${texts.length} documents, ${(bytes / 1e6).toFixed(1)} MB`)

let started = performance.now()
const tokenizer = trainBpe(texts, { vocabularySize: 4096 })
console.log(`training ${tokenizer.size} tokens: ${((performance.now() - started) / 1000).toFixed(2)} s`)

const random = draws(1, "made-up words")
const letters = [..."etaoinshrdlucmfwypvbgkjqxz"]
const madeUp = () => Array.from({ length: random.between(3, 9) }, () => random.pick(letters)).join("")
const varied = (text: string) =>
  text
    .split(" ")
    .map((word) => (random.below(20) === 0 ? madeUp() : word))
    .join(" ")

const measure = (name: string, next: (text: string) => string) => {
  let encoded = 0
  let tokens = 0
  let milliseconds = 0
  while (encoded < Number(flags.megabytes) * 1e6) {
    const pass = texts.map(next)
    started = performance.now()
    for (const text of pass) tokens += tokenizer.encode(text).length
    milliseconds += performance.now() - started
    encoded += pass.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  }
  console.log(
    `encoding ${name}: ${(encoded / milliseconds / 1000).toFixed(1)} MB/s ` +
      `(${(encoded / 1e6).toFixed(0)} MB, ${(encoded / tokens).toFixed(2)} bytes a token)`
  )
}
measure("as it is", (text) => text)
measure("one word in twenty made up", varied)
