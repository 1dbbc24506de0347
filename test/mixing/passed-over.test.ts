/** Files of a mixture's datasets that are not read are named, by its plan and by the stage. */

import { Effect } from "effect"
import { afterEach, expect, it, vi } from "vitest"

import { passedOverWords } from "../../src/mixing/open-sources.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

afterEach(() => vi.unstubAllEnvs())

const wordsIn = (files: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const root = temporaryFolder()
  for (const name of files) writeIn(root, name, jsonl([{ question: "How many?", answer: "#### 3" }]))
  vi.stubEnv("ECHO_CHAMBER_DATA", root)
  return Effect.runPromise(passedOverWords({ sources: { "gsm8k:train": 1, omi1: 1 }, suites: ["gsm8k:train"] }))
}

it("says nothing where all is read", async () => {
  expect(await wordsIn(["gsm8k/train.jsonl"])).toEqual([])
})

it("names each once, with the reason", async () => {
  const [line, ...more] = await wordsIn(["gsm8k/train.jsonl", "gsm8k/Train.JSONL"])
  expect(line).toMatch(/^gsm8k:train: \S+\/gsm8k\/Train\.JSONL is called otherwise in capitals and small letters$/)
  expect(more).toEqual([])
})

it("counts those beyond three, with the command that lists them", async () => {
  const lines = await wordsIn(["gsm8k/train.jsonl", ...["a", "b", "c", "d", "e"].map((name) => `gsm8k/${name}.csv`)])
  expect(lines).toHaveLength(4)
  expect(lines[3]).toBe("gsm8k:train: 2 more files are passed over (pipeline data check gsm8k:train)")
})
