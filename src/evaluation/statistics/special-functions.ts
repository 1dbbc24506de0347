/**
 * What intervals and tests need of distributions: ln Gamma, and the quantiles of the standard normal and of Student's t.
 *
 * Quantiles are found by bisection on the distribution function: slower than a rational approximation and correct to the last
 * digits. Formulas: Abramowitz and Stegun 26.5 (the beta function behind Student's t), Lanczos 1964 (gamma), modified Lentz for
 * the continued fraction.
 */

import { exp, log, log1p, sin } from "../../elementary/elementary.ts"

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
  -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7
]

/** ln Gamma(x) for x > 0 (Lanczos, g = 7, nine terms). */
export const logGamma = (x: number): number => {
  if (x < 0.5) return log(Math.PI / sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  let sum = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i)
  const t = z + 7.5
  return 0.5 * log(2 * Math.PI) + (z + 0.5) * log(t) - t + log(sum)
}

/** Regularised incomplete beta function I_x(a, b): the distribution function of Beta(a, b). */
export const betaCdf = (x: number, a: number, b: number): number => {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x))
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

/** Continued fraction of the incomplete beta function. */
const betaFraction = (x: number, a: number, b: number): number => {
  const tiny = 1e-300
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-16) break
  }
  return h
}

/** The x in [low, high] where the increasing function reaches p. */
export const bisect = (increasing: (x: number) => number, p: number, low: number, high: number): number => {
  let from = low
  let to = high
  for (let i = 0; i < 200; i++) {
    const middle = (from + to) / 2
    if (middle === from || middle === to) break
    if (increasing(middle) < p) from = middle
    else to = middle
  }
  return (from + to) / 2
}

/** Distribution function of Student's t with `degrees` > 0 degrees of freedom. */
export const studentCdf = (t: number, degrees: number): number => {
  const tail = betaCdf(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
  return t > 0 ? 1 - tail : tail
}

/** t with P(T <= t) = p. */
export const studentQuantile = (p: number, degrees: number): number => {
  if (p === 0.5) return 0
  if (p < 0.5) return -studentQuantile(1 - p, degrees)
  let high = 1
  while (studentCdf(high, degrees) < p) high *= 2
  return bisect((t) => studentCdf(t, degrees), p, 0, high)
}

/** Distribution function of the standard normal, through erfc's continued fraction and series. */
export const normalCdf = (z: number): number => {
  const x = Math.abs(z) / Math.SQRT2
  const tail = x < 2 ? 0.5 - errorSeries(x) / 2 : errorTail(x) / 2
  return z > 0 ? 1 - tail : tail
}

/** z with P(Z <= z) = p; 1.959963984540054 for 0.975. */
export const normalQuantile = (p: number): number => {
  if (p < 0.5) return -normalQuantile(1 - p)
  return bisect(normalCdf, p, 0, 40)
}

/** erf(x) = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)). */
const errorSeries = (x: number): number => {
  let term = x
  let sum = x
  for (let n = 1; term > sum * 1e-17 && n < 500; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * exp(-x * x) * sum
}

/** erfc(x) by its continued fraction, x + (1/2)/(x + 1/(x + (3/2)/(x + ...))), evaluated from the far end. */
const errorTail = (x: number): number => {
  let fraction = x
  for (let n = 200; n > 0; n--) fraction = x + n / 2 / fraction
  return exp(-x * x) / (Math.sqrt(Math.PI) * fraction)
}
