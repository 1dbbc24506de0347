/**
 * The command line, again and again in one process: a hundred runs in the time of a few processes. It is told its arguments over
 * the channel, and says on both outputs where one command ends.
 */

import { commandLine } from "../../src/cli/command-line.ts"

export interface Order {
  readonly args: ReadonlyArray<string>
  /** Marks the end of what the command printed. */
  readonly mark: string
}

process.on("message", async ({ args, mark }: Order) => {
  const code = await commandLine(args)
  for (const stream of [process.stdout, process.stderr]) stream.write(mark)
  process.send?.(code)
})
