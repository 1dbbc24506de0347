/**
 * Sets of whole numbers in one form: residues by their least modulus, `n = 4k \text{ or } n = 4k + 2` as those of 2, and ranges
 * with ends that belong to them, `n > 2` as 3 and above.
 */

import type { Answer } from "../Answer.ts"
import { exactOf } from "../mathematics/compare.ts"
import { variablesOf } from "../mathematics/Expression.ts"
import { linearIn } from "../mathematics/linear.ts"
import { isWholeLetter } from "../mathematics/normal/letters.ts"
import { spend } from "../mathematics/work.ts"
import { type OfKind, setOf } from "../same-kind.ts"
import { isInfinite } from "../unions.ts"
import { bound, valueIn } from "./inequalities.ts"

/** Residues of larger numbers stay as they are written. */
const LARGEST_MODULUS = 500

/** Each from 0 to the modulus, as words: `0,1 mod 4`. */
export const residuesOf = (modulus: bigint, residues: ReadonlyArray<bigint>): string => {
  const own = new Set(residues.map((residue) => ((residue % modulus) + modulus) % modulus))
  const least = modulus <= LARGEST_MODULUS ? leastModulus(Number(modulus), own) : modulus
  return residuesText([...new Set([...own].map((residue) => `${residue % least}`))], least)
}

export const residuesText = (residues: ReadonlyArray<string>, modulus: bigint): string =>
  `${[...new Set(residues)].toSorted().join(",")} mod ${modulus}`

/** All that is left by a modulus but some; null for too many, and where none are left. */
export const othersThan = (modulus: bigint, residues: ReadonlyArray<bigint>): ReadonlyArray<bigint> | null => {
  if (modulus > LARGEST_MODULUS) return null
  const own = new Set(residues.map((residue) => ((residue % modulus) + modulus) % modulus))
  const others = Array.from({ length: Number(modulus) }, (_, i) => BigInt(i)).filter((residue) => !own.has(residue))
  return others.length === 0 ? null : others
}

/** By which the residues say as much. */
const leastModulus = (modulus: number, residues: ReadonlySet<bigint>): bigint => {
  for (let least = 1; least < modulus; least++) {
    if (modulus % least !== 0) continue
    spend(residues.size / 4)
    const step = BigInt(least)
    if ([...residues].every((residue) => residues.has((residue + step) % BigInt(modulus)))) return step
  }
  return BigInt(modulus)
}

/** Letters that stand for any whole number, of another that is such a number. */
const COUNTER = /^[jklmnst]$/
const WHOLE = /^[mnN]$/

interface Progression {
  readonly step: bigint
  readonly first: bigint
}

/** `4k + 1`; null for what is no such whole number for each k. */
const progressionIn = (value: OfKind<"value">, letter: string): Progression | null => {
  if (value.unit !== "" || variablesOf(value.expression).some((name) => name !== letter)) return null
  const line = linearIn(value.expression, letter)
  const first = line && exactOf(line.rest)
  if (line === null || first === null || line.slope.bottom !== 1n || first.bottom !== 1n || line.slope.top === 0n) return null
  return { step: line.slope.top < 0n ? -line.slope.top : line.slope.top, first: first.top }
}

const classOf = (values: ReadonlyArray<OfKind<"value">>, letter: string): Answer | null => {
  const found = values.map((value) => progressionIn(value, letter))
  if (!found.every((one) => one !== null)) return null
  const modulus = found.reduce((all, { step }) => (all % step === 0n ? all : all * step), 1n)
  const name = values[0]!.name
  if (modulus > LARGEST_MODULUS || name === null || !/^[A-Za-z]$/.test(name) || name === letter) return null
  const residues = found.flatMap(({ step, first }) =>
    Array.from({ length: Number(modulus / step) }, (_, i) => first + BigInt(i) * step)
  )
  return { kind: "called", name, of: { kind: "words", text: residuesOf(modulus, residues) } }
}

/** The values of which any is meant, all of one name. */
const valuesOf = (answer: Answer): ReadonlyArray<OfKind<"value">> => {
  const any = answer.kind === "rounded" ? answer.as : answer
  const all = (any.kind === "set" && any.written === "either" ? any.items : [any]).map(valueIn)
  return all.every((one) => one !== null) && new Set(all.map(({ name }) => name)).size === 1 ? all : []
}

/**
 * `n = 2k + 1, k \in \mathbb{Z}` is also what it leaves by 2. Where nothing is said of k, it is so of several of one step, of a
 * letter for whole numbers: `n = 4k \text{ or } n = 4k + 1`; with other steps k may be given.
 */
export const withResidues = (answer: Answer): Answer => {
  const isSaid = answer.kind === "family" && answer.over === "integers" && answer.letters.length === 1
  const values = valuesOf(isSaid ? answer.of : answer)
  const letter = isSaid ? answer.letters[0] : values[0] && variablesOf(values[0].expression)[0]
  if (letter === undefined || values.length === 0) return answer
  const residues = classOf(values, letter)
  if (residues === null) return answer
  if (isSaid) {
    const exact: Answer = { kind: "rounded", exact: residues, as: answer }
    return { kind: "rounded", exact, as: answer }
  }
  const steps = new Set(values.map((value) => progressionIn(value, letter)!.step))
  const isClass = values.length > 1 && steps.size === 1 && !steps.has(1n) && COUNTER.test(letter) && WHOLE.test(values[0]!.name!)
  const family: Answer = { kind: "family", of: answer, letters: [letter], over: "integers" }
  return isClass ? { kind: "rounded", exact: family, as: residues } : answer
}

const FROM: ReadonlyMap<string, string> = new Map([
  ["0 to oo", "nonnegative integers"],
  ["1 to oo", "positive integers"]
])

/** `2^n - 1, n \geq 1` is that for all positive integers: a letter for whole numbers from where one counts. */
export const ofCounted = (answer: Answer): Answer => {
  if (answer.kind !== "conditional") return answer
  const { value, condition } = answer
  const said = value.kind === "value" ? value.expression : value.kind === "relation" ? value.right : null
  const letter = condition.kind === "sequence" ? condition.of : condition.kind === "among" ? condition.name : null
  if (said === null || letter === null || !isWholeLetter(letter) || !variablesOf(said).includes(letter)) return answer
  const over = FROM.get(condition.kind === "among" ? condition.ranges : rangesText(rangesIn("integers", condition) ?? []))
  const isOfKind = condition.kind === "among" && condition.numbers !== "integers"
  return over === undefined || isOfKind ? answer : { kind: "family", of: value, letters: [letter], over }
}

/** From one whole number to another; null: without end. */
type Range = readonly [from: bigint | null, to: bigint | null]
/** The distance from one of them to the next; primes have none. */
const STEPS: Readonly<Record<string, readonly [step: bigint, first: bigint]>> = {
  integers: [1n, 0n],
  "even integers": [2n, 0n],
  "odd integers": [2n, 1n]
}
export const PRIMES = "primes"
const LARGEST_PRIME = 2000n

const isPrime = (n: bigint): boolean => {
  if (n < 2n) return false
  for (let factor = 2n; factor * factor <= n; factor++) if (n % factor === 0n) return false
  return true
}

/** The first of some whole numbers from one on, upwards or downwards; null where that is not looked for. */
const firstFrom = (numbers: string, from: bigint, direction: bigint): bigint | null => {
  const steps = STEPS[numbers]
  if (numbers === PRIMES && (from > LARGEST_PRIME || (direction < 0n && from < 2n))) return null
  for (let at = numbers === PRIMES && from < 2n ? 2n : from; ; at += direction) {
    spend(1)
    if (steps === undefined ? isPrime(at) : (at - steps[1]) % steps[0] === 0n) return at
  }
}

/** The whole numbers in an interval; undefined for none, null where its ends are no numbers. */
const rangeOf = (numbers: string, { items, open, close }: OfKind<"sequence">): Range | undefined | null => {
  const ends = items.map((item, i): bigint | null | undefined => {
    if (item.kind !== "value" || item.unit !== "") return undefined
    if (isInfinite(item.expression)) return null
    const exact = exactOf(item.expression)
    if (exact === null) return undefined
    const floor = exact.top / exact.bottom - (exact.top < 0n && exact.top % exact.bottom !== 0n ? 1n : 0n)
    const isWhole = exact.bottom === 1n
    if (i === 0) return isWhole && open === "[" ? floor : floor + 1n
    return isWhole && close === ")" ? floor - 1n : floor
  })
  const [low, high] = ends
  if (ends.length !== 2 || low === undefined || high === undefined) return null
  const from = low === null ? (numbers === PRIMES ? 2n : null) : firstFrom(numbers, low, 1n)
  const to = high === null ? null : firstFrom(numbers, high, -1n)
  if ((low !== null && from === null) || (high !== null && to === null)) return null
  return from !== null && to !== null && from > to ? undefined : [from, to]
}

/** The ranges of an interval, a union or a set; null where they are not known. */
const rangesIn = (numbers: string, answer: Answer): ReadonlyArray<Range> | null => {
  if (answer.kind === "sequence") {
    const range = rangeOf(numbers, answer)
    return range === null ? null : range === undefined ? [] : [range]
  }
  const parts =
    answer.kind === "union"
      ? answer.parts
      : answer.kind === "set"
        ? answer.items.map((item): Answer => ({ kind: "sequence", open: "[", close: "]", items: [item, item], of: null }))
        : null
  const found = parts?.map((part) => rangesIn(numbers, part)) ?? [null]
  return found.every((some) => some !== null) ? joined(found.flat(), STEPS[numbers]?.[0] ?? 1n) : null
}

/** From the lowest, those that touch as one. */
const joined = (ranges: ReadonlyArray<Range>, step: bigint): ReadonlyArray<Range> => {
  const sorted = ranges.toSorted(([a], [b]) => (a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1))
  const all: Array<Range> = []
  for (const [from, to] of sorted) {
    const before = all.at(-1)
    if (before === undefined || (before[1] !== null && from !== null && from > before[1] + step)) all.push([from, to])
    else if (before[1] !== null && (to === null || to > before[1])) all[all.length - 1] = [before[0], to]
  }
  return all
}

const rangesText = (ranges: ReadonlyArray<Range>): string =>
  ranges.map(([from, to]) => `${from ?? "-oo"} to ${to ?? "oo"}`).join(", ")

const unknownOf = (answer: Answer): string | null => {
  if (answer.kind === "sequence") return answer.of
  const names: ReadonlySet<string | null> = new Set(answer.kind === "union" ? answer.parts.map(unknownOf) : [])
  return [...names].find((one) => one !== null) ?? null
}

const MOST_MEMBERS = 40n

/** The whole numbers of a kind among those of an interval, a union or a set; null where these are not known. */
export const amongOf = (numbers: string, of: Answer, name: string | null = unknownOf(of)): Answer | null => {
  const ranges = rangesIn(numbers, of)
  if (ranges === null) return null
  const among: Answer = { kind: "among", numbers, ranges: rangesText(ranges), name }
  const size = ranges.reduce<bigint | null>(
    (sum, [from, to]) => (sum === null || from === null || to === null ? null : sum + to - from + 1n),
    0n
  )
  if (size === null || size > MOST_MEMBERS || size === 0n || numbers !== "integers") return among
  const members = ranges.flatMap(([from, to]) =>
    Array.from({ length: Number(to! - from! + 1n) }, (_, i) =>
      bound({ kind: "number", value: { top: from! + BigInt(i), bottom: 1n } })
    )
  )
  return { kind: "rounded", exact: setOf(members, "braces"), as: among }
}

const RANGE = /^(-?\d+|-oo) to (-?\d+|oo)$/

/** `n = 1` and all integers from 3 on, of one unknown: as one set; null for all else. */
export const withValues = (items: ReadonlyArray<Answer>): Answer | null => {
  const [among, other] = items.filter((item) => item.kind === "among")
  if (among === undefined || other !== undefined || items.length < 2 || among.numbers !== "integers") return null
  const values = items.filter((item) => item.kind === "value")
  const isOfOne = values.every(({ name, unit }) => unit === "" && (name === null || among.name === null || name === among.name))
  if (values.length !== items.length - 1 || !isOfOne) return null
  const single = values.map(({ expression }) => exactOf(expression))
  if (!single.every((value) => value?.bottom === 1n)) return null
  const ranges = among.ranges.split(", ").map((range): Range => {
    const [, from, to] = RANGE.exec(range)!
    return [from === "-oo" ? null : BigInt(from!), to === "oo" ? null : BigInt(to!)]
  })
  const points = single.flatMap((value): ReadonlyArray<Range> => (value ? [[value.top, value.top]] : []))
  return { ...among, ranges: rangesText(joined([...ranges, ...points], 1n)) }
}

/** Whether a condition on an unknown leaves out that it is a whole number: `n > 2` and all integers from 3 on. */
export const isAmong = (among: OfKind<"among">, other: OfKind<"sequence"> | OfKind<"union">): boolean => {
  const name = unknownOf(other)
  if (among.numbers !== "integers" || name === null || !isWholeLetter(name) || (among.name !== null && among.name !== name))
    return false
  const ranges = rangesIn("integers", other)
  return ranges !== null && rangesText(ranges) === among.ranges
}
