/** Where a process starts: its arguments in, its exit code out. */

import { rememberLoaded } from "../dag/code/loaded.ts"

// Before anything else is loaded: keys speak of the code that this process runs, whatever becomes of its files.
rememberLoaded()
const { commandLine } = await import("./command-line.ts")
const { outputEnded, watchOutput } = await import("./output.ts")
const { leaveWithStarter } = await import("./starter.ts")

watchOutput()
leaveWithStarter()
const code = await commandLine(process.argv.slice(2))
// An interrupted command does not wait for a reader that has stopped reading.
if (code === 130 && process.stdout.writableLength > 0) process.exit(code)
process.exitCode = await outputEnded(code)
