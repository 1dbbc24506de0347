/** What a value in a record or an event must be to be believed: of its type, and within what can have happened. */

import { isObject } from "../disk/sealed.ts"

export type Check = (value: unknown) => boolean

export const isText = (value: unknown): value is string => typeof value === "string"
export const isTruth: Check = (value) => typeof value === "boolean"
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
export const isTexts: Check = (value) => Array.isArray(value) && value.every(isText)
export const isTextRecord: Check = (value) => isObject(value) && Object.values(value).every(isText)
export const isTextOrNull: Check = (value) => value === null || isText(value)

/** An object of plain values: what stands in it can be shown as it is. */
export const isPlainRecord: Check = (value) =>
  isObject(value) && Object.values(value).every((part) => part === null || ["string", "number", "boolean"].includes(typeof part))

/** A digest: 64 hexadecimal digits. */
export const isDigest = (value: unknown): value is string => isText(value) && DIGEST.test(value)
const DIGEST = /^[0-9a-f]{64}$/

/** Seconds that something took; no work of a thousand threads takes a hundred years. */
export const isDuration: Check = (value) => typeof value === "number" && value >= 0 && value < MOST_SECONDS
const MOST_SECONDS = 4e12

/** A time in UTC as it is written here, with a day that there is: `2026-11-22T01:10:45.123Z`. */
export const isTime: Check = (value) => {
  if (!isText(value) || !TIME.test(value)) return false
  const at = Date.parse(value)
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 19) === value.slice(0, 19)
}
const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/

/** What may be left out. */
export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value)
