/** The known names nearest to a mistyped one, by edit distance: for "did you mean". */
export const nearest = (name: string, known: Iterable<string>, count = 3): Array<string> => {
  const limit = Math.max(2, Math.ceil(name.length / 2))
  return [...known]
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= limit || candidate.includes(name) || name.includes(candidate))
    .toSorted((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** Levenshtein distance, one row at a time. */
export const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** `; did you mean x, y?`, or nothing. */
export const didYouMean = (name: string, known: Iterable<string>): string => {
  const names = nearest(name, known)
  return names.length === 0 ? "" : ` Did you mean ${names.map((n) => `"${n}"`).join(", ")}?`
}
