/** `pipeline report <study|run>...`: writes the report of a study's latest run, of the run named, or of several as one. */

import type { Claim } from "../../report/claims/Claim.ts"
import type { StudyClaims } from "../../report/claims/study-claims.ts"
import { type RunRecord, recordOf, together } from "../../report/data/RunRecord.ts"
import { ensureReport } from "../../report/write-report.ts"
import { readRun } from "../../store/objects/Runs.ts"
import { print, say } from "../output.ts"
import { folderToWrite, outputTarget } from "../result-file.ts"
import { figuresFlag } from "../run-flags.ts"
import { nothingKnown, runsNamed } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { loadStudyFile, type StudyFile, studyNames } from "../studies.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  output: { type: "string", value: "FILE", description: "where to write it (default: reports/ in the store)" },
  ...figuresFlag
} satisfies Flags

export const command: Command = {
  name: "report",
  summary:
    "Write the report of a study's latest run, of one run, or of several together: a single HTML file with figures, claims " +
    "and numbers. With --figures, each figure as SVG and PNG too, and the CSV behind it.",
  usage: "pipeline report <study|run>... [flags]    of several runs, what differs between them is compared",
  flags,
  run: async (args) => {
    const parsed = parse("report", flags, args, { min: 1, max: MOST_RUNS, words: "studies or runs" })
    const root = existingStore(parsed)
    const records = parsed.positionals.map((name) => findRun(root, name))
    const record = together(records)
    const output = parsed.text("output")
    const target = output === undefined ? null : outputTarget(output)
    if (target !== null && target.kind !== "file")
      throw new UsageError({ problem: `--output ${output}: a report is a file. Name one that ends in .html.` })
    const figures = parsed.text("figures")
    const folder = figures === undefined ? null : folderToWrite("figures", figures)
    const [own, known] = [[...new Set(records.map(({ study }) => study))], studyNames()]
    const studies = await Promise.all(own.filter((study) => known.includes(study)).map(loadStudyFile))
    const unknown = own.filter((study) => !known.includes(study)).map(notJudged)
    for (const line of unknown) say(line)
    const shown = {
      root,
      record,
      description: [...studies.map(({ study }) => study.description), ...unknown].join(" "),
      ownClaims: claimsOf(studies)
    }
    const report = await ensureReport({ ...shown, ...(target === null ? {} : { output: target.path }) })
    if (report.problem !== null) {
      say(`The report ${report.file} could not be written: ${report.problem}`)
      return 1
    }
    print(`${report.file}\n`)
    if (folder === null) return 0
    const { writeFigures } = await import("../../report/write-figures.ts")
    const written = await writeFigures({ ...shown, folder })
    if (written.problem === null) {
      print(`${written.index}\n`)
      return 0
    }
    say(`The figures could not be written: ${written.problem}`)
    return 1
  }
}

/** Why there is no scoreboard: claims stand in the study's file. */
const notJudged = (study: string): string =>
  `No study "${study}" was found, so that its claims are not judged: they stand in its file. ` +
  "ECHO_CHAMBER_STUDIES names the folder of studies outside the repository."

/** More would not be told apart in a figure. */
const MOST_RUNS = 20

/** The claims of the studies, each about its own nodes where there are several. */
const claimsOf = (studies: ReadonlyArray<StudyFile>): ReadonlyArray<StudyClaims> =>
  studies.map(({ study, ownClaims }) =>
    studies.length === 1 ? ownClaims : { ...ownClaims, claims: inStudy(study.name, ownClaims.claims) }
  )

/** As ofStudy, but those of a study of studies stay with their own. */
const inStudy = (name: string, claims: ReadonlyArray<Claim>): ReadonlyArray<Claim> =>
  claims.map((claim) => ({ study: name, ...claim }))

/** A run by its id, or of a study the newest that succeeded; where none did, the newest. */
const findRun = (root: string, name: string): RunRecord => {
  const runs = runsNamed(root, name, studyNames)
  const records = runs.map((run) => recordOf(readRun(root, run).events)).filter((record) => record !== null)
  const [newest] = records
  const whole = records.find((record) => record?.status === "succeeded") ?? newest
  if (whole && newest && whole !== newest)
    process.stderr.write(
      `This is of ${whole.run}, the newest run that succeeded. Of the newer ${newest.run}: pipeline report ${newest.run}\n`
    )
  if (whole) return whole
  throw nothingKnown(root, runs)
}
