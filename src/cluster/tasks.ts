/** How actions share jobs: what is short goes together, what asks for other resources apart. */

import type { Wanted } from "./Wanted.ts"

/** What takes less than this is short, and so long are short ones together: a job costs a second or more by itself. */
const SHORT_SECONDS = 60

/** Actions that one array can hold: they ask for the same and avoid the same. In the order of their first. */
export const alike = (wanted: ReadonlyArray<Wanted>): ReadonlyArray<ReadonlyArray<Wanted>> => [
  ...Map.groupBy(wanted, ({ asked, avoid }) => JSON.stringify([Object.entries(asked).toSorted(), [...avoid].toSorted()])).values()
]

/** The tasks of an array: one for each action, but those that are known to be short share some, in order, as far as that goes. */
export const tasksOf = <A>(
  actions: ReadonlyArray<A>,
  secondsOf: (action: A) => number | null
): ReadonlyArray<ReadonlyArray<A>> => {
  const tasks: Array<Array<A>> = []
  let shared: Array<A> | null = null
  let filled = 0
  for (const action of actions) {
    const seconds = secondsOf(action)
    if (seconds === null || seconds >= SHORT_SECONDS) {
      tasks.push([action])
    } else if (shared === null || filled + seconds > SHORT_SECONDS) {
      tasks.push((shared = [action]))
      filled = seconds
    } else {
      shared.push(action)
      filled += seconds
    }
  }
  return tasks
}
