/** `pipeline data check`: reads datasets to their last row and tells what is in them. */

import { checkDataset, type CheckOptions, evaluationQuestions, objectionsTo, type SplitCheck } from "../../datasets/check.ts"
import { describeDatasets } from "../../datasets/describe.ts"
import { type DatasetError, isDatasetError } from "../../datasets/errors.ts"
import type { RootOptions } from "../../datasets/locate/locate.ts"
import { type Unclaimed, unclaimed } from "../../datasets/locate/passed-over.ts"
import { type EvaluationQuestion, type Overlap, OVERLAP_BY_CHANCE } from "../../datasets/overlap/contamination.ts"
import { type DatasetName, findSource, nameOf, sources } from "../../datasets/registry.ts"
import { append } from "../../lists/large.ts"
import { sampleVocabulary } from "../../mixing/sample-vocabulary.ts"
import { DEFAULT_CONTEXT } from "../../model/presets.ts"
import { countWords, plural } from "../../text/plural.ts"
import { dataFlag, dataRoots, namedDatasets, nameList } from "../dataset-arguments.ts"
import { print, say } from "../output.ts"
import { LONG_LET_PASS, lengthLines, type LengthsFound, lengthsOf, longObjections } from "../printing/dataset-lengths.ts"
import { redrawn } from "../printing/terminal.ts"
import { cut, textTable } from "../printing/text-table.ts"
import { type Command, type Flags, parse, shareNumber, UsageError, wholeNumber } from "../usage.ts"

const flags = {
  ...dataFlag,
  against: {
    type: "string",
    multiple: true,
    value: "DATASET:SPLIT",
    description: "evaluation questions to look for in training data (default: all that are here)"
  },
  "max-bad": {
    type: "string",
    value: "N",
    description: "rows of a split that cannot be used or graded before the check fails (default 0)"
  },
  "max-overlap": {
    type: "string",
    value: "SHARE",
    description:
      "share of an evaluation set's questions in training data that is let pass, 0 to 1 (default: none in whole, 0.01 in part)"
  },
  problems: { type: "string", value: "N", description: "problems that a set for evaluation must have (default 1)" },
  context: {
    type: "string",
    value: "N",
    description:
      "tokens of a model's context, to object to what is too long for it " +
      `(default: ${DEFAULT_CONTEXT}, only counted unless no prompt fits)`
  },
  "max-long": {
    type: "string",
    value: "SHARE",
    description: "share of prompts and documents too long for --context that is let pass, 0 to 1 (default: 0.05 and 0.5)"
  },
  json: { type: "boolean", description: "as JSON" }
} satisfies Flags

export const command: Command = {
  name: "data check",
  summary:
    "Reads every row: usable and bad ones by file and row, answers, duplicates, evaluation questions in training data. " +
    "How many prompts and documents are too long. Exit code 1 when rows are bad, answers cannot be graded, files are not read " +
    "to their end, another folder's file is read instead of one in a folder that is named, or test questions are in training " +
    "data; 2 when a dataset cannot be read at all.",
  usage: "pipeline data check [DATASET[:SPLIT] ...]",
  flags,
  run: async (args) => {
    const parsed = parse("data check", flags, args, { min: 0, max: 100, words: "names of datasets" })
    const tolerated = {
      badRows: wholeNumber(parsed, "max-bad", 0, 0),
      part: shareNumber(parsed, "max-overlap", OVERLAP_BY_CHANCE.part),
      whole: shareNumber(parsed, "max-overlap", OVERLAP_BY_CHANCE.whole),
      problems: wholeNumber(parsed, "problems", 1, 1)
    }
    const context = wholeNumber(parsed, "context", DEFAULT_CONTEXT, 1)
    const longest = {
      prompts: shareNumber(parsed, "max-long", LONG_LET_PASS.prompts),
      documents: shareNumber(parsed, "max-long", LONG_LET_PASS.documents)
    }
    if (parsed.text("max-long") !== undefined && parsed.text("context") === undefined)
      throw new UsageError({ problem: "--max-long says how much may be longer than the context: name that with --context." })
    const roots = dataRoots(parsed)
    const present = (await describeDatasets(roots))
      .filter(({ state }) => state !== "missing")
      .map(({ source, split }) => ({ dataset: source, split }))
    const chosen = parsed.positionals.length === 0 ? present : namedDatasets(parsed.positionals)
    // Whoever names none asks for all that lies there.
    const ofNone = parsed.positionals.length === 0 ? unclaimedBeside(present, roots) : []
    if (chosen.length === 0)
      throw new UsageError({
        problem: [
          "No dataset was found to check. See pipeline data list.",
          ...ofNone.slice(0, PASSED_OVER_SHOWN).map(({ path, why }) => `Passed over: ${path} ${why}.`)
        ].join("\n")
      })
    const against = parsed.texts("against").length > 0 ? namedDatasets(parsed.texts("against")) : defaultSets(present)
    const wanted = chosen.some((name) => findSource(name.dataset, name.split).split.role === "training")
    const questions: Array<EvaluationQuestion> = []
    const unread: Array<string> = []
    for (const name of wanted ? against : []) {
      const found = await evaluationQuestions(name, roots)
      append(questions, found.questions)
      if (found.unread !== null) unread.push(`${nameOf(name)}: ${found.unread}`)
    }

    const bottom = redrawn(process.stderr)
    const checks: Array<Checked> = []
    const refused: Array<string> = []
    for (const name of chosen) {
      const progress = (records: number) => bottom.show([`${nameOf(name)}: ${countWords(records)} records`])
      const found = await checkedOrRefused(name, { ...roots, questions, progress }, context)
      bottom.erase()
      if ("refused" in found) {
        // What is wrong with one is no reason to leave the others unread.
        if (chosen.length === 1) throw found.refused
        say(found.refused.message)
        refused.push(nameOf(name))
        continue
      }
      checks.push(found)
      if (!parsed.is("json")) print(`${asText(found)}\n\n`)
    }
    const judged = checks.map((check) => ({
      ...check,
      objections: [
        ...objectionsTo(check, tolerated),
        ...longObjections(check, parsed.text("context") === undefined ? null : longest)
      ]
    }))
    const others = ofNone.filter(({ path }) => checks.every(({ passedOver }) => passedOver.every((file) => file.path !== path)))
    if (others.length > 0)
      (parsed.is("json") ? say : print)(
        `Of datasets that were not found\n${textTable([], passedOverLines(others))}${parsed.is("json") ? "" : "\n\n"}`
      )
    const failed = judged.filter(({ objections }) => objections.length > 0)
    const wrong = [...failed.map(objectionWords), ...refused.map((name) => `${name} (not read)`)]
    if (parsed.is("json")) print(`${JSON.stringify(judged, null, 1)}\n`)
    else
      print(
        `${wanted ? `Evaluation questions were those of ${nameList(against) || "no set: none is here"}.\n` : ""}` +
          (wrong.length > 0
            ? `Not as they should be: ${wrong.join(", ")}.\n`
            : unread.length === 0
              ? `${plural(checks.length, "split")} read to the end, nothing to object to${besides(checks, others)}.\n`
              : "")
      )
    for (const problem of unread) say(`Not all evaluation questions could be looked for. ${problem}`)
    if (refused.length > 0) return 2
    return failed.length === 0 && unread.length === 0 ? 0 : 1
  }
}

/** A split read to its end, or why nothing of it can be. */
const checkedOrRefused = async (
  name: DatasetName,
  options: CheckOptions,
  context: number
): Promise<Checked | { readonly refused: DatasetError }> => {
  try {
    const counted = lengthsOf(await sampleVocabulary(name, options), context)
    const check = await checkDataset(name, { ...options, each: counted.add })
    return { ...check, lengths: counted.found() }
  } catch (error) {
    if (!isDatasetError(error)) throw error
    return { refused: error }
  }
}

/** What is no objection, and nothing to be silent about. */
const besides = (checks: ReadonlyArray<Checked>, others: ReadonlyArray<Unclaimed>): string => {
  const files = new Set([...checks.flatMap(({ passedOver }) => passedOver), ...others].map(({ path }) => path)).size
  return files === 0 ? "" : ` but ${plural(files, "file")} passed over`
}

/** Files of datasets of which no split was found, each once. */
const unclaimedBeside = (present: ReadonlyArray<DatasetName>, roots: RootOptions): ReadonlyArray<Unclaimed> => {
  const found = new Set(present.map(({ dataset }) => dataset))
  const files = sources.filter(({ name }) => !found.has(name)).flatMap((source) => unclaimed(source, roots))
  return [...new Map(files.map((file) => [file.path, file])).values()]
}

const passedOverLines = (files: ReadonlyArray<Unclaimed>): ReadonlyArray<ReadonlyArray<string>> => [
  ...files.slice(0, PASSED_OVER_SHOWN).map(({ path, why }, i) => [i === 0 ? "passed over" : "", `${path} ${why}`]),
  ...(files.length > PASSED_OVER_SHOWN ? [["", `and ${countWords(files.length - PASSED_OVER_SHOWN)} more`]] : [])
]

const objectionWords = ({ name, objections }: { readonly name: string; readonly objections: ReadonlyArray<string> }): string =>
  `${name} (${objections.join("; ")})`

/** One split of each set of questions: the example solutions of GSM8K ask its test questions again. */
const defaultSets = (present: ReadonlyArray<DatasetName>): ReadonlyArray<DatasetName> =>
  present.filter(({ dataset, split }) => {
    const found = findSource(dataset, split)
    return found.split.role === "evaluation" && found.source.kind === "problems" && split !== "example-solutions"
  })

const PASSED_OVER_SHOWN = 10

interface Checked extends SplitCheck {
  /** null: there is no row to learn a vocabulary from. */
  readonly lengths: LengthsFound | null
}

const asText = (check: Checked): string => {
  const { name, role, files, report, answers, ungradable, duplicates, overlaps, unread } = check
  const lines: Array<ReadonlyArray<string>> = [
    [
      "rows",
      [
        `${countWords(report.rows)} usable`,
        ...(report.filter === null ? [] : [`${countWords(report.filtered)} left out (${report.filter})`]),
        `${countWords(report.bad)} bad`
      ].join(", ")
    ],
    ...report.faults.map(({ file, row, field, problem }) => [
      "",
      `${file}, row ${row}${field === "" ? "" : `, field ${field}`}: ${problem}`
    ]),
    ...(report.bad > report.faults.length ? [["", `and ${countWords(report.bad - report.faults.length)} more`]] : []),
    ...passedOverLines(check.passedOver),
    ["answers", answerWords(check)],
    ...ungradable.first.map(({ file, row, problem }) => ["", `${file}, row ${row}: ${problem}`]),
    ...(ungradable.rows > ungradable.first.length
      ? [["", `and ${countWords(ungradable.rows - ungradable.first.length)} more`]]
      : []),
    [
      "duplicates",
      `${plural(duplicates.rows, "row")} equal to an earlier one, ${plural(duplicates.questions, "repeated question")}`
    ],
    ...duplicates.examples.map(({ file, row, sameAs }) => ["", `${file}#${row} is ${sameAs}`]),
    ...lengthLines(check).map((line, i) => [i === 0 ? "lengths" : "", line]),
    ...overlaps.map((overlap, i) => [i === 0 ? "contains" : "", overlapWords(overlap)]),
    ...(unread === null ? [] : [[unread.state, unread.why]])
  ]
  if (answers.numbers + answers.fractions + answers.other + report.withoutAnswer === 0)
    lines.splice(
      lines.findIndex(([word]) => word === "answers"),
      1
    )
  return `${name} (for ${role}, ${plural(files, "file")})\n${textTable([], lines)}`
}

const answerWords = ({ report, answers, ungradable }: SplitCheck): string =>
  [
    `${plural(answers.numbers, "number")}, ${plural(answers.fractions, "fraction")}, ${countWords(answers.other)} other`,
    ...(ungradable.rows > 0
      ? [`${countWords(ungradable.rows)} that nothing can be graded against, which a suite leaves out`]
      : []),
    ...(report.normalised > 0 ? [`${countWords(report.normalised)} rewritten to canonical form`] : []),
    ...(report.withoutAnswer > 0 ? [`${plural(report.withoutAnswer, "row")} without`] : [])
  ].join("; ")

const overlapWords = ({ set, questions, questionsHit, wholeQuestions, documentsHit, share, hits }: Overlap): string => {
  if (questionsHit === 0) return `no question of ${set} (${plural(questions, "question")}, runs of 13 words)`
  const first = hits[0]!
  return (
    `${countWords(questionsHit)} of ${plural(questions, "question")} of ${set} ` +
    `(${(100 * share).toFixed(1)} %, ${countWords(wholeQuestions)} in whole) in ${plural(documentsHit, "document")}; ` +
    `${first.question} in ${first.document}: "${cut(first.run, 60)}"`
  )
}
