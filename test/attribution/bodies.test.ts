/** What attribution compares: bodies of a real corpus's documents, without prompts, control tokens and end of text. */

import { beforeAll, describe, expect, it } from "vitest"

import { Corpus } from "../../schemas/corpus.ts"
import { documentBodies, select } from "../../src/attribution/bodies.ts"
import type { Reader } from "../../src/dag/Stage.ts"
import { tokenizerFromJson } from "../../src/tokenizer/from-json.ts"
import { mix } from "../../stages/mix.ts"
import { chain } from "../stages/chain.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

let corpus: Reader<typeof Corpus>
beforeAll(async () => {
  const { compute, read } = chain(temporaryFolder())
  // Repeated thrice, so that repetitions are there to be left out.
  const settings = {
    sources: { tinygsm: 3, calc: 1 },
    mixing: "repeats",
    tokens: 3000,
    suites: ["train"],
    suiteSize: 2,
    heldOut: 5
  }
  corpus = await read(Corpus, (await compute(mix, {}, settings)).artifact)
})

describe("bodies of documents", () => {
  it("are solutions: the document less its prompt and its end", () => {
    const tokenizer = tokenizerFromJson(corpus.tokenizer)
    const { texts, numbers, labels, sources } = documentBodies(corpus, tokenizer, 20)
    texts.forEach((body, i) => {
      const { tokens, promptTokens, source, format } = corpus.documents.row(numbers[i]!)
      expect([...body]).toEqual([...tokens.subarray(promptTokens, -1)])
      expect(tokens.at(-1)).toBe(tokenizer.endOfText)
      expect(sources[labels[i]!]).toBe(source)
      if (format === "tinygsm") expect(tokenizer.decode(body)).toMatch(/^def simple_math_problem/)
    })
  })

  it("are so many distinct training documents of each source, and all that are held out", () => {
    const { labels, numbers, training, heldOut, sources, trainedShares } = documentBodies(
      corpus,
      tokenizerFromJson(corpus.tokenizer),
      7
    )
    for (const label of sources.keys()) {
      expect(training.filter((i) => labels[i] === label)).toHaveLength(7)
      expect(heldOut.filter((i) => labels[i] === label)).toHaveLength(5)
    }
    for (const i of training) expect(corpus.documents.row(numbers[i]!).repetition).toBe(0)
    expect(trainedShares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12)
  })

  it("can be taken some at a time, one after another", () => {
    const bodies = documentBodies(corpus, tokenizerFromJson(corpus.tokenizer), 7)
    const some = select(bodies, [3, 0])
    expect([...some.tokens]).toEqual([...bodies.texts[3]!, ...bodies.texts[0]!])
    expect([...some.offsets]).toEqual([0, bodies.texts[3]!.length, bodies.texts[3]!.length + bodies.texts[0]!.length])
    expect([...some.labels]).toEqual([bodies.labels[3], bodies.labels[0]])
  })
})
