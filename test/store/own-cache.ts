/** A cache folder of its own for each test of a file, so that nothing that is remembered there leads from one to the next. */

import { afterEach, beforeEach } from "vitest"

import { temporaryFolder } from "./temporary-folder.ts"

const VARIABLE = "ECHO_CHAMBER_CACHE"

/** To be called once, outside tests; gives the folder of the test that is running. */
export const ownCache = (): (() => string) => {
  const before = process.env[VARIABLE]
  let cache = ""
  beforeEach(() => {
    cache = temporaryFolder()
    process.env[VARIABLE] = cache
  })
  afterEach(() => {
    if (before === undefined) delete process.env[VARIABLE]
    else process.env[VARIABLE] = before
  })
  return () => cache
}
