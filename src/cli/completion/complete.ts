/**
 * What can stand where the cursor is, by descriptions of the commands and studies: nothing is loaded here, and what is described
 * is asked for no sooner than it is needed.
 */

import type { Flag, Flags } from "../usage.ts"
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

/** A command as completion needs it: plain data. */
export interface CommandSketch {
  readonly name: string
  readonly usage: string
  /** Those of every command included. */
  readonly flags: Flags
  /** The flags of the study that is named are flags of it too. */
  readonly takesStudy: boolean
  /** Commands of its own; none where it has none. */
  readonly parts: ReadonlyArray<Candidate>
}

/** A study likewise. */
export interface StudySketch {
  readonly flags: Flags
  readonly stages: ReadonlyArray<{
    readonly name: string
    readonly params: Readonly<Record<string, ParamSketch>>
  }>
}

export interface ParamSketch {
  readonly description: string
  /** The words that it takes, or that its list is made of; none where they are not known. */
  readonly options: ReadonlyArray<string>
  readonly isList: boolean
  /** The names that may stand in it. */
  readonly members: ReadonlyArray<string>
}

/** Where sketches and names come from. `args`: what stands on the command line before the cursor, the command's name included. */
export interface Sources {
  /** The command that these words lead to, `data list` say; null: none. */
  readonly command: (words: ReadonlyArray<string>) => Promise<CommandSketch | null>
  /** The study that is named; null: none is. */
  readonly study: (args: ReadonlyArray<string>) => Promise<StudySketch | null>
  readonly list: (
    kind: Exclude<Kind, "setting" | "stage" | "file" | "folder"> | "label",
    args: ReadonlyArray<string>
  ) => Promise<ReadonlyArray<Candidate>>
}

const NOTHING: Answer = { candidates: [], paths: null }

/** What can stand in place of the last of these words, those behind `pipeline`: it is typed in part, or empty. */
export const complete = async (words: ReadonlyArray<string>, sources: Sources): Promise<Answer> => {
  const { candidates, paths } = await offered(words, sources)
  const current = words.at(-1) ?? ""
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), paths }
}

const offered = async (words: ReadonlyArray<string>, sources: Sources): Promise<Answer> => {
  const [name, ...args] = words.slice(0, -1)
  const typed = { before: words.slice(0, -1), current: words.at(-1) ?? "", sources }
  if (name === undefined) return { candidates: await sources.list("command", []), paths: null }
  const command = await sources.command([name])
  if (command === null) return NOTHING
  const [part, ...rest] = args
  if (command.parts.length === 0) return behind(command, args, typed)
  if (part === undefined && !typed.current.startsWith("-")) return { candidates: command.parts, paths: null }
  const inner = command.parts.some(({ word }) => word === part) ? await sources.command([name, part!]) : null
  return inner === null ? behind(command, args, typed) : behind(inner, rest, typed)
}

/** The line as it stands: the words before the cursor, and the one at it. */
interface Typed {
  readonly before: ReadonlyArray<string>
  readonly current: string
  readonly sources: Sources
}

/** Behind a command's name: a flag, the value of one, or what the usage line has in that place. */
const behind = async (command: CommandSketch, args: ReadonlyArray<string>, typed: Typed): Promise<Answer> => {
  const { before, current, sources } = typed
  const ofStudy = command.takesStudy ? ((await sources.study(before))?.flags ?? {}) : {}
  const flags: Flags = { ...command.flags, ...ofStudy }
  const { positionals, given, open, ended } = readSoFar(args, flags)
  if (open !== null) return valuesOf(flags[open]!, "", typed)
  const [, inOne, value = ""] = ended ? [] : (/^--([^=]+)=(.*)$/s.exec(current) ?? [])
  if (inOne !== undefined) {
    const flag = Object.hasOwn(flags, inOne) ? flags[inOne] : undefined
    return flag?.type === "string" ? valuesOf(flag, `--${inOne}=`, { ...typed, current: value }) : NOTHING
  }
  if (current.startsWith("-") && !ended) {
    const free = Object.entries(flags).filter(([name, { multiple }]) => multiple === true || !given.has(name))
    return { candidates: free.map(([name, { description }]) => ({ word: `--${name}`, about: description })), paths: null }
  }
  const { places, repeats } = placesOf(command.name, command.usage)
  const { taken, next } = await labelsAt(
    places.findIndex(({ kinds }) => kinds.has("node")),
    positionals,
    typed
  )
  const place = places[positionals.length - taken] ?? (repeats ? places.at(-1) : undefined)
  if (place === undefined) return { candidates: next, paths: null }
  const own = place.words.map((word) => ({ word, about: "" }))
  const { candidates, paths } = await thingsOf(place.kinds, typed)
  const free = candidates.filter(({ word }) => !positionals.includes(word))
  return { candidates: [...next, ...own, ...free], paths }
}

/**
 * Labels of nodes are several words, `rl ppo`, and need no quotes: those that a label goes on with behind what stands from the
 * place of a node on. `taken`: words more than one that a whole label takes there.
 */
const labelsAt = async (
  place: number,
  positionals: ReadonlyArray<string>,
  { before, sources }: Typed
): Promise<{ readonly taken: number; readonly next: ReadonlyArray<Candidate> }> => {
  if (place < 0 || positionals.length < place) return { taken: 0, next: [] }
  const typed = positionals.slice(place)
  const labels = (await sources.list("label", before)).map(({ word }) => word.split(" "))
  const goesOn = labels.filter((words) => words.length > typed.length && typed.every((word, i) => words[i] === word))
  const whole = labels.filter((words) => words.length <= typed.length && words.every((word, i) => typed[i] === word))
  const next = new Set(goesOn.map((words) => words[typed.length]!))
  return {
    taken: whole.reduce((longest, words) => Math.max(longest, words.length), 1) - 1,
    next: [...next].map((word) => ({ word, about: "" }))
  }
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
const valuesOf = async (flag: Flag, prefix: string, typed: Typed): Promise<Answer> => {
  const { candidates, paths } =
    flag.choices === undefined
      ? await thingsOf(placeOf(flag.value ?? "").kinds, typed)
      : { candidates: choicesOf(flag.choices, flag.isList === true, typed.current), paths: null }
  return { candidates: candidates.map(({ word, about }) => ({ word: `${prefix}${word}`, about })), paths }
}

/** The words of a list that are not in it yet come behind its last comma. */
const choicesOf = (choices: ReadonlyArray<string>, isList: boolean, typed: string): ReadonlyArray<Candidate> => {
  const done = isList ? typed.slice(0, typed.lastIndexOf(",") + 1) : ""
  const taken = done.split(",")
  return choices.filter((choice) => !taken.includes(choice)).map((choice) => ({ word: `${done}${choice}`, about: "" }))
}

const thingsOf = async (kinds: ReadonlySet<Kind>, { before, current, sources }: Typed): Promise<Answer> => {
  const lists = [...kinds].map(async (kind): Promise<ReadonlyArray<Candidate>> => {
    if (kind === "file" || kind === "folder") return []
    if (kind !== "setting" && kind !== "stage") return sources.list(kind, before)
    const stages = (await sources.study(before))?.stages ?? []
    return kind === "setting" ? settings(stages, current) : stages.map(({ name }) => ({ word: name, about: "" }))
  })
  const paths = kinds.has("file") ? "file" : kinds.has("folder") ? "folder" : null
  return { candidates: (await Promise.all(lists)).flat(), paths }
}

/** `rl.`, then `rl.kl=`, or `mix.sources.omi2=`, then values where they are known. */
const settings = (stages: StudySketch["stages"], typed: string): ReadonlyArray<Candidate> => {
  const [path = "", value] = typed.split(/=(.*)/s)
  const [stageName, paramName, member] = path.split(".")
  const stage = stages.find(({ name }) => name === stageName)
  if (paramName === undefined || stage === undefined)
    return stages.map(({ name, params }) => ({ word: `${name}.`, about: Object.keys(params).slice(0, 4).join(", ") }))
  const param = Object.hasOwn(stage.params, paramName) ? stage.params[paramName] : undefined
  if (value !== undefined)
    return member !== undefined || param === undefined
      ? []
      : choicesOf(param.options, param.isList, value).map(({ word }) => ({ word: `${path}=${word}`, about: "" }))
  if (member !== undefined)
    return (param?.members ?? []).map((name) => ({
      word: `${stage.name}.${paramName}.${name}=`,
      about: param?.description ?? ""
    }))
  return Object.entries(stage.params).flatMap(([name, { description, members }]) => [
    { word: `${stage.name}.${name}=`, about: description },
    ...(members.length === 0 ? [] : [{ word: `${stage.name}.${name}.`, about: `one of ${members.join(", ")}` }])
  ])
}
