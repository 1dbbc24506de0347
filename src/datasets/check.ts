/**
 * Reads a split from its first row to its last and tells what is in it: rows that can be used and rows that cannot, with file,
 * row and field; how answers are written, and those that nothing can be graded against; rows that are there twice; questions of
 * evaluation sets inside training data. What of this is to be objected to is said here as well.
 *
 * In bounded memory: 16 bytes for each distinct row and question. Nothing here fails because of a row; why a file was not read to
 * its end is `unread`.
 */

import { amountIn } from "../answers/answers.ts"
import { percentWords } from "../text/percent.ts"
import { plural } from "../text/plural.ts"
import type { DatasetRow, Role } from "./Dataset.ts"
import { DatasetMissing, type FileState, fileState, isDatasetError } from "./errors.ts"
import type { RootOptions } from "./locate/locate.ts"
import { type PassedOver, passedOver } from "./locate/passed-over.ts"
import {
  contaminationScan,
  type EvaluationQuestion,
  isTooMuch,
  type Overlap,
  type OverlapTolerance
} from "./overlap/contamination.ts"
import { DigestIndex } from "./overlap/DigestIndex.ts"
import { type LoadReport, openDataset, type RowFault } from "./read/load.ts"
import { referenceFault } from "./read/reference.ts"
import { type DatasetName, nameOf } from "./registry.ts"

export interface CheckOptions extends RootOptions {
  /** Questions to look for in training splits (`evaluationQuestions`). */
  readonly questions?: ReadonlyArray<EvaluationQuestion>
  /** Told of every row that can be used. */
  readonly each?: (row: DatasetRow) => void
  /** Told now and then how many records were read. */
  readonly progress?: (records: number) => void
}

export interface SplitCheck {
  /** `gsm8k:train`. */
  readonly name: string
  readonly role: Role
  readonly files: number
  /** Files that lie where it is looked for and are not read. */
  readonly passedOver: ReadonlyArray<PassedOver>
  /** Usable, filtered and bad rows, and the first bad ones. */
  readonly report: LoadReport
  readonly answers: AnswerCounts
  /** Rows whose answer nothing can be graded against, and the first of them: a suite leaves them out. */
  readonly ungradable: { readonly rows: number; readonly first: ReadonlyArray<RowFault> }
  readonly duplicates: Duplicates
  /** Sets of evaluation questions found in it; empty for evaluation splits. */
  readonly overlaps: ReadonlyArray<Overlap>
  /** Why not all of it was read, or null. */
  readonly unread: Unread | null
}

export interface Unread {
  readonly state: FileState | "incomplete" | "empty"
  readonly why: string
}

export interface AnswerCounts {
  readonly numbers: number
  readonly fractions: number
  /** LaTeX expressions, intervals, words. */
  readonly other: number
}

export interface Duplicates {
  /** Rows with question and solution of an earlier row. */
  readonly rows: number
  /** Rows with the question of an earlier row, those above included: several solutions of one question. */
  readonly questions: number
  /** The first of the equal rows. */
  readonly examples: ReadonlyArray<{ readonly file: string; readonly row: number; readonly sameAs: string }>
}

const EXAMPLES = 5
const UNGRADABLE_KEPT = 20
/** Rows of one file are numbered below this in a `place`. */
const ROWS = 2 ** 32

/** Reads all of a split. Throws a DatasetError where it is not there at all. */
export const checkDataset = async ({ dataset, split }: DatasetName, options: CheckOptions = {}): Promise<SplitCheck> => {
  const name = nameOf({ dataset, split })
  const open = openDataset(dataset, split, { ...options, purpose: "evaluation", maxBadRows: { share: 1 }, partial: true })
  const answers = { numbers: 0, fractions: 0, other: 0 }
  const ungradable = { rows: 0, first: [] as Array<RowFault> }
  const duplicates = duplicateCount(open.files.map((file) => file.name))
  const scan = contaminationScan(open.split.role === "training" ? (options.questions ?? []) : [])
  let unread: Unread | null = null
  try {
    for await (const { rows } of open.batches()) {
      for (const row of rows) {
        options.each?.(row)
        if (row.answer !== null) {
          answers[answerKind(row.answer)]++
          const fault = referenceFault(row)
          if (fault !== null && ungradable.rows++ < UNGRADABLE_KEPT) ungradable.first.push(fault)
        }
        duplicates.add(row)
        if (open.split.role === "training") scan.add({ source: name, id: row.id, text: `${row.question}\n\n${row.solution}` })
      }
      options.progress?.(open.report.rows + open.report.filtered + open.report.bad)
    }
  } catch (error) {
    if (!isDatasetError(error)) throw error
    unread = { state: fileState(error), why: error.message }
  }
  if (open.missing.length > 0 && unread === null) {
    const all = open.missing.length + open.files.length
    const why = `${open.missing.length} of ${all} files are missing: ${open.missing.slice(0, 3).join(", ")}`
    unread = { state: "incomplete", why }
  }
  if (open.report.rows + open.report.filtered + open.report.bad === 0 && unread === null)
    unread = { state: "empty", why: `${open.files.map((file) => file.path).join(", ")}: there is not a single row in it` }
  return {
    name,
    role: open.split.role,
    files: open.files.length,
    passedOver: passedOver(open, options),
    report: open.report,
    answers,
    ungradable,
    duplicates: duplicates.found(),
    overlaps: scan.report(),
    unread
  }
}

/** What a user puts up with in a split. */
export interface Tolerance extends OverlapTolerance {
  /** Rows that cannot be used or graded. */
  readonly badRows: number
  /** Problems that a set for evaluation must have at least. */
  readonly problems: number
}

/** What is to be objected to, each in some words; none where all is as it should be. */
export const objectionsTo = (check: SplitCheck, most: Tolerance): ReadonlyArray<string> => {
  const { report, ungradable, overlaps, unread, role } = check
  const unusable = report.bad + ungradable.rows
  const answered = check.answers.numbers + check.answers.fractions + check.answers.other
  const gradable = answered - ungradable.rows
  return [
    ...(unread === null ? [] : [unread.state]),
    ...readInstead(check.passedOver),
    ...(unusable <= most.badRows || report.bad === 0 ? [] : [plural(report.bad, "bad row")]),
    ...(unusable <= most.badRows || ungradable.rows === 0
      ? []
      : [`${plural(ungradable.rows, "answer")} that nothing can be graded against`]),
    ...(answered > 0 && gradable === 0 ? ["not one row that can be asked and graded"] : []),
    ...(role === "evaluation" && answered > 0 && gradable < most.problems
      ? [`${plural(gradable, "problem")} where ${most.problems} are wanted`]
      : []),
    ...overlaps
      .filter((overlap) => isTooMuch(overlap, most))
      .map(
        ({ set, questions, questionsHit, share, wholeQuestions }) =>
          `${questionsHit} of ${plural(questions, "question")} of ${set} in it, ` +
          `${percentWords(share)}, ${wholeQuestions} in whole`
      )
  ]
}

/** Whoever puts a file into a folder and names that expects it to be read, and not another folder's. */
const readInstead = (passed: ReadonlyArray<PassedOver>): ReadonlyArray<string> => {
  const files = passed.filter(({ instead }) => instead !== null)
  return files.length === 0 ? [] : [`${plural(files.length, "file")} passed over, and ${files[0]!.instead} read instead`]
}

/**
 * The distinct questions of a split, for looking them up in training data. Where a file of it cannot be read to its end: those
 * before, and `unread` says why. Throws a DatasetError where it is not there at all.
 */
export const evaluationQuestions = async (
  { dataset, split }: DatasetName,
  options: RootOptions = {}
): Promise<{ readonly questions: ReadonlyArray<EvaluationQuestion>; readonly unread: string | null }> => {
  const set = nameOf({ dataset, split })
  const questions = new Map<string, EvaluationQuestion>()
  const found = (unread: string | null) => ({ questions: [...questions.values()], unread })
  try {
    const open = openDataset(dataset, split, { ...options, purpose: "evaluation", maxBadRows: { share: 1 }, partial: true })
    for await (const { rows } of open.batches())
      for (const { id, question } of rows) if (question !== "") questions.set(question, { set, id, question })
    return found(null)
  } catch (error) {
    // One that is named and not there is a mistake in the name.
    if (!isDatasetError(error) || error instanceof DatasetMissing) throw error
    return found(error.message)
  }
}

const answerKind = (answer: string): keyof AnswerCounts => kindOfNumber(amountIn(answer) ?? answer)

const kindOfNumber = (text: string): keyof AnswerCounts =>
  /^-?\d+(?:\.\d+)?$/.test(text) ? "numbers" : /^-?\d+\/\d+$/.test(text) ? "fractions" : "other"

const duplicateCount = (files: ReadonlyArray<string>) => {
  const documents = new DigestIndex()
  const questions = new DigestIndex()
  const counts = { rows: 0, questions: 0 }
  const examples: Array<{ file: string; row: number; sameAs: string }> = []
  return {
    add: ({ file, row, question, solution }: DatasetRow): void => {
      const place = files.indexOf(file) * ROWS + row
      if (question !== "" && questions.add(question, place) !== null) counts.questions++
      const earlier = documents.add(`${question}\n\n${solution}`, place)
      if (earlier === null) return
      counts.rows++
      if (examples.length < EXAMPLES)
        examples.push({ file, row, sameAs: `${files[Math.floor(earlier / ROWS)]}#${earlier % ROWS}` })
    },
    found: (): Duplicates => ({ ...counts, examples })
  }
}
