/**
 * One canonical form of plain data, and its digest. RFC 8785 in spirit: sorted keys, no white space, shortest numbers. Values
 * without a canonical form (functions, NaN, undefined inside arrays, bigint, Date) are refused with the path of the field. Pinned
 * by golden tests: a change here would orphan every artifact ever made.
 */

import { hash } from "node:crypto"

import * as Schema from "effect/Schema"

/**
 * A value that has no canonical form, by the path of its field.
 *
 * @public Thrown where authors of stages write documents.
 */
export class NotCanonical extends Schema.TaggedError<NotCanonical>()("NotCanonical", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `${this.path} cannot be part of a key: ${this.reason}.`
  }
}

/** The one JSON text of plain data. Throws `NotCanonical`; `path` names the value in its message. */
export const canonicalJson = (value: unknown, path = "$"): string => {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value)
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new NotCanonical({ path, reason: `the number ${value} is not finite` })
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map((v, i) => canonicalJson(v, `${path}[${i}]`)).join(",")}]`
  if (typeof value === "object" && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
    const entries = Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v, `${path}.${k}`)}`).join(",")}}`
  }
  throw new NotCanonical({ path, reason: `${typeWords(value)} has no canonical form` })
}

const typeWords = (value: unknown): string => {
  if (value === undefined) return "undefined"
  return typeof value === "object" && value !== null ? `a ${value.constructor.name}` : `a ${typeof value}`
}

/** 64 lower-case hexadecimal digits. */
export type Digest = string

/** SHA-256 of bytes, or of a text as UTF-8. */
export const sha256 = (data: string | Uint8Array): Digest => hash("sha256", data)

/** SHA-256 over the parts, each with its length in front, so that no two lists of parts give the same bytes. */
export const digestOf = (parts: ReadonlyArray<string>): Digest => {
  // In one piece: a key has a hundred parts, and each call to the hash takes longer than what it hashes.
  let text = ""
  for (const part of parts) text += `${Buffer.byteLength(part)}:${part}`
  return hash("sha256", text)
}
