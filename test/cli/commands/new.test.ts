/** `pipeline new study`: the file that it writes, and what it refuses. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { temporaryFolder } from "../../store/temporary-folder.ts"
import { place } from "../command-line.ts"

/** A fresh folder for studies of one's own. */
const fresh = () => {
  const studies = path.join(temporaryFolder(), "studies")
  fs.mkdirSync(studies)
  return place(studies)
}

describe("pipeline new study", () => {
  it("writes a study under the name, which plans as it is and has a claim", async () => {
    const at = fresh()
    const written = await at.here(["new", "study", "mine"])
    expect(written.err).toBe("")
    expect(written.out).toContain(path.join(at.studies, "mine.ts"))
    const text = fs.readFileSync(path.join(at.studies, "mine.ts"), "utf8")
    expect(text).not.toContain("first-study")
    // All of it from the package, in one import.
    expect([...text.matchAll(/from "(.*)"/g)].map(([, from]) => from)).toEqual(["echo-chamber"])
    const { code, out } = await at.pipeline(["plan", "mine"])
    expect(code).toBe(0)
    expect(out).toContain("N1 RL makes the policy solve more problems.")
    expect(out).toMatch(/^ +mix seed=2 +run/m)
  })

  it("writes nothing over a file or a study that is there, and says which", async () => {
    const at = fresh()
    await at.here(["new", "study", "mine"])
    const file = path.join(at.studies, "mine.ts")
    fs.appendFileSync(file, "// changed\n")
    const again = await at.here(["new", "study", "mine"])
    expect(again.code).toBe(2)
    expect(again.err).toContain(`There is a study "mine" already: ${file}.`)
    expect(fs.readFileSync(file, "utf8")).toMatch(/\/\/ changed\n$/)
    expect((await at.here(["new", "study", "smoke"])).err).toContain('There is a study "smoke" already')
  })

  it.each([
    [["new", "study", "../mine"], 'No study can be called "../mine".'],
    [["new", "study", ".mine"], 'No study can be called ".mine".'],
    [["new", "study", "a b"], 'No study can be called "a b".'],
    [["new", "study", "n".repeat(101)], "has at most 100 bytes"],
    [["new", "study", "mine.ts"], 'Leave ".ts" out'],
    [["new", "studie", "mine"], 'pipeline new makes no "studie". Did you mean "study"?'],
    [["new", "study"], 'pipeline new needs "study" and a name for it.'],
    [["new"], 'pipeline new needs "study" and a name for it.']
  ])("refuses %j", async (args, words) => {
    const at = fresh()
    const { code, err } = await at.here(args)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(words) })
    expect(fs.readdirSync(at.studies)).toEqual([])
  })
})
