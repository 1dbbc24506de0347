/** A thread that asks a backend may end, or stand still, while somebody waits for its answer. */

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import { expect, test } from "vitest"

import { RemoteFailed } from "../../../src/store/remote/Backend.ts"
import { blocking } from "../../../src/store/remote/Blocking.ts"
import { temporaryFolder } from "../temporary-folder.ts"

/** A thread that starts, ends itself when asked for `end`, stands still when asked for `wait`, and lists nothing. */
const worker = (): URL => {
  const file = join(temporaryFolder(), "worker.mjs")
  writeFileSync(
    file,
    `import { workerData } from "node:worker_threads"
    const { port, signal } = workerData
    const wake = (slot) => { Atomics.store(signal, slot, 1); Atomics.notify(signal, slot) }
    process.on("exit", () => wake(0))
    setInterval(() => Atomics.add(signal, 2, 1), 20).unref()
    port.on("message", ({ folder }) => {
      if (folder === "end") process.exit()
      if (folder === "wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
      setTimeout(() => { port.postMessage({ value: [] }); wake(0) }, folder === "slow" ? 600 : 0)
    })
    wake(1)`
  )
  return pathToFileURL(file)
}

const problemOf = (ask: () => unknown): RemoteFailed => {
  try {
    ask()
  } catch (error) {
    if (error instanceof RemoteFailed) return error
    throw error
  }
  throw new Error("it answered")
}

test("a thread that ends or stands still fails the question, and the next question has another thread", () => {
  const bucket = blocking("s3://bucket", worker(), 200)
  expect(bucket.list("runs")).toEqual([])
  expect(problemOf(() => bucket.list("end"))).toMatchObject({ problem: expect.stringContaining("ended"), passing: true })
  expect(bucket.list("runs")).toEqual([])
  expect(problemOf(() => bucket.list("wait"))).toMatchObject({ problem: expect.stringContaining("no life"), passing: true })
  expect(bucket.list("runs")).toEqual([])
})

test("a thread that is slow and lives is waited for", () => {
  expect(blocking("s3://bucket", worker(), 200).list("slow")).toEqual([])
})
