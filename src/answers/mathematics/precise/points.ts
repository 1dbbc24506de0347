/**
 * The points at which values are told apart, the same on every machine and in every run: by the place of a variable among the
 * sorted names of all, each of them below zero at some. Sizes go from a tenth, where inverse functions have
 * values, to a thousand. Where letters stand for whole numbers they have whole values.
 */

import { conjugatedName, isRealName } from "../normal/letters.ts"

export const POINTS = 16

/** Real and imaginary part, as fractions of 2^60. */
interface Value {
  readonly re: number
  readonly im: number
}

/**
 * Whether a variable is below zero at a point. Of several one at a time is, because a root or a logarithm of a product of two
 * that are below zero has a value where those of either have none.
 */
const isBelow = (place: number, of: number, point: number): boolean => {
  const group = Math.floor(point / 4)
  if (of === 1) return group % 2 === 1
  if (of <= 3) return group === place + 1
  return group > 0 && (point + group) % Math.min(of, 12) === place % 12
}

/** Between nothing and one: of a place, a point and what it is for. */
const share = (place: number, point: number, use: number): number => {
  let hash = 2_166_136_261
  for (const part of [place, point, use]) hash = Math.imul(hash ^ (part + 1), 16_777_619)
  for (let i = 0; i < 4; i++) {
    hash ^= hash >>> 15
    hash = (Math.imul(hash, 1_664_525) + 1_013_904_223) | 0
  }
  return (hash >>> 0) / 2 ** 32
}

/** Least and largest size, by the point. */
const SIZES = [
  [0.1, 0.9],
  [0.9, 2.6],
  [2.6, 40],
  [40, 1000]
] as const
const MODEST = [SIZES[0], SIZES[1], SIZES[1], SIZES[1]] as const

/** Of one of the variables with these names. `far`: with large ones among them. */
export const valueAt = (name: string, names: ReadonlyArray<string>, point: number, far: boolean, isWhole: boolean): Value => {
  const other = conjugatedName(name)
  if (other !== null) {
    const { re, im } = valueAt(other, names.includes(other) ? names : [...names, other], point, far, false)
    return { re, im: -im }
  }
  const [place, of] = [names.indexOf(name), names.length]
  const [least, most] = (far ? SIZES : MODEST)[point % 4]!
  const length = least * (most / least) ** share(place, point, 0)
  const size = isWhole ? Math.floor(4 * length) : length
  const re = isBelow(place, of, point) ? -size : size
  return { re, im: isRealName(name) ? 0 : 0.3 + 1.5 * share(place, point, 1) }
}
