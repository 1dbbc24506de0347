/** What waits for its turn, the most urgent first. Putting in and taking out cost the logarithm of what waits. */

export interface PriorityQueue<A> {
  readonly size: () => number
  /** The one whose turn it is; undefined where nothing waits. */
  readonly first: () => A | undefined
  readonly add: (item: A) => void
  /** Takes the first out; undefined where nothing waits. */
  readonly take: () => A | undefined
}

/** A queue by `before`, which tells whether one item comes before another; of equals the one that was put in first. */
export const priorityQueue = <A>(before: (one: A, other: A) => boolean): PriorityQueue<A> => {
  const heap: Array<{ readonly item: A; readonly turn: number }> = []
  let turns = 0
  const comesFirst = (i: number, j: number): boolean => {
    const [one, other] = [heap[i]!, heap[j]!]
    return before(one.item, other.item) || (!before(other.item, one.item) && one.turn < other.turn)
  }
  const swap = (i: number, j: number) => {
    const moved = heap[i]!
    heap[i] = heap[j]!
    heap[j] = moved
  }
  const sink = () => {
    for (let at = 0; ;) {
      let first = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && comesFirst(child, first)) first = child
      if (first === at) return
      swap(at, first)
      at = first
    }
  }
  return {
    size: () => heap.length,
    first: () => heap[0]?.item,
    add: (item) => {
      heap.push({ item, turn: turns++ })
      for (let at = heap.length - 1; at > 0;) {
        const above = (at - 1) >> 1
        if (!comesFirst(at, above)) return
        swap(at, above)
        at = above
      }
    },
    take: () => {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return undefined
      if (heap.length > 0) {
        heap[0] = last
        sink()
      }
      return first.item
    }
  }
}
