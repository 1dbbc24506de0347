/** `pipeline report <study|run>`: writes the report of a study's latest run, or of the run named. */

import { type RunRecord, recordOf } from "../../report/data/RunRecord.ts"
import { ensureReport } from "../../report/write-report.ts"
import { readRun } from "../../store/objects/Runs.ts"
import { print, say } from "../output.ts"
import { outputTarget } from "../result-file.ts"
import { nothingKnown, runsNamed } from "../run-states.ts"
import { existingStore } from "../store-folder.ts"
import { loadStudyFile, studyNames } from "../studies.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  output: { type: "string", value: "FILE", description: "where to write it (default: reports/ in the store)" }
} satisfies Flags

export const command: Command = {
  name: "report",
  summary: "Write the report of a study's latest run, or of one run: a single HTML file with figures, claims and numbers.",
  usage: "pipeline report <study|run> [flags]",
  flags,
  run: async (args) => {
    const parsed = parse("report", flags, args, { min: 1, max: 1, words: "a study or a run" })
    const root = existingStore(parsed)
    const record = findRun(root, parsed.positionals[0]!)
    const output = parsed.text("output")
    const target = output === undefined ? null : outputTarget(output)
    if (target !== null && target.kind !== "file")
      throw new UsageError({ problem: `--output ${output}: a report is a file. Name one that ends in .html.` })
    const known = studyNames().includes(record.study) ? await loadStudyFile(record.study) : null
    const report = await ensureReport({
      root,
      record,
      description: known?.study.description ?? "",
      ...(known === null ? {} : { ownClaims: known.ownClaims }),
      ...(target === null ? {} : { output: target.path })
    })
    if (report.problem !== null) {
      say(`The report ${report.file} could not be written: ${report.problem}`)
      return 1
    }
    print(`${report.file}\n`)
    return 0
  }
}

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
