/** A recomputation in words, as the methods section of a paper has it: what was drawn from what, how, and what came out. */

import type { Obstacle, Recomputable, Sorted } from "../../dag/attest/recomputable.ts"
import type { Outcome } from "../../dag/attest/recompute.ts"
import { mostUnseen, type Size } from "../../dag/attest/sample.ts"
import { duration } from "../../text/duration.ts"
import { countWords, plural } from "../../text/plural.ts"
import { listed, shortDigest } from "./text-table.ts"

/** How a sample is asked for, as on the command line. */
export const sizeText = (size: Size): string =>
  "count" in size ? String(size.count) : `${Number((size.share * 100).toPrecision(12))}%`

/** What is there, what of it can be computed again, and why the others cannot. */
export const populationWords = ({ recomputable, others }: Sorted): string => {
  const total = recomputable.length + others.length
  if (total === 0) return "Recomputation: the store holds no results."
  const whole = `Recomputation: the store holds ${plural(total, "result")}.`
  const can =
    `Code, parameters, input files and numerics class are those of today, and the inputs are in the store, for ` +
    `${recomputable.length === total ? "all of them" : countWords(recomputable.length)}.`
  if (others.length === 0) return `${whole} ${can}`
  const why = Map.groupBy(others, ({ obstacle }) => obstacleWords(obstacle))
  const lines = [...why].toSorted((a, b) => b[1].length - a[1].length).map(([words, alike]) => `  ${alike.length}: ${words}`)
  const shown = lines.slice(0, MOST_REASONS)
  const more = lines.length > shown.length ? [`  and others, for ${plural(lines.length - shown.length, "more reason")}`] : []
  return [`${whole} ${can} The others cannot be computed again here:`, ...shown, ...more].join("\n")
}

/** As many reasons are printed, and parts of a key named in one. */
const MOST_REASONS = 12
const MOST_NAMED = 3

const obstacleWords = (obstacle: Obstacle): string => {
  switch (obstacle._tag) {
    case "no stage":
      return `no study here has a stage "${obstacle.stage}"`
    case "changed":
      return `changed since: ${listed(obstacle.components.map(componentName), MOST_NAMED)}`
    case "numerics":
      return (
        `computed in the numerics class ${obstacle.recorded}; this machine computes ` +
        `${obstacle.here.length === 0 ? "in none" : `in ${obstacle.here.join(", ")}`}`
      )
    case "unreadable":
      return `what it was made with cannot be read: ${obstacle.problem.split("\n")[0]}`
    case "inputs":
      return `what it was made from is not in the store: ${obstacle.problem}`
  }
}

const componentName = (component: string): string => component.replace(/^code:/, "").replace(":", " ")

/** What was drawn, and what is done with it. */
export const sampleWords = (
  sample: ReadonlyArray<Recomputable>,
  { size, seed, threads }: { readonly size: Size; readonly seed: number; readonly threads: number }
): string => {
  const took = sample.reduce((sum, { record }) => sum + record.seconds, 0)
  const drawn = "count" in size ? "" : ` (${sizeText(size)}, rounded up)`
  return (
    `A random sample of ${plural(sample.length, "result")}${drawn} was drawn with seed ${seed}. Recorded, it took ` +
    `${duration(took)}. Each result is computed again from its recorded inputs with ${plural(threads, "thread")}, in a folder ` +
    `outside the store, and its bytes are compared with those in the store.`
  )
}

/** One result, once it was computed again. */
export const outcomeWords = (name: string, key: string, outcome: Outcome, seconds: number): string => {
  const what = `${name} (action ${shortDigest(key)})`
  switch (outcome._tag) {
    case "same":
      return `  same       ${what}, in ${duration(seconds)}`
    case "different": {
      const { where, first, second } = outcome.difference
      return `  different  ${what}: ${where}: ${first} in the store, ${second} when computed again`
    }
    case "failed":
      return `  failed     ${what}: ${outcome.problem}`
  }
}

/** What it comes to. `of`: how many could have been drawn. */
export const conclusionWords = (outcomes: ReadonlyArray<Outcome>, of: number): string => {
  const count = (tag: Outcome["_tag"]) => outcomes.filter(({ _tag }) => _tag === tag).length
  const [same, different, failed] = [count("same"), count("different"), count("failed")]
  if (different + failed > 0) {
    const words = [
      `${same} of ${outcomes.length} gave the same bytes`,
      ...(different > 0
        ? [`${different} gave others: the store holds what its key does not give, or the stage is not deterministic`]
        : []),
      ...(failed > 0 ? [`${failed} could not be computed or compared`] : [])
    ]
    return `${words.join("; ")}.`
  }
  const all = `${same === 1 ? "It" : `All ${countWords(same)}`} gave the same bytes.`
  if (same === of) return `${all} That is every result that can be computed again here.`
  const most = mostUnseen(of, same)
  return `${all} With 95 % confidence no more than ${most} of the ${countWords(of)} would give others.`
}
