/**
 * The executor for heavy stages: a child process of this command, `exec-stage <request.json>`, watched over an IPC channel. What
 * it prints goes to the attempt's log. When the channel closes (this process was killed) the child saves a checkpoint and leaves.
 */
import { fork } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { Store } from "../../store/objects/Store.ts"
import { Stopped } from "../Checkpoints.ts"
import type { LiveMetrics } from "../Progress.ts"
import { Busy } from "./compute-action.ts"
import { type Executor, logFile, NodeFailed } from "./Runner.ts"

/** From child to driver. */
export type ChildMessage =
  | { readonly type: "progress"; readonly done: number; readonly total: number; readonly metrics: LiveMetrics }
  | { readonly type: "note"; readonly line: string }
  | { readonly type: "nondeterminism"; readonly detail: string }
  | { readonly type: "done" }
  | { readonly type: "busy"; readonly host: string; readonly pid: number }
  | { readonly type: "stopped"; readonly step: number }
  | { readonly type: "failed"; readonly problem: string; readonly badInput: boolean }
/** From driver to child. */
export type DriverMessage = { readonly type: "stop" }

/** After asking a child to stop, how long it may take to save its state. */
const PATIENCE_MS = 30_000

/** `command`: the module and its leading arguments that lead to `exec-stage`. */
export const childProcessExecutor =
  (command: { readonly module: string; readonly execArgv: ReadonlyArray<string> }): Executor =>
  (node, request, watch) =>
    Effect.gen(function* () {
      const store = yield* Store
      const directory = store.attemptDirectory(request.key)
      const log = logFile(directory)
      // One a node: nodes of an equal key share the attempt's folder, and the first to end takes its request away.
      const requestFile = path.join(directory, `request-${process.pid}-${node.id}.json`)
      fs.writeFileSync(requestFile, JSON.stringify(request))

      const outcome = yield* Effect.callback<ChildMessage | { readonly type: "exit"; readonly words: string }>((resume) => {
        const output = fs.openSync(log, "a")
        const child = fork(command.module, ["exec-stage", requestFile], {
          execArgv: [...command.execArgv],
          stdio: ["ignore", output, output, "ipc"]
        })
        fs.closeSync(output)
        let last: ChildMessage | null = null
        child.on("message", (message: ChildMessage) => {
          if (message.type === "progress")
            watch({ event: "progress", node: node.id, done: message.done, total: message.total, metrics: message.metrics })
          else if (message.type === "note") {
            // An empty one only says that the channel is drained.
            if (message.line !== "") watch({ event: "note", node: node.id, line: message.line })
          } else if (message.type === "nondeterminism") watch({ event: "nondeterminism", node: node.id, detail: message.detail })
          else last = message
        })
        child.on("error", (cause) => resume(Effect.succeed({ type: "exit", words: cause.message })))
        child.on("exit", (code, signal) =>
          resume(Effect.succeed(last ?? { type: "exit", words: signal === null ? `exit code ${code}` : `signal ${signal}` }))
        )
        return Effect.callback<void>((finished) => {
          if (child.exitCode !== null || child.signalCode !== null) return finished(Effect.void)
          const impatient = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS)
          child.on("exit", () => {
            clearTimeout(impatient)
            finished(Effect.void)
          })
          if (child.connected) child.send({ type: "stop" } satisfies DriverMessage)
        })
      }).pipe(Effect.ensuring(Effect.sync(() => fs.rmSync(requestFile, { force: true }))))

      switch (outcome.type) {
        case "done": {
          const action = yield* store.lookup(request.key).pipe(Effect.orDie)
          if (action !== null) return action
          return yield* new NodeFailed({
            node: node.label,
            problem: "the child process said it was done, but left no result",
            badInput: false,
            log
          })
        }
        case "busy":
          return yield* new Busy({ host: outcome.host, pid: outcome.pid })
        case "stopped":
          return yield* new Stopped({ step: outcome.step })
        case "failed":
          return yield* new NodeFailed({ node: node.label, problem: outcome.problem, badInput: outcome.badInput, log })
        default: {
          const words = outcome.type === "exit" ? outcome.words : "no answer"
          return yield* new NodeFailed({
            node: node.label,
            problem: `the process computing it ended early (${words}); the end of its log:\n${tail(log)}`,
            badInput: false,
            log
          })
        }
      }
    })

const tail = (file: string): string => fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-8).join("\n")
