/**
 * The prompt line of `sample` as a state machine: what was typed or happened in, what is to be done out. It knows no terminal and
 * no model.
 */

import { didYouMean } from "../../text/near.ts"
import { columns } from "../usage.ts"
import { type Choices, SETTINGS, type Settings, settingsWords } from "./settings.ts"

export interface LineState {
  readonly settings: Settings
  /** Whether a question is being answered. */
  readonly busy: boolean
  /** Whether the last thing that happened was Ctrl-C: the next one leaves. */
  readonly armed: boolean
  /** Lines typed while a question is being answered. */
  readonly waiting: ReadonlyArray<string>
}

/** What happens. `interrupt` is Ctrl-C, `end` Ctrl-D; `answered`: a question is done with, in whatever way. */
export type LineEvent =
  | { readonly type: "line"; readonly text: string }
  | { readonly type: "interrupt"; readonly typed: boolean }
  | { readonly type: "end" }
  | { readonly type: "answered" }

/** What is to be done about it, in order. */
export type Deed =
  | { readonly type: "say"; readonly text: string }
  | { readonly type: "ask"; readonly question: string; readonly settings: Settings }
  | { readonly type: "cancel" }
  /** Asks for the next line. */
  | { readonly type: "prompt" }
  | { readonly type: "leave"; readonly code: number }

export interface Step {
  readonly state: LineState
  readonly deeds: ReadonlyArray<Deed>
}

export const firstState = (settings: Settings): LineState => ({ settings, busy: false, armed: false, waiting: [] })

/** As every command that is interrupted ends. */
const INTERRUPTED = 130

const LEAVE_HINT = "Ctrl-C again, Ctrl-D or /quit leaves."

/** What follows from an event. */
export const step = (state: LineState, event: LineEvent, choices: Choices): Step => {
  switch (event.type) {
    case "line":
      return state.busy
        ? { state: { ...state, armed: false, waiting: [...state.waiting, event.text] }, deeds: [] }
        : lineOf({ ...state, armed: false }, event.text, choices)
    case "answered":
      return nextOf({ ...state, busy: false }, choices)
    case "interrupt":
      return interrupted(state, event.typed)
    case "end":
      return { state, deeds: [...cancelled(state), { type: "leave", code: 0 }] }
  }
}

const cancelled = ({ busy }: LineState): ReadonlyArray<Deed> => (busy ? [{ type: "cancel" }] : [])

const interrupted = (state: LineState, typed: boolean): Step => {
  // What was typed is thrown away, as in every shell.
  if (typed) return { state: { ...state, armed: false }, deeds: state.busy ? [] : [{ type: "prompt" }] }
  if (state.armed) return { state, deeds: [...cancelled(state), { type: "leave", code: INTERRUPTED }] }
  const armed = { ...state, armed: true, waiting: [] }
  if (state.busy) return { state: armed, deeds: [{ type: "cancel" }, { type: "say", text: `Cancelled. ${LEAVE_HINT}` }] }
  return { state: armed, deeds: [{ type: "say", text: LEAVE_HINT }, { type: "prompt" }] }
}

/** Goes on with what was typed in the meantime. */
const nextOf = (state: LineState, choices: Choices): Step => {
  const [line, ...waiting] = state.waiting
  if (line === undefined) return { state, deeds: [{ type: "prompt" }] }
  const { state: after, deeds } = lineOf({ ...state, waiting }, line, choices)
  const over = after.busy || deeds.some(({ type }) => type === "leave")
  if (over || after.waiting.length === 0) return { state: after, deeds }
  const rest = nextOf(after, choices)
  return { state: rest.state, deeds: [...deeds.filter(({ type }) => type !== "prompt"), ...rest.deeds] }
}

const lineOf = (state: LineState, text: string, choices: Choices): Step => {
  const line = text.trim()
  if (line === "") return { state, deeds: [{ type: "prompt" }] }
  if (line.startsWith("/")) return commandOf(state, line, choices)
  return { state: { ...state, busy: true }, deeds: [{ type: "ask", question: line, settings: state.settings }] }
}

const commandOf = (state: LineState, line: string, choices: Choices): Step => {
  const [, name = "", value = ""] = /^\/(\S*)\s*(.*)$/s.exec(line)!
  const say = (text: string, changed = state): Step => ({
    state: changed,
    deeds: [{ type: "say", text }, { type: "prompt" }]
  })
  if (name === "quit" || name === "exit") return { state, deeds: [{ type: "leave", code: 0 }] }
  if (name === "help") return say(helpOf(state.settings, choices))
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
  if (setting === undefined) {
    const known = [...Object.keys(SETTINGS), "help", "quit"]
    return say(`There is no command /${name}.${didYouMean(name, known).replaceAll('"', "")} /help lists them.`)
  }
  const outcome = value === "" ? { changed: setting.reset } : setting.read(value, choices)
  if ("problem" in outcome) return say(`/${name} ${outcome.problem}`)
  return { state: { ...state, settings: { ...state.settings, ...outcome.changed } }, deeds: [{ type: "prompt" }] }
}

/** What can stand in place of a line's last word, at a TAB; `word` is that word. Questions are nobody's to complete. */
export const completing = (
  line: string,
  { formats, steps }: Choices
): { readonly words: ReadonlyArray<string>; readonly word: string } => {
  const [, name, value] = /^\/(\S*)(?:\s+(\S*))?$/.exec(line) ?? []
  if (name === undefined) return { words: [], word: line }
  if (value === undefined) {
    const all = [...Object.keys(SETTINGS).map((setting) => `/${setting} `), "/help", "/quit"]
    return { words: all.filter((each) => each.startsWith(line)), word: line }
  }
  const values = name === "force" ? (formats ?? []) : name === "step" ? steps.map(String) : []
  return { words: values.filter((each) => each.startsWith(value)), word: value }
}

const helpOf = (settings: Settings, { formats, steps }: Choices): string =>
  [
    "A line is a question. A line that begins with / is a command; a setting without a value is as it was at first.",
    columns([
      ...Object.entries(SETTINGS).map(([name, { value, description }]) => [`/${name} ${value}`, description]),
      ["/help", "this"],
      ["/quit", "leave, as Ctrl-D does; Ctrl-C stops an answer"]
    ]),
    `Formats: ${formats?.join(", ") ?? "not known"}. Snapshots: ${steps.length === 0 ? "none" : `steps ${steps.join(", ")}`}.`,
    `Now: ${settings.n} completions, ${settingsWords(settings)}.`
  ].join("\n")

/** What stands before a line that is typed: what is asked, and how. */
export const promptOf = (model: string, { force, step, temperature }: Settings): string =>
  [
    model,
    ...(step === null ? [] : [`step ${step}`]),
    ...(force === "" ? [] : [force]),
    ...(temperature === 1 ? [] : [temperature === 0 ? "greedy" : `T ${temperature}`])
  ].join(", ") + "> "
