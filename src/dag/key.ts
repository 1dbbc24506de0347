/**
 * The action key: the digest of everything that determines a node's result. Two levels, as in Bazel: inputs enter by the digest
 * of their *contents*, so that an input made again with equal bytes reruns nothing after it. Every component is kept by name, so
 * that "why does this run?" is a comparison of two lists.
 */

import { INPUT } from "../store/objects/records.ts"
import type { Component } from "../store/objects/Store.ts"
import * as Arguments from "./arguments.ts"
import { codeOf, layoutDigest, type ModuleCode } from "./code/digest.ts"
import type { External, Stage } from "./Stage.ts"

/** Bumped only when the encoding itself changes. */
const ENCODER = "1"

export interface KeyParts {
  readonly stage: Stage.Any
  readonly params: Readonly<Record<string, unknown>>
  /** Input name to artifact digest. */
  readonly inputs: Readonly<Record<string, string>>
  readonly externals: ReadonlyArray<External>
  /** Numerics class by name (`engine`). */
  readonly numerics: Readonly<Record<string, string>>
  readonly keepText?: (digest: string, text: string) => void
  /** As it is now, and not as this process first read it. */
  readonly again?: boolean
}

/**
 * Everything that determines the result, by name and in the order of names. `keepText` is given the text behind each code digest.
 */
export const componentsOf = (parts: KeyParts): ReadonlyArray<Component> => {
  const others = [
    { name: "encoder", value: ENCODER },
    { name: "stage", value: parts.stage.name },
    ...Arguments.canonicalParams(parts.stage.params, parts.params).map(([name, value]) => ({ name: `param:${name}`, value })),
    ...Object.entries(parts.inputs).map(([name, digest]) => ({ name: `${INPUT}${name}`, value: digest })),
    ...parts.externals.map(({ name, sha256 }) => ({ name: `file:${name}`, value: sha256 })),
    ...parts.stage.numerics.map((name) => ({ name: `numerics:${name}`, value: parts.numerics[name] ?? "none" }))
  ]
  // In the order of names no other component comes before one that begins with "code:".
  return [...codeComponents(codeOf(parts.stage.module, parts), layoutDigest(parts)), ...inOrder(others)]
}

const inOrder = (components: ReadonlyArray<Component>): ReadonlyArray<Component> =>
  components.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))

/** By the code that they are of: a look at a hundred modules serves all nodes of a stage. */
const known = new WeakMap<ReadonlyArray<ModuleCode>, { readonly layout: string; readonly components: ReadonlyArray<Component> }>()

const codeComponents = (code: ReadonlyArray<ModuleCode>, layout: string): ReadonlyArray<Component> => {
  const before = known.get(code)
  if (before?.layout === layout) return before.components
  const modules = code.map(({ name, digest }) => ({ name: `code:${name}`, value: digest }))
  const components = inOrder([{ name: "code:src/store/arrow", value: layout }, ...modules])
  known.set(code, { layout, components })
  return components
}
