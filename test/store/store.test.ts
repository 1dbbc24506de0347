/** Objects, action records and what is damaged among them. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Cause, Effect, Exit } from "effect"
import { describe, expect, it } from "vitest"

import { Unsound } from "../../src/store/disk/sealed.ts"
import { canonicalJson, sha256 } from "../../src/store/objects/digest.ts"
import { keyOf, recordText } from "../../src/store/objects/records.ts"
import { type ActionRecord, artifactCorrupt, Store } from "../../src/store/objects/Store.ts"
import { thisMachine } from "../../src/store/presence/machine.ts"
import { inventory } from "../../src/store/upkeep/inventory.ts"
import { verifyStore } from "../../src/store/upkeep/verify.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const within = <A, E>(root: string, use: (store: Store["Service"]) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.flatMap(Store, use), Store.layer(root)))

const failure = async <A, E>(root: string, use: (store: Store["Service"]) => Effect.Effect<A, E>): Promise<unknown> => {
  const exit = await Effect.runPromiseExit(Effect.provide(Effect.flatMap(Store, use), Store.layer(root)))
  if (Exit.isSuccess(exit)) throw new Error("it did not fail")
  return Cause.squash(exit.cause)
}

const components = [{ name: "stage", value: "count" }]
const key = keyOf(components)

const manifest = (document: string, text: string) => ({
  kind: "numbers",
  tables: {},
  documents: { about: { file: document, bytes: text.length } }
})

/** An action whose one document is in the store. */
const action = (document: string, text: string, over: Partial<ActionRecord> = {}): ActionRecord => ({
  version: 2,
  key,
  stage: "count",
  components,
  params: {},
  inputs: {},
  output: { ...manifest(document, text), digest: sha256(canonicalJson(manifest(document, text))) },
  seconds: 1,
  cpuSeconds: 0.5,
  finishedAt: "2026-01-01T00:00:00.000Z",
  host: "here",
  engine: null,
  attempt: "one",
  ...over
})

const withDocument = Effect.fnUntraced(function* (store: Store["Service"], text = "the document") {
  const document = yield* store.keepBytes(text)
  yield* store.keepBytes(canonicalJson(manifest(document, text)))
  yield* store.record(action(document, text))
  return document
})

describe("objects", () => {
  it("lie read-only under the digest of their contents", async () => {
    const root = temporaryFolder()
    const digest = await within(root, (store) => store.keepBytes("abc"))
    expect(digest).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    const file = path.join(root, "objects", "sha256", "ba", digest)
    expect(fs.readFileSync(file, "utf8")).toBe("abc")
    expect(fs.statSync(file).mode & 0o777).toBe(0o444)
  })

  it("are one file for equal contents, without leftovers", async () => {
    const root = temporaryFolder()
    await within(root, (store) => Effect.all([store.keepBytes("abc"), store.keepBytes("abc")], { concurrency: 2 }))
    expect(fs.readdirSync(path.join(root, "objects", "sha256", "ba"))).toEqual([sha256("abc")])
  })

  it("that were damaged give way to a good copy", async () => {
    const root = temporaryFolder()
    const digest = await within(root, (store) => store.keepBytes("abc"))
    const file = path.join(root, "objects", "sha256", "ba", digest)
    fs.chmodSync(file, 0o644)
    fs.writeFileSync(file, "abd")
    await within(root, (store) => store.keepBytes("abc"))
    expect(fs.readFileSync(file, "utf8")).toBe("abc")
  })

  it("taken in as a finished file leave nothing under its temporary name", async () => {
    const root = temporaryFolder()
    const file = path.join(root, "finished")
    fs.writeFileSync(file, "abc")
    await within(root, (store) => store.keepFile(file, sha256("abc")))
    expect(fs.existsSync(file)).toBe(false)
    expect(fs.readdirSync(path.join(root, "objects", "sha256", "ba"))).toEqual([sha256("abc")])
  })

  it("are read only after their bytes were checked: a damaged one is an error that says which and what to do", async () => {
    const root = temporaryFolder()
    const digest = await within(root, (store) => store.keepBytes("abc"))
    const file = path.join(root, "objects", "sha256", "ba", digest)
    fs.chmodSync(file, 0o644)
    fs.writeFileSync(file, "abd")
    const error = await failure(root, (store) => store.verified("artifact-of-the-test", { file: digest, bytes: 3 }))
    expect(error).toMatchObject({ _tag: "ArtifactCorrupt", file, problem: "does not have the contents its name says" })
    expect(String((error as Error).message)).toMatch(/^Artifact artifact-of- is damaged: .*"pipeline verify --repair"/)
  })

  it("that are missing are said to be missing", async () => {
    const error = await failure(temporaryFolder(), (store) => store.manifest("0".repeat(64)))
    expect(error).toMatchObject({ _tag: "ArtifactCorrupt", problem: "is missing" })
  })
})

describe("action records", () => {
  it("are found by key with everything they hold", async () => {
    const root = temporaryFolder()
    const document = await within(root, (store) => withDocument(store))
    expect(await within(root, (store) => store.lookup(key))).toEqual(action(document, "the document"))
  })

  it("are created once: the loser of a race gets the winner's record", async () => {
    const root = temporaryFolder()
    const answers = await within(root, (store) =>
      Effect.gen(function* () {
        const document = yield* store.keepBytes("x")
        yield* store.keepBytes(canonicalJson(manifest(document, "x")))
        return yield* Effect.all([
          store.record(action(document, "x", { attempt: "first" })),
          store.record(action(document, "x", { attempt: "second" }))
        ])
      })
    )
    expect(answers.map(({ won, existing }) => [won, existing.attempt])).toEqual([
      [true, "first"],
      [false, "first"]
    ])
  })

  it("whose files are gone or cut short do not count, and are replaced by the next result", async () => {
    const root = temporaryFolder()
    const document = await within(root, (store) => withDocument(store))
    fs.rmSync(path.join(root, "objects", "sha256", document.slice(0, 2), document))
    expect(await within(root, (store) => store.lookup(key))).toBeNull()
    const { won } = await within(root, (store) =>
      Effect.gen(function* () {
        const other = yield* store.keepBytes("another")
        yield* store.keepBytes(canonicalJson(manifest(other, "another")))
        return yield* store.record(action(other, "another", { attempt: "again" }))
      })
    )
    expect(won).toBe(true)
    expect((await within(root, (store) => store.lookup(key)))?.attempt).toBe("again")
  })

  it("count again when their files are back", async () => {
    const root = temporaryFolder()
    const document = await within(root, (store) => withDocument(store))
    fs.rmSync(path.join(root, "objects", "sha256", document.slice(0, 2), document))
    await within(root, (store) => store.keepBytes("the document"))
    expect((await within(root, (store) => store.lookup(key)))?.attempt).toBe("one")
  })

  it("that disagree with the manifest of their artifact are not believed, whoever sealed them", async () => {
    const root = temporaryFolder()
    const document = await within(root, (store) => withDocument(store))
    const sound = action(document, "the document")
    const file = path.join(root, "actions", `${key}.json`)
    fs.writeFileSync(file, recordText({ ...sound, output: { ...sound.output, documents: {} } }))
    expect(await within(root, (store) => store.lookup(key))).toBeNull()
    expect(fs.existsSync(file)).toBe(false)
  })

  it("that were forgotten are gone", async () => {
    const root = temporaryFolder()
    await within(root, (store) => withDocument(store))
    await within(root, (store) => store.forget(key))
    expect(await within(root, (store) => store.lookup(key))).toBeNull()
    expect(await within(root, (store) => store.actions)).toEqual([])
  })
})

describe("an artifact whose file cannot be read", () => {
  it("is neither damaged nor anyone's bad input: the file, the reason and what helps are told", () => {
    const cause = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", errno: -5, syscall: "read" })
    const unread = artifactCorrupt("ab".repeat(32), "/store/object", cause)
    expect(unread.message).toBe(
      "/store/object cannot be read: the disk failed. Nothing was computed from it. It may be sound, so it is left where it " +
        "is. Mend that, or move the file out of the store: the next run makes it again."
    )
    expect([unread.badInput, unread.fromOutside]).toEqual([false, true])
    const damaged = artifactCorrupt("ab".repeat(32), "/store/object", new Unsound({ problem: "is empty" }))
    expect(damaged.message).toContain('/store/object is empty. Nothing was computed from it. "pipeline verify --repair"')
    expect([damaged.badInput, damaged.fromOutside]).toEqual([true, false])
  })
})

describe("a store that cannot be used", () => {
  it("whose path leads through a file says so and what to do", async () => {
    const file = path.join(temporaryFolder(), "file")
    fs.writeFileSync(file, "")
    const error = await failure(path.join(file, "store"), (store) => store.actions)
    expect(error).toMatchObject({ _tag: "StoreFailed" })
    expect((error as Error).message).toMatch(
      /cannot be written \(.*: a part of the path is a file, not a folder\)\. Give another folder with --store/
    )
  })

  it("is not made by those who only look", async () => {
    const root = path.join(temporaryFolder(), "not-there")
    const actions = await Effect.runPromise(
      Effect.provide(
        Effect.flatMap(Store, (store) => store.actions),
        Store.reading(root)
      )
    )
    expect(actions).toEqual([])
    expect(fs.existsSync(root)).toBe(false)
  })
})

describe("the code behind keys", () => {
  it("is kept by digest and read back, and null when it was not kept", async () => {
    const root = temporaryFolder()
    const texts = await within(root, (store) =>
      Effect.sync(() => {
        store.keepCode(sha256("const\nx"), "const\nx")
        return [store.codeText(sha256("const\nx")), store.codeText("0".repeat(64)), store.codeText("../../x")]
      })
    )
    expect(texts).toEqual(["const\nx", null, null])
    expect(fs.readdirSync(path.join(root, "code"))).toEqual([`${sha256("const\nx")}.txt`])
  })
})

describe("verifyStore", () => {
  const check = (root: string) => verifyStore(root, inventory(root), thisMachine())

  it("finds nothing in a sound store", async () => {
    const root = temporaryFolder()
    await within(root, (store) => store.keepBytes("abc"))
    // An object that no record speaks of is only counted.
    const notes = ["Objects that no action needs: 1. They were not looked at; pipeline gc removes them."]
    expect(check(root)).toMatchObject({ damages: [], unclear: [], objects: 0, bytes: 0, actions: 0, notes })
  })

  it("finds what was damaged and what is missing, with the actions that suffer", async () => {
    const root = temporaryFolder()
    const document = await within(root, (store) => withDocument(store))
    const file = path.join(root, "objects", "sha256", document.slice(0, 2), document)
    fs.chmodSync(file, 0o644)
    fs.writeFileSync(file, "the documenT")
    expect(check(root).damages).toContainEqual({
      file,
      problem: "does not have the contents its name says",
      actions: [key],
      names: ["objects", "sha256", document.slice(0, 2), document],
      sort: "result"
    })
    fs.rmSync(file)
    expect(check(root).damages).toContainEqual({ file, problem: "is missing", actions: [key], names: null, sort: "result" })
  })

  it("finds files that are no records", async () => {
    const root = temporaryFolder()
    await within(root, (store) => withDocument(store))
    const torn = path.join(root, "actions", `${"cd".repeat(32)}.json`)
    fs.writeFileSync(torn, '{"version": 1, "ke')
    const problems = check(root).damages.map(({ problem }) => problem)
    expect(problems.filter((problem) => problem === "is not whole: it is no JSON")).toHaveLength(1)
  })
})
