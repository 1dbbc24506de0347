/** Which signals ask a run to save its state and leave, and how a command that keeps no state ends when one comes. */

import * as fs from "node:fs"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/**
 * The three by which a terminal, a shell or a service manager ends a program. A run that was started by `nohup` is to outlive its
 * terminal: Node forgets that the signal was to be ignored, so it is known by what `nohup` leaves as standard input, which is
 * `/dev/null` for writing only.
 */
export const interruptingSignals = (): ReadonlyArray<NodeJS.Signals> => {
  if (!isUnderNohup()) return ["SIGINT", "SIGTERM", "SIGHUP"]
  process.on("SIGHUP", () => {})
  return ["SIGINT", "SIGTERM"]
}

/** Whether `nohup` started this process or the one that passed its standard input on. */
export const isUnderNohup = (): boolean => {
  try {
    if (fs.readlinkSync("/proc/self/fd/0") !== "/dev/null") return false
    const [, flags = "0"] = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync("/proc/self/fdinfo/0", "utf8")) ?? []
    return (Number.parseInt(flags, 8) & fs.constants.O_WRONLY) !== 0
  } catch {
    return false
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** Runs until it ends or a signal ends it: then what it holds is let go of first. The exit code: its own, or 130. */
export const untilSignal = async (program: Effect.Effect<number, unknown, Scope.Scope>): Promise<number> => {
  let fiber: Fiber.Fiber<number, unknown> | null = null
  let signals = 0
  const stop = () => {
    // Who asks twice does not wait; the folder of what was put on disk goes all the same.
    if (++signals > 1) process.exit(130)
    if (fiber !== null) Effect.runFork(Fiber.interrupt(fiber))
  }
  // Before it begins: what it does up to its first pause would be ended by the system, without a word.
  for (const signal of SIGNALS) process.on(signal, stop)
  fiber = Effect.runFork(Effect.scoped(program))
  const exit = await Effect.runPromise(Fiber.await(fiber))
  for (const signal of SIGNALS) process.off(signal, stop)
  if (signals > 0) return 130
  if (Exit.isFailure(exit)) throw Cause.squash(exit.cause)
  return exit.value
}
