/** Numbers and JSON as people type them. */

import { describe, expect, it } from "vitest"

import { decimalFrom } from "../../src/text/decimal.ts"
import { strictJson } from "../../src/text/strict-json.ts"

describe("a number from text", () => {
  it.each([
    ["0", 0],
    ["-0", -0],
    ["1e15", 1e15],
    ["1e22", 1e22],
    ["1e300", 1e300],
    ["9007199254740992", 9007199254740992],
    ["123456789012345678", undefined],
    ["123456789012345680", 123456789012345680],
    ["1.00000000000000000000", 1],
    ["1.00000000000000000001", undefined],
    ["0.1", 0.1],
    ["0.1000000000000000055511151231257827", 0.1],
    ["000.500", 0.5],
    ["1e-5", 1e-5],
    ["-1.5E3", -1500],
    ["", undefined],
    [".", undefined],
    ["e5", undefined],
    ["1.2.3", undefined],
    ["\u0661", undefined],
    ["1\u00a0000", undefined],
    ["0e99999", 0]
  ])("%j is %d", (text, value) => {
    expect(decimalFrom(text)).toBe(value)
  })

  it("is read in linear time", () => {
    expect(decimalFrom(`${"9".repeat(300_000)}x`)).toBeUndefined()
  })
})

describe("JSON from a setting", () => {
  it.each([
    ['{"a":1,"b":{"a":2}}', { a: 1, b: { a: 2 } }],
    ['[{"a":1},{"a":2}]', [{ a: 1 }, { a: 2 }]],
    ['{"a":"a","b":["a","a"]}', { a: "a", b: ["a", "a"] }],
    ['{"a": "{\\"a\\":1,\\"a\\":2}"}', { a: '{"a":1,"a":2}' }],
    ['{"":1," ":2}', { "": 1, " ": 2 }],
    ["3", 3],
    ["null", null]
  ])("%s is taken", (text, value) => {
    expect(strictJson(text)).toEqual({ value })
  })

  it.each([
    ['{"a":1,"a":1}', '"a" twice'],
    ['{"a":1,"\\u0061":1}', '"a" twice'],
    ['{"b":{"c":{"d":1,"d":2}}}', '"d" twice'],
    ['[1,{"x":1,"y":2,"x":3}]', '"x" twice'],
    ['{"":1,"":2}', '"" twice'],
    ['{"__proto__":1,"__proto__":2}', '"__proto__" twice'],
    ['{ "a" : 1 ,\n "a" : 2 }', '"a" twice'],
    ['{"\\"":1,"\\"":2}', "twice"],
    ['{"a":9007199254740993}', "9007199254740993"],
    ["[1e999]", "1e999"],
    [`${"[".repeat(100)}1${"]".repeat(100)}`, "more than 64 deep"]
  ])("%s is refused", (text, words) => {
    expect(strictJson(text)).toMatchObject({ problem: expect.stringContaining(words) as unknown })
  })

  it.each([["{a:1}"], ["{'a':1}"], ["[1,]"], ["tinygsm"], [""], ["{"], ['"'], ["1 2"], [".5"]])("%s is none", (text) => {
    expect(strictJson(text)).toBeNull()
  })

  it("of any length and depth is answered without recursion", () => {
    expect(strictJson("[".repeat(200_000))).toBeNull()
    expect(strictJson(`${"[".repeat(200_000)}${"]".repeat(200_000)}`)).toMatchObject({ problem: "is nested more than 64 deep." })
    expect(strictJson(JSON.stringify(Array.from({ length: 200_000 }, (_, i) => i)))).toHaveProperty("value")
  })
})
