/** Profiles of clusters: what they say of jobs, and what is refused. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { describe, expect, onTestFinished, test } from "vitest"

import { defaultProfile, readProfile } from "../../src/cluster/Profile.ts"

const profileOf = (text: string) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "profile-"))
  onTestFinished(() => fs.rmSync(folder, { recursive: true }))
  const file = path.join(folder, "lab.json")
  fs.writeFileSync(file, text)
  return readProfile(file, ["rl", "pretrain"])
}

describe("a profile", () => {
  test("gives the jobs of a stage what it says of it, in place of what it says of all", () => {
    const { askedBy, maxJobs, retries } = profileOf(
      '{ "partition": "main", "minutes": 60, "stages": { "rl": { "gpus": 1, "minutes": 600 } }, "retries": 0 }'
    )
    expect(askedBy("rl")).toEqual({ partition: "main", gpus: 1, minutes: 600 })
    expect(askedBy("mix")).toEqual({ partition: "main", minutes: 60 })
    expect(maxJobs).toBe(defaultProfile().maxJobs)
    expect(retries).toBe(0)
  })

  test("of which nothing is said leaves everything to the cluster", () => {
    expect(defaultProfile().askedBy("rl")).toEqual({})
  })

  test.each([
    ["is no JSON", "{ partition: 1 }", /lab\.json cannot be used/],
    ["is a list", "[]", /it is no JSON object/],
    ["has a field that there is not", '{ "partitions": "main" }', /no field "partitions".*partition/],
    ["names a stage that there is not", '{ "stages": { "pretrian": {} } }', /no stage "pretrian".*pretrain/],
    ["has a field of a stage that there is not", '{ "stages": { "rl": { "gpu": 1 } } }', /stages\.rl has no field "gpu".*gpus/],
    ["asks for half a thread", '{ "threads": 0.5 }', /threads/],
    ["asks for minutes in words", '{ "minutes": "1 hour" }', /minutes/],
    ["has a partition of two words", '{ "partition": "a b" }', /partition/],
    ["has options that are none", '{ "options": ["rm -rf /"] }', /options/],
    ["has a stage that is a number", '{ "stages": { "rl": 3 } }', /rl/]
  ])("that %s is refused, with what is wrong", (_, text, problem) => {
    expect(() => profileOf(text)).toThrow(problem)
  })

  test("that is not there is refused by its name", () => {
    expect(() => readProfile("/nowhere/lab.json", [])).toThrow(/\/nowhere\/lab\.json/)
  })
})
