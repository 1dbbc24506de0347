/**
 * The verifier of the Echo Chamber paper (arXiv 2504.07912; `openrlhf/utils/math_verifier.py` of the authors' code), quirks
 * included:
 *
 *   1. `<llm-code>` anywhere: run the first closed block, then evaluate its last line once more, alone, as an expression.
 *   2. otherwise, or where that failed, `def` anywhere, also inside a word: run from the last `def` that opens a line and call
 *      `simple_math_problem()`. What follows the function belongs to the program, so that prose after it is a syntax error.
 *   3. otherwise, or where that failed, find a number in the text (`math-text.ts`).
 *
 * Only a program that raises falls through. One that runs has answered, even with `None`: its value is printed and the print is
 * read as text. Differs from the original in one thing: instead of three seconds a program has a budget of steps, so that a grade
 * does not depend on the machine. The prompt of built-in text ends in a newline, so that a `def` that opens the completion opens
 * a line.
 */

import { evaluateCached } from "../python/evaluate.ts"
import { numberInText } from "./answers/math-text.ts"
import type { Extraction, Value, Verdict } from "./Format.ts"
import { dedent, firstBlock } from "./solutions/omi1.ts"
import { functionName } from "./solutions/tinygsm.ts"

/** The branches that the paper's verifier goes through for a completion, and what it answers. */
export const paperVerdict = (completion: string): Verdict => {
  const failures: Array<string> = []
  const branches: Array<string> = []
  const run = (branch: string, program: Program): Verdict | null => {
    branches.push(branch)
    if ("failure" in program) {
      failures.push(program.failure)
      return null
    }
    const value = numberInText(program.printed)
    return {
      attempted: branches[0]!,
      answered: branch,
      extraction: extraction(value, `the program's value is no number: ${program.printed}`)
    }
  }
  if (completion.includes("<llm-code>")) {
    const verdict = run("llm-code", runLlmCode(completion))
    if (verdict !== null) return verdict
  }
  if (completion.includes("def")) {
    const verdict = run("tinygsm-code", runLastFunction(completion))
    if (verdict !== null) return verdict
  }
  branches.push("text")
  const error = [...failures, "no number in the text"].join("; then ")
  return { attempted: branches[0]!, answered: "text", extraction: extraction(numberInText(completion), error) }
}

/** What a program printed, or why it raised. */
type Program = { readonly printed: string } | { readonly failure: string }

const runLlmCode = (completion: string): Program => {
  const block = firstBlock(completion)
  if (block === null || !completion.includes("</llm-code>")) return { failure: "the <llm-code> block is not closed" }
  const code = dedent(block)
  // The original evaluates the last line again after running all of it. In parentheses it has to be one expression, as for
  // `eval`.
  const lastLine = code.split("\n").at(-1)!
  return program(evaluateCached(`${code}\n(${lastLine}\n)`))
}

const runLastFunction = (completion: string): Program => {
  const start = [...completion.matchAll(/(?:^\s*|\n[ \t]*)(?=def)/g)].at(-1)
  if (start === undefined) return { failure: "no def opens a line" }
  return program(evaluateCached(completion.slice(start.index + start[0].length), { entry: functionName }))
}

const program = (outcome: ReturnType<typeof evaluateCached>): Program =>
  outcome.ok ? { printed: outcome.str } : { failure: `${outcome.error.kind}: ${outcome.error.message}` }

const extraction = (value: Value | null, error: string): Extraction =>
  value === null ? { value, error: error.slice(0, 300), steps: 0 } : { value, steps: 0 }
