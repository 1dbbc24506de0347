/** Commands and studies as completion needs them: plain data, taken from the real ones, which are loaded for it. */

import { studyGraph } from "../../dag/graph.ts"
import type { Param } from "../../dag/Param.ts"
import { loadStudy, studyFlags } from "../studies.ts"
import { type Command, type Commands, commonFlags } from "../usage.ts"
import type { Candidate, CommandSketch, ParamSketch, StudySketch } from "./complete.ts"

/** Names of commands with what is said of each. */
export const namesOf = (commands: Commands): ReadonlyArray<Candidate> =>
  Object.entries(commands).map(([word, { summary }]) => ({ word, about: summary }))

/** The command that these words lead to, which has to be there: `data list`, say. */
export const sketchOfCommand = async (
  commands: Commands,
  [name = "", ...rest]: ReadonlyArray<string>
): Promise<CommandSketch> => {
  const { command } = await commands[name]!.load()
  return rest.length === 0 ? sketched(command) : sketchOfCommand(command.parts ?? {}, rest)
}

const sketched = ({ name, usage, flags, takesStudy = false, parts = {} }: Command): CommandSketch => ({
  name,
  usage,
  flags: { ...flags, ...commonFlags },
  takesStudy,
  parts: namesOf(parts)
})

export const sketchOfStudy = async (name: string): Promise<StudySketch> => {
  const study = await loadStudy(name)
  const stages = [...new Set(studyGraph(study, {}).nodes.map(({ stage }) => stage))]
  return {
    flags: studyFlags(study),
    stages: stages.map((stage) => ({
      name: stage.name,
      params: Object.fromEntries(Object.entries(stage.params).map(([param, declared]) => [param, sketchOfParam(declared)]))
    }))
  }
}

const sketchOfParam = ({ description, options = [], fallback, members }: Param<unknown>): ParamSketch => {
  const isList = Array.isArray(fallback)
  const isRecord = typeof fallback === "object" && fallback !== null && !isList
  // Of a record that takes any names, those of its default are the ones to know.
  return { description, options, isList, members: members ?? (isRecord ? Object.keys(fallback) : []) }
}
