/** The word-level tokenizer on every kind of built-in text. */

import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers"
import { describe, expect, it } from "vitest"

import { formatNames, formats } from "../../src/formats/registry.ts"
import { arithmeticText } from "../../src/problems/arithmetic.ts"
import { generate } from "../../src/problems/grammar.ts"
import { misread } from "../../src/problems/misread.ts"
import type { TokenizerJson } from "../../src/tokenizer/Tokenizer.ts"
import { unknownToken } from "../../src/tokenizer/word/vocabulary.ts"
import { wordTokenizer, wordTokenizerFromJson } from "../../src/tokenizer/word/WordTokenizer.ts"

/** Every kind of built-in text for problems of all difficulties. */
const builtInTexts = (maximum: number, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, index) => {
    const problem = generate({ maximum, steps: { 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1 }, distractors: 0.4, split: "any" }, 5, index)
    return [
      problem.question,
      arithmeticText({ maximum }, 5, index),
      ...formats.flatMap((format) => format.subStyles.map((subStyle) => format.render(problem, subStyle))),
      ...formats.flatMap((format) => {
        const wrong = misread(problem, format.flaws)
        return wrong === null ? [] : format.subStyles.map((subStyle) => format.render(wrong, subStyle))
      })
    ]
  }).flat()

const parse = (json: TokenizerJson): TokenizerJson => JSON.parse(JSON.stringify(json)) as TokenizerJson
const huggingFace = (json: TokenizerJson) =>
  new HuggingFaceTokenizer(parse(json), { unk_token: unknownToken, clean_up_tokenization_spaces: false })

describe("the vocabulary", () => {
  it("has one token for each integer up to the maximum, and stays small", () => {
    const tokenizer = wordTokenizer({ maximum: 30 })
    expect(wordTokenizer({ maximum: 99 }).size).toBe(tokenizer.size + 69)
    expect(tokenizer.size).toBeLessThan(300)
    for (let n = 0; n <= 30; n++) expect(tokenizer.encode(String(n))).toHaveLength(1)
    expect(tokenizer.encode("30")).not.toEqual(tokenizer.encode("31"))
    expect(tokenizer.decode(tokenizer.encode("31"))).toBe("")
  })

  it("covers every word of every rendering", () => {
    for (const maximum of [30, 99]) {
      const tokenizer = wordTokenizer({ maximum })
      const unknown = tokenizer.encode("nonsense")[0]!
      for (const text of builtInTexts(maximum, 400)) expect(tokenizer.encode(text).includes(unknown), text).toBe(false)
    }
  })

  it("has no word that no text uses", () => {
    const tokenizer = wordTokenizer({ maximum: 30 })
    const used = new Set(builtInTexts(30, 800).flatMap((text) => [...tokenizer.encode(`${text}${tokenizer.separator}`)]))
    const unused = Array.from({ length: tokenizer.size }, (_, id) => id).filter((id) => !used.has(id))
    // What is left are the special and the control tokens, which no text holds.
    expect(unused).toEqual([0, 1, 2, ...formatNames.map((name) => tokenizer.tags[name]!)])
  })

  it("gives the formats distinct first words", () => {
    const problem = generate({ maximum: 30, steps: { 2: 1 }, distractors: 0, split: "any" }, 1, 1)
    const firsts = formats.map((format) => new Set(format.subStyles.map((s) => format.render(problem, s).split(" ")[0]!)))
    expect(firsts.filter((words) => words.size > 1)).toEqual([])
    expect(new Set(firsts.flatMap((words) => [...words])).size).toBe(formats.length)
  })
})

describe("encoding", () => {
  const tokenizer = wordTokenizer({ maximum: 99 })

  it("is undone by decoding, for every built-in text", () => {
    for (const text of builtInTexts(99, 300)) expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  })

  it("of prompt and solution apart is that of the whole document", () => {
    const [question, solution] = ["Sam has 3 pens .", "def simple_math_problem ( ) -> int : \n\t return result"]
    const apart = [...tokenizer.encode(question + tokenizer.separator), ...tokenizer.encode(solution)]
    const whole = `${question}${tokenizer.separator} ${solution}`
    expect(tokenizer.encode(whole)).toEqual(Int32Array.from(apart))
    expect(tokenizer.decode(apart)).toBe(whole)
  })

  it("never produces a control token, however it is spelt out", () => {
    const unknown = tokenizer.encode("nonsense")[0]!
    for (const text of ["<|tinygsm|>", "<|endoftext|>", "<|pad|>", "<unk>"])
      expect([...tokenizer.encode(text)]).toEqual([unknown])
  })

  it("decoding leaves control tokens and end of text out, and refuses foreign ids", () => {
    const tokens = [...tokenizer.encode("Sam has"), tokenizer.tags["omi1"]!, ...tokenizer.encode("3 pens"), tokenizer.endOfText]
    expect(tokenizer.decode(tokens)).toBe("Sam has 3 pens")
    expect(() => tokenizer.decode([5, 999])).toThrow(`token 999 at position 1 is not in the vocabulary of ${tokenizer.size}`)
  })
})

describe("tokenizer.json", () => {
  const tokenizer = wordTokenizer({ maximum: 99 })

  it("gives Hugging Face's tokenizers the same ids and the same text", () => {
    const theirs = huggingFace(tokenizer.json)
    for (const text of [...builtInTexts(99, 60), "Sam juggles 3 pens", "Sam  has   3", ""]) {
      const ids = theirs.encode(text, { add_special_tokens: false }).ids
      expect(ids).toEqual([...tokenizer.encode(text)])
      if (ids.length > 0) expect(theirs.decode(ids, { skip_special_tokens: true })).toBe(tokenizer.decode(ids))
    }
  })

  it("has only the top-level fields that Hugging Face's parser knows, and reads files that had one more", () => {
    expect(Object.keys(tokenizer.json).toSorted()).toEqual([
      "added_tokens",
      "decoder",
      "model",
      "normalizer",
      "padding",
      "post_processor",
      "pre_tokenizer",
      "truncation",
      "version"
    ])
    const older = wordTokenizerFromJson({ ...parse(tokenizer.json), echo_chamber: { kind: "word", separator: " \n\n" } })
    expect([older.separator, older.size]).toEqual([tokenizer.separator, tokenizer.size])
  })

  it("reads back with the same ids", () => {
    const back = wordTokenizerFromJson(parse(tokenizer.json))
    expect(back.json).toEqual(tokenizer.json)
    expect(back.tags).toEqual(tokenizer.tags)
    expect([back.size, back.endOfText, back.separator]).toEqual([tokenizer.size, 1, " \n\n"])
    expect(back.encode("Sam has 3 pens .")).toEqual(tokenizer.encode("Sam has 3 pens ."))
  })

  it("is refused where it is not one of ours, naming the field", () => {
    const json = parse(tokenizer.json) as {
      model: { vocab: Record<string, number> }
      added_tokens: Array<{ id: number; content: string }>
    }
    const { vocab } = json.model
    const read = (change: object) => () => wordTokenizerFromJson({ ...json, ...change })
    expect(read({ model: { type: "BPE", vocab } })).toThrow(/tokenizer\.json.*WordLevel/s)
    const { "\n\n": _, ...noBlankLine } = vocab
    expect(read({ model: { type: "WordLevel", vocab: noBlankLine } })).toThrow(/without gaps|no blank line/)
    expect(read({ model: { type: "WordLevel", vocab: { ...vocab, extra: 3 } } })).toThrow(/model\.vocab.*id 3 is also that of/)
    expect(read({ model: { type: "WordLevel", vocab: { ...vocab, extra: 300 } } })).toThrow(/without gaps/)
    expect(read({ model: { type: "WordLevel", vocab: { ...vocab, extra: -1 } } })).toThrow(/model\.vocab/)
    expect(read({ added_tokens: json.added_tokens.slice(3) })).toThrow(/added_tokens.*there is no <\|endoftext\|>/)
    expect(() => wordTokenizerFromJson({})).toThrow(/tokenizer\.json/)
    expect(() => wordTokenizer({ maximum: 1.5 })).toThrow(/maximum/)
  })
})
