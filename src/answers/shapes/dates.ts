/** Days of the year, which have many spellings and no number: `June 20`, `June 20th`, `20 June`, `the 20th of Jun. 2021`. */

import type { Answer } from "../Answer.ts"
import { words } from "../words.ts"

const MONTHS = "january february march april may june july august september october november december".split(" ")
const MONTH = String.raw`(?<month>${MONTHS.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`).join("|")}|sept)\.?`
const DAY = String.raw`(?<day>\d{1,2})\s*(?<ending>st|nd|rd|th)?`
const YEAR = String.raw`(?:\s*,?\s*(?<year>\d{4}))?`
const DATES = [
  new RegExp(`^${MONTH}\\s*(?:the\\s+)?${DAY}${YEAR}$`, "i"),
  new RegExp(`^(?:the\\s+)?${DAY}\\s*(?:of\\s+)?${MONTH}${YEAR}$`, "i")
]
/** Behind the number that it belongs to. */
const ENDINGS = ["th", "st", "nd", "rd"]

export const dateIn = (text: string): Answer | null => {
  if (text.length > 80 || !/\d/.test(text) || !/(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i.test(text)) return null
  const said = text
    .replaceAll(/\^\s*\{?\s*\\text\s*\{\s*(st|nd|rd|th)\s*\}\s*\}?/g, "$1")
    .replaceAll(/\\text\s*\{([^{}]*)\}/g, "$1")
    .replaceAll(/\s+/g, " ")
    .trim()
  const found = (DATES[0]!.exec(said) ?? DATES[1]!.exec(said))?.groups
  if (found === undefined) return null
  const [day, ending] = [Number(found["day"]), found["ending"]?.toLowerCase()]
  const isTeen = day > 10 && day < 14
  if (day < 1 || day > 31 || (ending !== undefined && ending !== ((isTeen ? undefined : ENDINGS[day % 10]) ?? "th"))) return null
  const month = MONTHS.find((name) => name.startsWith(found["month"]!.slice(0, 3).toLowerCase()))!
  return words(`${month} ${day}${found["year"] === undefined ? "" : ` ${found["year"]}`}`)
}
