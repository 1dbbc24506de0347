/** `pipeline grade FILE.jsonl`: what the grader says of completions from anywhere, line by line, and pass@k at the end. */

import * as fs from "node:fs"
import * as net from "node:net"
import { addAbortSignal } from "node:stream"
import { setImmediate } from "node:timers/promises"

import * as Effect from "effect/Effect"

import { renderTable } from "../../catalog/output/box-table.ts"
import type { RowFormat } from "../../catalog/output/ResultFormat.ts"
import { csv, json, jsonl, tsv } from "../../catalog/output/row-formats.ts"
import type { SqlValue } from "../../catalog/QueryResult.ts"
import { DatasetUnreadable } from "../../datasets/errors.ts"
import { jsonlRows } from "../../datasets/read/jsonl.ts"
import type { RawRow } from "../../datasets/read/RawRow.ts"
import { textBytes } from "../../datasets/unpack/file-bytes.ts"
import { type Graded, gradeSubmission, Scoreboard, type Submission, submissionOf } from "../../evaluation/submissions.ts"
import type { Profile } from "../../formats/Format.ts"
import { countWords, plural } from "../../text/plural.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { print, say } from "../output.ts"
import { wantedFormat } from "../printing/result-formats.ts"
import { widthOf } from "../printing/terminal.ts"
import { cut, terminalWidth, textTable } from "../printing/text-table.ts"
import { outputTarget, type Target, written } from "../result-file.ts"
import { untilSignal } from "../signals.ts"
import { type Command, type Flags, NotFound, parse, UsageError, wholeNumber } from "../usage.ts"

const OFFERED = ["table", "csv", "tsv", "json", "jsonl"] as const
const PROFILES: ReadonlyArray<Profile> = ["corrected", "paper"]

const flags = {
  profile: {
    type: "string",
    value: "PROFILE",
    choices: PROFILES,
    description: "corrected (default), or paper: the authors' verifier with its quirks"
  },
  format: {
    type: "string",
    value: "FORMAT",
    choices: OFFERED,
    description: `${OFFERED.join(", ")} (default table, or what --output ends in)`
  },
  output: { type: "string", value: "FILE", description: "write the lines to a file, whole or not at all" },
  rows: { type: "string", value: "N", description: "lines and problems that a table shows at most (default 40)" },
  "max-bad": {
    type: "string",
    value: "N",
    description: "lines that cannot be read or graded before the exit code is 1 (default 0)"
  }
} satisfies Flags

const fields = `Each line of FILE is a JSON object; - is standard input, and .gz and .zst are unpacked:
  completion  what a model wrote
  gold        the answer it is graded against, text or a number, or a solution that ends in #### or a box
  problem     optional: what it was asked, or a name of that; completions of one problem count together
Formats, answers and the two profiles are described in docs/answers.md. The summary follows the table, or goes to standard
error where the lines go to standard output in another format.`

export const command: Command = {
  name: "grade",
  summary:
    "Grades completions from a file: format, answer, whether it is right, and why not; then pass@k and majority@k. " +
    "Exit code 1 when lines cannot be read or graded.",
  usage: "pipeline grade FILE.jsonl [flags]",
  flags,
  more: async () => fields,
  run: async (args) => {
    const parsed = parse("grade", flags, args, { min: 1, max: 1, words: "one file of completions, or - for standard input" })
    const input = inputOf(parsed.positionals[0] ?? "")
    const profile = PROFILES.find((known) => known === (parsed.text("profile") ?? "corrected"))
    if (profile === undefined)
      throw new UsageError({ problem: `--profile must be one of ${PROFILES.join(", ")}; got "${parsed.text("profile")}".` })
    const file = parsed.text("output")
    const target: Target = file === undefined ? { kind: "standard output" } : outputTarget(file)
    const wanted = wantedFormat(parsed.text("format"), target.kind === "standard output" ? null : file!, OFFERED)
    if (typeof wanted === "string") throw new UsageError({ problem: wanted })
    const { format, gzip } = wanted
    const most = wholeNumber(parsed, "rows", 40, 0)
    const tolerated = wholeNumber(parsed, "max-bad", 0, 0)
    const work: Work = { input, profile, board: new Scoreboard(), faults: [], bad: 0, lines: 0, whole: false }

    return untilSignal(
      Effect.gen(function* () {
        yield* written(target, gzip, (put) =>
          Effect.tryPromise({
            try: (signal) =>
              format === "table" ? writeTable(work, target, most, put, signal) : writeRows(work, STREAMED[format], put, signal),
            catch: (cause) => unreadable(input, cause)
          })
        )
        // Nobody takes more of it: numbers of a part would be taken for those of all.
        if (!work.whole) return 0
        if (target.kind === "file") say(`${plural(work.lines, "line")} written to ${file}`)
        const tell = target.kind === "standard output" && format !== "table" ? say : (text: string) => print(`${text}\n`)
        tell(summary(work, most))
        for (const fault of work.faults) say(`${input.name}: ${fault}.`)
        const more = work.bad - work.faults.length
        if (more > 0) say(`${input.name}: ${plural(more, "more line")} that cannot be read.`)
        return work.bad + work.board.ungradable > tolerated ? 1 : 0
      })
    )
  }
}

/** Bad lines that are named. */
const FAULTS_SHOWN = 20

interface Input {
  readonly name: string
  /** What stops reading also stops waiting for what a pipe may never bring. */
  readonly rows: (stop: AbortSignal) => AsyncGenerator<ReadonlyArray<RawRow>>
}

interface Work {
  readonly input: Input
  readonly profile: Profile
  readonly board: Scoreboard
  /** Of lines that cannot be read the first ones, each with what is wrong with it, and how many there are. */
  readonly faults: Array<string>
  bad: number
  /** Lines graded. */
  lines: number
  /** Whether all was read. */
  whole: boolean
}

const STANDARD_INPUT = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"])

/** A file is unpacked and looked at; a pipe is taken as it comes, and once. */
const inputOf = (file: string): Input => {
  if (STANDARD_INPUT.has(file)) {
    const name = "standard input"
    return { name, rows: (stop) => jsonlRows(name, addAbortSignal(stop, process.stdin)) }
  }
  const found = statOf(file)
  if (found === undefined) throw new NotFound({ problem: `There is no file ${file}. It holds a completion on each line.` })
  if (found.isDirectory())
    throw new UsageError({ problem: `${file} is a folder. Name a file that holds a completion on each line.` })
  const chunks = (stop: AbortSignal) =>
    found.isFile() ? textBytes(file) : addAbortSignal(stop, found.isFIFO() ? pipeFrom(file) : fs.createReadStream(file))
  return { name: file, rows: (stop) => jsonlRows(file, chunks(stop)) }
}

/** Opened without waiting, and read without a thread: one that waits for a writer cannot be called off and keeps the process. */
const pipeFrom = (file: string): net.Socket =>
  new net.Socket({ fd: fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK), readable: true, writable: false })

const statOf = (file: string): fs.Stats | undefined => {
  try {
    return fs.statSync(file, { throwIfNoEntry: false })
  } catch (cause) {
    throw new UsageError({ problem: systemProblem(cause, file) ?? `${file} cannot be read.` })
  }
}

/** What went wrong while a file was read, without advice on folders of datasets. */
const unreadable = ({ name }: Input, cause: unknown): unknown => {
  if (cause instanceof DatasetUnreadable)
    return new UsageError({ problem: `${name} ${cause.problem}. ${cause.remedy ?? "Name another file."}` })
  const problem = systemProblem(cause, name)
  return problem === null ? cause : new UsageError({ problem })
}

type Put = (piece: string | Uint8Array) => Promise<boolean>
type Line = readonly [line: number, graded: Graded]

const STREAMED: Readonly<Record<Exclude<(typeof OFFERED)[number], "table">, RowFormat>> = { csv, tsv, json, jsonl }

const COLUMNS = [
  ["line", "BIGINT"],
  ["problem", "VARCHAR"],
  ["gold", "VARCHAR"],
  ["format", "VARCHAR"],
  ["answer", "VARCHAR"],
  ["correct", "BOOLEAN"],
  ["reason", "VARCHAR"]
].map(([name, type]) => ({ name: name!, type: type! }))

const cells = ([line, { problem, gold, format, answer, correct, reason }]: Line): ReadonlyArray<SqlValue> => [
  line,
  problem,
  gold,
  format,
  answer,
  correct,
  reason
]

/** Lines graded before others get a turn: a signal, and whoever reads what is written. */
const AT_ONCE = 32

/** Grades line by line, in order. */
async function* graded(work: Work, signal: AbortSignal): AsyncGenerator<ReadonlyArray<Line>> {
  for await (const rows of work.input.rows(signal)) {
    for (let from = 0; from < rows.length; from += AT_ONCE) {
      yield rows.slice(from, from + AT_ONCE).flatMap((row) => gradedLine(work, row))
      await setImmediate()
      if (signal.aborted) return
    }
  }
  work.whole = true
  if (work.lines === 0 && work.bad === 0)
    throw new UsageError({ problem: `${work.input.name} holds no line. Each line is a JSON object: see pipeline grade --help.` })
}

/** A fault of the grader costs the line that shows it, and no other one. It is named, and makes the exit code 1. */
const gradeOrFault = (submission: Submission, profile: Profile): Graded | string => {
  try {
    return gradeSubmission(submission, profile)
  } catch (cause) {
    const kind = cause instanceof Error ? cause.name : typeof cause
    return `is not graded for a fault of the grader (${kind}); please report it with this line`
  }
}

const gradedLine = (work: Work, row: RawRow): ReadonlyArray<Line> => {
  const number = row.row + 1
  const submission = "problem" in row ? { fault: row.problem.replace(/^line \d+ /, "") } : submissionOf(row.record)
  if ("fault" in submission) {
    if (work.bad++ < FAULTS_SHOWN) work.faults.push(`line ${number} ${submission.fault}`)
    return []
  }
  const line = gradeOrFault(submission, work.profile)
  if (typeof line === "string") {
    if (work.bad++ < FAULTS_SHOWN) work.faults.push(`line ${number} ${line}`)
    return []
  }
  work.board.add(line)
  work.lines++
  return [[number, line]]
}

const writeRows = async (work: Work, format: RowFormat, put: Put, signal: AbortSignal): Promise<void> => {
  const writer = format(COLUMNS)
  const putAll = async (pieces: ReadonlyArray<string | Uint8Array>) => {
    for (const piece of pieces) if (piece.length > 0 && !(await put(piece))) return false
    return true
  }
  if (!(await putAll(writer.head()))) return
  for await (const lines of graded(work, signal)) if (!(await putAll(writer.batch({ plain: () => lines.map(cells) })))) return
  await putAll(writer.tail())
}

/** Where no terminal limits it. */
const WIDE = 200

const writeTable = async (work: Work, target: Target, most: number, put: Put, signal: AbortSignal): Promise<void> => {
  const rows: Array<ReadonlyArray<SqlValue>> = []
  for await (const lines of graded(work, signal)) for (const line of lines) if (rows.length < most) rows.push(cells(line))
  if (!work.whole) return
  const columns = target.kind === "standard output" ? widthOf(process.stdout) : WIDE
  const width = Number.isFinite(columns) ? columns : WIDE
  const result = { columns: COLUMNS, rows, rowCount: work.lines, uncounted: false, warnings: [] }
  await put(renderTable(result, { width, maxRows: most }))
}

const share = (value: number): string => value.toFixed(3)

const summary = ({ profile, board, lines, bad }: Work, most: number): string => {
  const without = board.silent === 0 ? "" : ` (${countWords(board.silent)} of them without an answer)`
  const left = [
    ...(board.ungradable === 0 ? [] : [`${countWords(board.ungradable)} with a gold answer that cannot be graded`]),
    ...(bad === 0 ? [] : [`${plural(bad, "line")} that cannot be read`])
  ]
  const counted =
    `${plural(lines, "completion")} of ${plural(board.problems, "problem")}, profile ${profile}: ` +
    `${countWords(board.right)} right, ${countWords(board.wrong)} wrong${without}` +
    `${left.length === 0 ? "" : `; not counted: ${left.join(", ")}`}.`
  if (board.problems === 0) return counted
  const k = board.commonK
  const named = board.byProblem(most)
  const header = ["problem", "gold", "completions", "right", ...(k === 1 ? ["pass@1"] : [`pass@${k}`, `majority@${k}`])]
  const problems = named.map(({ problem, gold, completions, right, passAtK, majorityAtK }) => [
    cut(problem, 50),
    cut(gold, 20),
    countWords(completions),
    countWords(right),
    share(passAtK),
    ...(k === 1 ? [] : [share(majorityAtK)])
  ])
  const means = board
    .means()
    .map((mean) => [String(mean.k), share(mean.passAtK), share(mean.majorityAtK), countWords(mean.problems)])
  return [
    counted,
    ...(named.length === 0 ? [] : [textTable(header, problems, { right: [2, 3, 4, 5], width: terminalWidth() })]),
    ...(named.length === most && most < board.named ? [`  and ${plural(board.named - most, "more problem")} (--rows N)`] : []),
    textTable(["k", "pass@k", "majority@k", "over problems"], means, { right: [0, 1, 2, 3] })
  ].join("\n\n")
}
