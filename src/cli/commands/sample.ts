/** `pipeline sample <node|artifact> [question]`: completions of a model of the store; without a question, a prompt line. */

import * as os from "node:os"
import { addAbortSignal } from "node:stream"

import * as Effect from "effect/Effect"

import { csv, json, jsonl, tsv } from "../../catalog/output/row-formats.ts"
import type { Model } from "../../engine/Engine.ts"
import { readyEngine } from "../../engine/ready.ts"
import { engineLayer } from "../../engine/select.ts"
import { readParameters, readSnapshot } from "../../model/tensors.ts"
import { Store } from "../../store/objects/Store.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { forcedTokens, loadPolicy } from "../../training/policy.ts"
import { print, printPiece, say } from "../output.ts"
import { wantedFormat } from "../printing/result-formats.ts"
import { widthOf } from "../printing/terminal.ts"
import { chooseEngine, engineRequest, runFlags } from "../run-flags.ts"
import { ask, goldProblem, questionProblem, QuestionUnfit } from "../sampling/ask.ts"
import { type Choices, DEFAULTS, SETTINGS, type Settings, settingsWords } from "../sampling/settings.ts"
import { openSubject, type Subject } from "../sampling/subject.ts"
import { talk } from "../sampling/talk.ts"
import { answerRows, answerWords } from "../sampling/words.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flag, type Flags, NotFound, parse, type Parsed, UsageError, wholeNumber } from "../usage.ts"
import { resultNamed } from "./show.ts"

const OFFERED = ["table", "csv", "tsv", "json", "jsonl"] as const
type Format = (typeof OFFERED)[number]

const settingFlags: Flags = Object.fromEntries(
  Object.entries(SETTINGS).map(([name, { value, description, choices }]): readonly [string, Flag] => [
    name,
    { type: "string", value, description, ...(choices === undefined ? {} : { choices }) }
  ])
)

const flags: Flags = {
  ...settingFlags,
  gold: {
    type: "string",
    value: "ANSWER",
    description: "the right answer to the question, to grade against (default: what the model's corpus has, if it asks that)"
  },
  "no-documents": { type: "boolean", description: "do not look for the documents that completions repeat" },
  format: { type: "string", value: "FORMAT", choices: OFFERED, description: `${OFFERED.join(", ")} (default table)` },
  engine: runFlags.engine,
  mode: runFlags.mode,
  threads: { ...runFlags.threads, description: "threads (default: every core); the completions are the same for any number" }
}

export const command: Command = {
  name: "sample",
  summary:
    "Completions of a model to a question: format, answer, whether it is right, log-probability, and the training documents " +
    "that it repeats. Without a question, a prompt line; from a pipe, standard input is the question.",
  usage: "pipeline sample <node id | node label | key | artifact> [question] [flags]",
  flags,
  more: async () =>
    "The question is one word of the command line: quote it. /help lists the commands of the prompt line.\n" +
    "Documents are named where the store holds an attribution (stage attribute) to the corpus of the model.",
  run: async (args) => {
    const parsed = parse("sample", flags, args, { min: 1, max: 8, words: "a model, and a question in quotes or none" })
    const wanted = wantedFormat(parsed.text("format"), null, OFFERED)
    if (typeof wanted === "string") throw new UsageError({ problem: wanted })
    settingsIn(parsed, null)
    const gold = parsed.text("gold") ?? null
    const wrong = gold === null ? null : goldProblem(gold)
    if (wrong !== null) throw new UsageError({ problem: wrong })
    const threads = wholeNumber(parsed, "threads", os.availableParallelism())
    const engine = engineRequest(parsed)
    const root = existingStore(parsed)

    const program = Effect.gen(function* () {
      const { action, label, aside, question: given } = yield* modelAndQuestion(parsed.positionals, root)
      if (aside !== null) say(aside)
      const subject = yield* openSubject(action, label)
      for (const remark of subject.remarks) say(remark)
      const settings = settingsIn(parsed, subject.choices)
      const atTerminal = given === null && process.stdin.isTTY === true
      const question = atTerminal ? null : (given ?? (yield* standardInput))
      if (question === null && gold !== null)
        return yield* new UsageError({ problem: "--gold is the answer to one question: give that too, in quotes." })
      if (question !== null) yield* askable(subject, question, settings)
      if (subject.documentsOf === null && !parsed.is("no-documents")) say(WITHOUT_DOCUMENTS)
      const documentsOf = parsed.is("no-documents") ? null : subject.documentsOf
      const chosen = yield* Effect.promise(() => chooseEngine(parsed))
      const choice = yield* readyEngine(engine, chosen)
      if (choice.notice !== undefined && choice.notice !== chosen.notice) say(choice.notice)
      const inside = Effect.gen(function* () {
        const answer = yield* answering({ ...subject, documentsOf }, settings.step, wanted.format)
        if (question !== null) {
          yield* answer(question, settings, gold)
          return 0
        }
        say(greeting(subject))
        return yield* talk({
          model: label,
          choices: subject.choices,
          settings,
          input: process.stdin,
          output: process.stdout.isTTY === true ? process.stdout : process.stderr,
          answer: (line, now) => answer(line, now, null),
          say
        })
      })
      return yield* Effect.provide(inside, engineLayer(choice, { threads }))
    })
    return untilSignal(Effect.provide(program, Store.reading(root)))
  }
}

const WITHOUT_DOCUMENTS =
  "No documents are named: the store holds no attribution (stage attribute) to the corpus that this model was trained on."

const greeting = ({ label, choices: { formats, steps }, example }: Subject): string =>
  [
    `${label}. A line is a question; /help lists the commands, Ctrl-D leaves.`,
    ...(formats === null ? [] : [`Formats to force: ${formats.join(", ")}.`]),
    ...(steps.length === 0 ? [] : [`Snapshots at steps ${steps.join(", ")}.`]),
    ...(example === null ? [] : [`A question that it knows: ${example}`])
  ].join("\n")

/** The settings that the flags give. Throws `UsageError`, with `choices` also for what this model does not have. */
const settingsIn = (parsed: Parsed, choices: Choices | null): Settings => {
  let settings = DEFAULTS
  for (const [name, { read }] of Object.entries(SETTINGS)) {
    const text = parsed.text(name)
    if (text === undefined) continue
    const outcome = read(text, choices)
    if ("problem" in outcome) throw new UsageError({ problem: `--${name} ${outcome.problem}` })
    settings = { ...settings, ...outcome.changed }
  }
  return settings
}

/** The last of several words is a question where it has a blank, or where all words together name nothing. */
const modelAndQuestion = Effect.fnUntraced(function* (words: ReadonlyArray<string>, root: string) {
  const [before, last] = [words.slice(0, -1).join(" "), words.at(-1)!]
  if (before !== "" && last.includes(" ")) return { ...(yield* resultNamed(before, root)), question: last }
  const whole = yield* Effect.result(resultNamed(words.join(" "), root))
  if (whole._tag === "Success") return { ...whole.success, question: null }
  if (before === "" || !(whole.failure instanceof NotFound)) return yield* Effect.fail(whole.failure)
  const rest = yield* Effect.result(resultNamed(before, root))
  if (rest._tag === "Success") return { ...rest.success, question: last }
  return yield* new NotFound({ problem: `${whole.failure.message} A question goes in quotes behind the model.` })
})

/** A question is no book: what is longer was meant for something else. */
const LONGEST_QUESTION = 1_000_000

/** All of standard input as one question. */
const standardInput = Effect.tryPromise({
  try: async (signal) => {
    let text = ""
    for await (const piece of addAbortSignal(signal, process.stdin.setEncoding("utf8"))) {
      text += String(piece)
      if (text.length > LONGEST_QUESTION) break
    }
    if (text.trim() !== "") return text
    throw new UsageError({
      problem:
        "There is no question: standard input is empty. Give one in quotes behind the model, or start at a terminal for a " +
        "prompt line."
    })
  },
  catch: (cause) => {
    const problem = systemProblem(cause, "standard input")
    return problem === null ? cause : new UsageError({ problem })
  }
})

/** The tokens that force a format, of a question that can be asked. Fails with `QuestionUnfit` where it cannot. */
const askable = Effect.fnUntraced(function* (subject: Subject, question: string, { force }: Settings) {
  const { tokenizer, checkpoint, openings, example } = subject
  const forced = yield* forcedTokens("sample", force, openings)
  const problem = questionProblem(question.trim(), tokenizer, checkpoint.spec.context, forced.length, example)
  return problem === null ? forced : yield* new QuestionUnfit({ problem })
})

/** What answers questions, and prints: the model is loaded once, and written over where another step of it is wanted. */
const answering = Effect.fnUntraced(function* (subject: Subject, first: number | null, format: Format) {
  const { model } = yield* loadPolicy(subject.checkpoint, first)
  const at = modelAt(subject, model, first)
  return Effect.fnUntraced(function* (line: string, settings: Settings, told: string | null) {
    const question = line.trim()
    const forced = yield* askable(subject, question, settings)
    yield* at(settings.step)
    const gold = told ?? subject.answerTo(question)
    const { tokenizer, documentsOf, label } = subject
    const completions = yield* ask({ model, tokenizer, question, gold, forced, settings, documentsOf })
    const heading = { model: label, settings: settingsWords(settings), question, gold }
    if (format === "table") return print(`${answerWords(heading, completions, widthOf(process.stdout))}\n`)
    yield* Effect.promise(() => printPiece(answerRows(heading, completions, { csv, tsv, json, jsonl }[format])))
  })
})

/** Gives a model the parameters of a step. */
const modelAt = ({ checkpoint: { spec, weights, snapshots } }: Subject, model: Model, first: number | null) => {
  // Undefined while they are written: an answer that is cancelled then leaves neither the old nor the new ones.
  let held: number | null | undefined = first
  return Effect.fnUntraced(function* (step: number | null) {
    if (held === step) return
    held = undefined
    yield* model.write("parameters", step === null ? readParameters(spec, weights) : readSnapshot(spec, snapshots, step))
    held = step
  })
}
