/** What real and built-in problems count is left out behind a number, and products of variables are not. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { answerText, isSameAnswer, reading } from "../../src/answers/answers.ts"
import { items } from "../../src/problems/words.ts"
import { draws } from "../../src/random/philox.ts"

const DATA = path.resolve(import.meta.dirname, "../../../shared/data")

describe("what is counted", () => {
  it.each(items)("in built-in problems: %s", (item) => {
    for (const text of [`7 ${item}`, `7\\text{ ${item}}`, `7 ${item[0]!.toUpperCase()}${item.slice(1)}`, `7 red ${item} left`])
      expect([isSameAnswer(text, "7"), isSameAnswer("7", text)], text).toEqual([true, true])
  })

  it.skipIf(!fs.existsSync(DATA))("in GSM8K and SVAMP, by what their questions ask for (skipped without ../shared)", () => {
    const texts = ["gsm8k/test.jsonl", "gsm8k/train.jsonl", "svamp/SVAMP.json"].map((name) =>
      fs.readFileSync(path.join(DATA, name), "utf8")
    )
    const asked = texts.flatMap((text) =>
      [...text.matchAll(/How many ([a-z]+(?:es|[^s'a]s|men|people))\b/g)].map((found) => found[1]!)
    )
    const nouns = [...new Set(asked)].filter(
      (noun) => !/^(?:pfennigs|more|times|is|was|does|has|dozens|thousands|hundreds|quarters)$/.test(noun)
    )
    expect(nouns.length).toBeGreaterThan(500)
    expect(nouns.filter((noun) => !isSameAnswer(`7 ${noun}`, "7"))).toEqual([])
  })
})

describe("what tables hold", () => {
  it("of every text is read again as the same, and no number where words say something of it", () => {
    const pairs = ["counted-pairs", "kept-pairs"].flatMap(
      (name): ReadonlyArray<{ readonly gold: string; readonly answer?: string; readonly right?: ReadonlyArray<string> }> =>
        JSON.parse(fs.readFileSync(path.join(import.meta.dirname, `${name}.json`), "utf8"))
    )
    for (const text of pairs.flatMap(({ gold, answer, right = [] }) => [gold, answer ?? gold, ...right])) {
      const held = answerText(text)
      if (held === null) continue
      expect([answerText(held), isSameAnswer(text, held)], `${text} is held as ${held}`).toEqual([held, true])
    }
  })

  it.each(["5 or more", "20% off", "10% of 50", "10% wrong", "5 and then", "5, wrong", "5 and a half dozen"])(
    "of %s is nothing",
    (text) => expect(reading(text)).toHaveProperty("problem")
  )
})

describe("letters behind a number and a blank", () => {
  const random = draws(20_261_129, "letters")
  const products = Array.from({ length: 400 }, () =>
    Array.from({ length: random.between(3, 6) }, () => random.pick([..."bcdhklmnpqrtvwxz"])).join("")
  )

  it("are a product, as those that touch it, where they make no word", () => {
    for (const letters of products) {
      const turned = [...letters].toReversed().join("")
      expect([isSameAnswer(`7 ${letters}`, "7"), isSameAnswer("7", `7 ${letters}^2`)], letters).toEqual([false, false])
      if (/(?:sin|cos|tan|cot|sec|csc|ln|lg|log|exp|pi|nu|mu|d[p-z])/.test(letters + turned) || /^(?:pcs|tv|cd)/.test(letters))
        continue
      expect(isSameAnswer(`7 ${letters}`, `7${letters}`), letters).toBe(true)
      expect(isSameAnswer(`7 ${letters}`, `7\\,${turned}`), letters).toBe(true)
    }
  })
})
