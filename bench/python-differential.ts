/**
 * The long lane of the evaluator's differential test: 100,000 random programs against CPython.
 *
 *   node bench/python-differential.ts [programs] [seed]
 *
 * Prints the number that differ and the first few of them; exits with 1 where any does.
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

const found: Array<Difference> = []
let overBudget = 0
for (let start = 0; start < total; start += batch) {
  const count = Math.min(batch, total - start)
  const result = differences(Array.from({ length: count }, (_, i) => randomProgram(seed, start + i)))
  found.push(...result.found)
  overBudget += result.overBudget
  process.stdout.write(`${start + count} programs, ${found.length} differ from CPython ${version}, ${overBudget} over budget\n`)
}

for (const { source, ours, theirs } of found.slice(0, 5))
  process.stdout.write(`\n${source}\n--- ours\n${ours}\n--- CPython\n${theirs}\n`)
process.exitCode = found.length === 0 ? 0 : 1
