/** The prompt line at a terminal: hands what happens there to the state machine, and does what comes of it. */

import * as readline from "node:readline"
import type { Readable, Writable } from "node:stream"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"

import { errorText } from "../../text/error-text.ts"
import { visibleLines } from "../../text/visible.ts"
import { earlierLines, keepLine } from "./history.ts"
import { completing, type Deed, firstState, type LineEvent, promptOf, step } from "./prompt-line.ts"
import type { Choices, Settings } from "./settings.ts"

/** Who talks to whom. */
export interface Talk<R> {
  readonly model: string
  readonly choices: Choices
  readonly settings: Settings
  readonly input: Readable
  readonly output: Writable & { readonly isTTY?: boolean }
  /** Answers a question, and prints what comes of it. What it fails with is said, and the next question asked. */
  readonly answer: (question: string, settings: Settings) => Effect.Effect<void, unknown, R>
  readonly say: (text: string) => void
}

/** Until the user leaves. The exit code. */
export const talk = Effect.fnUntraced(function* <R>({ model, choices, settings, input, output, answer, say }: Talk<R>) {
  const events = yield* Queue.unbounded<LineEvent>()
  const happens = (event: LineEvent): void => void Queue.offerUnsafe(events, event)
  const terminal = output.isTTY === true
  const line = yield* Effect.acquireRelease(
    Effect.sync(() =>
      readline.createInterface({
        input,
        output,
        terminal,
        historySize: 1000,
        removeHistoryDuplicates: true,
        completer: (typed: string): [Array<string>, string] => {
          const { words, word } = completing(typed, choices)
          return [[...words], word]
        },
        ...(terminal ? { history: [...earlierLines()] } : {})
      })
    ),
    (made) => Effect.sync(() => made.close())
  )
  line.on("line", (text) => {
    if (terminal) keepLine(text)
    happens({ type: "line", text })
  })
  line.on("SIGINT", () => {
    const typed = line.line !== ""
    // Ends the line on the screen, and throws away what was typed on it.
    output.write("\n")
    if (typed) line.write(null, { ctrl: true, name: "e" })
    if (typed) line.write(null, { ctrl: true, name: "u" })
    happens({ type: "interrupt", typed })
  })
  line.on("close", () => happens({ type: "end" }))

  let state = firstState(settings)
  let answering: Fiber.Fiber<void> | null = null
  const answered = (exit: Exit.Exit<void, unknown>) =>
    Effect.sync(() => {
      if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) say(errorText(Cause.squash(exit.cause)))
      happens({ type: "answered" })
    })
  let deeds: ReadonlyArray<Deed> = [{ type: "prompt" }]
  for (;;) {
    for (const deed of deeds) {
      if (deed.type === "leave") return deed.code
      if (deed.type === "say") say(deed.text)
      if (deed.type === "cancel" && answering !== null) yield* Fiber.interrupt(answering)
      if (deed.type === "ask")
        answering = yield* Effect.forkChild(
          Effect.exit(answer(deed.question, deed.settings)).pipe(
            Effect.flatMap(answered),
            Effect.onInterrupt(() => answered(Exit.void))
          )
        )
      if (deed.type === "prompt") {
        line.setPrompt(visibleLines(promptOf(model, state.settings)))
        line.prompt()
      }
    }
    const event: LineEvent = yield* Queue.take(events)
    // Ctrl-D leaves the cursor behind the prompt.
    if (event.type === "end" && terminal) output.write("\n")
    const next = step(state, event, choices)
    state = next.state
    deeds = next.deeds
  }
})
