/** A thread that asks a backend on behalf of one that waits: see Blocking.ts. */

import { workerData } from "node:worker_threads"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { discard } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { type Backend, type Found, RemoteFailed } from "./Backend.ts"
import { fetchFile, onDisk } from "./fetch-file.ts"
import { openBackend } from "./open.ts"
import { probe } from "./probe.ts"
import { type Answer, type Fetch, type Fetched, type Question, type Send, Slot, type Started } from "./questions.ts"

const FILES_AT_ONCE = { concurrency: 6 } as const
const ALL_AT_ONCE = { concurrency: 32 } as const

const fetchOne = (backend: Backend, { name, size, sha256, file }: Fetch): Effect.Effect<Fetched, RemoteFailed> =>
  Effect.gen(function* () {
    const there = size ?? (yield* backend.stat(name))
    if (there === null || !(yield* fetchFile(backend, name, there, file))) return "absent"
    return (yield* onDisk(file, () => sha256OfFile(file) === sha256)) ? "fetched" : "damaged"
  }).pipe(
    Effect.tap((fetched) => (fetched === "fetched" ? Effect.void : Effect.sync(() => discard(file)))),
    Effect.tapError(() => Effect.sync(() => discard(file)))
  )

/** What has its size under a name that tells the contents is there; the rest is sent and looked at. */
const sendOne = Effect.fnUntraced(function* (backend: Backend, { name, file, size, sha256 }: Send) {
  if ((yield* backend.stat(name)) === size) return
  yield* backend.put(name, { file, size, sha256 })
  if ((yield* backend.stat(name)) !== size)
    return yield* new RemoteFailed({
      url: backend.url,
      problem: `${name} did not arrive whole. Run again.`,
      passing: true,
      badInput: false
    })
})

const answerTo = (backend: Backend, question: Question): Effect.Effect<unknown, RemoteFailed> => {
  switch (question.ask) {
    case "probe":
      return probe(backend)
    case "read":
      return Effect.forEach(question.names, (name): Effect.Effect<Found | null, RemoteFailed> => backend.read(name), ALL_AT_ONCE)
    case "stat":
      return Effect.forEach(question.names, (name) => backend.stat(name), ALL_AT_ONCE)
    case "list":
      return backend.list(question.folder)
    case "put":
      return backend.put(question.name, question.bytes)
    case "create":
      return backend.create(question.name, question.bytes)
    case "replace":
      return backend.replace(question.name, question.bytes, question.tag)
    case "fetch":
      return Effect.forEach(question.files, (file) => fetchOne(backend, file), FILES_AT_ONCE)
    case "send":
      return Effect.forEach(question.files, (file) => sendOne(backend, file), { ...FILES_AT_ONCE, discard: true })
  }
}

const { address, port, signal } = workerData as Started
/** Opened by the first question, which is told what is wrong. */
let opened: Backend | null = null
const open = Effect.suspend(() => (opened === null ? openBackend(address, false) : Effect.succeed(opened)))

port.on("message", (question: Question) => {
  const asked = Effect.flatMap(open, (backend) => {
    opened = backend
    return answerTo(backend, question)
  })
  void answer(asked)
})

const answer = async (asked: Effect.Effect<unknown, unknown>): Promise<void> => {
  port.postMessage(answerOf(await Effect.runPromiseExit(asked)))
  wake(Slot.answered)
}

const wake = (slot: number): void => {
  Atomics.store(signal, slot, 1)
  Atomics.notify(signal, slot)
}

/** Who waits learns of a thread that ends while it is asked, or (if it cannot even say so) by a heart that stands still. */
process.on("exit", () => wake(Slot.answered))
setInterval(() => Atomics.add(signal, Slot.beats, 1), 1_000).unref()
wake(Slot.started)

const answerOf = (exit: Exit.Exit<unknown, unknown>): Answer => {
  if (Exit.isSuccess(exit)) return { value: exit.value }
  const error = Cause.squash(exit.cause)
  if (!(error instanceof RemoteFailed))
    return { failed: { url: address, problem: `${String(error)}.`, passing: false, badInput: false } }
  const { url, problem, passing, badInput } = error
  return { failed: { url, problem, passing, badInput } }
}
