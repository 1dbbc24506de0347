/** What is counted stands in the plural but where there is one of it. */

import { expect, it } from "vitest"

import { plural } from "../../src/text/plural.ts"

it("is singular of one only", () => {
  expect([0, 1, 2, 1234].map((count) => plural(count, "row"))).toEqual(["0 rows", "1 row", "2 rows", "1,234 rows"])
})
