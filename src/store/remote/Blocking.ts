/**
 * A backend for whoever waits. A store is read and written by code that does not go on before a file is there, as files of a disk
 * are; a bucket only answers by and by. So a thread asks it, and the one that wants the answer stands still meanwhile.
 */

import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads"

import { THREAD_ARGUMENTS } from "../../machine/threads.ts"
import { type Entry, type Found, RemoteFailed, type Written } from "./Backend.ts"
import type { Answer, Fetch, Fetched, Question, Send, Started } from "./worker.ts"

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

/** The backend at an address. The thread starts with the first question and keeps no process alive. */
export const blocking = (address: string): Blocking => {
  const ask = thread(address)
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

const thread = (address: string) => {
  const signal = new Int32Array(new SharedArrayBuffer(8))
  let port: ReturnType<typeof startWorker> | null = null
  return <A>(question: Question): A => {
    port ??= startWorker(address, signal)
    Atomics.store(signal, 0, 0)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    port.postMessage(question)
    Atomics.wait(signal, 0, 0)
    const answer: Answer & { readonly value?: A } = receiveMessageOnPort(port)?.message
    if ("failed" in answer) throw new RemoteFailed(answer.failed)
    return answer.value!
  }
}

/** Longer than any machine takes to start a thread. */
const START_MS = 120_000

const startWorker = (address: string, signal: Int32Array) => {
  const { port1, port2 } = new MessageChannel()
  const workerData: Started = { address, port: port2, signal }
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData,
    transferList: [port2],
    execArgv: THREAD_ARGUMENTS
  })
  worker.unref()
  port1.unref()
  if (Atomics.wait(signal, 1, 0, START_MS) === "timed-out")
    throw new RemoteFailed({ url: address, problem: "the thread that asks it did not start.", passing: true, badInput: false })
  return port1
}
