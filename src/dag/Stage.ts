/**
 * Stages and nodes. A stage is a typed computation and a callable value; calling it wires a node into a study. A wrong edge, a
 * wrong parameter or a missing input does not compile, and what stages may fail with and need travels through the whole study in
 * the types.
 */

import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"

import type { TableReader } from "../store/arrow/TableReader.ts"
import type { ArtifactInvalid, StoreFailed } from "../store/objects/Store.ts"
import { Kind } from "../store/schema/Kind.ts"
import type { Table } from "../store/schema/Table.ts"
import { didYouMean } from "../text/near.ts"
import * as Arguments from "./arguments.ts"
import type { Checkpoints } from "./Checkpoints.ts"
import * as Param from "./Param.ts"
import type { Progress } from "./Progress.ts"

/** A position in the graph. `K` is the kind of its artifact; `E` and `R`: what computing it and its inputs may raise and need. */
export interface Node<out K extends Kind.Any = Kind.Any, out E = unknown, out R = unknown> {
  readonly _: { readonly K: K; readonly E: E; readonly R: R }
  readonly stage: Stage.Any
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, Node>>
}
export declare namespace Node {
  type Error<N> = N extends Node<any, infer E, any> ? E : never
  type Services<N> = N extends Node<any, any, infer R> ? R : never
}

/** A table that an artifact may lack. */
type Optional = { readonly optional: true }

/**
 * An artifact as an input: a reader for each table, as far as they are there of those that it may lack, each document's value,
 * and the artifact's digest.
 */
export type Reader<K extends Kind.Any> = { readonly digest: string } & {
  readonly [T in keyof K["tables"] as K["tables"][T] extends Optional ? never : T]: TableReader<K["tables"][T]>
} & { readonly [T in keyof K["tables"] as K["tables"][T] extends Optional ? T : never]?: TableReader<K["tables"][T]> } & {
  readonly [D in keyof K["documents"]]: K["documents"][D]["Type"]
}

/** A shorter result of a stage that a longer one goes on from; it has the optional tables as well. */
export type Continued<K extends Kind.Any> = Reader<K> & { readonly [T in keyof K["tables"]]: TableReader<K["tables"][T]> }

/** An artifact being made: a writer for each table and each document. */
export type Writer<K extends Kind.Any> = {
  readonly [T in keyof K["tables"]]: TableOutput<K["tables"][T]>
} & { readonly [D in keyof K["documents"]]: DocumentOutput<K["documents"][D]> }

export interface TableOutput<T extends Table.Any> {
  readonly append: (row: Table.Input<T>) => Effect.Effect<void, ArtifactInvalid | StoreFailed>
  readonly appendColumns: (columns: Table.BulkInput<T>) => Effect.Effect<void, ArtifactInvalid | StoreFailed>
  /** Rows so far, those before a resume included. */
  readonly rows: () => number
}
export interface DocumentOutput<D extends Schema.Codec<any, any>> {
  readonly write: (value: D["Type"]) => Effect.Effect<void, ArtifactInvalid | StoreFailed>
}

export interface Context<In extends Inputs, P extends Param.Params, Out extends Kind.Any> {
  readonly inputs: { readonly [K in keyof In]: Reader<In[K]> }
  readonly params: Param.Values<P>
  readonly output: Writer<Out>
  readonly checkpoints: Checkpoints
  readonly progress: Progress
  /** What to go on from, by `continues`; null: nothing. A stage may find that it cannot, and begin anew. */
  readonly continued: Continued<Out> | null
}

export type Inputs = { readonly [name: string]: Kind.Any }

/** Where and with how much a stage runs: placement, never part of the key. */
export interface Resources {
  /** Run in a child process of its own (default true): long, memory-hungry or native work. */
  readonly process?: boolean
  /** Relative cost from params, to start the longest work first. */
  readonly cost?: (params: any) => number
}

/**
 * How results of a stage are beginnings of longer ones. Two results whose keys differ in `horizon` alone have gone the same way
 * as far as the shorter of their shared parts goes: the longer one then starts from the state that the shorter one has kept, and
 * comes to the bytes that it would have come to.
 */
export interface Continues<P extends Param.Params, Out extends Kind.Any> {
  /** Params that say how far to go, and on which nothing of the shared part depends. */
  readonly horizon: ReadonlyArray<keyof P & string>
  /** The optional table that holds the state at the end of the shared part, and its step in the column `step`. */
  readonly state: keyof Out["tables"] & string
  /** The shared part and the whole way, in any one unit; null: with these params nothing is shared. */
  readonly extent: (params: Param.Values<P>) => Extent | null
}

/** How far a result goes. */
export interface Extent {
  readonly shared: number
  readonly whole: number
}

/** What a node's params ask for that cannot be had together, or not from these inputs. */
export interface Objection {
  readonly param: string
  /** A sentence: what is the matter and what to do. */
  readonly problem: string
}

/** What is known of an input before anything has run: the stage that makes it, its params, and the inputs of that. */
export interface WiredInput {
  /** Digest of what follows: two of one digest are one node. */
  readonly identity: string
  readonly stage: string
  /** Name of the kind of its artifact. */
  readonly kind: string
  readonly params: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, WiredInput>>
}

/**
 * The nearest stage with such a param on the way of one input (`policy`: from RL through fine-tuning to pretraining); null: none.
 */
export const wiredWith = (node: WiredInput, param: string, along: ReadonlyArray<string>): WiredInput | null => {
  for (let at: WiredInput | undefined = node; at !== undefined;) {
    if (Object.hasOwn(at.params, param)) return at
    const { inputs }: WiredInput = at
    at = along.map((name) => inputs[name]).find((input) => input !== undefined)
  }
  return null
}

/** A node and all that it is made from, each once. */
export const lineageOf = (node: WiredInput): ReadonlyArray<WiredInput> => {
  const found = new Map([[node.identity, node]])
  // What is added while it is gone through is gone through as well.
  for (const { inputs } of found.values()) for (const input of Object.values(inputs)) found.set(input.identity, input)
  return [...found.values()]
}

/**
 * Opens a table of an input as soon as it is there; null where it is not to be had: the input is not computed yet (in a plan),
 * gave nothing, or cannot be read.
 */
export type OpenInput<In extends Inputs> = <Name extends keyof In & string, T extends keyof In[Name]["tables"] & string>(
  input: Name,
  table: T
) => Effect.Effect<TableReader<In[Name]["tables"][T]> | null>

type Remarks<In extends Inputs, P extends Param.Params> = (
  params: Param.Values<P>,
  inputs: { readonly [K in keyof In]: WiredInput }
) => Effect.Effect<ReadonlyArray<string>, unknown>

type Foresee<In extends Inputs, P extends Param.Params> = (
  params: Param.Values<P>,
  inputs: { readonly [K in keyof In]: WiredInput },
  open: OpenInput<In>
) => Effect.Effect<ReadonlyArray<string>, unknown>

/** A file from outside the store that a stage reads; its digest enters the key. */
export interface External {
  readonly name: string
  readonly sha256: string
  /** Its path, by which it is seen if the file is touched while the stage runs. */
  readonly file?: string
}

export interface Stage<In extends Inputs, P extends Param.Params, Out extends Kind.Any, E, R> {
  readonly name: string
  readonly inputs: In
  readonly params: P
  readonly output: Out
  readonly resources: Resources
  /** Names of numerics classes that the result depends on (`engine`); their values come from the executor and enter the key. */
  readonly numerics: ReadonlyArray<string>
  readonly externals: (params: Param.Values<P>) => Effect.Effect<ReadonlyArray<External>, unknown>
  /**
   * Documents that some of the inputs must have in common, compared by digest before anything is computed:
   * `{ tokenizer: ["base", "corpus"] }`.
   */
  readonly agreeOn: Readonly<Record<string, ReadonlyArray<string>>>
  /**
   * Documents that the output has from an input, or that count for it although it has none: `{ tokenizer: "base" }`. So what must
   * agree is known as soon as the first of a chain is there, before the others are computed.
   */
  readonly passesOn: Readonly<Record<string, string>>
  /** Called on every node of a study before anything runs, in addition to the params' own checks. */
  readonly check: (params: Param.Values<P>, inputs: { readonly [K in keyof In]: WiredInput }) => Objection | null
  /**
   * What a user may want to know before a run, from the params and from what they name: said by `plan`. Sentences, none of which
   * forbids anything. Fails where it shows that the node will fail.
   */
  readonly remarks: Remarks<In, P>
  /**
   * The same from inputs that are there long before the node is reached, such as the corpus of an evaluation: asked by `plan`,
   * and by a run as soon as they are there, so that what will fail fails before hours of training. null: nothing is foreseen.
   */
  readonly foresee: Foresee<In, P> | null
  /** null: no result begins another. */
  readonly continues: Continues<P, Out> | null
  /** The module that exports the stage: the root of its code digest. Relative to the repository, or a file URL. */
  readonly module: string
  readonly run: (context: Context<In, P, Out>) => Effect.Effect<void, E, R>
  /** Wiring is function application. */
  <const Ns extends { readonly [K in keyof In]: Node<In[K]> }>(
    inputs: Ns,
    params: Param.Arguments<P>
  ): Node<Out, E | Node.Error<Ns[keyof Ns]>, R | Node.Services<Ns[keyof Ns]>>
}
export declare namespace Stage {
  /** Any stage, its types forgotten: what the planner and the runner handle. */
  interface Any {
    readonly name: string
    readonly inputs: Inputs
    readonly params: Param.Params
    readonly output: Kind.Any
    readonly resources: Resources
    readonly numerics: ReadonlyArray<string>
    readonly externals: (params: any) => Effect.Effect<ReadonlyArray<External>, unknown>
    readonly agreeOn: Readonly<Record<string, ReadonlyArray<string>>>
    readonly passesOn: Readonly<Record<string, string>>
    readonly check: (params: any, inputs: any) => Objection | null
    readonly remarks: (params: any, inputs: any) => Effect.Effect<ReadonlyArray<string>, unknown>
    readonly foresee: ((params: any, inputs: any, open: any) => Effect.Effect<ReadonlyArray<string>, unknown>) | null
    readonly continues: {
      readonly horizon: ReadonlyArray<string>
      readonly state: string
      readonly extent: (params: any) => Extent | null
    } | null
    readonly module: string
    readonly run: (context: any) => Effect.Effect<void, unknown, any>
  }
}

/** What the compiler refuses at wiring, for studies that did not ask it: an input too many, too few, or of another kind. */
const miswired = (declared: Inputs, given: Readonly<Record<string, Node | undefined>>): Objection | null => {
  const names = Object.keys(declared)
  const takes = names.length === 0 ? "It takes none." : `It takes ${names.join(", ")}.`
  for (const param of Object.keys(given))
    if (!Object.hasOwn(declared, param))
      return { param, problem: `the stage has no such input.${didYouMean(param, names)} ${takes}` }
  for (const [param, kind] of Object.entries(declared)) {
    const from = Object.hasOwn(given, param) ? given[param]?.stage : undefined
    if (from === undefined) return { param, problem: `this input is missing: give it a node of kind ${kind.name}. ${takes}` }
    if (!Kind.isA(from.output.name, kind))
      return { param, problem: `must be of kind ${kind.name}, and "${from.name}" gives ${from.output.name}.` }
  }
  return null
}

/**
 * Declares a stage. Its module must export it under `name` in camelCase and, unless `module` says otherwise, be
 * `stages/<name>.ts`: that is how a child process or a cluster job finds it.
 */
export const make = <const In extends Inputs, const P extends Param.Params, Out extends Kind.Any, E = never, R = never>(options: {
  readonly name: string
  readonly inputs: In
  readonly params: P
  readonly output: Out
  readonly resources?: Resources
  readonly numerics?: ReadonlyArray<string>
  readonly externals?: (params: Param.Values<P>) => Effect.Effect<ReadonlyArray<External>, unknown>
  readonly agreeOn?: Readonly<Record<string, ReadonlyArray<keyof In & string>>>
  readonly passesOn?: Readonly<Record<string, keyof In & string>>
  readonly check?: (params: Param.Values<P>, inputs: { readonly [K in keyof In]: WiredInput }) => Objection | null
  readonly remarks?: Remarks<In, P>
  readonly foresee?: Foresee<In, P> | null
  readonly continues?: Continues<P, Out> | null
  readonly module?: string
  readonly run: (context: Context<In, P, Out>) => Effect.Effect<void, E, R>
}): Stage<In, P, Out, E, R> => {
  const { name, inputs, params, output, run } = options
  const definition = {
    inputs,
    params,
    output,
    run,
    resources: options.resources ?? {},
    numerics: options.numerics ?? [],
    externals: options.externals ?? (() => Effect.succeed([])),
    agreeOn: options.agreeOn ?? {},
    passesOn: options.passesOn ?? {},
    check: options.check ?? (() => null),
    remarks: options.remarks ?? (() => Effect.succeed([])),
    foresee: options.foresee ?? null,
    continues: options.continues ?? null,
    module: options.module ?? `stages/${name}.ts`
  }
  const call = (from: Readonly<Record<string, Node>>, given: Readonly<Record<string, unknown>>) => {
    const problem = miswired(inputs, from)
    if (problem !== null) throw new Param.ParamInvalid({ owner: name, ...problem })
    return { stage: stage as Stage.Any, params: Arguments.complete(name, params, given), inputs: from }
  }
  // A function's own `name` is not writable by assignment, hence defineProperty.
  const stage = Object.assign(Object.defineProperty(call, "name", { value: name }), definition) as unknown as Stage<
    In,
    P,
    Out,
    E,
    R
  >
  return stage
}
