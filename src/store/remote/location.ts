/** Where a store is: a folder, or a place in a bucket, `s3://bucket/prefix`. */

import * as Schema from "effect/Schema"

import { visible } from "../../text/visible.ts"

/** A place in a bucket. */
export interface Bucket {
  /** As it is named in one way only. */
  readonly url: string
  readonly bucket: string
  /** What the name of each thing begins with: empty, or with a slash at its end. */
  readonly prefix: string
}

/** What was given is no address of a store. */
class LocationInvalid extends Schema.TaggedError<LocationInvalid>()("LocationInvalid", {
  text: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `${visible(this.text)} ${this.problem}`
  }
}

/** Whether a store is named by an address, and not as a folder. */
export const isAddress = (text: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]+:\/\//.test(text)

/** The place that an address names. Throws `LocationInvalid`. */
export const bucketAt = (text: string): Bucket => {
  const [, bucket, rest = ""] = /^s3:\/\/([^/]*)(?:\/(.*))?$/is.exec(text) ?? []
  const invalid = (problem: string) => new LocationInvalid({ text, problem })
  if (bucket === undefined) throw invalid("is no store: name a folder, or a place in a bucket as s3://bucket/prefix.")
  if (!/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket))
    throw invalid("names no bucket that there could be: write s3://bucket/prefix.")
  const parts = rest.split("/").filter((part) => part !== "")
  if (parts.some((part) => part === "." || part === ".." || /[^\w.!'()*=@+ -]/.test(part)))
    throw invalid("has a prefix of other signs than letters, digits, and ._-!'()*=@+ between slashes.")
  const path = parts.join("/")
  return { url: `s3://${bucket}${path === "" ? "" : `/${path}`}`, bucket, prefix: path === "" ? "" : `${path}/` }
}
