/**
 * Whether a backend keeps its word that of several writers one wins. Some servers that speak the language of S3 take the
 * condition of a write and do not look at it: on them two machines would record different results for one key.
 */

import { randomBytes } from "node:crypto"

import * as Effect from "effect/Effect"

import { type Backend, RemoteFailed } from "./Backend.ts"

/** What is written to try it. Always the same name: nothing gathers. */
const NAME = "probe"

/** Fails with `RemoteFailed` where a write on a condition goes through that does not hold. */
export const probe = Effect.fnUntraced(function* (backend: Backend) {
  const fresh = () => Buffer.from(`${randomBytes(16).toString("hex")}\n`)
  const lets = (what: string) =>
    new RemoteFailed({
      url: backend.url,
      problem:
        `this server lets ${what}, so two machines could record different results for one key. ` +
        "It must honour If-None-Match and If-Match of PutObject, as S3 does since 2024. Nothing was stored.",
      passing: false,
      badInput: true
    })
  yield* backend.create(NAME, fresh())
  if ((yield* backend.create(NAME, fresh())) !== "refused") return yield* lets("a second writer win where one was first")
  const found = yield* backend.read(NAME)
  // Somebody else's probe may come between: then ours is refused, as it should be.
  const replaced = found === null ? "refused" : yield* backend.replace(NAME, fresh(), found.tag)
  if (found !== null && replaced !== "refused" && (yield* backend.replace(NAME, fresh(), found.tag)) !== "refused")
    return yield* lets("what was replaced be replaced again by whoever had not seen that")
})
