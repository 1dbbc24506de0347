/**
 * Promise: nobody is led into a dead end by a record that is sealed and false. The run that finds it sets it aside, says so, and
 * ends with the results of an undamaged store; no object is moved that is what its name says.
 */

import { hash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { canonicalJson } from "../../src/store/objects/digest.ts"
import {
  type ActionRecord,
  type Component,
  keyOf,
  type Manifest,
  readRecord,
  recordText
} from "../../src/store/objects/records.ts"
import { place } from "../cli/command-line.ts"
import chain from "../dag/fixtures/studies/chain.ts"
import { objectsIn, planNodes, runNodes } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const at = place()
const sound = path.join(temporaryFolder(), "store")
const nodes = () => chain.nodes({ terms: 12 })
let results: ReadonlyArray<string> = []
beforeAll(async () => {
  expect((await runNodes(sound, nodes())).status).toBe("succeeded")
  results = objectsIn(sound)
})

const object = (root: string, digest: string) => path.join(root, "objects", "sha256", digest.slice(0, 2), digest)
const keep = (root: string, bytes: string | Uint8Array): string => {
  const digest = hash("sha256", bytes)
  fs.mkdirSync(path.dirname(object(root, digest)), { recursive: true })
  if (!fs.existsSync(object(root, digest))) fs.writeFileSync(object(root, digest), bytes)
  return digest
}
const recordsIn = (root: string): ReadonlyArray<ActionRecord> =>
  fs.readdirSync(path.join(root, "actions")).map((name) => readRecord(root, name.slice(0, 64))!)

type Forge = (output: Manifest, root: string, others: ReadonlyArray<ActionRecord>) => Manifest

const table = ({ tables }: Manifest) => tables["sequence"]!
const withTable = (output: Manifest, change: object): Manifest => ({
  ...output,
  tables: { ...output.tables, sequence: { ...table(output), ...change } }
})
const withDocument = (output: Manifest, root: string, text: string): Manifest => ({
  ...output,
  documents: { ...output.documents, about: { file: keep(root, text), bytes: Buffer.byteLength(text) } }
})
const inArrow = (output: Manifest, root: string, from: string, to: string): Manifest => {
  const bytes = fs
    .readFileSync(object(root, table(output).file))
    .toString("latin1")
    .replaceAll(from, to)
  const file = Buffer.from(bytes, "latin1")
  return withTable(output, { file: keep(root, file), bytes: file.length })
}

/** False manifests, with a true digest and a seal. */
const FORGED: Readonly<Record<string, Forge>> = {
  "is of another kind": (output) => ({ ...output, kind: "toString" }),
  "is of a kind that extends its own": (output) => ({ ...output, kind: `${output.kind}/more` }),
  "has no table": (output) => ({ ...output, tables: {} }),
  "calls its table otherwise": (output) => ({ ...output, tables: { other: table(output) } }),
  "has its document for a table": (output) => withTable(output, output.documents["about"]!),
  "has garbage for a table": (output, root) => withTable(output, { file: keep(root, "garbage"), bytes: 7 }),
  "has an empty table": (output, root) => withTable(output, { file: keep(root, ""), bytes: 0 }),
  "has a table with another column": (output, root) => inArrow(output, root, "value", "volue"),
  "has fewer rows than its file": (output) => withTable(output, { rows: 0 }),
  "has more rows than its file": (output) => withTable(output, { rows: 2 ** 53 - 1 }),
  "has fewer bytes than its file": (output) => withTable(output, { bytes: 1 }),
  "has more bytes than its file": (output) => withTable(output, { bytes: 2 ** 53 - 1 }),
  "has no document": (output) => ({ ...output, documents: {} }),
  "has null for a document": (output, root) => withDocument(output, root, "null"),
  "has an empty document": (output, root) => withDocument(output, root, ""),
  "has a document of another shape": (output, root) => withDocument(output, root, `{"x":1}`),
  "has a document of a million brackets": (output, root) => withDocument(output, root, "[".repeat(1_000_000))
}

describe("a sealed record whose manifest", () => {
  it.each(Object.keys(FORGED))("%s is set aside by the run that finds it, and nothing else is", async (what) => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    const victim = recordsIn(root).find(({ output }) => output.documents["about"] !== undefined && output.tables["sequence"])!
    const forged = FORGED[what]!(victim.output, root, recordsIn(root))
    const { kind, tables, documents } = forged
    const digest = keep(root, canonicalJson({ kind, tables, documents }))
    const file = path.join(root, "actions", `${victim.key}.json`)
    fs.rmSync(file)
    fs.writeFileSync(file, recordText({ ...victim, output: { kind, tables, documents, digest } }))

    // Who only looks says so, and leaves it.
    const plan = await planNodes(root, nodes())
    expect([...plan.values()].filter(({ _tag }) => _tag === "run")).toHaveLength(1)
    expect(fs.existsSync(file)).toBe(true)
    const found = await at.here(["verify", "--store", root])
    expect([0, 1]).toContain(found.code)

    expect((await runNodes(root, nodes())).status).toBe("succeeded")
    const aside = fs.readdirSync(path.join(root, "damaged"))
    expect(aside).toEqual([path.basename(file)])
    expect(readRecord(root, victim.key)!.output).toEqual(victim.output)
    expect(objectsIn(root)).toEqual(expect.arrayContaining([...results]))
    expect([...(await planNodes(root, nodes())).values()].every(({ _tag }) => _tag === "cached")).toBe(true)
    expect((await at.here(["verify", "--store", root])).code).toBe(0)
  })

  it("is of another kind is told in words that name each file once", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    const victim = recordsIn(root).find(({ stage }) => stage === "count")!
    const { kind, tables, documents } = inArrow(victim.output, root, "value", "volue")
    const digest = keep(root, canonicalJson({ kind, tables, documents }))
    const file = path.join(root, "actions", `${victim.key}.json`)
    fs.rmSync(file)
    fs.writeFileSync(file, recordText({ ...victim, output: { kind, tables, documents, digest } }))
    const { err } = await at.here(["plan", "chain", "--terms", "12", "--store", root])
    const table = object(root, tables["sequence"]!.file)
    expect(err.split(table)).toHaveLength(2)
    expect(err.split(file)).toHaveLength(2)
    expect(err).not.toMatch(/\.\./)
  })
})

const withComponents = (record: ActionRecord, change: (component: Component) => Component | ReadonlyArray<Component>) => ({
  ...record,
  components: record.components.flatMap(change)
})
const valued = (beginning: string, value: string) => (c: Component) => (c.name.startsWith(beginning) ? { ...c, value } : c)

/** Records that are sealed and sound in every part, and not those of their key. */
const OF_ANOTHER_KEY: Readonly<Record<string, (record: ActionRecord) => ActionRecord>> = {
  "lists no components": (r) => ({ ...r, components: [] }),
  "lacks a component": (r) => ({ ...r, components: r.components.slice(1) }),
  "lists one component twice": (r) => ({ ...r, components: [...r.components, r.components[0]!] }),
  "lists one component more": (r) => ({ ...r, components: [...r.components, { name: "x", value: "y" }] }),
  "lists them in another order": (r) => ({ ...r, components: r.components.toReversed() }),
  "lists other code": (r) => withComponents(r, valued("code:", "0".repeat(64))),
  "lists another parameter": (r) => withComponents(r, valued("param:", "77")),
  "calls a component otherwise": (r) => withComponents(r, (c) => ({ ...c, name: c.name.replace("param:", "parom:") })),
  "lists an input with other contents": (r) => withComponents(r, valued("input:", "0".repeat(64))),
  "moves a letter from name to value": (r) =>
    withComponents(r, ({ name, value }) => ({ name: name.slice(0, -1), value: name.at(-1)! + value })),
  "lists the components of another stage": (r) => withComponents(r, valued("stage", "other")),
  "names another stage": (r) => ({ ...r, stage: "other" }),
  "names another input": (r) => ({ ...r, inputs: { numbers: "0".repeat(64) } }),
  "names an input that is none of its stage": (r) => ({ ...r, inputs: { ...r.inputs, more: "0".repeat(64) } }),
  "names no inputs": (r) => ({ ...r, inputs: {} })
}

describe("a sealed record that", () => {
  it.each(Object.keys(OF_ANOTHER_KEY))(
    "%s is set aside by the run that finds it, said in a line, and made again",
    async (what) => {
      const root = path.join(temporaryFolder(), "store")
      fs.cpSync(sound, root, { recursive: true })
      const victim = recordsIn(root).find(({ stage }) => stage === "sum")!
      const file = path.join(root, "actions", `${victim.key}.json`)
      fs.rmSync(file)
      fs.writeFileSync(file, recordText(OF_ANOTHER_KEY[what]!(victim)))
      const words = /(does not follow from the components it lists|names (another stage|other inputs) than its components do)/
      const found = await at.here(["verify", "--store", root])
      expect([found.code, found.out]).toEqual([1, expect.stringMatching(words)])
      expect(found.out).toContain(file)
      // No command shows it as what it says, nor lets what it needs go.
      const shown = await at.here(["sql", "select count(*) from actions", "--format", "csv", "--store", root])
      expect(shown.out).toContain("\n1\n")
      expect((await at.here(["gc", "--yes", "--store", root])).out).toContain("so objects and code texts are left alone")
      expect([...(await planNodes(root, nodes())).values()].map(({ _tag }) => _tag)).toEqual(["cached", "run"])

      const run = await at.pipeline(["run", "chain", "--terms", "12", "--no-report", "--store", root])
      expect(run.code).toBe(0)
      expect(run.err.split(file)).toHaveLength(2)
      expect(run.err).toMatch(new RegExp(`${words.source}; it was moved to .* and is made again`))
      expect(fs.readdirSync(path.join(root, "damaged"))).toEqual([path.basename(file)])
      expect(readRecord(root, victim.key)!.output).toEqual(victim.output)
      expect(objectsIn(root)).toEqual(results)
      expect((await at.here(["verify", "--store", root])).code).toBe(0)
    }
  )

  it("lists components that are not those of its key is not taken for unchanged either", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    // As if the same study had been computed by other code; its list claims to differ in code alone.
    const victim = recordsIn(root).find(({ stage }) => stage === "count")!
    const key = "e".repeat(64)
    fs.rmSync(path.join(root, "actions", `${victim.key}.json`))
    fs.writeFileSync(
      path.join(root, "actions", `${key}.json`),
      recordText(withComponents({ ...victim, key }, valued("code:", "0".repeat(64))))
    )
    expect((await planNodes(root, nodes(), { assumeUnchanged: ["count"] })).get("count")?._tag).toBe("run")
  })
})

describe("an object that two records speak of", () => {
  it("stays where it is when one of them says a false size of it", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    const victim = recordsIn(root).find(({ stage }) => stage === "count")!
    const shared = table(victim.output).file
    const { kind, tables, documents } = withTable(victim.output, { bytes: 2 ** 53 - 1 })
    const components = [...victim.components, { name: "param:other", value: "1" }]
    const key = keyOf(components)
    const digest = keep(root, canonicalJson({ kind, tables, documents }))
    fs.writeFileSync(
      path.join(root, "actions", `${key}.json`),
      recordText({ ...victim, key, components, output: { kind, tables, documents, digest } })
    )
    const found = await at.here(["verify", "--store", root])
    expect(found.code).toBe(1)
    expect(found.out).not.toContain(`${object(root, shared)} `)
    await at.here(["verify", "--repair", "--store", root])
    expect(fs.existsSync(object(root, shared))).toBe(true)
    expect([...(await planNodes(root, nodes())).values()].every(({ _tag }) => _tag === "cached")).toBe(true)
  })
})

describe("a file among the objects that no record speaks of", () => {
  it("is listed and not read, be it a terabyte", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    const stray = object(root, "0".repeat(64))
    fs.mkdirSync(path.dirname(stray), { recursive: true })
    fs.writeFileSync(stray, "")
    fs.truncateSync(stray, 2 ** 40)
    const { code, out } = await at.here(["verify", "--store", root])
    expect(code).toBe(0)
    expect(out).toContain("Objects that no action needs: 1. They were not looked at; pipeline gc removes them.")
  })

  it("is not read either where a record speaks of it and a hole stands for its contents", async () => {
    const root = path.join(temporaryFolder(), "store")
    fs.cpSync(sound, root, { recursive: true })
    const { file } = table(recordsIn(root).find(({ stage }) => stage === "count")!.output)
    fs.chmodSync(object(root, file), 0o644)
    fs.truncateSync(object(root, file), 2 ** 40)
    const { code, out } = await at.here(["verify", "--store", root])
    expect(code).toBe(1)
    expect(out).toContain(`${object(root, file)} has ${2 ** 40} bytes, and nothing here is that large`)
    expect((await runNodes(root, nodes())).status).toBe("succeeded")
    expect(objectsIn(root)).toEqual(results)
  })
})
