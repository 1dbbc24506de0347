/** Near names: what a mistyped one may have meant. */

import { minimumOf } from "../lists/large.ts"

/**
 * Known names that a mistyped one may have meant: the nearest of those within two edits or a third of its length, and those of
 * which one holds the other; nearest first, at most `limit`. Case does not count.
 */
export const nearest = (name: string, known: Iterable<string>, limit = 3): Array<string> => {
  const wanted = name.toLowerCase()
  const ranked = [...new Set(known)].flatMap((candidate) => {
    const lower = candidate.toLowerCase()
    const distance = editDistance(wanted, lower)
    const contains = wanted.length >= 3 && (lower.includes(wanted) || (lower.length >= 3 && wanted.includes(lower)))
    const close = distance < wanted.length && distance <= Math.max(2, Math.floor(wanted.length / 3))
    return close || contains ? [{ candidate, distance, contains }] : []
  })
  const least = minimumOf(ranked.map(({ distance }) => distance))
  return ranked
    .filter(({ distance, contains }) => contains || distance === least)
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}

/** Levenshtein distance (insertions, deletions, replacements), one row at a time. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** ` Did you mean "x", "y"?`, or nothing. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  const names = nearest(name, known)
  return names.length === 0 ? "" : ` Did you mean ${names.map((n) => `"${n}"`).join(", ")}?`
}
