/** Finding studies: one file each in `pipelines/`, named as on the command line. */
import * as fs from "node:fs"
import * as path from "node:path"
import { Schema } from "effect"
import { REPOSITORY } from "../dag/code-digest.ts"
import { type Graph, graphOf, type Override } from "../dag/graph.ts"
import * as Param from "../dag/Param.ts"
import type { Study } from "../dag/Study.ts"
import { didYouMean } from "../text/near.ts"
import { type Flags, parse, type Parsed, UsageError } from "./usage.ts"

export class StudyUnknown extends Schema.TaggedError<StudyUnknown>()("StudyUnknown", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

const FOLDER = path.join(REPOSITORY, "pipelines")

export const studyNames = (): Array<string> =>
  fs
    .readdirSync(FOLDER)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3))
    .toSorted()

export const loadStudy = async (name: string): Promise<Study> => {
  const names = studyNames()
  if (!names.includes(name))
    throw new StudyUnknown({ problem: `There is no study "${name}".${didYouMean(name, names)} Studies: ${names.join(", ")}.` })
  return ((await import(path.join(FOLDER, `${name}.ts`))) as { readonly default: Study }).default
}

/** Flags that choose and shape a study: its dimensions, and `--set stage.param=value`. */
export const studyFlags = (study: Study | null): Flags => ({
  set: { type: "string", multiple: true, value: "STAGE.PARAM=VALUE", description: "set a parameter of a stage, as in rl.kl=0.01" },
  ...Object.fromEntries(
    Object.entries(study?.params ?? {}).map(([name, param]) => [
      kebab(name),
      {
        type: "string" as const,
        value: "VALUE",
        description: `${param.description}: ${param.expected} (default ${Array.isArray(param.fallback) ? param.fallback.join(",") : JSON.stringify(param.fallback)})`
      }
    ])
  )
})

export interface ChosenStudy {
  readonly study: Study
  readonly parsed: Parsed
  readonly settings: Readonly<Record<string, unknown>>
  readonly overrides: ReadonlyArray<Override>
  readonly graph: Graph
}

/** Reads `<study> [flags]`: the study named first decides which flags there are. */
export const chooseStudy = async (command: string, flags: Flags, args: ReadonlyArray<string>): Promise<ChosenStudy> => {
  const name = args.find((arg) => !arg.startsWith("-"))
  if (name === undefined) throw new UsageError({ problem: `pipeline ${command} needs the name of a study: ${studyNames().join(", ")}.` })
  const study = await loadStudy(name)
  const parsed = parse(command, { ...flags, ...studyFlags(study) }, args, { min: 1, max: 1, words: "one study" })
  const settings: Record<string, unknown> = {}
  for (const [param, declared] of Object.entries(study.params)) {
    const text = parsed.text(kebab(param))
    if (text !== undefined) settings[param] = Param.fromText(study.name, param, declared, text)
  }
  const overrides = parsed.texts("set").map(parseOverride)
  return { study, parsed, settings, overrides, graph: graphOf(study.nodes(settings), overrides) }
}

const parseOverride = (text: string): Override => {
  const match = /^([a-z][\w-]*)\.(\w+)=(.*)$/s.exec(text)
  if (match === null) throw new UsageError({ problem: `--set takes STAGE.PARAM=VALUE, as in --set rl.kl=0.01; got "${text}".` })
  return { stage: match[1]!, param: match[2]!, text: match[3]! }
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
