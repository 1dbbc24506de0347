/** Where a process starts: its arguments in, its exit code out. */

import { rememberLoaded } from "../dag/code/loaded.ts"

// Before anything else is loaded: keys speak of the code that this process runs, whatever becomes of its files.
rememberLoaded()
const { outputEnded, watchOutput } = await import("./output.ts")
watchOutput()

const run = async ([name, ...rest]: ReadonlyArray<string>): Promise<number> => {
  const loadCommands = () => import("./command-line.ts")
  if (name === "complete-words") {
    // A shell asks at each TAB: what the answer does not need is not loaded.
    const { completeWords } = await import("./completion/complete-words.ts")
    return completeWords(rest, async () => (await loadCommands()).commands)
  }
  const { commandLine } = await loadCommands()
  const { leaveWithStarter } = await import("./starter.ts")
  leaveWithStarter()
  return commandLine(name === undefined ? [] : [name, ...rest])
}

const code = await run(process.argv.slice(2))
// An interrupted command does not wait for a reader that has stopped reading.
if (code === 130 && process.stdout.writableLength > 0) process.exit(code)
process.exitCode = await outputEnded(code)
