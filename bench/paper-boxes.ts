/**
 * The number that the profile `paper` finds in a box, beside what Math-Verify 0.5.2 does, which the authors' verifier asks.
 *
 *   node bin/bench.mjs paper-boxes PYTHON
 *
 * PYTHON is an interpreter that has math-verify (pip install math-verify==0.5.2). The boxes are all references and answers of
 * test/answers and of the field, where those are at hand, each in a sentence. Some of them Math-Verify works on for minutes: each
 * has two seconds in a process of its own, and those that take longer are listed at the end. Every difference is listed: what is
 * ours, what is theirs, null for no number. Roots, pi and their like are numbers to neither: the profile grades those that are
 * rational.
 */

import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { grade } from "../src/formats/grade.ts"

const root = join(import.meta.dirname, "..")
const files = [
  ...["test/answers", "test/answers/pairs"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(root, folder, name))
  ),
  join(root, "../shared/field/math-pairs.json")
].filter(existsSync)

/** A text, a pair, or a reference with several answers. */
type Entry =
  | string
  | {
      readonly gold: string
      readonly answer?: string
      readonly right?: ReadonlyArray<string>
      readonly wrong?: ReadonlyArray<string>
    }
const textsOf = (entry: Entry): ReadonlyArray<string> =>
  typeof entry === "string"
    ? [entry]
    : [entry.gold, ...(entry.answer === undefined ? [] : [entry.answer]), ...(entry.right ?? []), ...(entry.wrong ?? [])]
const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<Entry>
const boxes = [...new Set(files.flatMap((file) => read(file).flatMap(textsOf)))]
const texts = boxes.map((box) => `So it is \\boxed{${box}}.`)

/** What differs: a number of ours that is not theirs, or, where we find none, one of theirs, worked out. */
const PROGRAM = `
import json, multiprocessing, sys, sympy
from math_verify import parse, verify
def number(found):
    for value in found[:1]:
        if isinstance(value, str): return None
        try:
            if isinstance(value, sympy.Eq): value = value.rhs
            value = sympy.nsimplify(value.doit(), rational=True) if value.is_number else None
            return str(value) if isinstance(value, sympy.Rational) and value.is_finite else None
        except Exception: return None
    return None
def differs(text, ours):
    found = parse(text)
    theirs = number(found)
    isTheirs = lambda number: bool(verify(parse("$" + number.replace("%", "\\\\%") + "$"), found))
    if ours is not None: return not isTheirs(ours), theirs
    return theirs is not None and isTheirs(theirs), theirs
def work(pipe):
    while True: pipe.send(differs(*pipe.recv()))
def start():
    here, there = multiprocessing.Pipe()
    worker = multiprocessing.Process(target=work, args=(there,), daemon=True)
    worker.start()
    return worker, here
def asked(pairs, seconds):
    worker, pipe = start()
    for pair in pairs:
        pipe.send(pair)
        try:
            if pipe.poll(seconds): yield pipe.recv(); continue
        except EOFError: pass
        # It neither answers nor fails: another process goes on with the next.
        worker.kill(); worker.join()
        worker, pipe = start()
        yield None
    worker.kill()
if __name__ == "__main__":
    print(json.dumps(list(asked(json.load(sys.stdin), 2))))`

const python = process.argv[2] ?? "python3"
const ours = texts.map((text) => grade(text, "0", "paper").answer)
const input = JSON.stringify(texts.map((text, i) => [text, ours[i]]))
const said = execFileSync(python, ["-c", PROGRAM], { input, stdio: ["pipe", "pipe", "ignore"], maxBuffer: 1 << 28 })
/** null: no answer in two seconds. */
const theirs = JSON.parse(said.toString()) as ReadonlyArray<readonly [differs: boolean, number: string | null] | null>

const answered = [...texts.keys()].filter((i) => theirs[i] !== null)
const different = answered.filter((i) => theirs[i]![0])
const areNumbers = answered.filter((i) => ours[i] !== null || theirs[i]![1] !== null)
const [found, not] = [different.filter((i) => ours[i] !== null), different.filter((i) => ours[i] === null)]
console.log(
  `${texts.length} boxes, ${texts.length - answered.length} of which Math-Verify gives up or works on for over two seconds; ` +
    `in ${areNumbers.length} either finds one; they differ in ${found.length} where we do, in ${not.length} where we do not`
)
for (const i of [...found, ...not]) console.log(`${JSON.stringify(boxes[i]).padEnd(50)} ours ${ours[i]}, theirs ${theirs[i]![1]}`)
for (const i of texts.keys())
  if (theirs[i] === null) console.log(`${JSON.stringify(boxes[i]).padEnd(50)} ours ${ours[i]}, no answer`)
