/** Words that a vocabulary has no tokens for. */

import { describe, expect, it } from "vitest"

import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { withMark } from "../../src/tokenizer/LibraryTokenizer.ts"
import { unknownWords } from "../../src/tokenizer/unknown-words.ts"
import { wordTokenizer } from "../../src/tokenizer/word/WordTokenizer.ts"

describe("words that a text has and a vocabulary does not", () => {
  it("are named once each, in their order; blanks are none", () => {
    expect(unknownWords(wordTokenizer({ maximum: 20 }), "Amy  has 5 zebras . Amy has 21 zebras and Zoé")).toEqual([
      "zebras",
      "21",
      "Zoé"
    ])
  })

  it("are none of a text of the built-in problems", () => {
    expect(unknownWords(wordTokenizer({ maximum: 20 }), "Amy has 5 stamps . How many stamps does Amy have now ?")).toEqual([])
  })

  it("are found by the id that a Unigram model gives them", () => {
    const json = {
      version: "1.0",
      added_tokens: [{ id: 0, content: "<eos>", special: true }],
      normalizer: null,
      pre_tokenizer: { type: "WhitespaceSplit" },
      decoder: null,
      model: {
        type: "Unigram",
        unk_id: 1,
        vocab: [
          ["<eos>", 0],
          ["<unk>", -9],
          ["yes", -1]
        ]
      }
    }
    const tokenizer = tokenizerFromJson(withMark(json, { endOfText: "<eos>", roles: {} }))
    expect(unknownWords(tokenizer, "yes no yes")).toEqual(["no"])
  })
})
