/** Params of nodes and of what they hang on, for all nodes of a graph at once, as estimates of their work ask for them. */

import type { Graph, GraphNode } from "../graph.ts"

/**
 * `lineageParam` for all nodes of a graph. A name is looked for once in all of them, inputs first: the ways back from each node
 * of a long chain come to the square of its length.
 */
export const paramsAlong = ({ nodes }: Graph): ((node: GraphNode, name: string) => unknown) => {
  const found = new Map<string, ReadonlyMap<string, Along>>()
  const lookFor = (name: string): ReadonlyMap<string, Along> => {
    const along = new Map<string, Along>()
    for (const { id, params, inputs } of nodes) {
      const own = Object.hasOwn(params, name) ? params[name] : undefined
      let nearest: Along | undefined = own === undefined ? undefined : { value: own, distance: own === null ? Infinity : 0 }
      if (own === undefined || own === null)
        for (const input of Object.values(inputs)) {
          const before = along.get(input)
          if (before === undefined) continue
          if (nearest === undefined || before.distance + 1 < nearest.distance)
            nearest = { value: before.value, distance: before.distance + 1 }
        }
      if (nearest !== undefined) along.set(id, nearest)
    }
    found.set(name, along)
    return along
  }
  return ({ id }, name) => (found.get(name) ?? lookFor(name)).get(id)?.value
}

/** A param and how many generations before a node it was found; of null, which any other value outweighs, endlessly many. */
interface Along {
  readonly value: unknown
  readonly distance: number
}

/** Params that are looked for when they are asked for. One that `whole` does not have is undefined. */
export const paramsAsked = (
  paramOf: (name: string) => unknown,
  whole: () => Readonly<Record<string, unknown>>
): Readonly<Record<string, unknown>> =>
  new Proxy<Record<string, unknown>>(
    {},
    {
      get: (_, name) => (typeof name === "string" ? paramOf(name) : undefined),
      has: (_, name) => typeof name === "string" && paramOf(name) !== undefined,
      ownKeys: () => Object.keys(whole()),
      getOwnPropertyDescriptor: (_, name) => {
        const value = typeof name === "string" ? paramOf(name) : undefined
        return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: true }
      }
    }
  )
