/**
 * The long lane of the evaluator's differential test: 100,000 random programs against CPython.
 *
 *   node bin/bench.mjs python-differential [programs] [seed]
 *
 * Prints those that differ and their number; exits with 1 where any does.
 */

import { cpythonVersion } from "../test/python/cpython.ts"
import { type Difference, differences } from "../test/python/differences.ts"
import { randomProgram } from "../test/python/random-programs.ts"

const total = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? 1)
const batch = 5000

const version = cpythonVersion()
if (version === null) {
  process.stderr.write("no python3 on the PATH: nothing to compare with\n")
  process.exit(1)
}

const show = ({ source, ours, theirs }: Difference): void => {
  process.stdout.write(`\n${source}\n--- ours\n${ours}\n--- CPython\n${theirs}\n\n`)
}

let differing = 0
let overBudget = 0
for (let start = 0; start < total; start += batch) {
  const count = Math.min(batch, total - start)
  const result = differences(Array.from({ length: count }, (_, i) => randomProgram(seed, start + i)))
  differing += result.found.length
  overBudget += result.overBudget
  result.found.forEach(show)
  process.stdout.write(`${start + count} programs, ${differing} differ from CPython ${version}, ${overBudget} over budget\n`)
}

process.exitCode = differing === 0 ? 0 : 1
