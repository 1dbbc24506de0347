/**
 * The policies that a training passes through, as rows of the table `policies`: each by the digest of its parameters, with that
 * of the one it was made from. So every completion can be followed back to the parameters that sampled it, and these over the
 * stages to those that were drawn at random.
 */

import { createHash } from "node:crypto"

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

import type { Policies } from "../../schemas/checkpoint.ts"
import type { Part } from "../dag/Checkpoints.ts"
import type { TableOutput } from "../dag/Stage.ts"
import type { Table } from "../store/schema/Table.ts"

/** First 16 digits of the SHA-256 of a parameter vector. */
export const digestOfParameters = (parameters: Float32Array): string => {
  const { add, digest } = parametersDigest()
  add(parameters)
  return digest()
}

/** The same of a vector that comes in pieces, in their order. */
export const parametersDigest = () => {
  const hash = createHash("sha256")
  return {
    add: ({ buffer, byteOffset, byteLength }: Float32Array): void =>
      void hash.update(new Uint8Array(buffer, byteOffset, byteLength)),
    digest: (): string => hash.digest("hex").slice(0, 16)
  }
}

/** A policy and what it was made from. */
const Passed = Schema.Struct({ digest: Schema.String, parent: Schema.NullOr(Schema.String) })
type Passed = typeof Passed.Type

/** The first and the newest policy of a training, which are kept over an interruption. */
const State = Schema.fromJsonString(Schema.Struct({ first: Passed, last: Passed }))

/** What a later policy was made from: the one before it, or once more the first, as where a round starts from the base. */
type MadeFrom = "last" | "first"

export type PassedPolicies = ReturnType<typeof passedPolicies>

/** Writes the rows of a training; `start` comes first, unless the part is restored. */
export const passedPolicies = (output: Pick<TableOutput<typeof Policies>, "append">) => {
  let first: Passed = { digest: "", parent: null }
  let last = first
  const part: Part<never> = {
    save: Effect.sync(() => ({ state: new TextEncoder().encode(Schema.encodeSync(State)({ first, last })) })),
    restore: ({ state }) =>
      Effect.sync(() => {
        ;({ first, last } = Schema.decodeSync(State)(new TextDecoder().decode(Uint8Array.from(state!))))
      })
  }
  const append = (step: number, snapshot: boolean) => output.append({ step, ...last, snapshot })
  return {
    part,
    /** Of the newest policy. */
    digest: (): string => last.digest,
    /** The parameters that training starts from; `from`: the digest of those they were made of, where they are not the same. */
    start: (parameters: Float32Array, from: string | null = null) =>
      Effect.suspend(() => {
        const digest = digestOfParameters(parameters)
        first = { digest, parent: from === digest ? null : from }
        last = first
        return append(0, false)
      }),
    /** The parameters after `step` updates. Those that no update has changed are the policy that they were. */
    pass: (step: number, parameters: Float32Array, how: { readonly snapshot: boolean; readonly from?: MadeFrom }) =>
      Effect.suspend(() => {
        const digest = digestOfParameters(parameters)
        const before = how.from === "first" ? first : last
        if (digest === first.digest) last = first
        else if (digest !== last.digest) last = { digest, parent: before.digest }
        return append(step, how.snapshot)
      }),
    /** A row of a shorter training that this one goes on from. */
    takeOver: ({ step, snapshot, ...policy }: Table.Row<typeof Policies>) =>
      Effect.suspend(() => {
        last = policy
        return append(step, snapshot)
      })
  }
}
