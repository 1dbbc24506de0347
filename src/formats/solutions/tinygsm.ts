/**
 * TinyGSM (Liu et al. 2023, arXiv 2312.09241): the solution is a Python function, `def simple_math_problem() -> int:`, often with
 * a docstring that repeats the question, one assignment a line, `result = ...`, `return result`. The answer is what the function
 * returns, so that the arithmetic is the interpreter's: a model has to copy numbers and bind variables, no more.
 *
 * Sub-styles: `docstring` repeats the question, `comments` says what each operation is, `plain` does neither.
 */

import { append } from "../../lists/large.ts"
import type { Operand, Problem, Step } from "../../problems/Problem.ts"
import { evaluateCached } from "../../python/evaluate.ts"
import { programsIn } from "../answers/program-text.ts"
import { fromOutcome } from "../answers/program.ts"
import type { Format } from "../Format.ts"
import { indent, isStart, phraseOf, phraseWords, pythonOperator, pythonOperatorWords } from "./phrases.ts"
import { hasComments, unclear } from "./sub-style.ts"

/** The function that TinyGSM's programs define and the verifier calls. */
export const functionName = "simple_math_problem"

/** One name per constant and per operation: six operations need thirteen, and a distractor that is counted in two more. */
const variableNames = [..."abcdefghijklmno"]

export const tinygsm: Format = {
  name: "tinygsm",
  runsCode: true,
  colour: "#0072b2",
  flaws: ["fewer", "half", "distractor"],
  subStyles: ["plain", "docstring", "comments"],
  words: [
    ...`def ${functionName} ( ) -> int : = result return """ #`.split(" "),
    indent,
    ...variableNames,
    ...pythonOperatorWords,
    ...phraseWords
  ],
  render: (problem, subStyle) => {
    const lines = [`def ${functionName} ( ) -> int :`]
    if (subStyle === "docstring") lines.push(`""" ${problem.question} """`)
    append(lines, body(problem, subStyle === "comments"))
    return lines.join(` ${indent} `)
  },
  detect: (completion) => definition.test(completion),
  subStyleOf: (completion) => {
    const code = programsOf(completion)
      .map(({ source }) => source)
      .join("\n")
    if (/"""|'''/.test(code) && /\bdef\b[^\n]*:[ \t]*\n\s*("""|''')/.test(code)) return "docstring"
    if (hasComments(code)) return "comments"
    return /\n\s*\w/.test(code) ? "plain" : unclear
  },
  extract: (completion) => {
    const programs = programsOf(completion)
    const last = programs.at(-1)
    if (last === undefined) return { value: null, error: "no function definition", steps: 0 }
    const before = programs.slice(0, -1).map(({ source }) => source)
    return fromOutcome(evaluateCached(last.source, { entry: entryOf(programs), before }))
  }
}

/** A function definition that opens a line; the usual one is known before its parentheses. */
const definition = /(?:^|\n)[ \t]*def\s+(?:simple_math_problem\b|\w+\s*\()/

/** `simple_math_problem` where it is defined, otherwise the last function that needs no arguments. */
const entryOf = (programs: ReturnType<typeof programsOf>): string => {
  const defined = programs.flatMap(({ functions }) => functions)
  if (defined.some(({ name }) => name === functionName)) return functionName
  return (defined.findLast(({ free }) => free) ?? defined.at(-1))?.name ?? functionName
}

/** The programs of the completion that was asked for last: a grade asks for its sub-style and for its answer. */
let latest: { readonly completion: string; readonly programs: ReturnType<typeof programsIn> } | null = null

const programsOf = (completion: string) => {
  if (latest?.completion !== completion) latest = { completion, programs: programsNow(completion) }
  return latest.programs
}

const programsNow = (completion: string) => {
  // Built-in text has a blank after each newline: at the outer level it is no indentation.
  const text = completion.includes(`${indent} `) ? completion.replaceAll(/\n (?=\S)/g, "\n") : completion
  return programsIn(text, functionName)
}

/** One assignment a line: each constant where it is first needed, then the operation. */
const body = (problem: Problem, comments: boolean): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let used = 0
  const bind = (expression: string | number): string => {
    const name = variableNames[used++]!
    lines.push(`${name} = ${expression}`)
    return name
  }
  const start = bind(problem.start.count)
  const results: Array<string> = []
  const variable = (step: Step, operand: Operand): string => {
    if (isStart(step, operand)) return start
    return "constant" in operand ? bind(operand.constant) : results[operand.step]!
  }
  for (const step of problem.trace) {
    const left = variable(step, step.left)
    const right = variable(step, step.right)
    if (comments) lines.push(`# ${phraseOf(step)}`)
    results.push(bind(`${left} ${pythonOperator(step)} ${right}`))
  }
  // A misread trace can be empty: what the story opens with is the answer.
  lines.push(`result = ${results.at(-1) ?? start}`, "return result")
  return lines
}
