/**
 * Flags and messages: what every command shares. Parsing is Node's own `parseArgs`; this adds
 * descriptions, near names and exit codes.
 */

import { parseArgs } from "node:util"

import * as Schema from "effect/Schema"

import { decimalFrom } from "../text/decimal.ts"
import { errorText } from "../text/error-text.ts"
import { didYouMean } from "../text/near.ts"

/** The command line itself is wrong: exit code 2. */
export class UsageError extends Schema.TaggedError<UsageError>()("UsageError", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

/** What was asked for is not there: exit code 2. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", { problem: Schema.String }) {
  readonly badInput = true
  override get message() {
    return this.problem
  }
}

/** What was asked for is there, and cannot be read: exit code 1. */
export class Unread extends Schema.TaggedError<Unread>()("Unread", { problem: Schema.String }) {
  override get message() {
    return this.problem
  }
}

export interface Flag {
  readonly type: "string" | "boolean"
  readonly multiple?: boolean
  readonly description: string
  /** How the value is called in help: `--store DIR`. */
  readonly value?: string
  /** The words that its value is one of, where these are all. */
  readonly choices?: ReadonlyArray<string>
  /** The value is a list of the choices, with commas. */
  readonly isList?: boolean
  /** An empty value means something: whoever reads it judges it. Elsewhere it is refused. */
  readonly mayBeEmpty?: boolean
}
export type Flags = Readonly<Record<string, Flag>>

export interface Parsed {
  readonly positionals: ReadonlyArray<string>
  readonly text: (flag: string) => string | undefined
  readonly texts: (flag: string) => ReadonlyArray<string>
  readonly is: (flag: string) => boolean
}

/** What can be typed behind `pipeline`, by name. Each is loaded on demand: a cached run should not pay for DuckDB. */
export type Commands = Readonly<
  Record<string, { readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> }>
>

export interface Command {
  readonly name: string
  readonly summary: string
  /** `pipeline run <study> [flags]`: what completion offers in a place follows from how the place is called here. */
  readonly usage: string
  readonly flags: Flags
  /** The flags of the study that is named are flags of it too. */
  readonly takesStudy?: boolean
  /** Commands of its own, by the word that comes first: `pipeline data list`. */
  readonly parts?: Commands
  /** Further lines for `--help`, where they depend on what it is asked of. */
  readonly more?: (args: ReadonlyArray<string>) => Promise<string>
  /** Returns the exit code. */
  readonly run: (args: ReadonlyArray<string>) => Promise<number>
}

/** Flags of every command. */
export const commonFlags = {
  store: {
    type: "string",
    value: "DIR",
    description:
      "where artifacts are kept, a folder or s3://bucket/prefix (default: $ECHO_CHAMBER_STORE, else artifacts/ in the project)"
  },
  help: { type: "boolean", description: "show this help" }
} satisfies Flags

/** Reads the arguments of a command. Throws `UsageError` with the near names of what it does not know. */
export const parse = (
  command: string,
  flags: Flags,
  args: ReadonlyArray<string>,
  positionals: { readonly min: number; readonly max: number; readonly words: string; readonly mayBeEmpty?: boolean }
): Parsed => {
  const all: Flags = { ...commonFlags, ...flags }
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      options: Object.fromEntries(Object.entries(all).map(([name, { type, multiple = false }]) => [name, { type, multiple }])),
      allowPositionals: true,
      strict: true,
      tokens: true
    })
  } catch (cause) {
    const message = errorText(cause)
    const [, dashes, unknown] = /Unknown option '(--?)([^']+)'/.exec(message) ?? []
    if (unknown !== undefined) {
      const near = didYouMean(unknown, Object.keys(all))
        .replaceAll('"', "")
        .replaceAll(/(mean|,) /g, "$1 --")
      throw new UsageError({
        problem: `pipeline ${command} has no flag ${dashes}${unknown}.${near} See pipeline ${command} --help.`
      })
    }
    const valued = /Option '(?:-\w, )?--([^ ']+)[^']*' does not take an argument/.exec(message)?.[1]
    if (valued !== undefined)
      throw new UsageError({ problem: `pipeline ${command}: --${valued} takes no value: it is there or left out.` })
    const ambiguous = /Option '(?:-\w, )?--([^ ']+)[^']*' argument is ambiguous/.exec(message)?.[1]
    if (ambiguous !== undefined) {
      const value = args[args.indexOf(`--${ambiguous}`) + 1] ?? ""
      throw new UsageError({
        problem:
          `pipeline ${command}: --${ambiguous} is followed by "${value}", which looks like a flag. ` +
          `If that is its value, write --${ambiguous}=${value}.`
      })
    }
    const lacking = /Option '(?:-\w, )?--([^ ']+)[^']*' argument missing/.exec(message)?.[1]
    if (lacking !== undefined)
      throw new UsageError({
        problem: `pipeline ${command}: --${lacking} needs a value: --${lacking} ${all[lacking]?.value ?? "VALUE"}.`
      })
    throw new UsageError({ problem: `pipeline ${command}: ${message.split(". To specify")[0]}` })
  }
  if (parsed.positionals.length < positionals.min && parsed.values["help"] !== true)
    throw new UsageError({ problem: `pipeline ${command} needs ${positionals.words}. See pipeline ${command} --help.` })
  if (positionals.mayBeEmpty !== true && parsed.positionals.some((word) => word.trim() === ""))
    throw new UsageError({
      problem: `pipeline ${command} is given an empty word. It takes ${positionals.words}. See pipeline ${command} --help.`
    })
  if (parsed.positionals.length > positionals.max)
    throw new UsageError({
      problem: `pipeline ${command}: what is "${parsed.positionals[positionals.max]}"? It takes ${positionals.words}.`
    })
  const wrong = valueProblem(all, parsed.tokens)
  if (wrong !== null) throw new UsageError({ problem: `pipeline ${command}: ${wrong}` })
  const values = parsed.values
  return {
    positionals: parsed.positionals,
    text: (flag) => (typeof values[flag] === "string" ? values[flag] : undefined),
    texts: (flag) => (Array.isArray(values[flag]) ? values[flag].filter((v) => typeof v === "string") : []),
    is: (flag) => values[flag] === true
  }
}

type Token = { readonly kind: string; readonly name?: string; readonly value?: string | undefined }

/** What is wrong with the values of flags, whatever they mean: one that is empty, or two where one is wanted. */
const valueProblem = (flags: Flags, tokens: ReadonlyArray<Token>): string | null => {
  const seen = new Map<string, string>()
  for (const { kind, name, value } of tokens) {
    const flag = kind === "option" && name !== undefined && Object.hasOwn(flags, name) ? flags[name] : undefined
    if (flag?.type !== "string" || name === undefined || value === undefined) continue
    if (value === "" && flag.mayBeEmpty !== true)
      return `--${name} is given without a value. Write --${name} ${flag.value ?? "VALUE"}, or leave it out.`
    const before = seen.get(name)
    if (before !== undefined && flag.multiple !== true)
      return `--${name} is given twice, as "${before}" and as "${value}". Give it once.`
    seen.set(name, value)
  }
  return null
}

/** A whole number from a flag, or a usage error. */
export const wholeNumber = (parsed: Parsed, flag: string, fallback: number, min = 1): number => {
  const text = parsed.text(flag)
  if (text === undefined) return fallback
  const value = decimalFrom(text)
  if (value === undefined || !Number.isSafeInteger(value) || value < min)
    throw new UsageError({ problem: `--${flag} must be a whole number >= ${min}; got "${text}".` })
  return value
}

/** A share from 0 to 1 from a flag, or a usage error. */
export const shareNumber = (parsed: Parsed, flag: string, fallback: number): number => {
  const text = parsed.text(flag)
  if (text === undefined) return fallback
  const value = decimalFrom(text)
  if (value === undefined || value < 0 || value > 1)
    throw new UsageError({ problem: `--${flag} must be a share from 0 to 1, as 0.05 is; got "${text}".` })
  return value
}

/** The command of its own that a word names. Throws `UsageError`, which says what there is. */
export const partCalled = async ({ name, parts = {} }: Command, word: string): Promise<Command> => {
  if (Object.hasOwn(parts, word)) return (await parts[word]!.load()).command
  const known = Object.keys(parts)
  throw new UsageError({
    problem: `pipeline ${name} has no command "${word}".${didYouMean(word, known)} It has ${known.join(", ")}.`
  })
}

/** Which command words behind a command's name lead to, and the words behind that. Throws `UsageError` as `partCalled` does. */
export const ledTo = async (
  command: Command,
  words: ReadonlyArray<string>
): Promise<{ readonly command: Command; readonly rest: ReadonlyArray<string> }> => {
  const at = words.findIndex((word) => !word.startsWith("-"))
  if (command.parts === undefined || at < 0) return { command, rest: words }
  return ledTo(await partCalled(command, words[at]!), words.slice(at + 1))
}

/** What `--help` of a command prints; `more` are lines that depend on what it is asked of. */
export const helpText = (command: Command, more = ""): string => {
  const flags = Object.entries({ ...command.flags, ...commonFlags }).map(([name, flag]) => [
    flagName(name, flag),
    `${flag.description}${"multiple" in flag && flag.multiple === true ? " (may be repeated)" : ""}`
  ])
  return `${command.summary}\n\n  ${command.usage}\n\n${columns(flags)}\n${more === "" ? "" : `\n${more}\n`}`
}

/** `--store DIR`. */
export const flagName = (name: string, flag: Flag): string =>
  `--${name}${flag.type === "string" ? ` ${flag.value ?? "VALUE"}` : ""}`

/** Two columns, the first as wide as it must be. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const width = rows.reduce((widest, [first = ""]) => Math.max(widest, first.length), 0)
  return rows.map(([first = "", ...rest]) => `  ${first.padEnd(width)}  ${rest.join("  ")}`.trimEnd()).join("\n")
}
