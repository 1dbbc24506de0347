/** Waiting for streams that fail at any moment. */

import { PassThrough, Writable } from "node:stream"

import { describe, expect, it } from "vitest"

import { changed } from "../../src/cli/output.ts"

/** A stream that takes nothing more than its first piece. */
const full = () => new Writable({ highWaterMark: 1, write: () => {} })
const settled = async (waiting: Promise<void>) => waiting.then(() => "settled")
const closed = (stream: Writable) => new Promise<void>((resolve) => void stream.once("close", resolve))

describe("waiting for room in a stream", () => {
  it.each(["drain", "end", "close"] as const)("for %s ends when the stream fails", async (event) => {
    const stream = full()
    stream.on("error", () => {})
    stream.write("a")
    const waiting = settled(changed(stream, event))
    stream.destroy(new Error("full"))
    expect(await waiting).toBe("settled")
  })

  it.each(["drain", "end", "close"] as const)("for %s ends at once when it has failed and closed before", async (event) => {
    const stream = full()
    stream.on("error", () => {})
    const close = closed(stream)
    stream.destroy(new Error("full"))
    await close
    expect(await settled(changed(stream, event))).toBe("settled")
  })

  it.each(["drain", "end", "close"] as const)("for %s ends when it has failed and nobody has heard of it yet", async (event) => {
    const stream = full()
    stream.on("error", () => {})
    stream.destroy(new Error("full"))
    expect(stream.errored).toMatchObject({ message: "full" })
    expect(await settled(changed(stream, event))).toBe("settled")
  })

  it("does not end while there is no room, and leaves no listener behind", async () => {
    const stream = new PassThrough({ highWaterMark: 1 })
    stream.write("ab")
    let ended = false
    const waiting = changed(stream, "drain").then(() => (ended = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(ended).toBe(false)
    stream.resume()
    await waiting
    expect(["drain", "error", "close"].map((event) => stream.listenerCount(event))).toEqual([0, 0, 0])
  })
})
