/**
 * Remarks whose second clause is of something else, marks of a next question, withdrawals, and what stands round a value or a
 * box: endings that were written to try the reader before it knew them.
 */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { grade, gradeOutside } from "../../../src/formats/grade.ts"

const REMARKS: {
  readonly right: ReadonlyArray<readonly [text: string, gold: string]>
  readonly wrong: ReadonlyArray<readonly [text: string, gold: string]>
} = JSON.parse(readFileSync(new URL("../../fixtures/remarks.json", import.meta.url), "utf8"))

describe("remarks around an answer", () => {
  it.each(REMARKS.right)("%j states %s", (text, gold) =>
    expect(gradeOutside(text, gold, "corrected")).toMatchObject({ correct: true })
  )

  it.each(REMARKS.wrong)("%j does not pay %s, in a study neither", (text, gold) => {
    for (const read of [grade, gradeOutside]) expect(read(text, gold, "corrected")).toMatchObject({ correct: false })
  })
})
