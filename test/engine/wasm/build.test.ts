/** That the committed modules are what the C source gives. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { binaries, build, compilerOf, producerOf } from "../../../src/engine/wasm/build.ts"

describe.each(binaries)("$binary", ({ binary, flags }) => {
  const committed = readFileSync(binary)
  const clang = compilerOf(producerOf(committed))

  it("names the compiler that made it", () => {
    expect(producerOf(committed)).toMatch(/clang version \d+\.\d+/)
  })

  it.skipIf(clang === undefined)(`is what the C source gives (skipped without ${producerOf(committed)} and its lld)`, () => {
    const rebuilt = build(clang!, flags)
    expect(committed.equals(rebuilt), "It was built from an earlier source. Build it anew and commit it: pnpm build:wasm").toBe(
      true
    )
  })
})
