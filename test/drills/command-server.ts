/** Orders to `resident.ts`: a command line in a process of its own that stays for the next one. */

import { type ChildProcess, spawn } from "node:child_process"
import * as path from "node:path"

import type { Ended } from "../cli/command-line.ts"
import type { Order } from "./resident.ts"

export interface CommandServer {
  readonly command: (args: ReadonlyArray<string>) => Promise<Ended>
  /** Ends the process; the next command starts another. */
  readonly end: () => void
}

/** No command of a drill takes this long: one that does hangs. */
const HANGS_MS = 30_000

/** Starts the process with this environment on top of the plain one. One command at a time. */
export const commandServer = (environment: Readonly<Record<string, string>>): CommandServer => {
  let child: ChildProcess | null = null
  const start = (): ChildProcess =>
    spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path.join(import.meta.dirname, "resident.ts")], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: {
        ...Object.fromEntries(
          Object.entries(process.env).filter(([name]) => !name.startsWith("ECHO_") && name !== "NODE_OPTIONS")
        ),
        ...environment
      }
    })
  let orders = 0
  const command = (args: ReadonlyArray<string>) =>
    new Promise<Ended>((resolve, reject) => {
      const own = (child ??= start())
      const mark = `\u0001end of ${++orders}\u0001`
      const said = { out: "", err: "" }
      let code: number | null = null
      const settle = () => {
        if (code === null || !said.out.includes(mark) || !said.err.includes(mark)) return
        leave()
        resolve({ code, signal: null, out: said.out.replace(mark, ""), err: said.err.replace(mark, "") })
      }
      const onOut = (text: Buffer) => {
        said.out += text.toString()
        settle()
      }
      const onErr = (text: Buffer) => {
        said.err += text.toString()
        settle()
      }
      const onCode = (given: number) => {
        code = given
        settle()
      }
      const broken = (why: string) => {
        leave()
        child?.kill("SIGKILL")
        child = null
        reject(new Error(`pipeline ${args.join(" ")}: ${why}\n${said.out}\n${said.err}`))
      }
      const onExit = (status: number | null, signal: string | null) => broken(`the process left (${signal ?? status})`)
      const patience = setTimeout(() => broken("it hangs"), HANGS_MS)
      const leave = () => {
        clearTimeout(patience)
        own.stdout!.off("data", onOut)
        own.stderr!.off("data", onErr)
        own.off("message", onCode).off("exit", onExit)
      }
      own.stdout!.on("data", onOut)
      own.stderr!.on("data", onErr)
      own.on("message", onCode).on("exit", onExit)
      own.send({ args, mark } satisfies Order)
    })
  const end = () => {
    child?.kill("SIGKILL")
    child = null
  }
  return { command, end }
}
