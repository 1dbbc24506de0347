/**
 * The compiled engine as a WebAssembly module. Its memory is shared by this thread, which makes and drops models and copies arrays in
 * and out, by a worker that runs the long calls, and by further workers that help it. So the event loop keeps turning, and a call is
 * cancelled through memory while it runs.
 */
import { Worker } from "node:worker_threads"

import { type CompiledLibrary, longPrototypes, shortPrototypes } from "../CompiledLibrary.ts"
import { type Exports, instantiate, memoryPages, STACK_BYTES } from "./instance.ts"
import type { AnswerMessage, CallMessage, ThreadData } from "./worker.ts"

const OUT_OF_MEMORY = 1

/** Bytes that no array reaches: beyond, lengths would not fit C's 32-bit numbers. */
const LARGEST_ARRAY = 2 ** 31

/** A function of api.c: its name, and of each parameter whether it is a number or handle, an array that C reads, or one it writes. */
interface Signature {
  readonly name: string
  readonly parameters: ReadonlyArray<"number" | "read" | "written">
}

const signatureOf = (prototype: string): Signature => {
  const [, name, parameters] = /(\w+)\((.*)\)$/.exec(prototype)!
  return {
    name: name!,
    parameters: parameters!
      .split(", ")
      .map((parameter) =>
        parameter.startsWith("void *") || !parameter.includes("*")
          ? "number"
          : parameter.startsWith("const ")
            ? "read"
            : "written"
      )
  }
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Arguments of one call, with copies of its arrays in linear memory. */
interface Lent {
  readonly numbers: ReadonlyArray<number>
  /** Copies what C wrote back into the caller's arrays and frees the copies. */
  readonly takeBack: () => void
}

/** Copies the arrays of a call into memory; undefined when there is not enough. */
const lend = (
  exports: Exports,
  memory: WebAssembly.Memory,
  signature: Signature,
  args: ReadonlyArray<unknown>
): Lent | undefined => {
  const copies: Array<{ readonly address: number; readonly array: ArrayBufferView; readonly written: boolean }> = []
  const free = () => copies.forEach(({ address }) => exports["memory_release"]!(address))
  const numbers: Array<number> = []
  for (const [i, argument] of args.entries()) {
    if (!ArrayBuffer.isView(argument)) {
      numbers.push(argument === null ? 0 : (argument as number))
      continue
    }
    const address = argument.byteLength < LARGEST_ARRAY ? exports["memory_take"]!(argument.byteLength) >>> 0 : 0
    if (address === 0) return void free()
    const written = signature.parameters[i] === "written"
    if (!written) new Uint8Array(memory.buffer, address, argument.byteLength).set(bytesOf(argument))
    copies.push({ address, array: argument, written })
    numbers.push(address)
  }
  return {
    numbers,
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

type Settle = (error: unknown, status: number) => void

/** The worker that runs long calls, one after another, and the helpers it shares them with. */
const startThreads = (module: WebAssembly.Module, memory: WebAssembly.Memory, exports: Exports, threads: number) => {
  const pending: Array<Settle> = []
  let broken: string | undefined
  const settle = (error: unknown, status: number) => pending.shift()?.(error, status)
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
      execArgv: ["--disable-warning=ExperimentalWarning"]
    })
    worker.on("error", breakDown)
    worker.unref()
    return worker
  })
  const caller = workers[0]!
  caller.on("message", (answer: AnswerMessage) => {
    if (pending.length === 1) caller.unref()
    if ("trap" in answer) settle(`the engine stopped: ${answer.trap}`, 0)
    else settle(null, answer.status)
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

/** Brings a compiled module to life on `threads` threads; throws where memory or threads cannot be had. */
export const startLibrary = (module: WebAssembly.Module, threads: number): WasmLibrary => {
  const memory = new WebAssembly.Memory({ ...memoryPages, shared: true })
  const exports = instantiate(module, memory)
  const { call, close } = startThreads(module, memory, exports, threads)

  const short = (prototype: string) => {
    const signature = signatureOf(prototype)
    return (...args: ReadonlyArray<unknown>) => {
      const lent = lend(exports, memory, signature, args)
      if (lent === undefined) return null
      const result = exports[signature.name]!(...lent.numbers) >>> 0
      lent.takeBack()
      return prototype.startsWith("void *") && result === 0 ? null : result
    }
  }
  const long = (prototype: string) => {
    const signature = signatureOf(prototype)
    return (...all: ReadonlyArray<unknown>) => {
      const whenDone = all.at(-1) as Settle
      const lent = lend(exports, memory, signature, all.slice(0, -1))
      /* As on a thread: never before the caller has gone on. */
      if (lent === undefined) return void setImmediate(() => whenDone(null, OUT_OF_MEMORY))
      call({ name: signature.name, numbers: lent.numbers }, (error, status) => {
        lent.takeBack()
        whenDone(error, status)
      })
    }
  }
  const bind = (prototypes: Readonly<Record<string, string>>, as: (prototype: string) => unknown) =>
    Object.fromEntries(Object.entries(prototypes).map(([name, prototype]) => [name, as(prototype)]))
  return {
    outOfMemory:
      "out of memory. WebAssembly can address 4 GiB, or less where the machine has less; use a smaller model, a shorter context, fewer samples or fewer threads, or install a C compiler for the native engine, which has no such limit",
    close,
    ...bind(shortPrototypes, short),
    ...bind(longPrototypes, long)
  } as unknown as WasmLibrary
}
