/**
 * Elementary functions that give the same bits on every machine: additions, multiplications and divisions in one order. Those of
 * `Math` differ from one version of V8 to the next, and so would everything that is computed with them. Within two units in the
 * last place of the true value. src/engine/native/machine/elementary.c has the same in C, and a test holds the two against each
 * other.
 */

/** ln 2 and pi / 2 in parts of 33 bits, so that a product with a whole number below 2^20 is exact. */
const LN2_HIGH = 0x1_62e4_2fee / 2 ** 33
const LN2_LOW = 1.9082149292705877e-10
const HALF_PI = [0x1_921f_b544 / 2 ** 32, 6.077100506303966e-11, 2.0222662487959506e-21] as const

/** 1.5 * 2^52: adding and taking it away rounds to a whole number. */
const SHIFT = 6_755_399_441_055_744
const nearest = (x: number): number => x + SHIFT - SHIFT

const bytes = new DataView(new ArrayBuffer(8))
/** x 2^n for n from -2044 to 2046, by two factors, so that numbers beyond either end are reached. */
const scaled = (x: number, n: number): number => {
  const half = Math.trunc(n / 2)
  return x * powerOfTwo(half) * powerOfTwo(n - half)
}
const powerOfTwo = (n: number): number => {
  bytes.setUint32(0, (n + 1023) << 20)
  bytes.setUint32(4, 0)
  return bytes.getFloat64(0)
}

/** e^r - 1 = r + r^2 (1/2! + r/3! + ... + r^12/14!) for |r| <= 0.35. */
const nearZero = (r: number): number => {
  let p = 1 / 87_178_291_200
  p = p * r + 1 / 6_227_020_800
  p = p * r + 1 / 479_001_600
  p = p * r + 1 / 39_916_800
  p = p * r + 1 / 3_628_800
  p = p * r + 1 / 362_880
  p = p * r + 1 / 40_320
  p = p * r + 1 / 5040
  p = p * r + 1 / 720
  p = p * r + 1 / 120
  p = p * r + 1 / 24
  p = p * r + 1 / 6
  p = p * r + 0.5
  return r + r * r * p
}

/** e^x. */
export const exp = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (x > 709.9) return Number.POSITIVE_INFINITY
  if (x < -746) return 0
  const n = nearest(x * 1.4426950408889634)
  return scaled(1 + nearZero(x - n * LN2_HIGH - n * LN2_LOW), n)
}

/** e^x - 1, also near 0. */
export const expm1 = (x: number): number => (x > -0.35 && x < 0.35 ? nearZero(x) : exp(x) - 1)

/** s + s^3/3 + ... + s^23/23, without its first term, over s z: half of ln((1 + s) / (1 - s)). */
const series = (z: number): number => {
  let p = 1 / 23
  for (let k = 21; k >= 3; k -= 2) p = p * z + 1 / k
  return p
}

/** ln x = e ln 2 + ln m for x = m 2^e, m from sqrt(1/2) to sqrt(2); ln m = 2 (s + s^3/3 + ...), s = (m - 1)/(m + 1). */
export const log = (x: number): number => {
  if (Number.isNaN(x) || x < 0) return Number.NaN
  if (x === 0) return Number.NEGATIVE_INFINITY
  if (x === Number.POSITIVE_INFINITY) return x
  const subnormal = x < 2.2250738585072014e-308
  bytes.setFloat64(0, subnormal ? x * 18_014_398_509_481_984 : x)
  const high = bytes.getUint32(0)
  let exponent = (high >>> 20) - 1023 - (subnormal ? 54 : 0)
  bytes.setUint32(0, (high & 0xf_ffff) | 0x3ff0_0000)
  let m = bytes.getFloat64(0)
  if (m > 1.4142135623730951) {
    m *= 0.5
    exponent++
  }
  const s = (m - 1) / (m + 1)
  const z = s * s
  return exponent * LN2_HIGH + (2 * s + (2 * s * z * series(z) + exponent * LN2_LOW))
}

/** ln(1 + x), also near 0. */
export const log1p = (x: number): number => {
  if (!(x > -0.25 && x < 0.4)) return log(1 + x)
  const s = x / (2 + x)
  const z = s * s
  return 2 * s + 2 * s * z * series(z)
}

/** sin r = r - r^3/3! + ... - r^19/19! for |r| <= pi / 4. */
const sineNearZero = (r: number): number => {
  const z = r * r
  let p = -1 / 121_645_100_408_832_000
  p = p * z + 1 / 355_687_428_096_000
  p = p * z - 1 / 1_307_674_368_000
  p = p * z + 1 / 6_227_020_800
  p = p * z - 1 / 39_916_800
  p = p * z + 1 / 362_880
  p = p * z - 1 / 5040
  p = p * z + 1 / 120
  p = p * z - 1 / 6
  return r + r * z * p
}

/** cos r = 1 - r^2/2! + ... - r^18/18! for |r| <= pi / 4. */
const cosineNearZero = (r: number): number => {
  const z = r * r
  let p = -1 / 6_402_373_705_728_000
  p = p * z + 1 / 20_922_789_888_000
  p = p * z - 1 / 87_178_291_200
  p = p * z + 1 / 479_001_600
  p = p * z - 1 / 3_628_800
  p = p * z + 1 / 40_320
  p = p * z - 1 / 720
  p = p * z + 1 / 24
  return 1 - (0.5 * z - z * z * p)
}

/** The sine of x + turns pi / 2. */
const turned = (x: number, turns: number): number => {
  const n = nearest(x * 0.6366197723675814)
  const r = x - n * HALF_PI[0] - n * HALF_PI[1] - n * HALF_PI[2]
  const quarter = (n + turns) & 3
  const size = (quarter & 1) === 1 ? cosineNearZero(r) : sineNearZero(r)
  return (quarter & 2) === 2 ? -size : size
}

/** For |x| < 2^20. */
export const sin = (x: number): number => turned(x, 0)
/** For |x| < 2^20. */
export const cos = (x: number): number => turned(x, 1)
