/** `show` by the beginning of a node's id: whatever is the beginning of one only, as long as it need be. */

import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { editableStudies, place } from "./command-line.ts"

/** Seventeen nodes of a stage: two of them begin with the same digit. */
const MANY = `import { Study } from "../../../../src/dag/Study.ts"
import { count } from "../stages/count.ts"
import { sum } from "../stages/sum.ts"
export default Study.make("many", "many sums", {}, () => {
  const numbers = count({}, { terms: 1 })
  return Array.from({ length: 17 }, (_, i) => sum({ numbers }, { scale: i + 1 }))
})`

const { studies } = editableStudies()
const at = place(studies)
const ids: Array<string> = []

beforeAll(async () => {
  fs.writeFileSync(path.join(studies, "many.ts"), MANY)
  const { code, err } = await at.pipeline(["run", "many", "--no-report"])
  expect([code, err.includes("failed")]).toEqual([0, false])
  const { out } = await at.here(["list", "many", "--json"])
  const { nodes } = JSON.parse(out) as { readonly nodes: ReadonlyArray<{ readonly node: string }> }
  ids.push(...nodes.map(({ node }) => node).filter((node) => node.startsWith("sum-")))
}, 60_000)

describe("the beginning of a node's id", () => {
  it("is enough where no other begins so, and may be longer than the id that is shown", async () => {
    for (const id of ids.slice(0, 3)) {
      const shown = await at.here(["show", id])
      expect(shown.out).toContain(`node   ${id}, stage sum`)
      expect((await at.here(["show", id.slice(0, -1)])).out).toBe(shown.out)
    }
  })

  it("is refused where two begin so, with what tells them apart", async () => {
    const [digit = "", alike = []] = [...Map.groupBy(ids, (id) => id.slice(0, 5))].find(([, { length }]) => length > 1) ?? []
    const { code, err } = await at.here(["show", digit])
    expect(code).toBe(2)
    expect(err).toMatch(new RegExp(`^"${digit}" is the beginning of ${digit}\\w+, ${digit}\\w+.*: give more digits\\.`))
    const [, first = "", second = ""] = / of (\S+), ([^\s,:]+)/.exec(err) ?? []
    expect(alike.filter((id) => id.startsWith(first) || first.startsWith(id)).length).toBe(1)
    expect(alike.filter((id) => id.startsWith(second) || second.startsWith(id)).length).toBe(1)
  })
})
