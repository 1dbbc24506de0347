/**
 * What finding words in a corpus costs: `node bin/bench.mjs corpus-index [--tokens 1e7] [--sources 4] [--vocabulary 200]`. Of
 * documents of 60 to 140 tokens whose words depend on the one before, as those of solutions do: seconds to build the index,
 * bytes a token of what is stored, seconds to read that again, and milliseconds of a query, the overlap of a document with all.
 *
 * CPU seconds are the process's, so that other work on the machine does not count for much. A hundred million tokens need
 * 6 GiB of memory.
 */

import { parseArgs } from "node:util"

import { buildCorpusIndex, findSequence, sizesOf } from "../src/attribution/corpus-index/CorpusIndex.ts"
import { overlap } from "../src/attribution/overlap.ts"
import { median } from "./measure.ts"

const { values: flags } = parseArgs({
  options: {
    tokens: { type: "string", default: "1e7" },
    sources: { type: "string", default: "4" },
    vocabulary: { type: "string", default: "200" }
  }
})
const vocabulary = Number(flags.vocabulary)
const sources = Number(flags.sources)

/** Numerical Recipes' generator: a draw a token, and nothing rests on their quality. */
let state = 1
const below = (n: number): number => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 2 ** 32) * n)
}
const offsets = [0]
while (offsets.at(-1)! < Number(flags.tokens)) offsets.push(offsets.at(-1)! + 60 + below(81))
const tokens = new Int32Array(offsets.at(-1)!)
let last = 0
for (let t = 0; t < tokens.length; t++) tokens[t] = last = below(8) === 0 ? below(vocabulary) : (last * 7 + below(3)) % vocabulary
const labels = Uint8Array.from(offsets.slice(1), (_, d) => d % sources)

const cpu = (): number => {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1e6
}

const before = cpu()
const started = performance.now()
const index = await buildCorpusIndex({
  tokens,
  offsets: Int32Array.from(offsets),
  labels,
  sourceNames: Array.from({ length: sources }, (_, s) => `source ${s}`),
  vocabulary
})
const building = cpu() - before
const wall = (performance.now() - started) / 1000
const positions = sizesOf(index).reduce((sum, size) => sum + size, 0)

const queries = Array.from({ length: 40 }, (_, i) => {
  const d = (i * 7919) % (offsets.length - 1)
  return tokens.slice(offsets[d], offsets[d + 1]).map((token) => (below(20) === 0 ? below(vocabulary) : token))
})
for (const query of queries.slice(0, 10)) overlap(index, query)
const times = queries.map((query) => {
  const from = cpu()
  overlap(index, query)
  return (cpu() - from) * 1000
})
const found = queries.map((query) => {
  const from = cpu()
  findSequence(index, query.subarray(0, 12))
  return (cpu() - from) * 1000
})
const { rss } = process.memoryUsage()
console.log(`${tokens.length} tokens, ${offsets.length - 1} documents, ${sources} sources, ${positions} positions`)
console.log(
  `build    ${building.toFixed(1)} CPU-s, ${wall.toFixed(1)} s of the clock, ${(rss / 2 ** 30).toFixed(1)} GiB of memory`
)
console.log(`overlap  ${median(times).toFixed(2)} ms of the CPU a text at the median, ${Math.max(...times).toFixed(2)} at most`)
console.log(`passage  ${median(found).toFixed(3)} ms at the median, ${Math.max(...found).toFixed(3)} at most`)
