/**
 * Among many lists of named values the one that differs from a given list in the fewest names. Comparing each with all takes the
 * product of both numbers: too much for ten thousand planned nodes against ten thousand earlier results. So the lists are kept as
 * a tree, a level for every name by which they differ among themselves, and gone into best first: as a rule along one branch.
 * A name whose given value no list has tells nothing, and is left out of the tree: there is one for each choice of the others.
 */

import { priorityQueue } from "./priority-queue.ts"

/** Values by name. A name that a list lacks is a value like another. */
type Values = ReadonlyMap<string, string>

/**
 * Steps after which the best of what was seen is taken. Some hundreds of lists are always gone through to the end if need be; of
 * more it takes so long only where each list has what is wanted in one name and hardly in others.
 */
const MOST_STEPS = 1000

interface Listed<A> {
  readonly item: A
  readonly values: Values
  /** Its place in the order that was given. */
  readonly place: number
}

/** Lists that agree in the names of all levels above, in the order that was given. */
interface Branch<A> {
  readonly level: number
  readonly members: ReadonlyArray<Listed<A>>
  /** By the value of its level, best first; made when it is first gone into. */
  children: ReadonlyMap<string | undefined, Branch<A>> | null
}

/** A way that may be gone, with at least so many differences. */
interface Way<A> {
  readonly branch: Branch<A>
  readonly least: number
  /** Those whose turn comes after its own: the children of the branch above that do not agree either. */
  readonly siblings: Iterator<Branch<A>> | null
}

/**
 * Looks for the nearest of `items`, the first of those that are equally near; null where there are none. `onLook` is told of each
 * step, for tests that count them.
 */
export const nearestOf = <A>(
  items: ReadonlyArray<A>,
  valuesOf: (item: A) => Values,
  onLook: () => void = () => {}
): ((wanted: Values) => A | null) => {
  const listed = items.map((item, place): Listed<A> => ({ item, place, values: valuesOf(item) }))
  const known = new Map<string, Set<string | undefined>>()
  for (const { values } of listed) for (const name of values.keys()) known.set(name, new Set())
  for (const [name, found] of known) for (const { values } of listed) found.add(values.get(name))
  // Names with few values first: they part the lists before those that tell nearly all of them apart.
  const telling = [...known].filter(([, { size }]) => size > 1).toSorted(([, a], [, b]) => a.size - b.size)
  const trees = new Map<string, Branch<A>>()

  return (wanted) => {
    const names = telling.filter(([name, values]) => values.has(wanted.get(name))).map(([name]) => name)
    const place = JSON.stringify(names)
    const root = trees.get(place) ?? { level: 0, members: listed, children: null }
    trees.set(place, root)
    return nearestIn(root, names, wanted, onLook)
  }
}

const nearestIn = <A>(root: Branch<A>, names: ReadonlyArray<string>, wanted: Values, onLook: () => void): A | null => {
  const ways = priorityQueue<Way<A>>((one, other) => isBefore(one, other))
  let best: Pick<Way<A>, "branch" | "least"> | null = null
  const reached = (branch: Branch<A>, least: number) => {
    if (best === null || isBefore({ branch, least }, best)) best = { branch, least }
  }
  const addNext = (siblings: Iterator<Branch<A>>, least: number) => {
    const next = siblings.next()
    if (next.done !== true) ways.add({ branch: next.value, least, siblings })
  }
  if (root.members.length > 0) ways.add({ branch: root, least: 0, siblings: null })
  for (let steps = 0, way = ways.take(); way !== undefined; way = ways.take(), steps++) {
    onLook()
    if (best !== null && (steps >= MOST_STEPS || !isBefore(way, best))) break
    const { branch, least, siblings } = way
    if (siblings !== null) addNext(siblings, least)
    if (branch.level === names.length) reached(branch, least)
    else if (branch.members.length === 1) {
      // Alone, so that its differences need no tree.
      const { values } = branch.members[0]!
      reached(branch, least + names.slice(branch.level).filter((name) => values.get(name) !== wanted.get(name)).length)
    } else {
      const name = names[branch.level]!
      branch.children ??= childrenOf(branch, name)
      const alike = branch.children.get(wanted.get(name))
      if (alike !== undefined) ways.add({ branch: alike, least, siblings: null })
      addNext(othersAmong(branch.children.values(), alike), least + 1)
    }
  }
  return (best as Pick<Way<A>, "branch"> | null)?.branch.members[0]!.item ?? null
}

const isBefore = <A>(one: Pick<Way<A>, "branch" | "least">, other: Pick<Way<A>, "branch" | "least">): boolean =>
  one.least < other.least || (one.least === other.least && one.branch.members[0]!.place < other.branch.members[0]!.place)

const childrenOf = <A>({ level, members }: Branch<A>, name: string): ReadonlyMap<string | undefined, Branch<A>> =>
  new Map(
    [...Map.groupBy(members, ({ values }) => values.get(name))].map(([value, alike]) => [
      value,
      { level: level + 1, members: alike, children: null }
    ])
  )

function* othersAmong<A>(branches: Iterable<A>, left: A | undefined): Generator<A, undefined> {
  for (const branch of branches) if (branch !== left) yield branch
}
