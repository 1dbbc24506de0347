/**
 * How the native engine's C source is ordered: its rooms lie one above the other, nothing includes itself by a detour, and
 * requests.h is the page that requests.ts gives.
 */

import { readFileSync } from "node:fs"
import { join, posix } from "node:path"

import { describe, expect, it } from "vitest"

import { sourceFiles, sourceFolder } from "../../../src/engine/native/compile.ts"
import { headerPath, requestsHeader } from "../../../src/engine/native/requests-header.ts"

/** From the top down. A file includes files of its own room and of those below; requests.h is plain data, for all. */
const ROOMS = ["api.c", "model/", "kernels/", "machine/", "requests.h"]

const files = sourceFiles()
const read = (file: string) => readFileSync(join(sourceFolder, file), "utf8")
const room = (file: string) => ROOMS.findIndex((prefix) => file.startsWith(prefix))
const included = (file: string): ReadonlyArray<string> =>
  [...read(file).matchAll(/^#include "([^"]+)"/gm)].map(([, header]) => posix.join(posix.dirname(file), header!))
/** What a file and its header ask for: so an arrow from `a.c` to `b.h` counts as one from a to b. */
const subject = (file: string) => file.replace(/\.[ch]$/, "")

const circlesFrom = (start: string): ReadonlyArray<string> => {
  const reached = new Set<string>()
  const visit = (at: string): void => {
    for (const file of files.filter((file) => subject(file) === at))
      for (const next of included(file).map(subject))
        if (next !== at && !reached.has(next)) {
          reached.add(next)
          visit(next)
        }
  }
  visit(start)
  return reached.has(start) ? [start] : []
}

describe("the native engine's C source", () => {
  it("has a room for every file, and includes lead to files", () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.filter((file) => room(file) < 0)).toEqual([])
    expect(files.flatMap((file) => included(file).filter((header) => !files.includes(header)))).toEqual([])
  })

  it("includes downward only", () => {
    const upward = files.flatMap((file) =>
      included(file)
        .filter((header) => room(header) < room(file))
        .map((header) => `${file} includes ${header}`)
    )
    expect(upward).toEqual([])
  })

  it("has the requests.h that requests.ts describes", () => {
    expect(readFileSync(headerPath, "utf8"), "Write it anew and commit it: pnpm build:requests").toBe(requestsHeader())
  })

  it("has no circles, header and code taken together", () => {
    expect([...new Set(files.map(subject))].flatMap(circlesFrom)).toEqual([])
  })
})
