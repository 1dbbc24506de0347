/**
 * A study: a function that wires stages into nodes, with the dimensions that can be set from the command line. Reads like the
 * methods section of a paper; see `pipelines/`.
 */

import { append } from "../lists/large.ts"
import * as Arguments from "./arguments.ts"
import * as ParamModule from "./Param.ts"
import type { Node } from "./Stage.ts"

export const Param = ParamModule

export interface Study {
  readonly name: string
  readonly description: string
  readonly params: ParamModule.Params
  /** Every node that the study names, in order; what they need follows through their inputs. Throws `ParamInvalid`. */
  readonly nodes: (given: Readonly<Record<string, unknown>>) => ReadonlyArray<Node>
  /** The same by the studies that it is made of, where it is made of others. */
  readonly parts?: (given: Readonly<Record<string, unknown>>) => ReadonlyArray<StudyPart>
}

/** A study run as a part of another. */
export interface StudyPart {
  readonly study: string
  readonly nodes: ReadonlyArray<Node>
}

/** Beyond that it is a typing error: the graph alone would fill the memory. */
const MOST_SEEDS = 10_000

/** In every study with `seeds`: those that its settings were chosen by should not judge its claims too. */
export const firstSeed = (fallback = 0) =>
  ParamModule.integer(fallback, "seed of the first repetition", { min: 0, max: 1_000_000 })
const REPEATED = { firstSeed: firstSeed() }

/**
 * `params` are the study's dimensions. One called `seeds` is the number of independent repetitions: the study is then built once
 * for each `seed` from `firstSeed` on, as a sweep. Whatever the builder returns (a node, or arrays and records of nodes) belongs
 * to the study.
 */
export const make = <const P extends ParamModule.Params>(
  name: string,
  description: string,
  definition: P,
  build: (dimensions: ParamModule.Values<P> & { readonly seed: number }) => unknown
): Study => ({
  name,
  description,
  params: "seeds" in definition ? { ...definition, ...REPEATED } : definition,
  nodes: (given) => {
    const repeats = "seeds" in definition
    const { firstSeed: asked, ...others } = given
    const values = Arguments.complete(name, definition, repeats ? others : given)
    const { firstSeed: first } = Arguments.complete(name, REPEATED, repeats ? { firstSeed: asked } : {})
    const seeds = typeof values["seeds"] === "number" ? values["seeds"] : 1
    if (seeds < 1 || seeds > MOST_SEEDS)
      throw new ParamModule.ParamInvalid({
        owner: name,
        param: "seeds",
        problem: `must be >= 1 and <= ${MOST_SEEDS}; got ${seeds}. A study is built once for each of them.`
      })
    const nodes: Array<Node> = []
    for (let seed = first; seed < first + seeds; seed++) collect(build({ ...values, seed }), nodes)
    return nodes
  }
})

/**
 * A study made of others: `choose` says which, and with which values of their dimensions. Nodes that they share are computed
 * once, and each study's claims are judged on its own nodes.
 */
export const all = <const P extends ParamModule.Params>(
  name: string,
  description: string,
  definition: P,
  choose: (
    dimensions: ParamModule.Values<P>
  ) => ReadonlyArray<{ readonly study: Study; readonly given: Readonly<Record<string, unknown>> }>
): Study => {
  const parts = (given: Readonly<Record<string, unknown>>) =>
    choose(Arguments.complete(name, definition, given)).map(({ study, given: values }): StudyPart => ({
      study: study.name,
      nodes: study.nodes(values)
    }))
  return { name, description, params: definition, parts, nodes: (given) => parts(given).flatMap(({ nodes }) => nodes) }
}

const isNode = (value: object): value is Node => "stage" in value && "inputs" in value && "params" in value

/** The nodes in whatever arrays and records hold them, in order. Nothing is gone through twice, however deep it lies. */
const collect = (returned: unknown, into: Array<Node>): void => {
  const seen = new Set<object>()
  const waiting: Array<unknown> = [returned]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== "object" || value === null || seen.has(value)) continue
    seen.add(value)
    if (isNode(value)) into.push(value)
    else append(waiting, Object.values(value).toReversed())
  }
}

// The namespace form of this module, for `import { Study }`.
// oxlint-disable-next-line import/no-self-import
export * as Study from "./Study.ts"
