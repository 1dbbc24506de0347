/**
 * An artifact type: named Arrow tables and small JSON documents, each with a schema. A kind is declared once (in `schemas/`) and
 * is what stages, SQL and reports share. A kind can extend another: an RL run is a checkpoint with rollouts, and goes wherever a
 * checkpoint goes.
 */

import type * as Schema from "effect/Schema"

import type { Table } from "./Table.ts"

export type Tables = { readonly [name: string]: Table.Any }
export type Documents = { readonly [name: string]: Schema.Codec<any, any> }

export interface KindOf<out Is = {}, out T extends Tables = Tables, out D extends Documents = Documents> {
  /** `checkpoint`, or `checkpoint/rl-run` for a kind that extends it. */
  readonly name: string
  readonly description: string
  readonly tables: T
  readonly documents: D
  /** For the type checker only: the names of the kind and of those it extends. */
  readonly _is: Is
}

export type Any = KindOf

type Named<Name extends string> = { readonly [K in Name]: true }

/** Declares a kind that extends no other. */
export const make = <const Name extends string, const T extends Tables, const D extends Documents = {}>(
  name: Name,
  description: string,
  parts: { readonly tables: T; readonly documents?: D }
): KindOf<Named<Name>, T, D> => {
  const nothing: Partial<D> = {}
  return {
    name,
    description,
    tables: parts.tables,
    documents: parts.documents ?? (nothing as D),
    _is: { [name]: true } as Named<Name>
  }
}

/** Declares a kind that has all of `base` and further tables: what reads `base` reads it too. */
export const extend = <Is, T extends Tables, D extends Documents, const Name extends string, const T2 extends Tables>(
  base: KindOf<Is, T, D>,
  name: Name,
  description: string,
  parts: { readonly tables: T2 }
): KindOf<Is & Named<Name>, T & T2, D> => ({
  name: `${base.name}/${name}`,
  description,
  tables: { ...base.tables, ...parts.tables },
  documents: base.documents,
  _is: { ...base._is, [name]: true } as Is & Named<Name>
})

/** Whether an artifact whose manifest says `name` can be read as `kind`. */
export const isA = (name: string, kind: Any): boolean => name === kind.name || name.startsWith(`${kind.name}/`)

export * as Kind from "./Kind.ts"
