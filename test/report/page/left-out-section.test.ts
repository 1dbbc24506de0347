/** What the section on what was left out says where there is little to say. */

import { expect, it } from "vitest"

import { leftOutSection } from "../../../src/report/sections/left-out-section.ts"

it("says that completions ended by themselves only where there were some", () => {
  const said = (looked: number): string => leftOutSection({ said: [], completions: [], looked }).text
  expect(said(0)).toContain("Nothing was completed.")
  expect(said(0)).not.toContain("ended by itself")
  expect(said(2)).toContain("Every completion ended by itself.")
})
