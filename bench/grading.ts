/**
 * How fast programs run and rollouts are graded, on one thread: compilation included, nothing from a cache.
 *
 *   node bin/bench.mjs grading [passes]
 *
 * Prints the median over passes and the fastest of them, which a busy neighbour disturbs least. The limits are 25 microseconds
 * for a short program and 2 milliseconds for 128 rollouts. GSM-Hard's programs are measured where its file is (docs/data.md);
 * those of more than 10,000 steps, which search for their answer in a loop, are listed apart.
 */

import { existsSync, readFileSync } from "node:fs"

import { grade, gradeUnderBoth } from "../src/formats/grade.ts"
import { formatNamed, formats } from "../src/formats/registry.ts"
import { generate } from "../src/problems/grammar.ts"
import { evaluate } from "../src/python/evaluate.ts"

const passes = Number(process.argv[2] ?? 40)

/** Milliseconds of `run`, median and least over the passes; `prepare` makes each pass's own input and is not timed. */
const measure = <A>(prepare: (pass: number) => A, run: (input: A) => void): readonly [median: number, least: number] => {
  const times = Array.from({ length: passes }, (_, pass) => {
    const input = prepare(pass)
    const start = performance.now()
    run(input)
    return performance.now() - start
  })
  times.sort((a, b) => a - b)
  return [times[passes >> 1]!, times[0]!]
}

const print = (what: string, milliseconds: readonly [number, number], programs: number | null): void => {
  const [median, least] = milliseconds.map((time) => (programs === null ? time : (1000 * time) / programs).toFixed(1).padStart(6))
  console.log(`${what.padEnd(48)} ${median} ${least} ${programs === null ? "ms  (at most 2)" : "us  (at most 25)"}`)
}

const programsOf = (codes: ReadonlyArray<string>, entry: string, what: string): void => {
  const milliseconds = measure(
    () => codes,
    (all) => all.forEach((code) => evaluate(code, { entry }))
  )
  print(`${what}, ${codes.length} programs`, milliseconds, codes.length)
}

console.log(`${"".padEnd(48)} median  least`)
const file = ["../shared/data", "data"].map((folder) => `${folder}/gsm-hard/gsmhardv2.jsonl`).find(existsSync)
if (file === undefined) console.log("GSM-Hard is not here")
else {
  const rows = readFileSync(file, "utf8").trim().split("\n")
  const measured = rows.map((row) => {
    const { code } = JSON.parse(row) as { code: string }
    const start = performance.now()
    const { steps } = evaluate(code, { entry: "solution" })
    return { code, steps, milliseconds: performance.now() - start }
  })
  const short = measured.filter(({ steps }) => steps <= 10_000)
  programsOf(
    short.map(({ code }) => code),
    "solution",
    "GSM-Hard"
  )
  for (const { steps, milliseconds } of measured.filter(({ steps }) => steps > 10_000))
    console.log(`  and one of ${steps} steps: ${milliseconds.toFixed(0)} ms`)
}

/** Built-in problems of one to six operations, distinct for every `first`. */
const problems = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) =>
    generate({ maximum: 99, steps: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 }, distractors: 0.3, split: "any" }, 5, first + i)
  )

const tinygsm = formatNamed("tinygsm")
for (const subStyle of tinygsm.subStyles) {
  const codes = problems(0, 1000).map((problem) => tinygsm.render(problem, subStyle))
  programsOf(codes, "simple_math_problem", `tinygsm, ${subStyle}`)
}

const omi1 = formatNamed("omi1")
// Graders remember outcomes: every pass has problems of its own.
const blocks = measure(
  (pass) => problems(1e6 + 1000 * pass, 1000).map((problem) => omi1.render(problem, "thus")),
  (all) => all.forEach(omi1.extract)
)
print("omi1, thus, 1000 programs", blocks, 1000)

const rollouts = (first: number) =>
  problems(first, 128).map((problem, i) => {
    const format = formats[i % formats.length]!
    const subStyle = format.subStyles[i % format.subStyles.length]!
    return { text: format.render(problem, subStyle), gold: String(problem.answer) }
  })
const profiles = [
  ["corrected", (text: string, gold: string) => grade(text, gold, "corrected")],
  // As an evaluation grades: what does not depend on a profile is found once.
  ["corrected and paper", gradeUnderBoth]
] as const
for (const [i, [name, graded]] of profiles.entries()) {
  const milliseconds = measure(
    (pass) => rollouts(2e6 + (1000 * pass + 500 * (i + 1)) * 128),
    (all) => {
      for (const { text, gold } of all) graded(text, gold)
    }
  )
  print(`128 rollouts of all formats, ${name}`, milliseconds, null)
}
