/**
 * What can stand where the cursor is. Shells ask for it at each press of TAB (`pipeline complete-words`), so that it looks at no
 * more than it must: a study is loaded once its settings are asked for, a store once its nodes are.
 */

import type { Param } from "../../dag/Param.ts"
import { type Command, type Commands, commonFlags, type Flag, type Flags } from "../usage.ts"
import { type Kind, placeOf, placesOf } from "./places.ts"

export interface Candidate {
  readonly word: string
  readonly about: string
}

export interface Answer {
  readonly candidates: ReadonlyArray<Candidate>
  /** Files or folders can stand there too: the shell knows best how to complete these. */
  readonly paths: "file" | "folder" | null
}

/** Stages of the study that is named, with their params. */
export type Stages = ReadonlyArray<{
  readonly name: string
  readonly params: Readonly<Record<string, Param<unknown>>>
}>

/** Where names of things come from. `args`: what stands on the command line before the cursor, the command's name included. */
export interface Sources {
  readonly commands: Commands
  readonly list: (
    kind: Exclude<Kind, "setting" | "file" | "folder" | "command">,
    args: ReadonlyArray<string>
  ) => Promise<ReadonlyArray<Candidate>>
  readonly stages: (args: ReadonlyArray<string>) => Promise<Stages>
}

const NOTHING: Answer = { candidates: [], paths: null }

/** What can stand in place of the last of these words, those behind `pipeline`: it is typed in part, or empty. */
export const complete = async (words: ReadonlyArray<string>, sources: Sources): Promise<Answer> => {
  const answer = await offered(words, sources)
  const current = words.at(-1) ?? ""
  return { ...answer, candidates: answer.candidates.filter(({ word }) => word.startsWith(current)) }
}

const offered = async (words: ReadonlyArray<string>, sources: Sources): Promise<Answer> => {
  const before = words.slice(0, -1)
  const current = words.at(-1) ?? ""
  const [name, ...args] = before
  if (name === undefined) return { candidates: commandNames(sources.commands), paths: null }
  const entry = Object.hasOwn(sources.commands, name) ? sources.commands[name] : undefined
  if (entry === undefined) return NOTHING
  const { command } = await entry.load()
  const [part, ...rest] = args
  if (command.parts === undefined) return behind(command, args, before, current, sources)
  const inner = part !== undefined && Object.hasOwn(command.parts, part) ? command.parts[part] : undefined
  if (part === undefined && !current.startsWith("-")) return { candidates: commandNames(command.parts), paths: null }
  return behind(
    inner === undefined ? command : (await inner.load()).command,
    inner === undefined ? args : rest,
    before,
    current,
    sources
  )
}

const commandNames = (commands: Commands): ReadonlyArray<Candidate> =>
  Object.entries(commands).map(([word, { summary }]) => ({ word, about: summary }))

/** Behind a command's name: a flag, the value of one, or what the usage line has in that place. */
const behind = async (
  command: Command,
  args: ReadonlyArray<string>,
  before: ReadonlyArray<string>,
  current: string,
  sources: Sources
): Promise<Answer> => {
  const flags: Flags = { ...command.flags, ...commonFlags, ...(await command.furtherFlags?.(args)) }
  const { positionals, given, open, ended } = readSoFar(args, flags)
  if (open !== null) return valuesOf(flags[open]!, "", current, before, sources)
  const [, inOne, typed = ""] = ended ? [] : (/^--([^=]+)=(.*)$/s.exec(current) ?? [])
  if (inOne !== undefined)
    return flags[inOne]?.type === "string" ? valuesOf(flags[inOne], `--${inOne}=`, typed, before, sources) : NOTHING
  if (current.startsWith("-") && !ended) {
    const free = Object.entries(flags).filter(([name, { multiple }]) => multiple === true || !given.has(name))
    return { candidates: free.map(([name, { description }]) => ({ word: `--${name}`, about: description })), paths: null }
  }
  const { places, repeats } = placesOf(command.name, command.usage)
  const place = places[positionals.length] ?? (repeats ? places.at(-1) : undefined)
  if (place === undefined) return NOTHING
  const own = place.words.map((word) => ({ word, about: "" }))
  const { candidates, paths } = await thingsOf(place.kinds, current, before, sources)
  const free = candidates.filter(({ word }) => !positionals.includes(word))
  return { candidates: [...own, ...free], paths }
}

interface SoFar {
  readonly positionals: ReadonlyArray<string>
  readonly given: ReadonlySet<string>
  /** The flag whose value comes next. */
  readonly open: string | null
  /** Behind `--` nothing is a flag. */
  readonly ended: boolean
}

const readSoFar = (args: ReadonlyArray<string>, flags: Flags): SoFar => {
  const positionals: Array<string> = []
  const given = new Set<string>()
  let open: string | null = null
  let ended = false
  for (const word of args) {
    if (open !== null) open = null
    else if (ended || !word.startsWith("-") || word === "-") positionals.push(word)
    else if (word === "--") ended = true
    else {
      const [name = "", value] = word.slice(2).split("=", 2)
      given.add(name)
      if (value === undefined && Object.hasOwn(flags, name) && flags[name]?.type === "string") open = name
    }
  }
  return { positionals, given, open, ended }
}

/** What the value of a flag can be. `prefix` stands before it in the same word. */
const valuesOf = async (
  flag: Flag,
  prefix: string,
  typed: string,
  before: ReadonlyArray<string>,
  sources: Sources
): Promise<Answer> => {
  const { candidates, paths } =
    flag.choices === undefined
      ? await thingsOf(placeOf(flag.value ?? "").kinds, typed, before, sources)
      : { candidates: choicesOf(flag.choices, flag.isList === true, typed), paths: null }
  return { candidates: candidates.map(({ word, about }) => ({ word: `${prefix}${word}`, about })), paths }
}

/** The words of a list that are not in it yet come behind its last comma. */
const choicesOf = (choices: ReadonlyArray<string>, isList: boolean, typed: string): ReadonlyArray<Candidate> => {
  const done = isList ? typed.slice(0, typed.lastIndexOf(",") + 1) : ""
  const taken = done.split(",")
  return choices.filter((choice) => !taken.includes(choice)).map((choice) => ({ word: `${done}${choice}`, about: "" }))
}

const thingsOf = async (
  kinds: ReadonlySet<Kind>,
  typed: string,
  before: ReadonlyArray<string>,
  sources: Sources
): Promise<Answer> => {
  const lists = [...kinds].map(async (kind): Promise<ReadonlyArray<Candidate>> => {
    if (kind === "file" || kind === "folder") return []
    if (kind === "setting") return settings(await sources.stages(before), typed)
    return kind === "command" ? commandNames(sources.commands) : sources.list(kind, before)
  })
  const paths = kinds.has("file") ? "file" : kinds.has("folder") ? "folder" : null
  return { candidates: (await Promise.all(lists)).flat(), paths }
}

/** `rl.`, then `rl.kl=`, or `mix.sources.omi2=`, then values where they are known. */
const settings = (stages: Stages, typed: string): ReadonlyArray<Candidate> => {
  const [path = "", value] = typed.split(/=(.*)/s)
  const [stageName, paramName, member] = path.split(".")
  const stage = stages.find(({ name }) => name === stageName)
  if (paramName === undefined || stage === undefined)
    return stages.map(({ name, params }) => ({ word: `${name}.`, about: Object.keys(params).slice(0, 4).join(", ") }))
  const param = Object.hasOwn(stage.params, paramName) ? stage.params[paramName] : undefined
  if (value !== undefined)
    return member !== undefined || param?.options === undefined
      ? []
      : choicesOf(param.options, Array.isArray(param.fallback), value).map(({ word }) => ({ word: `${path}=${word}`, about: "" }))
  if (member !== undefined)
    return membersOf(param).map((name) => ({
      word: `${stage.name}.${paramName}.${name}=`,
      about: param?.description ?? ""
    }))
  return Object.entries(stage.params).flatMap(([name, declared]) => {
    const members = membersOf(declared)
    return [
      { word: `${stage.name}.${name}=`, about: declared.description },
      ...(members.length === 0 ? [] : [{ word: `${stage.name}.${name}.`, about: `one of ${members.join(", ")}` }])
    ]
  })
}

/** Names that may stand in a record: those that it knows, or those that its default has. */
const membersOf = (param: Param<unknown> | undefined): ReadonlyArray<string> => {
  const { members, fallback } = param ?? {}
  if (members !== undefined) return members
  return typeof fallback === "object" && fallback !== null && !Array.isArray(fallback) ? Object.keys(fallback) : []
}
