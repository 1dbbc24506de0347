/** `pipeline data`: what it prints and its exit codes, on made-up datasets in a folder of the test. */

import { join } from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { gsm8kRows, jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"
import { place } from "./command-line.ts"

const at = place()
const data = temporaryFolder()
const broken = temporaryFolder()
beforeAll(() => {
  writeIn(data, "gsm8k/train.jsonl", jsonl(gsm8kRows(12)))
  writeIn(data, "gsm8k/test.jsonl", jsonl(gsm8kRows(3, 100)))
  writeIn(broken, "gsm8k/train.jsonl", `${jsonl(gsm8kRows(2))}{"question": "Q?"}\n`)
})

describe("data", () => {
  it("alone says what its commands are", async () => {
    const { code, out } = await at.here(["data"])
    expect(code).toBe(0)
    for (const name of ["list", "check", "import"]) expect(out).toMatch(new RegExp(`^  pipeline data ${name} +[A-Z].*\\.$`, "m"))
  })
})

describe("data list", () => {
  it("shows rows, digest, licence and place of what is here, and how to get the rest", async () => {
    const { code, out } = await at.here(["data", "list", "gsm8k", "tinygsm", "--data", data])
    expect(code).toBe(0)
    expect(out).toMatch(/gsm8k:train +training +found +12 +1\.\d kB +MIT +[0-9a-f]{12} +1 file in .*gsm8k/)
    expect(out).toMatch(/tinygsm:train +about 12 million.*TinyGSM\/TinyGSM\n\nTo fetch one: pnpm pipeline data import/)
  })

  it("gives every file as JSON", async () => {
    const { out } = await at.here(["data", "list", "gsm8k:train", "--data", data, "--json"])
    expect(JSON.parse(out)).toMatchObject([
      { source: "gsm8k", split: "train", rows: 12, files: [{ name: "train.jsonl", rows: 12 }] }
    ])
  })
})

describe("data check", () => {
  it("reads every split that is here, and finds nothing to object to in sound data", async () => {
    const { code, out } = await at.here(["data", "check", "gsm8k:train", "gsm8k:test", "--data", data])
    expect(out).toContain("12 usable, 0 bad")
    expect(out).toContain("no question of gsm8k:test (3 questions")
    expect(out).toContain("2 splits read to the end, nothing to object to.")
    expect(code).toBe(0)
  })

  it("names bad rows and ends with 1, unless so many are allowed", async () => {
    const { code, out } = await at.here(["data", "check", "gsm8k:train", "--data", broken])
    expect(out).toMatch(/train\.jsonl, row 2, field answer: is missing/)
    expect(out).toContain("Not as they should be: gsm8k:train.")
    expect(code).toBe(1)
    expect((await at.here(["data", "check", "gsm8k:train", "--data", broken, "--max-bad", "1"])).code).toBe(0)
  })
})

describe("data import", () => {
  it("copies a file to where a study finds it", async () => {
    const to = temporaryFolder()
    const { code, out } = await at.here(["data", "import", "gsm8k:train", "--from", join(data, "gsm8k"), "--data", to])
    expect(code).toBe(0)
    expect(out).toMatch(/copied +train\.jsonl +1\.\d kB +[0-9a-f]{12}/)
    expect((await at.here(["data", "list", "gsm8k:train", "--data", to])).out).toContain(join(to, "openai/gsm8k"))
  })
})

describe("bad input to data", () => {
  it.each([
    [["data", "lsit"], 'pipeline data has no command "lsit". Did you mean "list"?'],
    [["data", "list", "gms8k"], "There is no dataset gms8k. Did you mean gsm8k?"],
    [["data", "check", "gsm8k:tets"], "There is no dataset gsm8k:tets. Did you mean gsm8k:test?"],
    [["data", "import"], "pipeline data import needs names of datasets, as in gsm8k:train."],
    [["data", "import", "omi2"], "Which of omi2:train, omi2:train-1M"],
    [["data", "check", "--max-bad", "some"], '--max-bad must be a whole number >= 0; got "some".'],
    [["data", "import", "gsm8k:train", "--from", "/does/not/exist"], "there is no file or folder /does/not/exist."]
  ])("%j is refused with what would be right", async (args, message) => {
    const { code, err } = await at.here(args)
    expect(err).toContain(message)
    expect(code).toBe(2)
  })
})
