/** Names that a mistyped one may have meant. */

/** Levenshtein distance: insertions, deletions and replacements. */
export const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** Known names within a third of the name's length, or that contain it or are contained in it; nearest first, at most `limit`. */
export const nearNames = (name: string, known: Iterable<string>, limit = 5): ReadonlyArray<string> => {
  const wanted = name.toLowerCase()
  const ranked = [...new Set(known)].flatMap((candidate) => {
    const lower = candidate.toLowerCase()
    const distance = editDistance(wanted, lower)
    const contains = wanted.length >= 3 && (lower.includes(wanted) || (lower.length >= 3 && wanted.includes(lower)))
    return distance <= Math.max(1, Math.floor(wanted.length / 3)) || contains ? [{ candidate, distance }] : []
  })
  return ranked
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, limit)
    .map(({ candidate }) => candidate)
}
