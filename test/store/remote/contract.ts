/** What every backend must keep, whatever it is made of. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import { expect, it } from "vitest"

import { sha256 } from "../../../src/store/objects/digest.ts"
import type { Backend } from "../../../src/store/remote/Backend.ts"
import { probe } from "../../../src/store/remote/probe.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)
const bytes = (text: string) => Buffer.from(text)
const key = (letter: string) => letter.repeat(64)
const record = (letter: string) => `actions/${key(letter)}.json`
const text = async (backend: Backend, name: string) => {
  const found = await run(backend.read(name))
  return found === null ? null : Buffer.from(found.bytes).toString()
}

/** `listedAfter`: milliseconds that a listing may be late. */
export const contract = (backend: () => Backend, listedAfter = 0): void => {
  it("has nothing where nothing was put", async () => {
    expect(await run(backend().read(record("0")))).toBeNull()
    expect(await run(backend().stat(record("0")))).toBeNull()
    expect((await run(backend().list("runs"))).length).toBe(0)
  })

  it("gives back what was put, whole and in part, and what was put last", async () => {
    const name = record("1")
    await run(backend().put(name, bytes("first")))
    await run(backend().put(name, bytes("0123456789")))
    expect(await text(backend(), name)).toBe("0123456789")
    expect(await run(backend().stat(name))).toBe(10)
    const part = async (from: number, to: number) =>
      Buffer.from((await run(backend().read(name, { from, to })))?.bytes ?? []).toString()
    expect(await part(2, 5)).toBe("234")
    expect(await part(8, 50)).toBe("89")
    expect(await part(10, 50)).toBe("")
  })

  it("takes a large file whole", async () => {
    const content = Buffer.alloc(3 << 20, "model")
    const digest = sha256(content)
    const file = path.join(temporaryFolder(), "model")
    fs.writeFileSync(file, content)
    const name = `objects/sha256/${digest.slice(0, 2)}/${digest}`
    await run(backend().put(name, { file, size: content.length, sha256: digest }))
    expect(await run(backend().stat(name))).toBe(content.length)
    expect(sha256((await run(backend().read(name)))!.bytes)).toBe(digest)
  })

  it("does not take a file that is not what is said of it", async () => {
    const digest = sha256("other")
    const file = path.join(temporaryFolder(), "file")
    fs.writeFileSync(file, "mine!")
    const name = `objects/sha256/${digest.slice(0, 2)}/${digest}`
    await expect(run(backend().put(name, { file, size: 5, sha256: digest }))).rejects.toThrow()
    expect(await run(backend().stat(name))).toBeNull()
  })

  it("creates once: the second writer is refused and the first one's bytes stay", async () => {
    const name = record("2")
    expect(await run(backend().create(name, bytes("mine")))).not.toBe("refused")
    expect(await run(backend().create(name, bytes("theirs")))).toBe("refused")
    expect(await text(backend(), name)).toBe("mine")
  })

  it("lets one of many win that create at once", async () => {
    const name = record("3")
    const written = await Promise.all(
      Array.from({ length: 8 }, (_, i) => run(backend().create(name, bytes(`writer ${i}`))).then((won) => [i, won] as const))
    )
    const winners = written.filter(([, won]) => won !== "refused")
    expect(winners.length).toBe(1)
    expect(await text(backend(), name)).toBe(`writer ${winners[0]![0]}`)
  })

  it("replaces only what was read: of two that read the same one is refused", async () => {
    const name = record("4")
    await run(backend().create(name, bytes("beat 1")))
    const { tag } = (await run(backend().read(name)))!
    const written = await run(backend().replace(name, bytes("beat 2"), tag))
    expect(written).not.toBe("refused")
    expect(await run(backend().replace(name, bytes("theft"), tag))).toBe("refused")
    expect(await text(backend(), name)).toBe("beat 2")
    if (written !== "refused") expect(await run(backend().replace(name, bytes("beat 3"), written.tag))).not.toBe("refused")
    expect(await text(backend(), name)).toBe("beat 3")
  })

  it("replaces nothing where nothing is", async () => {
    expect(await run(backend().replace(record("5"), bytes("x"), "a tag"))).toBe("refused")
    expect(await text(backend(), record("5"))).toBeNull()
  })

  it("lists what is below a name with its size, over many pages, and nothing else", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `code/${i.toString(16).repeat(64)}.txt`)
    for (const [i, name] of names.entries()) await run(backend().put(name, bytes("x".repeat(i))))
    if (listedAfter > 0) await new Promise((resolve) => setTimeout(resolve, listedAfter))
    const listed = await run(backend().list("code"))
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    expect(listed.find(({ name }) => name === names[7])?.size).toBe(7)
  })

  it("passes the probe, again and again", async () => {
    await run(probe(backend()))
    await run(probe(backend()))
  })
}
