/**
 * What reading or comparing answers may cost. It is counted in steps and not timed, so that a verdict is the same on any machine:
 * a step is a node of an expression worked out, or as much arithmetic as takes the time of one (some 80 ns). What was worked out
 * before is charged again in each turn, once, so that no verdict depends on what was asked earlier.
 */

/** Thrown where a turn is out of steps; `problem` goes on after what it is said of. */
export class TooMuchWork extends Error {
  readonly problem = "takes too much work"
}

let turn = 0
let spent = 0
let limit = Number.POSITIVE_INFINITY

/** Begins the reading of an answer or the comparison of two. */
export const beginTurn = (steps: number): void => {
  turn++
  spent = 0
  limit = steps
}

export const spend = (steps: number): void => {
  spent += steps
  if (spent > limit) throw new TooMuchWork()
}

/** What is asked for, of that which is worked out once, while something is worked out. */
interface Inside {
  readonly asked: Set<Once<unknown>>
  spent: number
}
let inside: Inside | null = null

/**
 * Something that is worked out once. What it asks for in turn, which is also worked out once, is charged apart, so that all costs
 * the same whichever was asked for first.
 */
export class Once<A> {
  private value: A | undefined
  private cost = 0
  private asked: ReadonlySet<Once<unknown>> = new Set()
  private turn = -1
  private readonly make: () => A

  constructor(make: () => A) {
    this.make = make
  }

  get(): A {
    const [outer, before] = [inside, spent]
    try {
      if (this.turn < 0) this.makeNow()
      else if (this.turn !== turn) {
        inside = null
        for (const one of this.asked) one.get()
        spend(this.cost)
      }
    } finally {
      inside = outer
    }
    this.turn = turn
    outer?.asked.add(this)
    if (outer !== null) outer.spent += spent - before
    return this.value!
  }

  private makeNow(): void {
    const before = spent
    const own: Inside = { asked: new Set(), spent: 0 }
    inside = own
    this.value = this.make()
    this.cost = spent - before - own.spent
    this.asked = own.asked
  }
}
