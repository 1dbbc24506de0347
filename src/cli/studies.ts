/** Finding studies: one file each in `pipelines/`, named as on the command line. */

import * as fs from "node:fs"
import * as path from "node:path"
import { parseArgs } from "node:util"

import * as Schema from "effect/Schema"

import * as Arguments from "../dag/arguments.ts"
import { type Graph, type Override, studyGraph } from "../dag/graph.ts"
import * as Param from "../dag/Param.ts"
import { PACKAGE, REPOSITORY } from "../dag/repository.ts"
import { checkStages } from "../dag/stage-modules.ts"
import type { Study } from "../dag/Study.ts"
import { readVariable } from "../machine/environment.ts"
import { folderProblem } from "../machine/folders.ts"
import type { ClaimAhead } from "../report/claims-ahead.ts"
import type { Claim } from "../report/claims/Claim.ts"
import { claimsProblem, type StudyClaims } from "../report/claims/study-claims.ts"
import { errorText } from "../text/error-text.ts"
import { didYouMean } from "../text/near.ts"
import { systemProblem } from "../text/system-problem.ts"
import { columns, commonFlags, type Flags, parse, type Parsed, UsageError } from "./usage.ts"

/**
 * There is no such study, or its file is none.
 *
 * @public
 */
export class StudyUnknown extends Schema.TaggedError<StudyUnknown>()("StudyUnknown", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

/** The folder of the studies that come with the system. */
export const SHIPPED_STUDIES = path.join(PACKAGE, "pipelines")

const PROJECT_STUDIES = path.join(REPOSITORY, "pipelines")

/** The folder of the user's own studies: that of ECHO_CHAMBER_STUDIES, else `pipelines/` in the repository or project. */
export const ownStudies = (): string => {
  const named = readVariable("ECHO_CHAMBER_STUDIES")
  return named === undefined ? PROJECT_STUDIES : path.resolve(named)
}

/** Where studies are looked for, the later before the earlier. A project may have no such folder, one that is named has to. */
const folders = (): ReadonlyArray<string> => {
  const named = readVariable("ECHO_CHAMBER_STUDIES") === undefined ? [] : [ownStudies()]
  return [...new Set([SHIPPED_STUDIES, ...[PROJECT_STUDIES].filter((folder) => fs.existsSync(folder)), ...named])]
}

/** Every study's file by name; of two with one name the user's own wins. */
const studyFiles = (): ReadonlyMap<string, string> => {
  const files = new Map<string, string>()
  for (const folder of folders())
    for (const file of namesIn(folder)) if (file.endsWith(".ts")) files.set(file.slice(0, -3), path.join(folder, file))
  return files
}

const namesIn = (folder: string): ReadonlyArray<string> => {
  const refuse = (problem: string) => new StudyUnknown({ problem: `Studies cannot be looked for. ${problem}` })
  const problem = folderProblem(folder)
  if (problem !== null) throw refuse(`${problem} ECHO_CHAMBER_STUDIES is to name a folder.`)
  try {
    return fs.readdirSync(folder).toSorted()
  } catch (cause) {
    throw refuse(systemProblem(cause) ?? errorText(cause))
  }
}

/** What may be a study's name: runs, reports and labels are named after it, and a file's name has 255 bytes. */
const STUDY_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u
const LONGEST_NAME = 100

/** What is wrong with a name for a study, in a sentence; null where nothing is. */
export const nameProblem = (name: string): string | null =>
  STUDY_NAME.test(name) && Buffer.byteLength(name) <= LONGEST_NAME
    ? null
    : `A name is made of letters, digits, "_", "-" and ".", begins with no "." or "-", and has at most ${LONGEST_NAME} bytes.`

export const studyNames = (): Array<string> => [...studyFiles().keys()].toSorted()

/** The file of the study of this name, where there is one. */
export const studyFile = (name: string): string | undefined => studyFiles().get(name)

/** A study with the claims that its file makes beside it. */
export interface StudyFile {
  readonly study: Study
  readonly ownClaims: StudyClaims
}

/** Loads the study of this name with its claims. Rejects with `StudyUnknown`, which says what is wrong with its file. */
export const loadStudyFile = async (name: string): Promise<StudyFile> => {
  const files = studyFiles()
  const file = files.get(name)
  if (file === undefined) {
    const names = [...files.keys()].toSorted()
    throw new StudyUnknown({
      problem:
        `There is no study "${shortened(name)}".${didYouMean(name.slice(0, LONGEST_NAME), names)} ` +
        `Studies: ${names.join(", ")}.`
    })
  }
  const unfit = nameProblem(name)
  if (unfit !== null)
    throw new StudyUnknown({
      problem:
        `No study can be called "${shortened(name)}", as a file in ${path.dirname(file)} is: ` +
        `its runs and reports get its name. ${unfit}`
    })
  const { default: study, claims } = await import(file).then(
    (module: { readonly default?: Study; readonly claims?: ReadonlyArray<Claim> }) => module,
    (cause: unknown) => {
      throw new StudyUnknown({ problem: `The study ${file} cannot be loaded: ${whereAndWhat(cause, file)}` })
    }
  )
  if (typeof study?.nodes !== "function")
    throw new StudyUnknown({ problem: `${file} exports no study: "export default Study.make(...)" is missing.` })
  if (study.name !== name)
    throw new StudyUnknown({
      problem: `${file} makes a study called "${study.name}"; the file's name and the study's must be the same.`
    })
  const wrong = claimsProblem(claims)
  if (wrong !== null) throw new StudyUnknown({ problem: `${file}: ${wrong}` })
  return { study, ownClaims: { claims: (claims ?? []).map((claim) => ({ ...claim, file })), file } }
}

/** The study of this name. Rejects with `StudyUnknown`. */
export const loadStudy = async (name: string): Promise<Study> => (await loadStudyFile(name)).study

const shortened = (name: string): string => (name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`)

/** What was thrown while a study's file was loaded, with the line of that file where it can be told. */
const whereAndWhat = (cause: unknown, file: string): string => {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  const at = text.split(file)[1]?.match(/^:(\d+)/)?.[1]
  const what = cause instanceof Error ? `${cause.name}: ${cause.message.split("\n")[0]}` : String(cause)
  return `${what}${at === undefined ? "" : ` (line ${at})`}`
}

/** Flags that choose and shape a study: its dimensions, and `--set stage.param=value`. */
export const studyFlags = (study: Study | null): Flags => ({
  set: {
    type: "string",
    multiple: true,
    value: "STAGE.PARAM=VALUE",
    description: "set a parameter of a stage, as in rl.kl=0.01, or a member of one, as in mix.sources.omi2=4"
  },
  ...Object.fromEntries(Object.entries(study?.params ?? {}).map(([name, param]) => [flagOf(name), flagFor(param)]))
})

/** A dimension that is off by default is a flag without a value: `--quick`. */
const isSwitch = (param: Param.Param<unknown>): boolean => param.fallback === false && param.accept(true) === true

const flagFor = (param: Param.Param<unknown>): Flags[string] =>
  isSwitch(param)
    ? { type: "boolean", description: param.description }
    : {
        type: "string",
        value: "VALUE",
        mayBeEmpty: true,
        isList: Array.isArray(param.fallback),
        ...(param.options === undefined ? {} : { choices: param.options }),
        description: `${param.description}: ${param.expected} (default ${onCommandLine(param.fallback)})`
      }

/** A default as one would type it. */
const onCommandLine = (value: unknown): string => (Array.isArray(value) ? value.join(",") : JSON.stringify(value))

/** For `--help`: the flags of the study that is named, or the studies that there are. */
export const studyHelp = async (args: ReadonlyArray<string>): Promise<string> => {
  const name = studyNames().find((known) => args.includes(known))
  if (name === undefined) return `Studies: ${studyNames().join(", ")}.`
  const study = await loadStudy(name)
  const rows = Object.entries(studyFlags(study)).filter(([flag]) => flag !== "set")
  const shown = rows.map(
    ([flag, { type, description }]) => [`--${flag}${type === "boolean" ? "" : " VALUE"}`, description] as const
  )
  return `${study.name}: ${study.description}\n${columns(shown)}`
}

export interface ChosenStudy extends StudyFile {
  readonly parsed: Parsed
  readonly settings: Readonly<Record<string, unknown>>
  readonly overrides: ReadonlyArray<Override>
  readonly graph: Graph
  /** What the graph gives to each of the study's claims. */
  readonly ahead: ReadonlyArray<ClaimAhead>
}

/** Reads `<study> [flags]`: the study named first decides which flags there are. */
export const chooseStudy = async (command: string, flags: Flags, args: ReadonlyArray<string>): Promise<ChosenStudy> => {
  const name = studyIn({ ...commonFlags, ...flags, ...studyFlags(null) }, args)
  if (name === undefined || name.trim() === "")
    throw new UsageError({ problem: `pipeline ${command} needs the name of a study: ${studyNames().join(", ")}.` })
  const { study, ownClaims } = await loadStudyFile(name)
  const parsed = parse(command, { ...flags, ...studyFlags(study) }, args, { min: 1, max: 1, words: "one study" })
  const settings: Record<string, unknown> = {}
  for (const [param, declared] of Object.entries(study.params)) {
    if (isSwitch(declared)) {
      if (parsed.is(flagOf(param))) settings[param] = true
      continue
    }
    const text = parsed.text(flagOf(param))
    if (text !== undefined) settings[param] = Arguments.fromText(study.name, param, declared, text)
  }
  const overrides = parsed.texts("set").map(parseOverride)
  for (const [name, alike] of Map.groupBy(overrides, settingName))
    if (alike.length > 1)
      throw new UsageError({
        problem: `--set ${name} is given twice, as ${alike.map(({ text }) => `"${text}"`).join(" and as ")}. Give it once.`
      })
  const graph = studyGraph(study, settings, overrides)
  await checkStages(graph)
  const ahead = await lookAhead(ownClaims, graph)
  return { study, ahead, ownClaims, parsed, settings, overrides, graph }
}

/** A claim that looks for a setting by a wrong name would stay open after hours of running. */
const lookAhead = async ({ claims, file }: StudyClaims, graph: Graph): Promise<ReadonlyArray<ClaimAhead>> => {
  if (claims.length === 0) return []
  const { claimsAhead } = await import("../report/claims-ahead.ts")
  const ahead = claimsAhead(claims, graph)
  for (const { claim, misspelt } of ahead)
    if (misspelt !== null) throw new StudyUnknown({ problem: `${claim.file ?? file}: its claim ${claim.id} ${misspelt}` })
  return ahead
}

/**
 * The first positional, before the study's own flags are known: a word that names a study rather than the value of such a flag.
 */
const studyIn = (flags: Flags, args: ReadonlyArray<string>): string | undefined => {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, multiple = false }]) => [name, { type, multiple }])
  )
  const { positionals } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false })
  const names = studyNames()
  return positionals.find((word) => names.includes(word)) ?? positionals[0]
}

/** The stages of `--assume-unchanged`. */
export const assumedStages = (parsed: Parsed, graph: Graph): ReadonlyArray<string> => {
  const stages = new Set(graph.nodes.map((node) => node.stage.name))
  for (const name of parsed.texts("assume-unchanged"))
    if (!stages.has(name))
      throw new UsageError({
        problem: `--assume-unchanged ${name}: this study has no stage "${name}".${didYouMean(name, stages)}`
      })
  return parsed.texts("assume-unchanged")
}

const parseOverride = (text: string): Override => {
  const match = /^([^.=]+)\.([^.=]+)(?:\.([^=]+))?=(.*)$/s.exec(text)
  if (match === null) throw new UsageError({ problem: `--set takes STAGE.PARAM=VALUE, as in --set rl.kl=0.01; got "${text}".` })
  const [, stage = "", param = "", member, value = ""] = match
  return { stage, param, text: value, ...(member === undefined ? {} : { member }) }
}

/** `rl.kl`, `mix.sources.omi2`: what a `--set` sets. */
export const settingName = ({ stage, param, member }: Override): string =>
  `${stage}.${param}${member === undefined ? "" : `.${member}`}`

/** The flag of a study's param: `textWeight` is `--text-weight`. */
export const flagOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
