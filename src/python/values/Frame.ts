/** Frames: where the variables of a running function, comprehension or module live, one slot each. */

import type { PyValue } from "./objects.ts"

/** The variables of one activation of a function, comprehension or module. `undefined` is a variable without a value. */
export class Frame {
  readonly slots: Array<PyValue | undefined>
  readonly parent: Frame | null
  result: PyValue = null
  constructor(slots: Array<PyValue | undefined>, parent: Frame | null) {
    this.slots = slots
    this.parent = parent
  }
}

/** The frame `hops` frames outside of this one. */
export const outerFrame = (frame: Frame, hops: number): Frame => {
  let outer = frame
  for (let i = 0; i < hops; i++) outer = outer.parent!
  return outer
}

/** Slots for `count` variables, none of which has a value yet. */
export const emptySlots = (count: number): Array<PyValue | undefined> => {
  const slots: Array<PyValue | undefined> = []
  for (let i = 0; i < count; i++) slots.push(undefined)
  return slots
}
