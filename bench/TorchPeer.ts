/** A PyTorch process that answers measurement jobs line by line; see peer.py. Absent where Python or torch is. */

import { type ChildProcess, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"

import type { Config } from "./configs.ts"

export type What = "train" | "sample"
export interface Job {
  readonly config: Config
  readonly what: What
  readonly precision: "f32" | "bf16"
  readonly seconds: number
}

interface Greeting {
  readonly version: string
  readonly referenceBlas: boolean
}

export interface Answer {
  readonly rate: number
  readonly best: number
}

/**
 * Threads that spin while waiting fight for the cores with the library's own pool; which setting is best differs by precision
 * (passive for f32, the default for bf16), so each precision gets its own process with its best environment.
 */
const environments = { f32: { OMP_WAIT_POLICY: "passive" }, bf16: {} }

export class TorchPeer {
  private readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>
  private readonly reader: Interface
  readonly version: string
  /** Debian's PyTorch takes whichever BLAS is installed; the reference one makes it no peer in f32. */
  readonly referenceBlas: boolean

  private constructor(child: ChildProcess, reader: Interface, lines: AsyncIterator<string>, greeting: Greeting) {
    this.child = child
    this.reader = reader
    this.lines = lines
    this.version = greeting.version
    this.referenceBlas = greeting.referenceBlas
  }

  /** Starts the peer; undefined when Python or torch is missing. */
  static async start(precision: "f32" | "bf16", threads: number): Promise<TorchPeer | undefined> {
    /* The first Python on the PATH need not be the one that has torch. */
    for (const python of new Set([process.env["PYTHON"] || "python3", "/usr/bin/python3"])) {
      const peer = await TorchPeer.startWith(python, precision, threads)
      if (peer !== undefined) return peer
    }
    return undefined
  }

  private static async startWith(python: string, precision: "f32" | "bf16", threads: number): Promise<TorchPeer | undefined> {
    const script = fileURLToPath(new URL("peer.py", import.meta.url))
    const child = spawn(python, [script, String(threads)], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...environments[precision] }
    })
    child.on("error", () => undefined)
    const reader = createInterface({ input: child.stdout })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done === true) return undefined
    return new TorchPeer(child, reader, lines, JSON.parse(first.value) as Greeting)
  }

  async measure(job: Job): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify(job)}\n`)
    const line = await this.lines.next()
    if (line.done === true)
      throw new Error(`the PyTorch peer ended while measuring ${job.config.name} ${job.what} ${job.precision}`)
    return JSON.parse(line.value) as Answer
  }

  stop(): void {
    this.reader.close()
    this.child.kill()
  }
}
