/** Names to closures that load, store or delete their value, by the place where the scope finds them. */

import { raised } from "../values/exceptions.ts"
import { type Frame, outerFrame } from "../values/Frame.ts"
import type { PyValue } from "../values/objects.ts"
import type { CompileScope, Place } from "./CompileScope.ts"

/** Stores a value in a target or name. */
export type Store = (frame: Frame, value: PyValue) => void

/** The value of a name. Throws NameError, or UnboundLocalError in the function whose name it is. */
export const loadName = (scope: CompileScope, name: string, line: number): ((frame: Frame) => PyValue) => {
  const place = scope.place(name, line)
  const { slot } = place
  if (place.kind === "local") {
    return (frame) => {
      const value = frame.slots[slot]
      if (value === undefined) throw unassigned(name)
      return value
    }
  }
  if (place.kind === "outer") {
    const { hops } = place
    return (frame) => {
      const value = outerFrame(frame, hops).slots[slot]
      if (value !== undefined) return value
      throw raised(
        "NameError",
        `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`
      )
    }
  }
  const { globals, builtins } = scope.run
  const builtin = builtins.get(name)
  return () => {
    const value = globals.slots[slot] ?? (globals.slots[slot] === null ? null : builtin)
    if (value === undefined) throw raised("NameError", `name '${name}' is not defined`)
    return value
  }
}

const unassigned = (name: string) =>
  raised("UnboundLocalError", `cannot access local variable '${name}' where it is not associated with a value`)

/** `name = value`. */
export const storeName = (scope: CompileScope, name: string, line: number): Store => {
  const place = scope.place(name, line)
  const { slot } = place
  switch (place.kind) {
    case "local":
      return (frame, value) => {
        frame.slots[slot] = value
      }
    case "outer":
      return (frame, value) => {
        outerFrame(frame, place.hops).slots[slot] = value
      }
    case "global": {
      const { globals } = scope.run
      return (_, value) => {
        globals.slots[slot] = value
      }
    }
  }
}

/** `name := value`, which inside a comprehension binds in the function around it. */
export const storeNameOutsideComprehensions = (scope: CompileScope, name: string, line: number): Store => {
  const store = storeName(outsideComprehensions(scope), name, line)
  const hops = comprehensionsAround(scope)
  return (frame, value) => store(outerFrame(frame, hops), value)
}

const outsideComprehensions = (scope: CompileScope): CompileScope => {
  let { names } = scope
  while (names.kind === "comprehension") names = names.parent!
  if (names === scope.names) return scope
  const { parent } = names
  const outer = scope.inside(names, false)
  names.parent = parent
  return outer
}

const comprehensionsAround = (scope: CompileScope): number => {
  let hops = 0
  for (let { names } = scope; names.kind === "comprehension"; names = names.parent!) hops++
  return hops
}

/** `del name`. Throws NameError or UnboundLocalError where it has no value. */
export const deleteName = (scope: CompileScope, name: string, line: number): ((frame: Frame) => void) => {
  const place = scope.place(name, line)
  const { globals } = scope.run
  return (frame) => {
    const { slots } = frameOf(place, globals, frame)
    if (slots[place.slot] === undefined)
      throw place.kind === "global" ? raised("NameError", `name '${name}' is not defined`) : unassigned(name)
    slots[place.slot] = undefined
  }
}

/** Takes the value of a name away without complaint, as at the end of `except ... as name`. */
export const clearName = (scope: CompileScope, name: string, line: number): ((frame: Frame) => void) => {
  const place = scope.place(name, line)
  const { globals } = scope.run
  return (frame) => {
    frameOf(place, globals, frame).slots[place.slot] = undefined
  }
}

/** The frame that holds a name, for code that runs in `frame`. */
const frameOf = (place: Place, globals: Frame, frame: Frame): Frame =>
  place.kind === "global" ? globals : outerFrame(frame, place.kind === "outer" ? place.hops : 0)
