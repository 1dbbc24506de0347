/**
 * The programs inside a completion: runs of lines that are Python, between lines that are not (prose, code fences, what was
 * printed). All of them belong to one session, as the cells of a notebook do, and the last one that defines a function answers.
 *
 * Lines are taken statement by statement at the outer level: a function with its body, whatever stands at column 0 inside its
 * strings and brackets. What opens like a statement and is no Python is text. Two kinds of lines are left out, though they are
 * Python: those that only print behind the last function, and `if __name__ == ...`, for a program is called here and not run as a
 * script.
 */

import { isPython } from "../../python/evaluate.ts"
import { indentation, logicalLineEnd } from "./logical-lines.ts"

/** A run of statements that no text interrupts. */
interface Program {
  readonly source: string
  /** Functions that it defines at its outer level, in order; `free`: they can be called without arguments. */
  readonly functions: ReadonlyArray<{ readonly name: string; readonly free: boolean }>
}

/**
 * The programs of a completion, in order, the last of which defines a function; none where none does. `entry`: what is called.
 */
export const programsIn = (completion: string, entry: string): ReadonlyArray<Program> => {
  const lines = completion.includes("\r") ? completion.split(/\r?\n/) : completion.split("\n")
  const programs: Array<Program> = []
  const names: Names = { bound: new Set(), spoken: new Set(), unread: [] }
  let source: Array<string> = []
  let functions: Array<{ readonly name: string; readonly free: boolean }> = []
  /** Lines of it that only print, since the last function. */
  let printing: Array<number> = []
  let margin = 0
  let patience = MOST_FALSE_STARTS
  const end = () => {
    for (const at of printing) source[at] = ""
    if (source.length > 0) programs.push({ source: source.join("\n"), functions })
    source = []
    functions = []
    printing = []
  }
  for (let at = 0; at < lines.length;) {
    const line = lines[at]!
    const text = line.trim()
    if (text === "" || text.startsWith("#")) {
      // Before a program they are nothing; behind it they do no harm.
      if (source.length > 0) source.push(text)
      at++
      continue
    }
    const indent = indentation(line)
    if (source.length === 0) margin = indent
    const kind = indent > margin ? "text" : kindOf(text, names, entry)
    if (kind === "text") {
      end()
      at++
      continue
    }
    const { next, opening } = statementAt(lines, at, margin)
    const statement = lines.slice(at, next).map((line) => (indentation(line) <= margin ? line.trimStart() : line))
    const definition = opening.match(DEFINITION)
    if (kind !== "script" && definition === null && !isPython(statement.join("\n"))) {
      end()
      // What it would have swallowed is looked at again, but not for ever: a text of open brackets stays cheap.
      at = patience-- > 0 ? at + 1 : next
      continue
    }
    if (kind !== "script") {
      if (kind === "print") for (const i of statement.keys()) printing.push(source.length + i)
      for (const part of statement) source.push(part)
      if (definition !== null) printing = []
      if (definition?.[1] !== undefined) functions.push({ name: definition[1], free: takesNothing(statement) })
      for (const name of boundBy(text, definition?.[1])) names.bound.add(name)
      names.unread.push(statement)
    }
    at = next
  }
  end()
  return programs.slice(0, programs.findLastIndex(({ functions }) => functions.length > 0) + 1)
}

const MOST_FALSE_STARTS = 16

/** A function or a class, decorated or not: code, however broken it is. */
const DEFINITION = /^(?:(?:async\s+)?def\s+(\w+)\s*(?:\(|$)|class\s+\w+\s*[(:])/

/** Whether each parameter has a value of its own, as far as the first closing parenthesis tells. */
const takesNothing = (statement: ReadonlyArray<string>): boolean => {
  const first = statement[0]!
  const head = first.startsWith("def") && first.includes(")") ? first : statement.join("\n")
  const parameters = /\bdef\s+\w+\s*\(([^)]*)/.exec(head)?.[1] ?? ""
  if (parameters === "") return true
  return parameters.split(",").every((parameter) => /=|^\s*(?:[*/].*)?$/.test(parameter))
}

/** What may open a statement; whether it does is for the grammar to say. */
const COMPOUND = /^(?:@\s*[A-Za-z_]|(?:async\s+)?def\s+\w|class\s+\w|(?:if|for|while|with|try|match|async)\b)/
const SIMPLE = /^(?:from\s+[\w.]+\s+import\b|import\s+\w|(?:del|raise|assert|global|pass)\b|"""|''')/
const ASSIGNMENT = /^[\p{L}_*([][^=]*(?:(?<![<>!=])=|<<=|>>=)(?!=)/u
/** Goes on with the statement before. */
const CLAUSE = /^(?:(?:else|finally)\s*:|elif\b.*:|except\b.*:)/
const CALL = /^([A-Za-z_]\w*)(?:\.[\w.]*)?\s*\(/
const ANNOTATION = /^[A-Za-z_]\w*\s*:\s*["']?([A-Za-z_]\w*)/
const TYPES: ReadonlySet<string> = new Set(
  "int float str bool list dict set tuple object complex bytes List Dict Set Tuple Union Optional Any Final Sequence".split(" ")
)

/** Names that a session has so far: those that are bound at the outer level, and all that its statements speak of. */
interface Names {
  readonly bound: Set<string>
  readonly spoken: Set<string>
  /** Statements whose words are not among `spoken` yet: most programs are never asked for them. */
  unread: Array<ReadonlyArray<string>>
}

const speakOf = (names: Names, name: string): boolean => {
  for (const line of names.unread.flat()) for (const [word] of line.matchAll(/[A-Za-z_]\w*/g)) names.spoken.add(word)
  names.unread = []
  return names.spoken.has(name)
}

const kindOf = (text: string, names: Names, entry: string): "statement" | "print" | "script" | "text" => {
  if (/^print\s*\(/.test(text)) return "print"
  if (/^if\s*\(?\s*__name__\b/.test(text)) return "script"
  if (COMPOUND.test(text) || SIMPLE.test(text)) return "statement"
  const called = CALL.exec(text)?.[1]
  if (called !== undefined) return called !== entry && names.bound.has(called) ? "statement" : "text"
  if (!ASSIGNMENT.test(text)) return "text"
  const type = ANNOTATION.exec(text)?.[1]
  if (type !== undefined && !TYPES.has(type) && !speakOf(names, type)) return "text"
  return isEquationOfWords(text, names) ? "text" : "statement"
}

/** `total = price * apples`, where nothing has been said of price or apples: an explanation, and no program could run it. */
const isEquationOfWords = (text: string, names: Names): boolean => {
  const value = text.match(/^\w+\s*=([\w\s.+\-*/%()^=]+)$/)?.[1]
  if (value === undefined || /\b(?:and|or|not|if|in|is|lambda|True|False|None)\b/.test(value)) return false
  return [...value.matchAll(/(?<![\w.])[A-Za-z_]\w*(?!\w|\s*\()/g)].some(([name]) => !speakOf(names, name))
}

/**
 * Where the statement ends that begins at a line: behind its logical line and, where that has a body, what is indented below it
 * and its clauses. `opening`: its first line, or that below its decorators.
 */
const statementAt = (lines: ReadonlyArray<string>, first: number, margin: number) => {
  let next = logicalLineEnd(lines, first) + 1
  let opening = lines[first]!.trim()
  for (
    let at = next;
    opening.startsWith("@") && at < lines.length && /^\s*(?:@|(?:async\s+)?def\b|class\b|#|$)/.test(lines[at]!);
  ) {
    const text = lines[at]!.trim()
    at = logicalLineEnd(lines, at) + 1
    if (text === "" || text.startsWith("#")) continue
    opening = text
    next = at
  }
  if (!COMPOUND.test(opening)) return { next, opening }
  const hasClauses = !DEFINITION.test(opening)
  for (let at = next; at < lines.length;) {
    const text = lines[at]!.trim()
    if (text === "" || text.startsWith("#")) {
      at++
      continue
    }
    if (indentation(lines[at]!) <= margin && !(hasClauses && CLAUSE.test(text))) break
    at = next = logicalLineEnd(lines, at) + 1
  }
  return { next, opening }
}

/** Names that a statement binds at the outer level, as far as calls of them are of interest. */
const boundBy = (text: string, defined: string | undefined): ReadonlyArray<string> => {
  if (defined !== undefined) return [defined]
  const imported = text.match(/^(?:from\s+[\w.]+\s+)?import\s+(.*)$/)?.[1]
  const names = imported ?? text.match(/^[\w\s,*]+?(?=\s*(?::|=))/)?.[0] ?? ""
  return names.match(/\w+/g) ?? []
}
