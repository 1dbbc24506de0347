/**
 * A backend for whoever waits. A store is read and written by code that does not go on before a file is there, as files of a disk
 * are; a bucket only answers by and by. So a thread asks it, and the one that wants the answer stands still meanwhile.
 */

import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads"

import { THREAD_ARGUMENTS } from "../../machine/threads.ts"
import { type Entry, type Found, RemoteFailed, type Written } from "./Backend.ts"
import { type Answer, type Fetch, type Fetched, type Question, type Send, Slot, type Started } from "./questions.ts"

/** The operations of a backend, each for many names where that saves time. They throw `RemoteFailed`. */
export interface Blocking {
  readonly url: string
  readonly probe: () => void
  readonly read: (name: string) => Found | null
  readonly readAll: (names: ReadonlyArray<string>) => ReadonlyArray<Found | null>
  readonly list: (folder: string) => ReadonlyArray<Entry>
  readonly sizes: (names: ReadonlyArray<string>) => ReadonlyArray<number | null>
  readonly put: (name: string, bytes: Uint8Array) => void
  readonly create: (name: string, bytes: Uint8Array) => Written
  readonly replace: (name: string, bytes: Uint8Array, tag: string) => Written
  readonly fetch: (files: ReadonlyArray<Fetch>) => ReadonlyArray<Fetched>
  readonly send: (files: ReadonlyArray<Send>) => void
}

/**
 * The backend at an address. The thread starts with the first question and keeps no process alive. One that ends, or has shown no
 * life for `stillMs` milliseconds, fails the question as something that may pass; the next one starts another.
 */
export const blocking = (address: string, worker = new URL("./worker.ts", import.meta.url), stillMs = STILL_MS): Blocking => {
  const ask = thread(address, worker, stillMs)
  return {
    url: address,
    probe: () => ask({ ask: "probe" }),
    read: (name) => ask<ReadonlyArray<Found | null>>({ ask: "read", names: [name] })[0] ?? null,
    readAll: (names) => ask({ ask: "read", names }),
    list: (folder) => ask({ ask: "list", folder }),
    sizes: (names) => ask({ ask: "stat", names }),
    put: (name, bytes) => ask({ ask: "put", name, bytes }),
    create: (name, bytes) => ask({ ask: "create", name, bytes }),
    replace: (name, bytes, tag) => ask({ ask: "replace", name, bytes, tag }),
    fetch: (files) => ask({ ask: "fetch", files }),
    send: (files) => ask({ ask: "send", files })
  }
}

const thread = (address: string, file: URL, stillMs: number) => {
  let worker: ReturnType<typeof startWorker> | null = null
  return <A>(question: Question): A => {
    worker ??= startWorker(address, file)
    const { port, signal, end } = worker
    Atomics.store(signal, Slot.answered, 0)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage(question)
    const lives = waitForAnswer(signal, stillMs)
    const answer: (Answer & { readonly value?: A }) | undefined = receiveMessageOnPort(port)?.message
    if (answer === undefined) {
      worker = null
      end()
      throw failed(
        address,
        lives ? "the thread that asks it ended before it answered." : "the thread that asks it shows no life."
      )
    }
    if ("failed" in answer) throw new RemoteFailed(answer.failed)
    return answer.value!
  }
}

/** Whether the thread answered, or said that it ends, before it stood still for too long. */
const waitForAnswer = (signal: Int32Array, stillMs: number): boolean => {
  for (;;) {
    const beats = Atomics.load(signal, Slot.beats)
    if (Atomics.wait(signal, Slot.answered, 0, stillMs) !== "timed-out") return true
    if (Atomics.load(signal, Slot.beats) === beats) return false
  }
}

/** Longer than any machine takes to start a thread. */
const START_MS = 120_000
/** Longer than a thread takes to hash a file of many gigabytes, during which its heart does not beat. */
const STILL_MS = 600_000

const startWorker = (address: string, file: URL) => {
  const signal = new Int32Array(new SharedArrayBuffer(4 * Slot.count))
  const { port1, port2 } = new MessageChannel()
  const workerData: Started = { address, port: port2, signal }
  const worker = new Worker(file, { workerData, transferList: [port2], execArgv: THREAD_ARGUMENTS })
  worker.unref()
  port1.unref()
  if (Atomics.wait(signal, Slot.started, 0, START_MS) === "timed-out")
    throw failed(address, "the thread that asks it did not start.")
  return { port: port1, signal, end: () => void worker.terminate() }
}

const failed = (url: string, problem: string): RemoteFailed => new RemoteFailed({ url, problem, passing: true, badInput: false })
