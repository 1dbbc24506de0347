/**
 * Ends this process when what started it is gone: the launcher that found a Node for it, `npx`, `npm` or `pnpm`. Whoever kills
 * one of these means the command, and nothing tells the command. A shell is another matter: what it started may outlive it
 * (`nohup`, `disown`, `setsid`), and so may what a runner started that is alive itself.
 */

import * as fs from "node:fs"

import { takeVariable } from "../machine/environment.ts"
import { startOf } from "../store/presence/machine.ts"
import { decimalFrom } from "../text/decimal.ts"

const LOOK_MS = 1000
/** As many processes as may stand between `npx` and this one. */
const MOST = 12

/** Asks this process to leave, as a service manager would, once one of its starters is gone. */
export const leaveWithStarter = (): void => {
  // Set by bin/pipeline.mjs for the process that it starts: its own id.
  const launcher = decimalFrom(takeVariable("ECHO_CHAMBER_LAUNCHER") ?? "") ?? 0
  const starters = startersOf(launcher).map((pid) => ({ pid, started: startOf(pid) }))
  if (launcher === 0 && starters.length === 0) return
  const timer = setInterval(() => {
    const orphaned = launcher !== 0 && process.ppid !== launcher
    if (!orphaned && starters.every(({ pid, started }) => started === null || startOf(pid) === started)) return
    clearInterval(timer)
    process.kill(process.pid, "SIGTERM")
  }, LOOK_MS)
  timer.unref()
}

/** The runners of packages above this process, and what stands between: up to the outermost one, without a gap. */
const startersOf = (launcher: number): ReadonlyArray<number> => {
  const above: Array<{ readonly pid: number; readonly isRunner: boolean }> = []
  for (let pid = process.ppid; pid > 1 && above.length < MOST; pid = parentOf(pid)) {
    const words = wordsOf(pid)
    const isRunner = words.slice(0, 2).some((word) => RUNNERS.test(word))
    if (!isRunner && pid !== launcher && !isBetween(words)) break
    above.push({ pid, isRunner })
  }
  return above.slice(0, above.findLastIndex(({ isRunner }) => isRunner) + 1).map(({ pid }) => pid)
}

const RUNNERS = /^(.*\/)?(npx|npm|pnpm|pnpx|yarn|bun|bunx|corepack)(-cli)?(\.c?js|\.mjs)?$/
/** Runners start commands by a line for a shell, or by a script that installed them under `node_modules/.bin`. */
const isBetween = ([program = "", ...rest]: ReadonlyArray<string>): boolean =>
  /^(.*\/)?(sh|dash|bash|zsh|ash)$/.test(program) && (rest[0] === "-c" || rest.some((word) => BIN.test(word)))
const BIN = /\/node_modules\/\.bin\/[^/]+$/

/** The command line of a process; runners write one text with spaces over theirs. */
const wordsOf = (pid: number): ReadonlyArray<string> => {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split(/[\0 ]+/)
  } catch {
    return []
  }
}

/** Field 4 of /proc/<pid>/stat, counted as in `startOf`; 0 where the system does not tell. */
const parentOf = (pid: number): number => {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "0")
  } catch {
    return 0
  }
}
