/** The line of policies that a training writes: what each was made from, and what an update that changes nothing means. */

import { Effect } from "effect"
import { describe, expect, it } from "vitest"

import type { Policies } from "../../schemas/checkpoint.ts"
import { digestOfParameters, parametersDigest, passedPolicies } from "../../src/model/passed-policies.ts"
import type { Table } from "../../src/store/schema/Table.ts"

type Row = Table.Row<typeof Policies>

const [a, b, c] = [0, 1, 2].map((x) => Float32Array.of(x, -x, 0.5)) as [Float32Array, Float32Array, Float32Array]
const [A, B, C] = [a, b, c].map(digestOfParameters)

const written = () => {
  const rows: Array<Row> = []
  const line = passedPolicies({ append: (row) => Effect.sync(() => void rows.push(row)) })
  return { rows, line }
}
const plain = { snapshot: false }

describe("the line of policies", () => {
  it("begins with what the training starts from, which has a parent only where it was changed first", async () => {
    const [same, changed, drawn] = [written(), written(), written()]
    await Effect.runPromise(same.line.start(a, A))
    await Effect.runPromise(changed.line.start(b, A))
    await Effect.runPromise(drawn.line.start(c))
    expect(same.rows).toEqual([{ step: 0, digest: A, parent: null, snapshot: false }])
    expect(changed.rows).toEqual([{ step: 0, digest: B, parent: A, snapshot: false }])
    expect(drawn.rows).toEqual([{ step: 0, digest: C, parent: null, snapshot: false }])
  })

  it("says of each what it was made from, and never a policy's own digest", async () => {
    const { rows, line } = written()
    const steps = [line.pass(1, b, plain), line.pass(2, b, { snapshot: true }), line.pass(3, c, plain), line.pass(4, a, plain)]
    await Effect.runPromise(Effect.all([line.start(a), ...steps]))
    expect(rows.map(({ step, digest, parent, snapshot }) => [step, digest, parent, snapshot])).toEqual([
      [0, A, null, false],
      [1, B, A, false],
      [2, B, A, true],
      [3, C, B, false],
      [4, A, null, false]
    ])
    expect(line.digest()).toBe(A)
  })

  it("of rounds that start from the first policy has that as their parent", async () => {
    const { rows, line } = written()
    const from = { snapshot: false, from: "first" } as const
    await Effect.runPromise(Effect.all([line.start(a), line.pass(1, b, from), line.pass(2, b, from), line.pass(3, c, from)]))
    expect(rows.map(({ parent }) => parent)).toEqual([null, A, A, A])
  })

  it("goes on over an interruption", async () => {
    const [before, after] = [written(), written()]
    await Effect.runPromise(Effect.all([before.line.start(b, A), before.line.pass(1, c, plain)]))
    await Effect.runPromise(after.line.part.restore(await Effect.runPromise(before.line.part.save)))
    await Effect.runPromise(Effect.all([after.line.pass(2, a, { snapshot: false, from: "first" }), after.line.pass(3, b, plain)]))
    expect(after.rows.map(({ digest, parent }) => [digest, parent])).toEqual([
      [A, B],
      [B, A]
    ])
  })
})

it("the digest of parameters does not depend on the pieces in which they come", () => {
  const whole = Float32Array.of(1, 2, 3, 4, 5)
  const pieces = parametersDigest()
  for (const [from, to] of [
    [0, 2],
    [2, 2],
    [2, 5]
  ] as const)
    pieces.add(whole.subarray(from, to))
  expect(pieces.digest()).toBe(digestOfParameters(whole))
  expect(digestOfParameters(whole)).toMatch(/^[0-9a-f]{16}$/)
})
