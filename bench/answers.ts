/**
 * Pairs of mathematical answers judged by our comparison and by Math-Verify, side by side, by category; and how long ours takes.
 *
 *   node bin/bench.mjs answers [PYTHON]
 *
 * PYTHON is an interpreter that has math-verify (pip install math-verify==0.9.0); without one our own figures stand alone. The
 * pairs are those of test/answers/answer-pairs.json, written before the code, and those of the field where they are at hand. The
 * limits: half a millisecond a pair at the median and ten at worst, hostile texts included.
 */

import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { isSameAnswer } from "../src/answers/answers.ts"

interface Pair {
  readonly gold: string
  readonly answer: string
  readonly equal: boolean
  readonly category: string
}

const root = join(import.meta.dirname, "..")
const files = [join(root, "test/answers/answer-pairs.json"), join(root, "../shared/field/math-pairs.json")].filter(existsSync)
const python = process.argv[2] ?? "python3"

/** What Math-Verify says of each pair, as its users call it; null where it cannot be asked. */
const peer = (pairs: ReadonlyArray<Pair>): ReadonlyArray<boolean> | null => {
  const program =
    "import json, sys\n" +
    "from math_verify import parse, verify\n" +
    "read = lambda text: parse('$' + text + '$')\n" +
    "print(json.dumps([bool(verify(read(p['gold']), read(p['answer']))) for p in json.load(sys.stdin)]))"
  try {
    const said = execFileSync(python, ["-c", program], { input: JSON.stringify(pairs), stdio: ["pipe", "pipe", "ignore"] })
    return JSON.parse(said.toString()) as ReadonlyArray<boolean>
  } catch {
    return null
  }
}

const HOSTILE = [
  "9^{9^{9^9}}",
  `${"{".repeat(480)}1${"}".repeat(480)}`,
  `${"(".repeat(1000)}`,
  `${"\\sqrt{".repeat(50)}2${"}".repeat(50)}`,
  `${"\\frac{1}{".repeat(50)}2${"}".repeat(50)}`,
  `${"1+".repeat(290)}1`,
  `${"x^2+".repeat(140)}1`,
  "1".repeat(999),
  "2^{8191}",
  "500!",
  "\\binom{1000}{500}",
  "\\binom{10^6}{5\\cdot10^5}",
  "(x+y+z+w)^{50}",
  "170!^{170}",
  `\\{${Array.from({ length: 39 }, (_, i) => `x^{${i}}+y`).join(",")}\\}`,
  `\\{${Array.from({ length: 39 }, (_, i) => `\\sqrt{${i}+x}`).join(",")}\\}`,
  "i^i^i^i",
  "1000000007^{1000}",
  "|x|".repeat(100),
  "\\pm 1".repeat(90)
]

/** Milliseconds of each call, sorted. `warm`: calls before, so that what is measured is compiled. */
const timesOf = (pairs: ReadonlyArray<readonly [string, string]>): ReadonlyArray<number> =>
  pairs
    .map(([a, b]) => {
      const start = performance.now()
      isSameAnswer(a, b)
      return performance.now() - start
    })
    .toSorted((a, b) => a - b)

const print = (what: string, times: ReadonlyArray<number>) =>
  console.log(`${what.padEnd(34)} ${times[times.length >> 1]!.toFixed(3)} ms at the median, ${times.at(-1)!.toFixed(2)} at worst`)

for (const file of files) {
  const pairs = JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<Pair>
  const ours = pairs.map(({ gold, answer }) => isSameAnswer(gold, answer))
  const theirs = peer(pairs)
  console.log(`\n${file.slice(root.length + 1)}, ${pairs.length} pairs${theirs === null ? " (Math-Verify is not here)" : ""}`)
  const row = (name: string, of: ReadonlyArray<number>) => {
    const right = (verdicts: ReadonlyArray<boolean>) => of.filter((i) => verdicts[i] === pairs[i]!.equal).length
    const wrongly = (verdicts: ReadonlyArray<boolean>) => of.filter((i) => verdicts[i]! && !pairs[i]!.equal).length
    const cells = [name, of.length, right(ours), wrongly(ours), ...(theirs === null ? [] : [right(theirs), wrongly(theirs)])]
    console.log(`| ${cells.join(" | ")} |`)
  }
  console.log(
    `| category | pairs | right | wrongly accepted |${theirs === null ? "" : " Math-Verify right | wrongly accepted |"}`
  )
  for (const [category, some] of Map.groupBy(pairs.keys(), (i) => pairs[i]!.category)) row(category, some)
  row("all", [...pairs.keys()])
  // Blanks make other texts of them, so that nothing has been read before.
  print("a pair", timesOf(pairs.map(({ gold, answer }) => [` ${gold}`, `${answer} `])))
}
const hostile = HOSTILE.flatMap((a) => HOSTILE.map((b) => [` ${a}`, `${b} `] as const))
print("a hostile pair", timesOf(hostile))
