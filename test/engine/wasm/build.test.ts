/** That the committed engine.wasm is what the C source gives. */

import { readFileSync } from "node:fs"

import { describe, expect, it } from "vitest"

import { binary, build, compilerOf, producerOf } from "../../../src/engine/wasm/build.ts"

const committed = readFileSync(binary)
const clang = compilerOf(producerOf(committed))

describe("engine.wasm", () => {
  it("names the compiler that made it", () => {
    expect(producerOf(committed)).toMatch(/clang version \d+\.\d+/)
  })

  it.skipIf(clang === undefined)(`is what the C source gives (skipped without ${producerOf(committed)} and its lld)`, () => {
    const rebuilt = build(clang!)
    expect(
      committed.equals(rebuilt),
      "engine.wasm was built from an earlier source. Build it anew and commit it: pnpm build:wasm"
    ).toBe(true)
  })
})
