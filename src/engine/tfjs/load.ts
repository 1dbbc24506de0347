/**
 * Brings a backend of TensorFlow.js to life. The library keeps its backend in a global, so a process has one.
 */

import module from "node:module"
import { dirname } from "node:path"

import * as tf from "@tensorflow/tfjs-core"

import { setDefault } from "../../machine/environment.ts"
import { require, type TfjsBackend } from "./backends.ts"

/**
 * The gradients of TensorFlow.js are registered by its browser bundle only, and the module that does it imports its neighbours
 * without extensions, which Node refuses. For the time of this import they get theirs.
 */
const registerGradients = async (): Promise<void> => {
  if (tf.getGradient("BatchMatMul") !== undefined) return
  const hooks = module.registerHooks({
    resolve: (specifier, context, next) =>
      context.parentURL?.includes("/@tensorflow/tfjs-core/dist/") && specifier.startsWith(".") && !specifier.endsWith(".js")
        ? next(`${specifier}.js`, context)
        : next(specifier, context)
  })
  try {
    await import("@tensorflow/tfjs-core/dist/register_all_gradients.js")
  } finally {
    hooks.deregister()
  }
}

/** What tfjs-node calls and Node has removed (`isNullOrUndefined`, Node 23) or warns of (`isArray`). */
const replaceOldFunctions = (): void => {
  const util = require("node:util") as Record<string, unknown>
  util["isNullOrUndefined"] = (value: unknown) => value === null || value === undefined
  util["isArray"] = Array.isArray
}

const loadTensorFlow = (backend: "tfjs-node" | "tfjs-node-gpu", threads: number): string => {
  replaceOldFunctions()
  setDefault("TF_CPP_MIN_LOG_LEVEL", "1")
  setDefault("TF_NUM_INTRAOP_THREADS", String(threads))
  /* GPUs would round the operands of products to 10 bits, which an oracle must not. */
  setDefault("NVIDIA_TF32_OVERRIDE", "0")
  require(`@tensorflow/${backend}`)
  return "tensorflow"
}

const loadWasm = async (): Promise<string> => {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm")
  setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`)
  return "wasm"
}

/** What the WebAssembly backend calls its module, which it does not show. */
interface WasmBackend {
  readonly wasm: { _malloc: (bytes: number) => number }
}

/**
 * When the 4 GiB of WebAssembly are used up, `malloc` answers with address 0 and the backend writes there, over what others hold.
 * Here it throws instead.
 */
const refuseWhenFull = (): void => {
  tf.dispose(tf.zeros([1])) // the first call puts the module's own function in the place of a stand-in
  const { wasm } = tf.backend() as unknown as WasmBackend
  const allocate = wasm._malloc
  wasm._malloc = (bytes) => {
    const address = allocate(bytes)
    if (address === 0 && bytes > 0)
      throw new Error("out of memory: WebAssembly has 4 GiB; use a smaller model, a shorter context or another engine")
    return address
  }
}

const events = ["uncaughtException", "unhandledRejection"] as const

/** Does without the listeners that a module compiled by Emscripten puts on the whole process. */
const withoutListeners = async (start: () => Promise<void>): Promise<void> => {
  const before = events.map((event) => process.rawListeners(event))
  await start()
  for (const [i, event] of events.entries())
    for (const listener of process.rawListeners(event))
      if (!before[i]!.includes(listener)) process.removeListener(event, listener as () => void)
}

const loadCpu = async (): Promise<string> => {
  await import("@tensorflow/tfjs-backend-cpu")
  return "cpu"
}

let current: TfjsBackend | undefined

/** Loads a backend and makes it the one of this process. Rejects when it cannot be had or another is in use already. */
export const loadBackend = async (backend: TfjsBackend, threads: number): Promise<void> => {
  if (current !== undefined && current !== backend)
    throw new Error(`this process computes on ${current} already; TensorFlow.js has one backend a process`)
  if (current === backend) return
  const name = backend === "wasm" ? await loadWasm() : backend === "cpu" ? await loadCpu() : loadTensorFlow(backend, threads)
  await registerGradients()
  tf.enableProdMode() /* no advertisements on the console */
  await withoutListeners(async () => {
    if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start its backend ${name}`)
    await tf.ready()
  })
  if (backend === "wasm") refuseWhenFull()
  current = backend
}
