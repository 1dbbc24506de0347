/**
 * The compiled engine as a WebAssembly module. Its memory is shared by this thread, which makes and drops models and copies
 * arrays in and out, by a worker that runs the long calls, and by further workers that help it. So the event loop keeps turning,
 * and a call is cancelled through memory while it runs.
 */

import { Worker } from "node:worker_threads"

import { THREAD_ARGUMENTS } from "../../machine/threads.ts"
import type { CompiledLibrary, Handle } from "../CompiledLibrary.ts"
import { calls, encode, enumerations, type StructName, type Values } from "../requests.ts"
import { type Exports, instantiate, memoryPages, STACK_BYTES } from "./instance.ts"
import type { AnswerMessage, CallMessage, ThreadData } from "./worker.ts"

/** Bytes that no array reaches: beyond, lengths would not fit C's 32-bit numbers. */
const LARGEST_ARRAY = 2 ** 31

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** A request in linear memory, with copies of its arrays. */
interface Lent {
  readonly address: number
  /** Copies what C wrote back into the caller's arrays and frees the copies. */
  readonly takeBack: () => void
}

/** Copies a request and its arrays into memory; undefined when there is not enough. */
const lend = <S extends StructName>(
  exports: Exports,
  memory: WebAssembly.Memory,
  struct: S,
  values: Values<S>
): Lent | undefined => {
  const copies: Array<{ readonly address: number; readonly array: ArrayBufferView; readonly written: boolean }> = []
  const free = () => copies.forEach(({ address }) => exports["memory_release"]!(address))
  let enough = true
  const copy = (array: ArrayBufferView, written: boolean): number => {
    const address = enough && array.byteLength < LARGEST_ARRAY ? exports["memory_take"]!(array.byteLength) >>> 0 : 0
    if (address === 0) {
      enough = false
      return 0
    }
    if (!written) new Uint8Array(memory.buffer, address, array.byteLength).set(bytesOf(array))
    copies.push({ address, array, written })
    return address
  }
  const address = copy(encode(struct, values, copy), false)
  if (!enough) return void free()
  return {
    address,
    takeBack: () => {
      for (const { address, array, written } of copies)
        if (written) bytesOf(array).set(new Uint8Array(memory.buffer, address, array.byteLength))
      free()
    }
  }
}

export interface WasmLibrary extends CompiledLibrary {
  readonly close: () => Promise<unknown>
}

type Settle = (broken: string | undefined, status: number) => void

/** The worker that runs long calls, one after another, and the helpers it shares them with. */
const startThreads = (module: WebAssembly.Module, memory: WebAssembly.Memory, exports: Exports, threads: number) => {
  const pending: Array<Settle> = []
  let broken: string | undefined
  const settle: Settle = (error, status) => pending.shift()?.(error, status)
  const breakDown = (error: Error) => {
    broken = `a thread of the engine ended: ${error.message}`
    while (pending.length > 0) settle(broken, 0)
  }
  const workers = Array.from({ length: threads }, (_, index) => {
    const stack = exports["memory_take"]!(STACK_BYTES) >>> 0
    if (stack === 0) throw new Error("no memory for the stack of a thread")
    const workerData: ThreadData = { module, memory, stack, helper: index > 0 }
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData,
      execArgv: THREAD_ARGUMENTS
    })
    worker.on("error", breakDown)
    worker.unref()
    return worker
  })
  const caller = workers[0]!
  caller.on("message", (answer: AnswerMessage) => {
    if (pending.length === 1) caller.unref()
    if ("trap" in answer) settle(`the engine stopped: ${answer.trap}`, 0)
    else settle(undefined, answer.status)
  })
  return {
    call: (message: CallMessage, whenDone: Settle) => {
      if (broken !== undefined) return whenDone(broken, 0)
      pending.push(whenDone)
      caller.ref() /* the process stays while a call runs */
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      caller.postMessage(message)
    },
    close: () => Promise.all(workers.map((worker) => worker.terminate()))
  }
}

/** A model's address is its handle. */
const handleOf = (address: number) => address as unknown as Handle
const addressOf = (handle: Handle) => handle as unknown as number

/** Brings a compiled module to life on `threads` threads; throws where memory or threads cannot be had. */
export const startLibrary = (module: WebAssembly.Module, threads: number): WasmLibrary => {
  const memory = new WebAssembly.Memory({ ...memoryPages, shared: true })
  const exports = instantiate(module, memory)
  const { call, close } = startThreads(module, memory, exports, threads)

  return {
    outOfMemory:
      "out of memory. WebAssembly can address 4 GiB, or less where the machine has less; use a smaller model, " +
      "a shorter context, fewer samples or fewer threads, or install a C compiler for the native engine, which has no such limit",
    close,
    supports: (mode) => exports["engine_supports"]!(enumerations.Mode.choices.indexOf(mode)) !== 0,
    create: (request) => {
      const lent = lend(exports, memory, "CreateRequest", request)
      if (lent === undefined) return null
      const model = exports["engine_create"]!(lent.address) >>> 0
      lent.takeBack()
      return model === 0 ? null : handleOf(model)
    },
    destroy: (handle) => void exports["engine_destroy"]!(addressOf(handle)),
    cancel: (handle, cancelled) => void exports["engine_cancel"]!(addressOf(handle), Number(cancelled)),
    zeroGradients: (handle) => void exports["engine_zero_gradients"]!(addressOf(handle)),
    call: (name, handle, request, whenDone) => {
      const lent = lend(exports, memory, calls[name], request)
      /* As on a thread: never before the caller has gone on. */
      if (lent === undefined) return void setImmediate(() => whenDone(undefined, "out of memory"))
      call({ name: `engine_${name}`, numbers: [addressOf(handle), lent.address] }, (broken, status) => {
        lent.takeBack()
        whenDone(broken, enumerations.Status.choices[status] ?? "cancelled")
      })
    }
  }
}
