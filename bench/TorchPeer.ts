/** A PyTorch process that answers measurement jobs line by line; see peer.py. Absent where Python or torch is. */

import { type ChildProcess, spawn } from "node:child_process"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"

import type { Config } from "./configs.ts"

export type What = "train" | "sample"
export type Precision = "f32" | "bf16"
/** `compiled`: by torch.compile, where this PyTorch has it. */
export type Manner = "eager" | "compiled"
export interface Job {
  readonly config: Config
  readonly what: What
  readonly seconds: number
}

interface Greeting {
  readonly version: string
  readonly referenceBlas: boolean
}

/** Median tokens a second; or why there is none. */
export type Answer = { readonly rate: number } | { readonly failed: string }

/**
 * Threads that spin while waiting fight for the cores with the library's own pool; which setting is best differs by precision
 * (passive for f32, the default for bf16), so each precision gets its own process with its best environment.
 */
const environments = { f32: { OMP_WAIT_POLICY: "passive" }, bf16: {} }

export class TorchPeer {
  readonly precision: Precision
  readonly manner: Manner
  private readonly child: ChildProcess
  private readonly lines: AsyncIterator<string>
  private readonly reader: Interface
  readonly version: string
  /** Debian's PyTorch takes whichever BLAS is installed; the reference one makes it no peer in f32. */
  readonly referenceBlas: boolean

  private constructor(
    precision: Precision,
    manner: Manner,
    child: ChildProcess,
    reader: Interface,
    lines: AsyncIterator<string>,
    greeting: Greeting
  ) {
    this.precision = precision
    this.manner = manner
    this.child = child
    this.reader = reader
    this.lines = lines
    this.version = greeting.version
    this.referenceBlas = greeting.referenceBlas
  }

  /** `torch f32`, `torch f32 compiled`. */
  get name(): string {
    return `torch ${this.precision}${this.manner === "eager" ? "" : " compiled"}`
  }

  /** Starts the peer; undefined when Python, torch or torch.compile is missing. */
  static async start(precision: Precision, manner: Manner, threads: number): Promise<TorchPeer | undefined> {
    /* The first Python on the PATH need not be the one that has torch. */
    for (const python of new Set([process.env["PYTHON"] || "python3", "/usr/bin/python3"])) {
      const peer = await TorchPeer.startWith(python, precision, manner, threads)
      if (peer !== undefined) return peer
    }
    return undefined
  }

  private static async startWith(
    python: string,
    precision: Precision,
    manner: Manner,
    threads: number
  ): Promise<TorchPeer | undefined> {
    const script = fileURLToPath(new URL("peer.py", import.meta.url))
    const child = spawn(python, [script, String(threads), manner], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...environments[precision] }
    })
    child.on("error", () => undefined)
    const reader = createInterface({ input: child.stdout })
    const lines = reader[Symbol.asyncIterator]()
    const first = await lines.next()
    if (first.done === true) return undefined
    return new TorchPeer(precision, manner, child, reader, lines, JSON.parse(first.value) as Greeting)
  }

  async measure(job: Job): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify({ ...job, precision: this.precision })}\n`)
    const line = await this.lines.next()
    if (line.done === true) return { failed: "its process ended" }
    return JSON.parse(line.value) as Answer
  }

  stop(): void {
    this.reader.close()
    this.child.kill()
  }
}
