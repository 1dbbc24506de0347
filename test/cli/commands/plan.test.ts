/** A plan says which file it is that a result lacks, and what is wrong with it. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { type ActionRecord, readRecord, recordText } from "../../../src/store/objects/records.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { place } from "../command-line.ts"

const at = place()
beforeAll(async () => {
  expect((await at.pipeline(["run", "chain", "--no-report"])).code).toBe(0)
})

type Part = "manifest" | "table" | "document" | "record"

const fileOf = (store: string, { key, output }: ActionRecord, part: Part): string => {
  const digest = {
    manifest: output.digest,
    table: output.tables["sequence"]!.file,
    document: output.documents["about"]!.file,
    record: ""
  }[part]
  return part === "record"
    ? path.join(store, "actions", `${key}.json`)
    : path.join(store, "objects", "sha256", digest.slice(0, 2), digest)
}

const HURTS: Readonly<Record<string, (file: string) => void>> = {
  "that is missing": (file) => fs.rmSync(file),
  "that was emptied": (file) => fs.truncateSync(file, 0),
  "that is cut": (file) => fs.truncateSync(file, fs.statSync(file).size - 1),
  "that is longer": (file) => fs.appendFileSync(file, "x"),
  "that has other contents": (file) => fs.writeFileSync(file, fs.readFileSync(file).fill(120, 20, 22)),
  "that is a folder": (file) => {
    fs.rmSync(file)
    fs.mkdirSync(file)
  },
  "that is a link": (file) => {
    fs.renameSync(file, `${file}.real`)
    fs.symlinkSync(`${file}.real`, file)
  }
}

const copy = () => {
  const store = path.join(temporaryFolder(), "store")
  fs.cpSync(at.store, store, { recursive: true })
  const record = fs
    .readdirSync(path.join(store, "actions"))
    .map((name) => readRecord(store, name.slice(0, 64))!)
    .find(({ stage }) => stage === "count")!
  return { store, record }
}

/** What the plan of the store gives as the reason for its first node. */
const reasonIn = async (store: string): Promise<string> => {
  const { out, code } = await at.here(["plan", "chain", "--json", "--store", store])
  expect(code).toBe(0)
  const [count] = JSON.parse(out) as ReadonlyArray<{ readonly state: string; readonly reason: string }>
  expect(count!.state).toBe("run")
  expect((await at.here(["plan", "chain", "--store", store])).out).toContain(count!.reason)
  return count!.reason
}

const PARTS = ["manifest", "table", "document", "record"] as const
const CASES = PARTS.flatMap((part) => Object.keys(HURTS).map((hurt) => [part, hurt] as const))

describe("a plan over a result with", () => {
  // A record that is gone leaves nothing that could be lacking: its key never ran, as far as the store knows.
  it.each(CASES.filter(([part, hurt]) => part !== "record" || hurt !== "that is missing"))(
    "a %s %s names that file and what is wrong with it",
    async (part, hurt) => {
      const { store, record } = copy()
      const file = fileOf(store, record, part)
      fs.chmodSync(file, 0o644)
      HURTS[hurt]!(file)
      const reason = await reasonIn(store)
      expect(reason.startsWith(`${file} `)).toBe(true)
      expect(reason).toMatch(
        / (is missing|is (a link|a folder|not a file)|has \d+ bytes|is empty|is cut|lacks its seal|does not have|is not whole)/
      )
    }
  )

  it.each([
    [
      "another size of its table",
      (r: ActionRecord) => r.output.tables["sequence"]!,
      /says that object .* has 1 bytes, and it has/
    ],
    ["another size of its document", (r: ActionRecord) => r.output.documents["about"]!, /says that object .* has 1 bytes, and/]
  ] as const)("a record that says %s names the record", async (_, part, words) => {
    const { store, record } = copy()
    const file = fileOf(store, record, "record")
    Object.assign(part(record), { bytes: 1 })
    fs.rmSync(file)
    fs.writeFileSync(file, recordText(record))
    const reason = await reasonIn(store)
    expect(reason.startsWith(`${file} `)).toBe(true)
    expect(reason).toMatch(words)
  })
})
