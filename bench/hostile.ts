/**
 * What hostile programs cost: `node bin/bench.mjs hostile [steps]`, by default with the default budget of steps.
 *
 * Runs every program of the tests' two collections.
 * Prints how they ended, the dearest in processor time, and the process's peak memory.
 * Exits with 1 where a fault of the evaluator shows as InternalError.
 */

import { evaluate } from "../src/python/evaluate.ts"
import { defaultBudget } from "../src/python/values/Budget.ts"
import { costlyPrograms } from "../test/python/costly-programs.ts"
import { hostilePrograms } from "../test/python/hostile-programs.ts"

const steps = Number(process.argv[2] ?? defaultBudget.steps)
const programs = [...hostilePrograms.map(({ source }) => source), ...costlyPrograms]
const before = process.resourceUsage().maxRSS
const runs = programs.map((source) => {
  const start = process.cpuUsage()
  const peak = process.resourceUsage().maxRSS
  const outcome = evaluate(source, { budget: { steps } })
  const { user, system } = process.cpuUsage(start)
  return {
    name: source.length > 90 ? `... ${JSON.stringify(source.slice(-60))}` : JSON.stringify(source),
    kind: outcome.ok ? "value" : outcome.error.kind,
    steps: outcome.steps,
    seconds: (user + system) / 1e6,
    grown: (process.resourceUsage().maxRSS - peak) / 1024
  }
})

const kinds = Map.groupBy(runs, ({ kind }) => kind)
console.log(`${runs.length} programs: ${[...kinds].map(([kind, some]) => `${kind} ${some.length}`).join(", ")}`)
const total = runs.reduce((sum, { seconds }) => sum + seconds, 0)
console.log(`processor time ${total.toFixed(1)} s; the dearest:`)
for (const { name, kind, steps, seconds } of runs.toSorted((a, b) => b.seconds - a.seconds).slice(0, 15))
  console.log(`  ${seconds.toFixed(2)} s  ${String(steps).padStart(7)} steps  ${kind}  ${name}`)
const mebibytes = (kibibytes: number): string => (kibibytes / 1024).toFixed(0)
console.log(`peak memory ${mebibytes(process.resourceUsage().maxRSS)} MiB, ${mebibytes(before)} at the start; it rose most in:`)
for (const { name, grown } of runs.toSorted((a, b) => b.grown - a.grown).slice(0, 8))
  console.log(`  ${grown.toFixed(0)} MiB  ${name}`)
process.exitCode = kinds.has("InternalError") ? 1 : 0
