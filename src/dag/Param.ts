/**
 * Parameters of stages and studies: typed values with a default, a range and a sentence that says what they are. A param is
 * *identity*: every one enters the action key. Threads, devices, paths and log levels are placement and have no place here.
 *
 * Values equal to their default are left out of the canonical form, so that a new param whose default is the old behaviour does
 * not orphan old artifacts.
 */

import * as Schema from "effect/Schema"

import { didYouMean } from "../text/near.ts"

export interface Param<out A, out Optional extends boolean = boolean> {
  readonly optional: Optional
  /** Meaningless where `optional` is false. */
  readonly fallback: A
  readonly description: string
  /** What a value must be, as words for messages: `a number >= 0`. */
  readonly expected: string
  /** The value as its type, or undefined when it is not one. */
  readonly accept: (value: unknown) => A | undefined
  /** Why a value of the right shape is not accepted, as a sentence; null for values of another shape and for those that are. */
  readonly objection?: (value: unknown) => string | null
  /** What to add where a value is not accepted: a near name, or why a range ends where it does. Empty where there is nothing. */
  readonly hint?: (value: unknown) => string
  /** The words that it takes, or that its list is made of, where they are known: offered while one types. */
  readonly options?: ReadonlyArray<string>
  /** The names that may stand in a record, where they are known. */
  readonly members?: ReadonlyArray<string>
  /** Where the param means something at all; absent: everywhere. */
  readonly counts?: Counts
}

/** A param counts only where another param of the same stage has one of these values: `lambda` where `algorithm` is `ppo`. */
export interface Counts {
  readonly where: string
  readonly is: ReadonlyArray<unknown>
}

export type Params = { readonly [name: string]: Param<unknown> }
/** Params that all have defaults. */
export type Optional = { readonly [name: string]: Param<any, true> }
export type Value<P> = P extends Param<infer A, boolean> ? A : never
/** What a stage's `run` sees: every param, defaults filled in. */
export type Values<P extends Params> = { readonly [K in keyof P]: Value<P[K]> }
/** What a caller gives: params with a default may be left out. */
export type Arguments<P extends Params> = {
  readonly [K in keyof P as P[K] extends Param<unknown, true> ? K : never]?: Value<P[K]>
} & {
  readonly [K in keyof P as P[K] extends Param<unknown, true> ? never : K]: Value<P[K]>
}

export class ParamInvalid extends Schema.TaggedError<ParamInvalid>()("ParamInvalid", {
  owner: Schema.String,
  param: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return `${this.owner}.${this.param}: ${this.problem}`
  }
}

interface Range {
  readonly min?: number
  readonly max?: number
  /** Exclusive lower bound. */
  readonly above?: number
  /** Why the range ends where it does, a sentence for each end; said where a value is beyond that end. */
  readonly why?: { readonly below?: string; readonly beyond?: string }
}
const rangeWords = (r: Range) =>
  [
    r.min === undefined ? "" : `>= ${r.min}`,
    r.above === undefined ? "" : `> ${r.above}`,
    r.max === undefined ? "" : `<= ${r.max}`
  ]
    .filter((w) => w !== "")
    .join(" and ")
const inRange = (value: number, r: Range) =>
  (r.min === undefined || value >= r.min) && (r.above === undefined || value > r.above) && (r.max === undefined || value <= r.max)

const make = <A>(
  fallback: A,
  description: string,
  expected: string,
  accept: (value: unknown) => A | undefined
): Param<A, true> => ({
  optional: true,
  fallback,
  description,
  expected,
  accept
})

/** The ends of float32, in which models are computed: the smallest number that keeps its digits, and the largest. */
const [LEAST_F32, MOST_F32] = [2 ** -126, (2 - 2 ** -23) * 2 ** 127]

/** A number that is one in float32 too: neither infinite there nor 0 without being 0. -0 is 0. */
const keepsInFloat32 = (value: number): boolean => value === 0 || (Math.abs(value) >= LEAST_F32 && Math.abs(value) <= MOST_F32)

/** Numbers of one sort in a range; -0 is 0. `otherwise` says why a number in the range is still none of that sort. */
const inRangeOf = (
  fallback: number,
  description: string,
  sort: string,
  range: Range,
  rule: { readonly holds: (value: number) => boolean; readonly otherwise: string }
): Param<number, true> => {
  const hint = (v: unknown): string => {
    if (typeof v !== "number" || !Number.isFinite(v)) return ""
    if (!inRange(v, range)) return (v > (range.max ?? Number.POSITIVE_INFINITY) ? range.why?.beyond : range.why?.below) ?? ""
    return sort === "a whole number" && !Number.isInteger(v) ? "" : rule.otherwise
  }
  const accept = (v: unknown) => (typeof v === "number" && rule.holds(v) && inRange(v, range) ? (v === 0 ? 0 : v) : undefined)
  return { ...make(fallback, description, `${sort} ${rangeWords(range)}`.trim(), accept), hint }
}

/** A number that float32 can hold: beyond its ends what is computed with it would be infinite or 0. */
export const number = (fallback: number, description: string, range: Range = {}): Param<number, true> =>
  inRangeOf(fallback, description, "a number", range, {
    holds: (v) => Number.isFinite(v) && keepsInFloat32(v),
    otherwise: "Models are computed in float32, which holds sizes from 1.2e-38 to 3.4e38, and 0."
  })

/** What a column of whole numbers holds, and an `int` of the engine. */
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 }

/**
 * A whole number. Where no range is declared it has 32 bits, because so have the columns and the engine that it may end up in: a
 * larger one would be cut down on its way, and two keys would stand for one result.
 */
export const integer = (fallback: number, description: string, range: Range = {}): Param<number, true> =>
  inRangeOf(fallback, description, "a whole number", range, {
    holds: (v) => Number.isSafeInteger(v) && inRange(v, { ...INT32, ...range }),
    otherwise: "Whole numbers have 32 bits, from -2147483648 to 2147483647."
  })

/** The seed of a stage's draws: a word of 32 bits, every one of which counts (`src/random/philox.ts`). */
export const seed = (description: string): Param<number, true> => integer(0, description, { min: 0, max: 2 ** 32 - 1 })

export const boolean = (fallback: boolean, description: string): Param<boolean, true> =>
  withOptions(
    make(fallback, description, "true or false", (v) => (typeof v === "boolean" ? v : undefined)),
    ["true", "false"]
  )

const withOptions = <A>(param: Param<A, true>, options: ReadonlyArray<string> | undefined): Param<A, true> =>
  options === undefined ? param : { ...param, options }

export const string = (fallback: string, description: string): Param<string, true> =>
  make(fallback, description, "text", (v) => (typeof v === "string" ? v : undefined))

export const oneOf = <const A extends string>(
  options: ReadonlyArray<A>,
  fallback: NoInfer<A>,
  description: string
): Param<A, true> => {
  const accept = (v: unknown) => options.find((o) => o === v)
  const expected = `one of ${options.map((o) => `"${o}"`).join(", ")}`
  return { ...withOptions(make<A>(fallback, description, expected, accept), options), hint: nearOf(options) }
}

/** The near names of a text that is none of the options. */
const nearOf =
  (options: ReadonlyArray<string>) =>
  (value: unknown): string =>
    typeof value === "string" && value !== "" && !options.includes(value) ? didYouMean(value, options).trimStart() : ""

/**
 * One of the variants that a table lists. The table is then the only place in which a variant is named: a new entry there is a
 * new value here, and what is computed for a name is looked up, so that no name can be without a computation.
 */
export const variant = <const T extends Readonly<Record<string, unknown>>>(
  table: T,
  fallback: NoInfer<keyof T & string>,
  description: string
): Param<keyof T & string, true> => oneOf<keyof T & string>(Object.keys(table), fallback, description)

/**
 * A list of values of one param, each at most once: the dimension of a sweep. `--kls 0,0.01` on the command line. What is wrong
 * with an item is said of that item.
 */
export const listOf = <A>(
  item: Param<A, true>,
  fallback: ReadonlyArray<A>,
  description: string
): Param<ReadonlyArray<A>, true> => {
  const accepted = (v: unknown): ReadonlyArray<A> | undefined => {
    if (!Array.isArray(v) || v.length === 0) return undefined
    const values = v.map((x) => item.accept(x))
    const distinct = new Set(values.map((x) => JSON.stringify(x)))
    return values.every((x) => x !== undefined) && distinct.size === values.length ? values : undefined
  }
  const objection = (v: unknown): string | null => {
    if (!Array.isArray(v) || accepted(v) !== undefined) return null
    if (v.length === 0) return "is an empty list: give at least one value."
    const wrong = v.find((x) => item.accept(x) === undefined)
    if (wrong !== undefined)
      return item.objection?.(wrong) ?? sentence(`${shown(wrong)} in it is not ${item.expected}.`, item.hint?.(wrong))
    const twice = v.find((x, i) => v.slice(0, i).some((y) => JSON.stringify(y) === JSON.stringify(x)))
    return `has ${shown(twice)} twice: give each value once.`
  }
  const expected = `a list, comma separated, of: ${item.expected}`
  return { ...withOptions(make(fallback, description, expected, accepted), item.options), objection }
}

/** A list of numbers in a range, as in `--kls 0,0.01,0.1`. */
export const numbers = (fallback: ReadonlyArray<number>, description: string, range: Range = {}) =>
  listOf(number(0, "", range), fallback, description)

/** A list of whole numbers in a range, as in `--sizes 100,1000`. */
export const integers = (fallback: ReadonlyArray<number>, description: string, range: Range = {}) =>
  listOf(integer(0, "", range), fallback, description)

/** A list of names, free text each. */
export const names = (fallback: ReadonlyArray<string>, description: string): Param<ReadonlyArray<string>, true> =>
  make<ReadonlyArray<string>>(fallback, description, "a list of names, comma separated", (v) =>
    Array.isArray(v) && v.length > 0 && v.every((x) => typeof x === "string" && x !== "") ? v : undefined
  )

/** A list of some of the options. */
export const someOf = <const A extends string>(
  options: ReadonlyArray<A>,
  fallback: ReadonlyArray<NoInfer<A>>,
  description: string
): Param<ReadonlyArray<A>, true> => ({
  ...listOf(oneOf(options, options[0]!, ""), fallback, description),
  expected: `a list out of ${options.join(", ")}, each at most once`
})

/** The most that one of several weights is: their sum and its products stay far from the ends of numbers. */
const MOST_WEIGHT = 1e12
/** The least, and how often it goes into the largest: what is rarer would be drawn by no run that ends. */
const [LEAST_WEIGHT, MOST_APART] = [1e-9, 1e9]

/** Why numbers cannot stand beside one another as weights, as a sentence; null: they can. */
const weightsProblem = (value: Readonly<Record<string, number>>): string | null => {
  const above = Object.entries(value).filter(([, weight]) => weight > 0)
  const [largest] = above.toSorted(([, a], [, b]) => b - a)
  const least = above.toSorted(([, a], [, b]) => a - b)[0]
  if (largest === undefined || least === undefined) return null
  if (largest[1] > MOST_WEIGHT)
    return `"${largest[0]}" is ${largest[1]}, and weights are at most ${MOST_WEIGHT}: only their ratios count. Take smaller ones.`
  if (least[1] < LEAST_WEIGHT || largest[1] / least[1] > MOST_APART)
    return (
      `"${least[0]}" is ${least[1]}${above.length > 1 ? ` beside ${largest[1]} of "${largest[0]}"` : ""}: a weight is 0, or at ` +
      `least ${LEAST_WEIGHT} and that part of the largest. Less would never be drawn: take 0, or leave it out.`
    )
  return null
}

/** Non-negative numbers by name, none of which need be there: factors by which something deviates from what is usual. */
export const factors = (
  fallback: Readonly<Record<string, number>>,
  description: string
): Param<Readonly<Record<string, number>>, true> => checked(numbersByName(fallback, description), weightsProblem)

const numbersByName = (
  fallback: Readonly<Record<string, number>>,
  description: string
): Param<Readonly<Record<string, number>>, true> =>
  make(fallback, description, 'numbers >= 0 by name, as in {"a": 1, "b": 2}', (v) => {
    if (typeof v !== "object" || v === null || Array.isArray(v)) return undefined
    const entries: Array<[string, number]> = []
    for (const [name, weight] of Object.entries(v)) {
      if (typeof weight !== "number" || !Number.isFinite(weight) || weight < 0) return undefined
      entries.push([name, weight === 0 ? 0 : weight])
    }
    return Object.fromEntries(entries)
  })

/** Non-negative numbers by name, at least one above 0: mixture weights, difficulty shares. */
export const weights = (
  fallback: Readonly<Record<string, number>>,
  description: string
): Param<Readonly<Record<string, number>>, true> =>
  checked(factors(fallback, description), (value) =>
    Object.values(value).some((weight) => weight > 0)
      ? null
      : `no weight is above 0 in ${JSON.stringify(value)}; at least one must be.`
  )

/** The same param, where values of its type can be wrong for a further reason: `objection` gives it as a sentence, or null. */
export const checked = <A>(param: Param<A, true>, objection: (value: A) => string | null): Param<A, true> => ({
  ...param,
  accept: (v) => {
    const value = param.accept(v)
    return value === undefined || objection(value) !== null ? undefined : value
  },
  objection: (v) => {
    const value = param.accept(v)
    return value === undefined ? (param.objection?.(v) ?? null) : objection(value)
  }
})

/** The same param, where the names in its values are known: others are refused with what comes near. */
export const named = <A>(
  param: Param<Readonly<Record<string, A>>, true>,
  noun: string,
  known: ReadonlyArray<string>
): Param<Readonly<Record<string, A>>, true> => ({
  ...checked(param, (value) => {
    const wrong = Object.keys(value).find((name) => !known.includes(name))
    return wrong === undefined ? null : `there is no ${noun} "${wrong}".${didYouMean(wrong, known)} They are ${known.join(", ")}.`
  }),
  members: known
})

/** The same param or null. */
export const nullable = <A>(param: Param<A, true>, fallback: A | null): Param<A | null, true> =>
  alternative<A, null>(param, fallback, null)

/** The same param or the word `none`, for what can be switched off where null says something else (a preset's value). */
export const orNone = <A>(param: Param<A, true>, fallback: A | "none"): Param<A | "none", true> =>
  alternative<A, "none">(param, fallback, "none")

/** The same param, or one value beside it. What is wrong with other values is said as the param says it. */
const alternative = <A, B>(param: Param<A, true>, fallback: A | B, other: B): Param<A | B, true> => ({
  ...withOptions(
    make<A | B>(fallback, param.description, `${param.expected}, or ${JSON.stringify(other)}`, (v) =>
      v === other ? other : param.accept(v)
    ),
    param.options === undefined ? undefined : [...param.options, String(other)]
  ),
  objection: (v) => (v === other ? null : (param.objection?.(v) ?? null)),
  hint: (v) => param.hint?.(v) ?? ""
})

/** The same param, meaning something only where the param `where` has one of the values `is`. Elsewhere it is refused by name. */
export const only = <A>(param: Param<A, true>, where: string, is: ReadonlyArray<unknown>): Param<A, true> => ({
  ...param,
  counts: { where, is }
})

/** Has no default: the caller must give it. */
export const required = <A>(param: Param<A, true>): Param<A, false> => ({ ...param, optional: false })

/** Values in messages are cut here. */
const SHOWN = 200

/** A value in a message, cut where it is long. JSON would write NaN as null. */
export const shown = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`
}

/** A sentence, and what there is to add. */
export const sentence = (text: string, hint = ""): string => (hint === "" ? text : `${text} ${hint}`)
