/** That the committed requests.h is what requests.ts describes. */

import { readFileSync } from "node:fs"

import { expect, it } from "vitest"

import { headerPath, requestsHeader } from "../../../src/engine/native/requests-header.ts"

it("requests.h is what requests.ts describes", () => {
  expect(readFileSync(headerPath, "utf8"), "Write it anew and commit it: pnpm build:requests").toBe(requestsHeader())
})
