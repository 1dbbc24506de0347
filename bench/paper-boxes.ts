/**
 * The number that the profile `paper` finds in a box, beside what Math-Verify 0.5.2 does, which the authors' verifier asks.
 *
 *   node bin/bench.mjs paper-boxes PYTHON
 *
 * PYTHON is an interpreter that has math-verify (pip install math-verify==0.5.2). The boxes are the references and answers of
 * test/answers/*-pairs.json and of the field, where those are at hand, each in a sentence; not those of test/answers/pairs, some
 * of which it works on for minutes. Every difference is listed: what is ours, what is
 * theirs, null for no number. Roots, pi and their like are numbers to neither: the profile grades those that are rational.
 */

import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

import { grade } from "../src/formats/grade.ts"

const root = join(import.meta.dirname, "..")
const folder = join(root, "test/answers")
const files = [
  ...readdirSync(folder)
    .filter((name) => name.endsWith("-pairs.json"))
    .map((name) => join(folder, name)),
  join(root, "../shared/field/math-pairs.json")
].filter(existsSync)

const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as ReadonlyArray<{ gold: string; answer: string }>
const boxes = [...new Set(files.flatMap((file) => read(file).flatMap(({ gold, answer }) => [gold, answer])))]
const texts = boxes.map((box) => `So it is \\boxed{${box}}.`)

/** What differs: a number of ours that is not theirs, or, where we find none, one of theirs, worked out. */
const PROGRAM = `
import json, sys, sympy
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
print(json.dumps([differs(*pair) for pair in json.load(sys.stdin)]))`

const python = process.argv[2] ?? "python3"
const ours = texts.map((text) => grade(text, "0", "paper").answer)
const input = JSON.stringify(texts.map((text, i) => [text, ours[i]]))
const said = execFileSync(python, ["-c", PROGRAM], { input, stdio: ["pipe", "pipe", "ignore"] })
const theirs = JSON.parse(said.toString()) as ReadonlyArray<readonly [differs: boolean, number: string | null]>

const different = [...texts.keys()].filter((i) => theirs[i]![0])
const numbers = texts.filter((_, i) => ours[i] !== null || theirs[i]![1] !== null).length
console.log(`${texts.length} boxes, in ${numbers} of which either finds a number; they differ in ${different.length}`)
for (const i of different) console.log(`${JSON.stringify(boxes[i]).padEnd(50)} ours ${ours[i]}, theirs ${theirs[i]![1]}`)
