/** Where a process starts: its arguments in, its exit code out. */

import { commandLine } from "./command-line.ts"

// A reader that goes away (`| head`) is no error.
process.stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") process.exit(0)
})

process.exitCode = await commandLine(process.argv.slice(2))
