/**
 * What real letters, roots, absolute values and lengths of complex numbers say: which of many forms are the same, each against
 * each, so that sameness is symmetric and transitive; and that no two are called the same whose values differ at a point.
 */

import { describe, expect, it } from "vitest"

import { isSameAnswer, reading } from "../../../src/answers/answers.ts"
import { approximate, hasValue } from "../../../src/answers/mathematics/approximate.ts"
import type { Expression } from "../../../src/answers/mathematics/Expression.ts"
import { beginTurn } from "../../../src/answers/mathematics/work.ts"

/** On each line what is the same, and no other line says. */
const KINDS = String.raw`
\sqrt{x^3} == x^{3/2} == x\sqrt{x} == |x|\sqrt{x} == \frac{x^2}{\sqrt{x}} == \sqrt{x}^3
|x|^{3/2} == \sqrt[4]{x^6} == |x|\sqrt{|x|} == \sqrt{|x|^3} == \sqrt{|x^3|}
x\sqrt{|x|}
\sqrt{x} == \frac{|x|}{\sqrt{x}}
x\sqrt{-x}
\sqrt{-x^3} == -x\sqrt{-x} == |x|\sqrt{-x} == (-x)^{3/2}
-x\sqrt{x} == -\sqrt{x^3}
\sqrt{x^2} == |x| == \sqrt{|x|^2} == \max(x,-x) == |-x|
x == \sqrt[3]{x^3}
-|x| == -\sqrt{x^2}
x^2 == |x|^2 == \sqrt{x^4} == |x^2|
x|x| == x\sqrt{x^2}
\sqrt{8x^3} == 2x\sqrt{2x} == 2\sqrt2x^{3/2} == 2|x|\sqrt{2x}
2x\sqrt{x}
2\pi\sqrt{R^3/(GM)} == 2\pi R\sqrt{R/(GM)} == \frac{2\pi R^{3/2}}{\sqrt{GM}} == \frac{2\pi R^2}{\sqrt{GMR}}
2\pi\sqrt{R/(GM)}
2\pi R\sqrt{R^2/(GM)}
\sqrt{a/b} == \frac{\sqrt{ab}}{b} == \frac{\sqrt{ab}}{|b|} == \frac{\sqrt a}{\sqrt b} == \frac{a}{\sqrt{ab}}
\frac{\sqrt{ab}}{a} == \sqrt{b/a}
-\frac{\sqrt{ab}}{b}
\sqrt{a^2b} == |a|\sqrt b
a\sqrt b
\sqrt{a^3b} == a\sqrt{ab} == |a|\sqrt{ab}
\sqrt{ab} == \sqrt a\sqrt b
|a|\sqrt{a+b}
a\sqrt{a+b}
|x|\sqrt{x+1} == \sqrt{x^3+x^2}
x\sqrt{x+1}
\sqrt{x^4+x^3} == |x|\sqrt{x^2+x}
x\sqrt{x^2+x}
\sqrt{(x-1)^3} == (x-1)\sqrt{x-1} == (x-1)^{3/2} == |x-1|\sqrt{x-1}
\sqrt{x(x-1)^2} == |x-1|\sqrt{x}
(x-1)\sqrt{x}
|x-1|\sqrt{1-x} == \sqrt{(1-x)^3} == (1-x)\sqrt{1-x}
\ln|x+\sqrt{x^2+1}| == \ln(x+\sqrt{x^2+1}) == -\ln(\sqrt{x^2+1}-x) == -\ln|x-\sqrt{x^2+1}|
\ln|x-\sqrt{x^2+1}|
\ln|x+\sqrt{x^2-1}|
\ln(x+\sqrt{x^2-1})
\ln|\sec x+\tan x| == -\ln|\sec x-\tan x| == \frac12\ln|\frac{1+\sin x}{1-\sin x}| == \ln|\frac{1+\sin x}{\cos x}|
\ln|\sec x-\tan x|
\ln(\sec x+\tan x)
\ln|\csc x-\cot x| == -\ln|\csc x+\cot x| == \ln|\tan(x/2)|
\sqrt{1-\cos^2x} == |\sin x| == \sqrt{\sin^2x}
\sin x
\sqrt{1-\sin^2x} == |\cos x|
\cos x
\sqrt{1+\sin 2x} == |\sin x+\cos x|
\sin x+\cos x
\sqrt{1-\sin 2x} == |\sin x-\cos x|
\sqrt{2-2\cos x} == 2|\sin\frac x2|
\sqrt{2+2\cos x} == 2|\cos\frac x2| == |1+e^{ix}|
\sqrt{1+\cos 2x} == \sqrt2|\cos x|
\sqrt{1+\tan^2x} == |\sec x| == \frac1{|\cos x|}
\sec x
\sqrt{\sec^2x-1} == |\tan x|
|a+bi| == \sqrt{a^2+b^2} == |a-bi| == |b+ai| == |b-ai|
|a|+|b|
a+b
|a+b| == \sqrt{a^2+2ab+b^2}
|a+bi|^2 == a^2+b^2 == (a+bi)(a-bi)
(a+bi)^2 == a^2-b^2+2abi
|x+iy|^2 == x^2+y^2
|x+iy| == \sqrt{x^2+y^2}
|e^{i\theta}| == 1 == |\cos\theta+i\sin\theta| == \left|\frac{a+bi}{a-bi}\right|
|2e^{i\theta}| == 2
|re^{i\theta}| == |r|
r
|e^{x+iy}| == e^x
\left|\frac{1}{1+ix}\right| == \frac1{\sqrt{1+x^2}}
\frac1{1+x^2}
|z|^2 == z\bar z == z\overline{z} == |z||\bar z| == |\bar z|^2
z^2
\sqrt{z^2}
|z| == |\bar z| == |-z| == |iz| == \sqrt{z\bar z}
z
\frac{1}{z} == \frac{\bar z}{|z|^2}
|zw| == |z||w|
|z+w| == |w+z|
|z|+|w|
|w|^2
w^2
|z-i| == |i-z|
\sqrt{z^3}
z\sqrt z
|v|^2 == v^2
\sqrt{V^2} == |V|
V
|u|^2 == u^2
\ln x^2 == 2\ln|x| == \ln(x^2)
2\ln x == \ln x+\ln x
\ln(x^3) == 3\ln x
3\ln|x| == \ln|x^3| == \ln|x|^3
x\ln x == |x|\ln x
x\ln|x|
\ln(ab) == \ln a+\ln b
\ln|ab| == \ln|a|+\ln|b|
|1+\sin x| == 1+\sin x
|\sin x-1| == 1-\sin x
|\cosh x| == \cosh x
|e^x+1| == e^x+1
|x^2+x+1| == x^2+x+1
|a^2+ab+b^2| == a^2+ab+b^2
|a^2-3ab+b^2|
a^2-3ab+b^2
|\sin x+2\cos x+2|
\sin x+2\cos x+2
\sqrt{x^2+2x+1} == |x+1|
x+1
\sqrt{\frac{1}{x^3}} == \frac{\sqrt x}{x^2} == x^{-3/2} == \frac{1}{x\sqrt x}
\sqrt{x^5} == x^2\sqrt x
\sqrt{x^6} == |x^3| == |x|^3
x^3
\sqrt[4]{x^5} == x\sqrt[4]{x}
\sqrt[4]{x^2} == \sqrt{|x|}
\sqrt[3]{x^4} == x\sqrt[3]{x}
\sqrt{x^3}+y == y+x\sqrt x
\sqrt{x^3}+|x| == x\sqrt x+x
\sqrt{x}+|x| == x+\sqrt x
\sqrt{x y^2} == |y|\sqrt x
y\sqrt x
\sqrt{x^3y^3} == xy\sqrt{xy} == |xy|\sqrt{xy} == x|y|\sqrt{xy}
\sqrt{x}\sqrt{x-1}
\sqrt{x(x-1)}
\sqrt{-x^2-1}
\sqrt{-x^2-2}
x\sqrt{x+5000}
|x|\sqrt{x+5000}
\sqrt{(x-0.05)^2x} == |x-0.05|\sqrt x
(x-0.05)\sqrt x
\sqrt{x^2z^2} == |xz| == |x||z|
xz
\sqrt{a^2z^2}
|az| == |a||z|
|z_1|^2 == z_1\overline{z_1}
z_1^2
|a-b|\sqrt{a-b} == (a-b)\sqrt{a-b} == \sqrt{(a-b)^3} == (a-b)^{3/2}
|a-b|\sqrt{b-a} == \sqrt{(b-a)^3}
\sqrt{c(a+b)^2} == |a+b|\sqrt c
(a+b)\sqrt c
|(1+i)z| == \sqrt2|z|
\sqrt{\cosh^2x-1} == |\sinh x|
\sinh x
\left|\sqrt{x^2+4}-x\right| == \sqrt{x^2+4}-x
\left|\sqrt{x^2-4}-x\right|
\sqrt{x^2-4}-x
\sqrt{t^3}+|t-1| == t\sqrt t+|t-1|
\ln|\cosh x| == \ln\cosh x
\ln|e^x+1| == \ln(1+e^x)
-\ln|\cos x| == \ln|\sec x|
\ln|x^2-1| == \ln|x-1|+\ln|x+1|
|e^{2i\theta}-1| == 2|\sin\theta|
|1-e^{i\theta}| == \sqrt{2-2\cos\theta}
\left|\frac{a+bi}{c+di}\right| == \frac{\sqrt{a^2+b^2}}{\sqrt{c^2+d^2}}
\sqrt{1+\sin x} == |\sin\frac x2+\cos\frac x2|
\sqrt{a^2-a^2\sin^2\theta} == |a\cos\theta|
\sqrt{x^2+2+\frac1{x^2}} == |x+\frac1x|
\sqrt{e^{2x}+2+e^{-2x}} == e^x+e^{-x}
\sqrt{60x}\sqrt{12x}\sqrt{63x} == 36x\sqrt{35x}
\sqrt{\frac{8}{x^3}} == \frac{2\sqrt{2x}}{x^2}
\sqrt{27x^3y^5} == 3xy^2\sqrt{3xy}
\sqrt{\frac{a^3}{b}} == \frac{a\sqrt{ab}}{b}
|z+1|^2 == z\bar z+z+\bar z+1
z^2+2z+1
\ln|\sqrt x+1| == \ln(1+\sqrt x)
|\sqrt x|+1 == \sqrt x+1
\sqrt{\ln^2x} == |\ln x|
\ln|\ln x|
\ln\ln x
|\sqrt x-1| == |1-\sqrt x|
\sqrt x-1
|\sqrt{x-1}-\sqrt{x+1}| == \sqrt{x+1}-\sqrt{x-1}
|x\ln x| == x|\ln x| == |x||\ln x|
|x|\sqrt x+|\sqrt x-2| == x\sqrt x+|2-\sqrt x|
|\sqrt2-\sqrt3| == \sqrt3-\sqrt2
\sqrt{\frac{c}{(a-b)^2}} == \frac{\sqrt c}{|a-b|}
\frac{\sqrt c}{a-b}
\sqrt{\frac{(x-1)^3}{x+1}} == |x-1|\sqrt{\frac{x-1}{x+1}}
(x-1)\sqrt{\frac{x-1}{x+1}}
|z|^3 == z\bar z|z| == |z^3|
|z-1|^2 == |z|^2-z-\bar z+1
|z|^2-2z+1
z\bar{w}
w\bar z
|e^z|
e^z
|2\sin x+1|
|x^2-3x+1|
|a^2+b^2+c^2-ab-bc-ca| == a^2+b^2+c^2-ab-bc-ca
|2x+\sqrt{x^2+1}|
2x+\sqrt{x^2+1}
|x+2\sqrt{x^2+1}| == x+2\sqrt{x^2+1}
`
  .trim()
  .split("\n")
  .map((line) => line.split(" == "))

/** Numbers that are the same in every run. */
const generator = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return Math.floor(((state >>> 0) / 2 ** 32) * below)
  }
}
type Next = (below: number) => number

const expressionOf = (text: string): Expression => {
  const found = reading(text)
  if (!("answer" in found) || found.answer.kind !== "value") throw new Error(`${text} is no value`)
  return found.answer.expression
}

/** Places of real letters, of which at most one is below zero: of several under one root none is. */
const placesOf = (next: Next, letters: ReadonlyArray<string>) =>
  Array.from({ length: 120 }, () => {
    const below = next(letters.length + 1)
    return Object.fromEntries(
      letters.map((letter, i) => {
        const size = 10 ** (next(4000) / 1000 - 2.5)
        return [letter, { re: i === below ? -size : size, im: 0, error: 0 }]
      })
    )
  })

const valuesOf = (text: string, places: ReturnType<typeof placesOf>) => {
  beginTurn(Number.POSITIVE_INFINITY)
  const at = expressionOf(text)
  return places.map((place) => approximate(at, place, true))
}
type Values = ReturnType<typeof valuesOf>

/** Whether two have other values at a place, or only one has a real value there. */
const differ = (a: Values, b: Values): boolean =>
  a.some((x, i) => {
    const y = b[i]!
    if (!hasValue(x) || !hasValue(y)) return false
    if ((x.im === 0) !== (y.im === 0)) return true
    return x.im === 0 && Math.abs(x.re - y.re) > 1e-6 * (Math.abs(x.re) + Math.abs(y.re)) + 100 * (x.error + y.error)
  })

/** What is wrong with verdicts on all pairs, each against its two texts and all third ones. */
const wrongAmong = (texts: ReadonlyArray<string>, values: ReadonlyMap<string, Values>) => {
  const same = new Map(texts.map((text) => [text, texts.filter((other) => isSameAnswer(text, other))]))
  const wrong: Array<string> = []
  for (const [text, others] of same)
    for (const other of others) {
      if (!same.get(other)!.includes(text)) wrong.push(`${text} | ${other}: other way round`)
      const third = same.get(other)!.find((one) => !others.includes(one))
      if (third !== undefined) wrong.push(`${text} | ${other} | ${third}: not transitive`)
      const [a, b] = [values.get(text), values.get(other)]
      if (a !== undefined && b !== undefined && differ(a, b)) wrong.push(`${text} | ${other}: values differ`)
    }
  return { wrong, pairs: [...same.values()].reduce((sum, others) => sum + others.length - 1, 0) }
}

describe("roots, absolute values, logarithms and lengths", () => {
  const all = KINDS.flat()

  it.each(KINDS.map((kind) => [kind[0]!, kind] as const))("%s: the same as its own and no others", (_, kind) => {
    const others = all.filter((other) => !kind.includes(other))
    const wrong = kind.flatMap((text) => [
      ...kind.filter((other) => !isSameAnswer(text, other)),
      ...others.filter((other) => isSameAnswer(text, other) || isSameAnswer(other, text))
    ])
    expect(wrong).toEqual([])
  })

  it("have the same values of real letters where they are the same", () => {
    const places = placesOf(generator(31), ["a", "b", "c", "x", "y", "t", "\\theta", "r", "R", "G", "M"])
    const isReal = (text: string) => !/[zwuvV]|i(?![a-z])/.test(text.replaceAll(/\\[a-z]+/g, ""))
    const texts = all.filter(isReal)
    const { wrong, pairs } = wrongAmong(texts, new Map(texts.map((text) => [text, valuesOf(text, places)])))
    expect(wrong).toEqual([])
    expect(pairs).toBeGreaterThan(300)
  })
})

describe("equations with roots", () => {
  it.each([
    ["y=\\sqrt{x^3}", "y=x\\sqrt{x}"],
    ["x\\sqrt{x}+y=1", "\\sqrt{x^3}+y=1"],
    ["T=2\\pi\\sqrt{\\frac{L}{g}}", "T=\\frac{2\\pi\\sqrt{Lg}}{g}"],
    ["y=\\sqrt{a/b}", "y=\\sqrt{ab}/|b|"],
    ["|z|^2+|w|^2=1", "z\\bar z+w\\bar w=1"],
    ["\\{\\sqrt{x^3},1\\}", "\\{1,x\\sqrt x\\}"]
  ])("%s is %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([true, true]))

  it.each([
    ["y=|x|\\sqrt{x+1}", "y=x\\sqrt{x+1}"],
    ["y=\\sqrt{x^2}", "y=x"],
    ["y=-\\sqrt{x^3}", "y=x\\sqrt x"],
    ["y=\\sqrt{-x^2-1}", "y=\\sqrt{-x^2-2}"],
    ["y^2=x^3", "y=x\\sqrt x"]
  ])("%s is not %s", (a, b) => expect([isSameAnswer(a, b), isSameAnswer(b, a)]).toEqual([false, false]))
})

const ONE = "x,(x-1),(x+1),(1-x),(-x),(x-0.05),(x^2+1),2x,(\\sin x),(1+\\sin x),(\\cos x),(1-\\cos x)".split(",")
const TWO = "a,b,ab,(a+b),(a-b),(a-1),(a^2+b^2)".split(",")

/** A product of roots, absolute values, powers and logarithms of a few sums. */
const madeOf = (next: Next, sums: ReadonlyArray<string>): string => {
  const sum = () => sums[next(sums.length)]!
  const powers = (n: number) => Array.from({ length: n }, () => `(${sum()})^${next(3) + 1}`).join("")
  const factor = (): string =>
    [
      () => `\\sqrt{${powers(1 + next(2))}}`,
      () => `|${powers(1)}|`,
      () => powers(1),
      () => `\\frac{1}{\\sqrt{${powers(1)}}}`,
      () => `(${sum()})^{3/2}`,
      () => `\\ln|${powers(1)}|`
    ][next(6)]!()
  return next(2) === 0 ? factor() : `${factor()}\\cdot ${factor()}`
}

describe.each([
  ["one letter", ["x"], ONE, 41],
  ["two letters", ["a", "b"], TWO, 42]
] as const)("random products of roots and absolute values of %s", (_, letters, sums, seed) => {
  it("are the same both ways round, with a third, and only where their values are", () => {
    const next = generator(seed)
    const texts = [...new Set(Array.from({ length: 220 }, () => madeOf(next, sums)))]
    const places = placesOf(next, letters)
    const { wrong, pairs } = wrongAmong(texts, new Map(texts.map((text) => [text, valuesOf(text, places)])))
    expect(wrong).toEqual([])
    expect(pairs).toBeGreaterThan(10)
  })
})
