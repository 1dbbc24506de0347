/** How many of the documents that say what is asked a method finds among those it puts first. */

/**
 * Share of `wanted` among the `k` documents of the highest scores, of what could be found: wanted found / min(k, wanted).
 * Documents of equal scores at the border count by their share of the places that are left, so that a method that tells nothing
 * apart gets what chance would give it. 0 where nothing is wanted.
 */
export const recallAt = (scores: ArrayLike<number>, wanted: ReadonlySet<number>, k: number): number => {
  const places = Math.min(k, scores.length)
  const possible = Math.min(places, wanted.size)
  if (possible === 0) return 0
  const border = Float64Array.from(scores).toSorted()[scores.length - places]!
  let [above, aboveWanted, at, atWanted] = [0, 0, 0, 0]
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! > border) {
      above++
      if (wanted.has(i)) aboveWanted++
    } else if (scores[i] === border) {
      at++
      if (wanted.has(i)) atWanted++
    }
  }
  return Math.min(1, (aboveWanted + (atWanted * (places - above)) / at) / possible)
}
