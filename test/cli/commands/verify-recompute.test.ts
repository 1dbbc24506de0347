/** `verify --recompute`: what is forged with all its digests is found by computing it again, and nothing else is. */

import { hash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { openTable } from "../../../src/store/arrow/TableReader.ts"
import { TableWriter } from "../../../src/store/arrow/TableWriter.ts"
import { canonicalJson } from "../../../src/store/objects/digest.ts"
import { noteResult } from "../../../src/store/objects/observations.ts"
import { type ActionRecord, readRecord, recordText } from "../../../src/store/objects/records.ts"
import { Numbers } from "../../dag/fixtures/stages/kinds.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { editableStudies, place } from "../command-line.ts"

const at = place()
beforeAll(async () => {
  expect((await at.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
})

/** Every file of a store with its contents and times. */
const snapshot = (root: string) =>
  fs
    .readdirSync(root, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const file = path.join(root, name)
      const { mode, mtimeNs, size } = fs.statSync(file, { bigint: true })
      return [name, mode, mtimeNs, size, fs.statSync(file).isFile() ? hash("sha256", fs.readFileSync(file)) : ""].join(" ")
    })

const copy = () => {
  const store = path.join(temporaryFolder(), "store")
  fs.cpSync(at.store, store, { recursive: true, preserveTimestamps: true })
  return store
}
const recordIn = (store: string, stage: string): ActionRecord =>
  fs
    .readdirSync(path.join(store, "actions"))
    .map((name) => readRecord(store, name.slice(0, 64))!)
    .find((record) => record.stage === stage)!
const object = (store: string, digest: string) => path.join(store, "objects", "sha256", digest.slice(0, 2), digest)
const keep = (store: string, bytes: string | Uint8Array): string => {
  const digest = hash("sha256", bytes)
  fs.mkdirSync(path.dirname(object(store, digest)), { recursive: true })
  if (!fs.existsSync(object(store, digest))) fs.writeFileSync(object(store, digest), bytes)
  return digest
}

interface Row {
  readonly index: number
  readonly value: number
}
interface Contents {
  readonly rows: ReadonlyArray<Row>
  readonly about: string
}

/** Puts other contents in place of a stage's result, with every digest, seal and note that belongs to them. */
const forge = (store: string, stage: string, change: (contents: Contents) => Partial<Contents>) => {
  const record = recordIn(store, stage)
  const { tables, documents } = record.output
  const rows = [...openTable(Numbers.tables.sequence, object(store, tables["sequence"]!.file))]
  const about = fs.readFileSync(object(store, documents["about"]!.file), "utf8")
  const forged = { rows, about, ...change({ rows, about }) }
  const folder = temporaryFolder()
  const writer = TableWriter.open(Numbers.tables.sequence, folder)
  for (const row of forged.rows) writer.append(row)
  const file = path.join(folder, "table")
  const written = writer.finish(file)
  const parts = {
    kind: record.output.kind,
    tables: { sequence: { file: keep(store, fs.readFileSync(file)), rows: written.rows, bytes: written.bytes } },
    documents: { about: { file: keep(store, forged.about), bytes: Buffer.byteLength(forged.about) } }
  }
  const digest = keep(store, canonicalJson(parts))
  const action = path.join(store, "actions", `${record.key}.json`)
  fs.rmSync(action)
  fs.writeFileSync(action, recordText({ ...record, output: { ...parts, digest } }))
  fs.rmSync(path.join(store, "observations", `${record.key}.jsonl`))
  noteResult(store, record.key, digest)
  return { before: rows, after: forged.rows }
}

const verify = (store: string, ...args: ReadonlyArray<string>) => at.here(["verify", "--store", store, ...args])

describe("an honest store", () => {
  it("passes, says what was drawn, how, and what that says of the rest, and is not touched", async () => {
    const before = snapshot(at.store)
    const { out, code } = await verify(at.store, "--recompute", "1", "--seed", "5")
    expect(out).toContain("everything is what it says it is.\n\nRecomputation: the store holds 2 results.")
    expect(out).toContain("A random sample of 1 result was drawn with seed 5.")
    expect(out).toMatch(/ {2}same {7}(count|sum) \(action [0-9a-f]{12}\), in \d+\.\d s\n/)
    expect(out).toContain("It gave the same bytes. With 95 % confidence no more than 1 of the 2 would give others.")
    expect(out).toContain("The same sample again: pipeline verify --recompute 1 --seed 5\n")
    expect(code).toBe(0)
    expect(snapshot(at.store)).toEqual(before)
  })

  it("draws by chance, and the same again by the seed that it prints", async () => {
    const { out } = await verify(at.store, "--recompute", "50%")
    const [, seed = ""] = /--recompute 50% --seed (\d+)\n/.exec(out)!
    const again = await verify(at.store, "--recompute", "50%", "--seed", seed)
    const drawn = (text: string) => [...text.matchAll(/\(action ([0-9a-f]+)\)/g)].map(([, key]) => key)
    expect(drawn(again.out)).toEqual(drawn(out))
    expect(drawn(out)).toHaveLength(1)
  })

  it("is attested as a whole where all of it is computed again", async () => {
    const { out, code } = await verify(at.store, "--recompute", "100%")
    expect(code).toBe(0)
    expect(out).toContain("All 2 gave the same bytes. That is every result that can be computed again here.")
  })

  it("without results has nothing to attest", async () => {
    const store = path.join(temporaryFolder(), "store")
    fs.mkdirSync(path.join(store, "actions"), { recursive: true })
    const { out, code } = await verify(store, "--recompute", "3")
    expect(code).toBe(0)
    expect(out).toContain("Recomputation: the store holds no results.")
  })
})

const withRow = (rows: ReadonlyArray<Row>, at: number, value: number) => rows.with(at, { ...rows[at]!, value })

describe("a forged result with all its digests, which verify alone takes for sound,", () => {
  it.each<[string, string, (contents: Contents) => Partial<Contents>, string]>([
    [
      "one value",
      "sum",
      ({ rows }) => ({ rows: withRow(rows, 3, 7.5) }),
      "table sequence, row 3, column value: 7.5 in the store, "
    ],
    [
      "the first of several values",
      "sum",
      ({ rows }) => ({ rows: rows.map((row, i) => (i >= 2 ? { ...row, value: -1 } : row)) }),
      "table sequence, row 2, column value: -1 in the store, "
    ],
    [
      "an index",
      "sum",
      ({ rows }) => ({ rows: rows.with(0, { ...rows[0]!, index: 4 }) }),
      "table sequence, row 0, column index: 4 in the store, 0 when computed again"
    ],
    [
      "the last value",
      "count",
      ({ rows }) => ({ rows: withRow(rows, 11, 1) }),
      "table sequence, row 11, column value: 1 in the store, "
    ],
    [
      "the sign of zero",
      "count",
      ({ rows }) => ({ rows: withRow(rows, 0, -0) }),
      "table sequence, row 0, column value: -0 in the store, 0 when computed again"
    ],
    [
      "a value that is none",
      "sum",
      ({ rows }) => ({ rows: withRow(rows, 1, Number.NaN) }),
      "table sequence, row 1, column value: NaN in the store, "
    ],
    [
      "a row less",
      "sum",
      ({ rows }) => ({ rows: rows.slice(0, -1) }),
      "the length of table sequence: 11 rows in the store, 12 rows when computed again"
    ],
    [
      "a row more",
      "sum",
      ({ rows }) => ({ rows: [...rows, { index: 12, value: 0 }] }),
      "the length of table sequence: 13 rows in the store, 12 rows when computed again"
    ],
    ["no rows", "sum", () => ({ rows: [] }), "the length of table sequence: 0 rows in the store, 12 rows when computed again"],
    ["a document", "sum", ({ about }) => ({ about: about.replace(/"terms":\d+/, '"terms":99') }), "document about, character "]
  ])("%s of %s, is found, and the first difference is named", async (_, stage, change, words) => {
    const store = copy()
    forge(store, stage, change)
    expect((await verify(store)).code).toBe(0)
    const { out, code } = await verify(store, "--recompute", "100%", "--seed", "1")
    expect(code).toBe(1)
    expect(out).toMatch(new RegExp(`different {2}${stage} \\(action [0-9a-f]{12}\\): `))
    expect(out).toContain(words)
    expect(out).toContain("gave others: the store holds what its key does not give, or the stage is not deterministic")
  })

  it("is found at the value that it had before", async () => {
    const store = copy()
    const { before } = forge(store, "sum", ({ rows }) => ({ rows: withRow(rows, 3, 7.5) }))
    const { out } = await verify(store, "--recompute", "100%")
    expect(out).toContain(`row 3, column value: 7.5 in the store, ${before[3]!.value} when computed again`)
    expect(out).toContain("1 of 2 gave the same bytes; 1 gave others")
  })
})

describe("what cannot be computed again is counted, with the reason:", () => {
  it("results of code that has changed", async () => {
    const { studies, edit } = editableStudies()
    const own = place(studies)
    expect((await own.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
    edit("stages/rule.ts", "3", "4")
    const { out, code } = await own.pipeline(["verify", "--recompute", "5%"])
    expect(out).toMatch(/for 1\. The others cannot be computed again here:\n {2}1: changed since: .*stages\/rule\.ts\n/)
    expect(out).toMatch(/same {7}sum/)
    expect(code).toBe(0)
  })

  it("of a stage that no study has; where that is all, nothing is attested", async () => {
    const { out, code } = await place(temporaryFolder()).here(["verify", "--store", at.store, "--recompute", "5%"])
    expect(out).toContain('  1: no study here has a stage "count"\n')
    expect(out).toContain("Nothing can be computed again, so nothing is attested.")
    expect(code).toBe(1)
  })

  it("an input that is damaged fails, and says which file", async () => {
    const store = copy()
    const { file } = recordIn(store, "count").output.tables["sequence"]!
    fs.chmodSync(object(store, file), 0o644)
    fs.truncateSync(object(store, file), 10)
    const { out, code } = await verify(store, "--recompute", "100%")
    expect(code).toBe(1)
    expect(out).toMatch(/failed {5}sum .*has 10 bytes instead of/)
    expect(out).toMatch(/same {7}count/)
  })
})

describe("what is asked for in no sense is refused:", () => {
  it.each([["0%"], ["101%"], ["-5%"], ["%"], ["5%%"], ["0"], ["-1"], ["1.5"], ["all"], ["NaN"], ["1e400"], ["5 percent"]])(
    "--recompute %s",
    async (text) => {
      const { err, code } = await verify(at.store, `--recompute=${text}`)
      expect(err).toContain(
        `--recompute must be a share above 0% and up to 100%, as 5% is, or a whole number >= 1 of results; got "${text}".`
      )
      expect(code).toBe(2)
    }
  )
  it.each([["-1"], ["1.5"], ["x"]])("--seed %s", async (text) => {
    expect((await verify(at.store, "--recompute", "1", `--seed=${text}`)).code).toBe(2)
  })
  it("--seed without --recompute", async () => {
    expect((await verify(at.store, "--seed", "1")).err).toContain("--seed draws a sample, and none is asked for")
  })
})

it("interrupted it leaves nothing behind, and the store as it was", async () => {
  const before = snapshot(at.store)
  const temporary = temporaryFolder()
  const run = at.start(["verify", "--recompute", "100%"], { TMPDIR: temporary, ECHO_TEST_PACE: "400" })
  await run.said("start   count")
  expect(fs.readdirSync(temporary).some((name) => name.startsWith("echo-chamber-recompute-"))).toBe(true)
  run.child.kill("SIGINT")
  const { code } = await run.ended
  expect(code).toBe(130)
  expect(fs.readdirSync(temporary).filter((name) => name.startsWith("echo-chamber-recompute-"))).toEqual([])
  expect(snapshot(at.store)).toEqual(before)
})
