import { describe, expect, it } from "vitest"

import { comparedWords, contamination } from "../../src/datasets/contamination.ts"
import { draws } from "../../src/random/philox.ts"

const question = "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total does it take?"
const document = (source: string, id: string, text: string) => ({ source, id, text })

describe("contamination", () => {
  it("finds a question inside a document in spite of case, accents, signs and layout, and names the shared run", async () => {
    const report = await contamination(
      [{ id: "q1", question }],
      [
        document("web", "a", "Nothing of the kind."),
        document("web", "b", "12) A RÓBE takes 2 bolts, of blue fiber -- and half that\n\nmuch white fiber... Answer: 3"),
        document("code", "c", "def simple_math_problem(): return 3")
      ]
    )
    expect(report).toEqual({
      questions: 1,
      shortQuestions: 0,
      sources: [
        {
          source: "web",
          documents: 2,
          documentsHit: 1,
          questionsHit: 1,
          share: 1,
          hits: [
            {
              question: "q1",
              document: "b",
              run: "a robe takes 2 bolts of blue fiber and half that much white",
              short: false,
              runsSeen: 2,
              runs: 10
            }
          ]
        },
        { source: "code", documents: 1, documentsHit: 0, questionsHit: 0, share: 0, hits: [] }
      ]
    })
  })

  it("does not count twelve words in a row", async () => {
    const twelve = comparedWords(question).slice(0, 12).join(" ")
    const count = async (text: string) =>
      (await contamination([{ id: "q", question }], [document("s", "d", text)])).sources[0]!.questionsHit
    expect(await count(`${twelve} and more`)).toBe(0)
    expect(await count(`${twelve} white`)).toBe(1)
  })

  it("counts a short question only as a whole, and says that it is short", async () => {
    const short = [{ id: "s", question: "How much is 7 + 5?" }]
    const hits = async (text: string) => (await contamination(short, [document("s", "d", text)])).sources[0]!.hits
    expect(await hits("So how much is 7 times 5?")).toEqual([])
    expect(await hits("Tell me how much is 7 5 now")).toEqual([
      { question: "s", document: "d", run: "how much is 7 5", short: true, runsSeen: 1, runs: 1 }
    ])
  })

  it("counts a question once per source, with its first document, and all its runs", async () => {
    const questions = [question, `${question} Explain.`, "An entirely different question."].map((text, i) => ({
      id: `q${i}`,
      question: text
    }))
    const report = await contamination(questions, [document("s", "d0", question), document("s", "d1", `${question} Explain.`)])
    expect(report.sources[0]).toMatchObject({ documents: 2, documentsHit: 2, questionsHit: 2, share: 2 / 3 })
    expect(report.sources[0]!.hits).toMatchObject([
      { question: "q0", document: "d0", runsSeen: 10, runs: 10 },
      { question: "q1", document: "d0", runsSeen: 11, runs: 11 }
    ])
  })

  it("agrees with a plain search over sets of word runs, on random texts of few words", async () => {
    const random = draws(7, "contamination")
    const word = () => random.pick(["a", "b", "c"])
    const text = (length: number) => Array.from({ length }, word).join(" ")
    const questions = Array.from({ length: 30 }, (_, i) => ({ id: `q${i}`, question: text(6 + (i % 6)) }))
    const documents = Array.from({ length: 40 }, (_, i) => document("s", `d${i}`, text(60)))
    const runsOf = (words: ReadonlyArray<string>, n: number) =>
      words.slice(0, words.length - n + 1).map((_, i) => words.slice(i, i + n).join(" "))
    const expected = questions.filter(({ question }) => {
      const words = question.split(" ")
      const n = Math.min(8, words.length)
      return documents.some(({ text }) => runsOf(words, n).some((run) => ` ${text} `.includes(` ${run} `)))
    })
    const report = await contamination(questions, documents, 8)
    expect(report.sources[0]!.hits.map((hit) => hit.question)).toEqual(expected.map(({ id }) => id))
    expect(expected.length).toBeGreaterThan(5)
    expect(expected.length).toBeLessThan(30)
  })

  it("reads documents as they come, without keeping them", async () => {
    async function* stream() {
      for (let i = 0; i < 1000; i++) yield document("s", `d${i}`, i === 999 ? question : `filler ${i}`)
    }
    const report = await contamination([{ id: "q", question }], stream())
    expect(report.sources[0]).toMatchObject({ documents: 1000, questionsHit: 1, hits: [{ document: "d999" }] })
  })
})
