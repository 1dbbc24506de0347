/**
 * Lists of any length. A list that is spread into a call (`Math.max(...xs)`, `push(...xs)`) goes onto the stack, and overflows it
 * from some 120,000 items on: as many as a step of RL has completions, or a query rows. Hence these; a test of the house finds
 * other spreads.
 */

/** The largest of the numbers, as `Math.max`: -Infinity where there are none, NaN where one of them is. */
export const maximumOf = (numbers: Iterable<number>, least = Number.NEGATIVE_INFINITY): number => {
  let most = least
  for (const number of numbers) most = Math.max(most, number)
  return most
}

/** The smallest of the numbers, as `Math.min`: Infinity where there are none, NaN where one of them is. */
export const minimumOf = (numbers: Iterable<number>): number => {
  let least = Number.POSITIVE_INFINITY
  for (const number of numbers) least = Math.min(least, number)
  return least
}

/** Adds all items at the end of a list. */
export const append = <A>(list: Array<A>, items: Iterable<A>): void => {
  for (const item of items) list.push(item)
}
