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

/** Something that is worked out once. */
export class Once<A> {
  private value: A | undefined
  private cost = 0
  private turn = -1
  private readonly make: () => A

  constructor(make: () => A) {
    this.make = make
  }

  get(): A {
    if (this.turn === turn) return this.value!
    if (this.turn < 0) {
      const before = spent
      this.value = this.make()
      this.cost = spent - before
    } else spend(this.cost)
    this.turn = turn
    return this.value!
  }
}
