/**
 * The executor for heavy stages: a child process of this command, `exec-stage <request.json>`, watched over an IPC channel. What
 * it prints goes to the attempt's log. When the channel closes (this process was killed) the child saves a checkpoint and leaves.
 */

import { fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { discard, discardEmpty } from "../../store/disk/calls.ts"
import { makeInside } from "../../store/disk/inside.ts"
import { LeaseLost, Store } from "../../store/objects/Store.ts"
import { errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { Stopped } from "../Checkpoints.ts"
import { endOfLog, logFile } from "./attempts/log.ts"
import { Busy, type Ending, type Executor, happeningOf, type News, type StageRequest } from "./Executor.ts"
import { NodeFailed, nodeFailed } from "./NodeFailed.ts"

export type ChildMessage = News | Ending
/** From driver to child. */
export type DriverMessage = { readonly type: "stop" }

/** A child that left without a word: its exit code, its signal, or why it could not be started. */
interface Gone {
  readonly type: "gone"
  readonly words: string
}

/** What a signal means that ends a process without a word of its own, as far as it tells. */
const SIGNALS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGABRT: "it gave up, often for want of memory",
  SIGBUS: "a file in its memory became shorter, or the disk failed",
  SIGILL: "this machine does not know an instruction of it",
  SIGKILL: "somebody ended it, or the system did for want of memory",
  SIGSEGV: "it went beyond its memory",
  SIGXCPU: "its limit of CPU time was reached (ulimit -t)",
  SIGXFSZ: "its limit of a file's size was reached (ulimit -f)"
}

const signalWords = (signal: NodeJS.Signals): string =>
  `signal ${signal}${SIGNALS[signal] === undefined ? "" : ` (${SIGNALS[signal]})`}`

/** Tells a child that it has a driver, so that it leaves when it has none any more, even if it never saw it. */
export const DRIVEN = "driven"

/** After asking a child to stop, how long it may take to save its state. */
const PATIENCE_MS = 30_000

/** `command`: the module and its leading arguments that lead to `exec-stage`. */
interface Command {
  readonly module: string
  readonly execArgv: ReadonlyArray<string>
  /** `inherit` where what is known of this process by its standard input holds for its children too. */
  readonly stdin: "ignore" | "inherit"
}

/** Runs every action that it is given in a child process of its own. */
export const childProcessExecutor =
  (command: Command): Executor =>
  (node, request, watch) =>
    Effect.gen(function* () {
      const store = yield* Store
      const { folder, requestFile } = yield* Effect.try({
        try: () => writeRequest(store.root, request),
        catch: (cause) =>
          new NodeFailed({
            node: node.label,
            problem: errorText(cause),
            badInput: systemProblem(cause) === null,
            at: [],
            log: null
          })
      })
      const log = logFile(folder)
      // An empty note only says that the channel is drained.
      const onNews = (news: News) => (news.type === "note" && news.line === "" ? undefined : watch(happeningOf(news, node.id)))
      const ending = yield* childEnding(command, requestFile, log, onNews).pipe(
        Effect.ensuring(Effect.sync(() => discard(requestFile)))
      )
      if (ending.type !== "failed" && ending.type !== "gone") yield* Effect.sync(() => leaveFolder(folder, log))
      const failed = (problem: string) => new NodeFailed({ node: node.label, problem, badInput: false, at: [], log })
      switch (ending.type) {
        case "done": {
          const action = yield* Effect.mapError(store.lookup(request.key), (error) => nodeFailed(node.label, error))
          if (action === null) return yield* failed("the child process said it was done, but left no result")
          return { action, computed: ending.computed }
        }
        case "busy":
          return yield* new Busy({ host: ending.host, pid: ending.pid })
        case "overtaken":
          return yield* new LeaseLost({ key: request.key })
        case "stopped":
          return yield* new Stopped({ step: ending.step })
        case "failed": {
          const { problem, badInput, at } = ending
          return yield* new NodeFailed({ node: node.label, problem, badInput, at, log })
        }
        case "gone": {
          const lines = endOfLog(log)
          // The first line has to stand alone: it is all that a display of one line has room for.
          const said = lines.length === 0 ? "; its log is empty" : `\nThe end of its log:\n${lines.join("\n")}`
          return yield* failed(`the process computing it ended early: ${ending.words}${said}`)
        }
      }
    })

const writeRequest = (root: string, request: StageRequest) => {
  const folder = makeInside(root, "attempts", request.key, request.attempt)
  const requestFile = path.join(folder, "request.json")
  fs.writeFileSync(requestFile, JSON.stringify(request))
  return { folder, requestFile }
}

/** Takes an attempt's log away that says nothing, and its folder where nothing else is in it. */
const leaveFolder = (folder: string, log: string): void => {
  if (fs.lstatSync(log, { throwIfNoEntry: false })?.size === 0) discard(log)
  discardEmpty(folder)
}

const isNews = (message: ChildMessage): message is News =>
  message.type === "progress" || message.type === "note" || message.type === "rows" || message.type === "nondeterminism"

/** Starts a child, hands on its news, and gives how it ended. Interrupted, it asks the child to stop and waits for it. */
const childEnding = (command: Command, requestFile: string, log: string, onNews: (news: News) => void) =>
  Effect.callback<Ending | Gone>((resume) => {
    const output = fs.openSync(log, "a")
    const child = fork(command.module, ["exec-stage", requestFile, DRIVEN], {
      execArgv: [...command.execArgv],
      stdio: [command.stdin, output, output, "ipc"]
    })
    fs.closeSync(output)
    let last: Ending | null = null
    child.on("message", (message: ChildMessage) => {
      if (isNews(message)) onNews(message)
      else last = message
    })
    child.on("error", (cause) => resume(Effect.succeed({ type: "gone", words: cause.message })))
    child.on("exit", (code, signal) =>
      resume(Effect.succeed(last ?? { type: "gone", words: signal === null ? `exit code ${code}` : signalWords(signal) }))
    )
    return Effect.callback<void>((finished) => {
      if (child.exitCode !== null || child.signalCode !== null) return finished(Effect.void)
      const impatient = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
      child.on("exit", () => {
        clearTimeout(impatient)
        finished(Effect.void)
      })
      const stop: DriverMessage = { type: "stop" }
      if (child.connected) child.send(stop)
    })
  })
