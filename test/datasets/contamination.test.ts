/** Questions of evaluation sets that stand in training data. */

import { describe, expect, it } from "vitest"

import { contaminationScan, type EvaluationQuestion, type TrainingDocument } from "../../src/datasets/overlap/contamination.ts"
import { comparedWords, wordHashes } from "../../src/datasets/overlap/word-runs.ts"
import { draws } from "../../src/random/philox.ts"

const question = "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts in total does it take?"
/** Everything against one set of questions. */
const contamination = (
  questions: ReadonlyArray<Omit<EvaluationQuestion, "set">>,
  documents: Iterable<TrainingDocument>,
  runLength?: number
) => {
  const scan = contaminationScan(
    questions.map((question) => ({ set: "test", ...question })),
    runLength
  )
  for (const document of documents) scan.add(document)
  return scan.report()
}
const document = (source: string, id: string, text: string) => ({ source, id, text })

describe("contamination", () => {
  it("finds a question inside a document in spite of case, accents, signs and layout, and names the shared run", () => {
    const report = contamination(
      [{ id: "q1", question }],
      [
        document("web", "a", "Nothing of the kind."),
        document("web", "b", "12) A RÓBE takes 2 bolts, of blue fiber -- and half that\n\nmuch white fiber... Answer: 3"),
        document("code", "c", "def simple_math_problem(): return 3")
      ]
    )
    const common = { set: "test", questions: 1, shortQuestions: 0 }
    expect(report).toEqual([
      {
        ...common,
        source: "web",
        documents: 2,
        documentsHit: 1,
        questionsHit: 1,
        wholeQuestions: 0,
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
      { ...common, source: "code", documents: 1, documentsHit: 0, questionsHit: 0, wholeQuestions: 0, share: 0, hits: [] }
    ])
  })

  it("does not count twelve words in a row", () => {
    const twelve = comparedWords(question).slice(0, 12).join(" ")
    const count = (text: string) => contamination([{ id: "q", question }], [document("s", "d", text)])[0]!.questionsHit
    expect(count(`${twelve} and more`)).toBe(0)
    expect(count(`${twelve} white`)).toBe(1)
  })

  it("counts a short question only as a whole, and says that it is short", () => {
    const short = [{ id: "s", question: "How much is 7 + 5?" }]
    const hits = (text: string) => contamination(short, [document("s", "d", text)])[0]!.hits
    expect(hits("So how much is 7 times 5?")).toEqual([])
    expect(hits("Tell me how much is 7 5 now")).toEqual([
      { question: "s", document: "d", run: "how much is 7 5", short: true, runsSeen: 1, runs: 1 }
    ])
  })

  it("counts a question once per source, with its first document, and all its runs", () => {
    const questions = [question, `${question} Explain.`, "An entirely different question."].map((text, i) => ({
      id: `q${i}`,
      question: text
    }))
    const report = contamination(questions, [document("s", "d0", question), document("s", "d1", `${question} Explain.`)])
    expect(report[0]).toMatchObject({ documents: 2, documentsHit: 2, questionsHit: 2, wholeQuestions: 2, share: 2 / 3 })
    expect(report[0]!.hits).toMatchObject([
      { question: "q0", document: "d0", runsSeen: 10, runs: 10 },
      { question: "q1", document: "d0", runsSeen: 11, runs: 11 }
    ])
  })

  it("agrees with a plain search over sets of word runs, on random texts of few words", () => {
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
    const report = contamination(questions, documents, 8)
    expect(report[0]!.hits.map((hit) => hit.question)).toEqual(expected.map(({ id }) => id))
    expect(expected.length).toBeGreaterThan(5)
    expect(expected.length).toBeLessThan(30)
  })

  it("tells the sets apart, and which of them a document touches", () => {
    const scan = contaminationScan([
      { set: "easy", id: "q", question },
      { set: "hard", id: "r", question: question.split(" ").toReversed().join(" ") }
    ])
    expect([...scan.add(document("s", "d0", question))]).toEqual(["easy"])
    expect([...scan.add(document("s", "d1", "nothing"))]).toEqual([])
    expect(
      scan.report().map(({ set, documents, documentsHit, questionsHit }) => [set, documents, documentsHit, questionsHit])
    ).toEqual([
      ["easy", 2, 1, 1],
      ["hard", 2, 0, 0]
    ])
  })
})

describe("hashes of words", () => {
  it("are those of the compared words, one by one, in ASCII and beyond", () => {
    const random = draws(5, "hashes")
    const alphabet = [..."abzAZ019 .,'\n$-éÉß中½", "  "]
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: random.between(0, 20) }, () => random.pick(alphabet)).join("")
      const expected = comparedWords(text).map((word) => wordHashes(word)[0])
      expect([...wordHashes(text)]).toEqual(expected)
    }
  })
})
