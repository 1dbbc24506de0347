/** `pipeline ui`: a page over the store, served on this machine. */

import { spawn } from "node:child_process"

import * as Effect from "effect/Effect"

import { tables } from "../../../schemas/index.ts"
import { paramTypes } from "../../../schemas/params.ts"
import { views } from "../../../schemas/views.ts"
import { errorCode, errorText } from "../../text/error-text.ts"
import { serveUi } from "../../ui/serve.ts"
import { print, say } from "../output.ts"
import { untilSignal } from "../signals.ts"
import { existingStore } from "../store-folder.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  port: { type: "string", value: "N", description: "the port (default: one that is free)" },
  "no-open": { type: "boolean", description: "print the address and open no browser" }
} satisfies Flags

export const command: Command = {
  name: "ui",
  summary:
    "A page over the store, in the browser: runs as they go, graphs, curves, completions and what they come from, SQL. " +
    "It is served on this machine only, and changes nothing. Ctrl-C ends it.",
  usage: "pipeline ui [flags]",
  flags,
  run: async (args) => {
    const parsed = parse("ui", flags, args, { min: 0, max: 0, words: "no words" })
    const port = portOf(parsed.text("port"))
    const root = existingStore(parsed)
    return untilSignal(
      Effect.gen(function* () {
        const { address } = yield* Effect.mapError(
          serveUi({ root, tables, catalog: { params: paramTypes, views }, port }),
          (failed) => notServed(port, failed.cause)
        )
        print(`${address}\n`)
        say(`That is the page over ${root}. Who has the address may look at the store; Ctrl-C ends it.`)
        if (!parsed.is("no-open")) openBrowser(address)
        return yield* Effect.never
      })
    )
  }
}

const MOST = 65_535

const portOf = (given: string | undefined): number => {
  if (given === undefined) return 0
  const port = /^\d{1,5}$/.test(given) ? Number(given) : 0
  if (port < 1 || port > MOST) throw new UsageError({ problem: `--port ${given}: a port is a whole number from 1 to ${MOST}.` })
  return port
}

const whyNot = (cause: unknown): string =>
  errorCode(cause) === "EADDRINUSE" ? "something else listens there, another pipeline ui perhaps" : errorText(cause)

const notServed = (port: number, cause: unknown): UsageError =>
  new UsageError({
    problem:
      port === 0
        ? `No port of this machine can be listened on: ${errorText(cause)}.`
        : `Port ${port} cannot be listened on: ${whyNot(cause)}. Name another one, or none for one that is free.`
  })

/** Where none can be opened (over ssh, say) the printed address is enough. */
const openBrowser = (address: string): void => {
  const opener = spawn(process.platform === "darwin" ? "open" : "xdg-open", [address], { stdio: "ignore", detached: true })
  opener.on("error", () => {})
  opener.unref()
}
