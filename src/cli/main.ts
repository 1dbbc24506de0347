/** Where a process starts: its arguments in, its exit code out. */

import { commandLine } from "./command-line.ts"
import { outputEnded, watchOutput } from "./output.ts"

watchOutput()
const code = await commandLine(process.argv.slice(2))
// An interrupted command does not wait for a reader that has stopped reading.
if (code === 130 && process.stdout.writableLength > 0) process.exit(code)
process.exitCode = await outputEnded(code)
