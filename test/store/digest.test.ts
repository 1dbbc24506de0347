/** The canonical form and its digests are part of every key ever made: the literals here must never change. */

import { createHash } from "node:crypto"

import { describe, expect, it } from "vitest"

import { canonicalJson, digestOf, NotCanonical, sha256 } from "../../src/store/objects/digest.ts"

const thrown = (body: () => unknown): unknown => {
  try {
    body()
  } catch (error) {
    return error
  }
  return undefined
}

describe("canonicalJson", () => {
  it.each([
    [null, "null"],
    [true, "true"],
    [0.1, "0.1"],
    [1e21, "1e+21"],
    [4e6, "4000000"],
    [-0, "0"],
    ['a "b" \\ \n é 😀', '"a \\"b\\" \\\\ \\n é 😀"'],
    [[], "[]"],
    [{}, "{}"],
    [{ b: 1, a: { d: [1, "x", null], c: false } }, '{"a":{"c":false,"d":[1,"x",null]},"b":1}'],
    [{ b: 1, a: undefined }, '{"b":1}'],
    [{ 10: "ten", 9: "nine" }, '{"10":"ten","9":"nine"}']
  ])("writes %j as %s", (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it("does not depend on the order in which keys were written", () => {
    expect(canonicalJson({ x: 1, y: { b: 2, a: 3 } })).toBe(canonicalJson({ y: { a: 3, b: 2 }, x: 1 }))
  })

  it("sorts keys by UTF-16 code units, as RFC 8785 asks", () => {
    // Section 3.2.3 of the RFC: the surrogate pair of the emoji sorts before U+FB33.
    expect(canonicalJson({ "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}'
    )
  })

  it("reads back as the value it was written from", () => {
    const value = { list: [1, 2.5, "three", { four: null }], empty: {} }
    expect(JSON.parse(canonicalJson(value))).toEqual(value)
  })

  it.each([
    ["NaN", { rl: { kl: Number.NaN } }, "$.rl.kl", "the number NaN is not finite"],
    ["infinity", [1, [Number.POSITIVE_INFINITY]], "$[1][0]", "the number Infinity is not finite"],
    ["a hole in a list", { seeds: [0, undefined] }, "$.seeds[1]", "undefined has no canonical form"],
    ["a function", { reward: () => 1 }, "$.reward", "a function has no canonical form"],
    ["a big integer", { tokens: 1n }, "$.tokens", "a bigint has no canonical form"],
    ["a symbol", { kind: Symbol("x") }, "$.kind", "a symbol has no canonical form"],
    ["a Date", { when: new Date(0) }, "$.when", "a Date has no canonical form"],
    ["a Map", { weights: new Map() }, "$.weights", "a Map has no canonical form"],
    ["a typed array", { at: Float32Array.of(1) }, "$.at", "a Float32Array has no canonical form"]
  ])("refuses %s and names the place", (_, value, path, reason) => {
    const error = thrown(() => canonicalJson(value))
    expect(error).toBeInstanceOf(NotCanonical)
    expect(error).toMatchObject({ path, reason })
    expect((error as NotCanonical).message).toBe(`${path} cannot be part of a key: ${reason}.`)
  })
})

describe("sha256", () => {
  it("agrees with FIPS 180-4's example", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    expect(sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  })
})

describe("digestOf", () => {
  // From coreutils: printf "5:stage3:mix10:param:seed1:1" | sha256sum, and so on.
  it.each([
    [[], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    [[""], "ba768b331fd86cec803be04e56ab2b3d4c0e98ef4ee4fcd4e72ad7cce61a1d1f"],
    [["a"], "4162fddd39a3e4225e8e2392eced237fbeb34e6e218b5647d27bd4d2b9c0da24"],
    [["stage", "mix", "param:seed", "1"], "b7df73bcf246db9289ef20e8a127908a9250a71403abcabb87a95c1ae4ad81dd"]
  ])("of %j is pinned", (parts, digest) => {
    expect(digestOf(parts)).toBe(digest)
  })

  it("is SHA-256 over each part's UTF-8 length, a colon and the part", () => {
    expect(digestOf(["né", "x"])).toBe(createHash("sha256").update("3:né1:x", "utf8").digest("hex"))
  })

  it("tells lists of parts apart that would be one text", () => {
    const digests = [["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"], ["1:a", "bc"]].map(digestOf)
    expect(new Set(digests).size).toBe(digests.length)
  })
})
