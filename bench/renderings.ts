/**
 * The built-in data in full: `node bin/bench.mjs renderings [--problems n] [--seed n]`. Every rendering of many problems, of
 * all difficulties, ranges and splits, in every format and sub-style: it is recognised, runs or reads to the right answer under
 * both profiles, and has no unknown word. The normal tests do the same with 400 problems; this takes minutes. Ends with 1 at the
 * first rendering that does not.
 */

import { parseArgs } from "node:util"

import { grade } from "../src/formats/grade.ts"
import { formats } from "../src/formats/registry.ts"
import { type Difficulty, generate } from "../src/problems/grammar.ts"
import { wordTokenizer } from "../src/tokenizer/word/WordTokenizer.ts"

const { values: flags } = parseArgs({
  options: { problems: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } }
})
const count = Number(flags.problems)
const ranges = [20, 30, 50, 99, 999, 9999]
const difficulties: ReadonlyArray<Difficulty> = [1, 2, 3, 4, 5, 6]
const tokenizers = ranges.map((maximum) => wordTokenizer({ maximum }))
const unknown = tokenizers.map((tokenizer) => tokenizer.encode("nonsense")[0]!)

const started = performance.now()
let renderings = 0
const distinct = new Set<string>()
const splits: Record<string, number> = {}
for (let index = 0; index < count; index++) {
  const which = index % ranges.length
  const steps = { [difficulties[Math.floor(index / ranges.length) % 6]!]: 1 }
  const problem = generate({ maximum: ranges[which]!, steps, distractors: 0.3, split: "any" }, Number(flags.seed), index)
  distinct.add(problem.question)
  splits[problem.split] = (splits[problem.split] ?? 0) + 1
  const answer = String(problem.answer)
  for (const format of formats)
    for (const subStyle of format.subStyles) {
      const text = format.render(problem, subStyle)
      renderings++
      for (const profile of ["corrected", "paper"] as const) {
        const found = grade(text, answer, profile)
        if (found.correct && found.answer === answer && found.format === format.name && found.subStyle === subStyle) continue
        console.log(
          `problem ${index} (${problem.id}), ${format.name} ${subStyle}, profile ${profile}: ${JSON.stringify(found)}\n${text}`
        )
        process.exit(1)
      }
      if (tokenizers[which]!.encode(text).includes(unknown[which]!)) {
        console.log(`problem ${index}, ${format.name} ${subStyle}: a word is not in the vocabulary\n${text}`)
        process.exit(1)
      }
    }
}
const shares = Object.entries(splits).map(([split, n]) => `${split} ${((100 * n) / count).toFixed(1)} %`)
console.log(
  `${count} problems (${distinct.size} distinct questions; ${shares.join(", ")}), ` +
    `${renderings} renderings, all right under both profiles: ` +
    `${((performance.now() - started) / 1000).toFixed(0)} s`
)
