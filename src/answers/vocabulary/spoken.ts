/** Whole numbers and fractions that are said in words: `twenty-one`, `one hundred and five`, `two thirds`, `three and a half`. */

import { fractionNamed, multiplierNamed } from "./number-words.ts"

const SMALL = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ")
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ")

/** A number and how many words it takes. */
interface Said {
  readonly value: bigint
  readonly end: number
}

const belowHundred = (words: ReadonlyArray<string>, at: number): Said | null => {
  const small = SMALL.indexOf(words[at] ?? "")
  if (small >= 0) return { value: BigInt(small), end: at + 1 }
  const tens = TENS.indexOf(words[at] ?? "")
  if (tens < 0) return null
  const ones = SMALL.indexOf(words[at + 1] ?? "")
  const hasOnes = ones > 0 && ones < 10
  return { value: BigInt(10 * (tens + 2) + (hasOnes ? ones : 0)), end: at + (hasOnes ? 2 : 1) }
}

const belowThousand = (words: ReadonlyArray<string>, at: number): Said | null => {
  const first = words[at] === "a" && words[at + 1] === "hundred" ? { value: 1n, end: at + 1 } : belowHundred(words, at)
  if (first === null || words[first.end] !== "hundred" || first.value === 0n) return first
  const end = first.end + 1
  const rest = belowHundred(words, words[end] === "and" ? end + 1 : end)
  return { value: 100n * first.value + (rest?.value ?? 0n), end: rest?.end ?? end }
}

/** Groups of hundreds, each with a smaller name than the one before: `two million three thousand and five`. */
const wholeAt = (words: ReadonlyArray<string>): Said | null => {
  let [value, end, smallest] = [0n, 0, 10n ** 40n]
  for (let at = 0; ;) {
    const group = belowThousand(words, at)
    const named = words[group?.end ?? 0] ?? ""
    const scale = /^(?:thousand|[a-z]+illion)$/.test(named) ? (multiplierNamed(named) ?? 1n) : 1n
    if (group === null || scale >= smallest) return end === 0 ? null : { value, end }
    smallest = scale
    value += group.value * scale
    end = group.end + (scale === 1n ? 0 : 1)
    if (scale === 1n) return { value, end }
    at = words[end] === "and" ? end + 1 : end
  }
}

/** `half`, `a half`, `two thirds` from a word on, as a fraction; `third` alone says which one. */
const shareAt = (words: ReadonlyArray<string>, at: number): { readonly text: string; readonly end: number } | null => {
  const isAlone = /^(?:half|quarter)$/.test(words[at] ?? "")
  const before = isAlone ? { value: 1n, end: 0 } : words[at] === "a" ? { value: 1n, end: 1 } : wholeAt(words.slice(at))
  if (before === null) return null
  const [top, end] = [before.value, at + before.end]
  const share = fractionNamed(words[end] ?? "")
  if (share === undefined || share.isOne !== (top === 1n)) return null
  return { text: `${top}/${share.bottom}`, end: end + 1 }
}

/** `24 and a half`. */
const IN_FIGURES = /^(\d{1,15})\s+and\s+(?=[A-Za-z])/

/** A text that begins with a number in words, or with a share of one in words, with that in digits; null where it does not. */
export const inDigits = (text: string): string | null => {
  const figures = IN_FIGURES.exec(text)
  if (figures !== null) {
    const share = inDigits(text.slice(figures[0].length))
    // Five and a half of a dozen may be 11, or 66.
    return share !== null && /^\d+\/\d+(?!\d|\s*(?:dozen|gross|hundred|thousand|[a-z]+illion)\b)/.test(share)
      ? `${figures[1]} ${share}`
      : null
  }
  const said = /^(?:[A-Za-z]+(?:-(?=[A-Za-z])|\s+|$))+/.exec(text)?.[0] ?? ""
  const parts = [...said.matchAll(/([A-Za-z]+)(-|\s+|$)/g)]
  const words = parts.map(([, word]) => word!.toLowerCase())
  const isNegative = words[0] === "negative" || words[0] === "minus"
  const from = isNegative ? 1 : 0
  const mine = words.slice(from)
  const whole = wholeAt(mine)
  const share = shareAt(mine, 0) ?? (whole !== null && mine[whole.end] === "and" ? shareAt(mine, whole.end + 1) : null)
  if (whole === null && share === null) return null
  const isMixed = share !== null && whole !== null && share.end > whole.end + 1 && mine[whole.end] === "and"
  const end = share?.end ?? whole!.end
  // `one-to-one`
  if (parts[from + end - 1]?.[2] === "-") return null
  const digits = share === null ? `${whole!.value}` : isMixed ? `${whole.value} ${share.text}` : share.text
  const rest = text.slice(parts.slice(0, from + end).reduce((length, [part]) => length + part.length, 0))
  return `${isNegative ? "-" : ""}${digits}${rest === "" ? "" : ` ${rest}`}`
}
