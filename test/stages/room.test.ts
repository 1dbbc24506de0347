/**
 * Stages whose context is too short for some of what they are given: what they count, say, leave out and refuse, on the real
 * engine.
 */

import { beforeAll, describe, expect, it } from "vitest"

import { Attribution } from "../../schemas/attribution.ts"
import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { RlRun } from "../../schemas/rl-run.ts"
import { attribute } from "../../stages/attribute.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { indexCorpus } from "../../stages/index-corpus.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { chain } from "./chain.ts"

const { compute, read } = chain(temporaryFolder())

const made = { corpus: "", base: "", policy: "", context: 0 }
const training = { scale: "xs", evaluations: 1, maxLongDocuments: 0.9, seed: 1 }
const asking = { suite: "steps-6", problems: 40, samples: 2, maxNewTokens: 8, seed: 1 }

/** A context that has no room for some prompts of the suite, with a prompt of exactly the longest that fits. */
const shortContext = (promptTokens: ArrayLike<number>): number => {
  const lengths = Array.from(promptTokens).toSorted((a, b) => a - b)
  return lengths[Math.floor(lengths.length * 0.7)]! + 2
}

beforeAll(async () => {
  const settings = {
    sources: { tinygsm: 1, omi2: 1, calc: 1 },
    tokens: 60_000,
    maximum: 10,
    difficulty: { 1: 1 },
    suites: ["steps-6", "train-easy"],
    suiteSize: 40,
    heldOut: 4,
    seed: 1
  }
  made.corpus = (await compute(mix, {}, settings)).artifact
  const corpus = await read(Corpus, made.corpus)
  made.context = shortContext(corpus.problems.column("promptTokens").slice(0, 40) as Int32Array)
  const { artifact: base } = await compute(pretrain, { corpus: made.corpus }, { ...training, context: made.context })
  made.base = base
  made.policy = (await compute(sft, { base, corpus: made.corpus }, { documents: 50, maxLongDocuments: 0.95, seed: 1 })).artifact
}, 120_000)

const suiteOf = async (suite: string) => {
  const corpus = await read(Corpus, made.corpus)
  const own = [...corpus.problems].filter((problem) => problem.suite === suite)
  return { own, long: own.filter(({ promptTokens }) => promptTokens + 2 > made.context) }
}

describe("a mixture", () => {
  it("counts problems, their questions and their longest prompt, suite by suite", async () => {
    const corpus = await read(Corpus, made.corpus)
    for (const { suite, problems, distinctQuestions, wanted, rejected, longestPrompt } of corpus.suites) {
      const { own } = await suiteOf(suite)
      expect([problems, wanted, rejected]).toEqual([own.length, 40, 0])
      expect(distinctQuestions).toBe(new Set(own.map(({ question }) => question)).size)
      expect(longestPrompt).toBe(Math.max(...own.map(({ promptTokens }) => promptTokens)))
    }
  })

  it("counts what is too long for any usual context, prompts and documents", async () => {
    const corpus = await read(Corpus, made.corpus)
    const documents = [...corpus.documents].filter(({ heldOut }) => !heldOut)
    for (const { of, name, context, texts, tooLong, longest } of corpus.lengths) {
      const lengths =
        of === "prompts"
          ? (await suiteOf(name)).own.map(({ promptTokens }) => promptTokens + 2)
          : documents.filter(({ source }) => source === name).map(({ tokens }) => tokens.length)
      expect([of, name, context, texts, tooLong]).toEqual([
        of,
        name,
        context,
        lengths.length,
        lengths.filter((length) => length > context).length
      ])
      expect(longest).toBe(Math.max(...lengths) - (of === "prompts" ? 2 : 0))
    }
  })
})

describe("pretraining", () => {
  it("counts and says which documents it cuts", async () => {
    const { artifact, notes } = await compute(
      pretrain,
      { corpus: made.corpus },
      { ...training, evaluations: 0, context: made.context, batchTokens: 8192 }
    )
    const corpus = await read(Corpus, made.corpus)
    const rows = [...(await read(Checkpoint, artifact)).cutDocuments]
    expect(rows.map(({ source }) => source)).toEqual(["calc", "omi2", "tinygsm"])
    for (const { source, documents, cut, lostTokens } of rows) {
      const own = [...corpus.documents].filter((document) => !document.heldOut && document.source === source)
      const long = own.filter(({ tokens }) => tokens.length > made.context)
      expect([documents, cut]).toEqual([own.length, long.length])
      expect(lostTokens).toBe(long.reduce((sum, { tokens }) => sum + tokens.length - made.context, 0))
    }
    expect(notes.join("\n")).toMatch(/documents are longer than the context of \d+ tokens and are cut \(.*tinygsm \d+ of/)
  })

  it("counts and says what its validation and its probes have no room for", async () => {
    const { artifact, notes } = await compute(
      pretrain,
      { corpus: made.corpus },
      { ...training, context: made.context, batchTokens: 8192 }
    )
    const [corpus, { heldOut, probes }] = [await read(Corpus, made.corpus), await read(Checkpoint, artifact)]
    for (const { source, documents, cut } of heldOut) {
      const own = [...corpus.documents].filter((document) => document.heldOut && document.source === source)
      expect([source, documents, cut]).toEqual([source, 4, own.filter(({ tokens }) => tokens.length > made.context).length])
    }
    const cut = [...heldOut].reduce((sum, row) => sum + row.cut, 0)
    expect(cut).toBeGreaterThan(0)
    expect(notes.join("\n")).toContain(`${cut} of 12 held-out documents are longer than the context of ${made.context} tokens`)
    const { own } = await suiteOf("steps-6")
    // A format is forced by one token more.
    const long = own.filter(({ promptTokens }) => promptTokens + 3 > made.context).length
    for (const { problems, withoutRoom } of probes) expect([problems, withoutRoom]).toEqual([40, long])
    expect(notes.join("\n")).toContain(`${long} of the 40 problems that are tried during training ("steps-6") have no room`)
  })

  it("refuses a corpus of which more is cut than is allowed, and one of which nothing is seen whole", async () => {
    const refused = (params: object) => compute(pretrain, { corpus: made.corpus }, { ...training, ...params })
    await expect(refused({ context: made.context, maxLongDocuments: 0.01 })).rejects.toThrow(
      /pretrain\.maxLongDocuments: allows 1 % of the documents/
    )
    await expect(refused({ context: 8, maxLongDocuments: 1 })).rejects.toThrow(/pretrain\.maxLongDocuments: .*\(100 %\) are/)
  })
})

describe("fine-tuning", () => {
  it("counts the documents that it cuts among those that it takes, with their tags", async () => {
    const rows = [...(await read(Checkpoint, made.policy)).cutDocuments]
    expect(rows.reduce((sum, { documents }) => sum + documents, 0)).toBe(50)
    expect(rows.some(({ cut }) => cut > 0)).toBe(true)
  })

  it("refuses more than is allowed", async () => {
    const given = { documents: 50, maxLongDocuments: 0.01, seed: 1 }
    await expect(compute(sft, { base: made.base, corpus: made.corpus }, given)).rejects.toThrow(
      /sft\.maxLongDocuments: allows 1 % of the documents/
    )
  })
})

describe("an evaluation", () => {
  const inputs = () => ({ policy: made.policy, corpus: made.corpus })

  it("refuses a suite with more prompts without room than is allowed", async () => {
    await expect(compute(evaluate, inputs(), asking)).rejects.toThrow(
      /evaluate\.maxLongPrompts: allows 5 % .* of suite "steps-6" \d+ of 40 .*the context is \d+ tokens/
    )
  })

  it("asks whole prompts alone, counts the others as unanswered, and says so", async () => {
    const { artifact, notes } = await compute(evaluate, inputs(), { ...asking, maxLongPrompts: 0.5 })
    const { long, own } = await suiteOf("steps-6")
    const result = await read(Evaluation, artifact)
    const scores = [...result.scores]
    expect(long.length).toBeGreaterThan(2)
    expect(scores).toHaveLength(3 * 40)
    const unasked = scores.filter(({ ending }) => ending === "no room")
    expect(new Set(unasked.map(({ problem }) => problem))).toEqual(new Set(long.map(({ problem }) => problem)))
    for (const { text, correct, paperCorrect, answer, error, truncated } of unasked)
      expect({ text, correct, paperCorrect, answer, truncated, error }).toEqual({
        text: "",
        correct: false,
        paperCorrect: false,
        answer: null,
        truncated: true,
        error: "not asked: the prompt leaves no room for an answer in the context"
      })
    expect([...result.asked]).toEqual([
      {
        suite: "steps-6",
        wanted: 40,
        found: 40,
        asked: 40 - long.length,
        withoutRoom: long.length,
        longestPrompt: Math.max(...own.map(({ promptTokens }) => promptTokens)),
        context: made.context
      }
    ])
    const metric = (name: string, decoding: string) =>
      [...result.evaluations].find((row) => row.metric === name && row.decoding === decoding && row.profile === "corrected")!
    expect(metric("no room", "greedy")).toMatchObject({ value: long.length / 40, n: 40 })
    const byContext = scores.filter(({ ending, decoding }) => ending === "context" && decoding === "sampled").length
    expect(metric("cut by context", "sampled").value).toBeCloseTo(byContext / (80 - 2 * long.length), 12)
    expect(metric("truncated", "greedy").n).toBe(40 - long.length)
    const invalid = [...result.evaluations].find((row) => row.metric === "share" && row.slice === "format=invalid")!
    expect(invalid.n).toBe(40 - long.length)
    expect(metric("pass@1", "greedy").n).toBe(40)
    expect(byContext).toBeGreaterThan(0)
    expect(notes[0]).toMatch(new RegExp(`^${long.length} of 40 problems of suite "steps-6" are not asked`))
    expect(notes.at(-1)).toMatch(/completions ended without an end of text: \d+ at maxNewTokens, \d+ where the context ends/)
  })

  it("gives attribution the completions alone", async () => {
    const given = { ...asking, maxLongPrompts: 0.5, samples: 0 }
    const { artifact: scores } = await compute(evaluate, inputs(), given)
    const { artifact: index } = await compute(indexCorpus, { corpus: made.corpus }, {})
    const { artifact } = await compute(
      attribute,
      { scores, corpus: made.corpus, index },
      { decoding: "greedy", completions: 40, seed: 1 }
    )
    const { long } = await suiteOf("steps-6")
    const named = new Set([...(await read(Attribution, artifact)).attributions].map(({ problem }) => problem))
    expect(named.size).toBe(40 - long.length)
    for (const { problem } of long) expect(named).not.toContain(problem)
  })

  it("says that a suite is smaller than what is asked of it", async () => {
    const given = { ...asking, suite: "train-easy", problems: 200, samples: 0 }
    const { artifact, notes } = await compute(evaluate, inputs(), given)
    expect(notes[0]).toBe('suite "train-easy" has 40 of the 200 problems that are wanted')
    expect([...(await read(Evaluation, artifact)).asked]).toMatchObject([{ wanted: 200, found: 40, asked: 40, withoutRoom: 0 }])
  })

  it("counts the token that forces a format as taking room", async () => {
    const given = { ...asking, maxLongPrompts: 0.9, samples: 0 }
    const free = await read(Evaluation, (await compute(evaluate, inputs(), given)).artifact)
    const forced = await read(Evaluation, (await compute(evaluate, inputs(), { ...given, force: "omi2" })).artifact)
    expect(forced.asked.row(0).withoutRoom).toBeGreaterThan(free.asked.row(0).withoutRoom)
  })
})

describe("RL", () => {
  const inputs = () => ({ policy: made.policy, corpus: made.corpus })
  const given = { suite: "steps-6", steps: 2, prompts: 8, samples: 2, maxNewTokens: 8, seed: 1 }

  it("refuses a suite with more prompts without room than is allowed", async () => {
    await expect(compute(rl, inputs(), given)).rejects.toThrow(/rl\.maxLongPrompts: allows 5 % .* of suite "steps-6"/)
  })

  it("draws none of them, counts them, and says what was cut, interrupted or not", async () => {
    const { long } = await suiteOf("steps-6")
    const whole = await compute(rl, inputs(), { ...given, maxLongPrompts: 0.5 })
    const resumed = await compute(rl, inputs(), { ...given, maxLongPrompts: 0.5 }, { interrupted: true })
    expect(resumed.attempts).toBeGreaterThan(1)
    expect(resumed.artifact).toBe(whole.artifact)
    const run = await read(RlRun, whole.artifact)
    const names = new Set(long.map(({ problem }) => problem))
    const rollouts = [...run.rollouts]
    expect(rollouts.filter(({ problem }) => names.has(problem))).toEqual([])
    expect(run.asked.row(0)).toMatchObject({ wanted: 8, found: 40, asked: 40 - long.length, withoutRoom: long.length })
    for (const { ending, truncated } of rollouts) expect(truncated).toBe(ending !== "end of text")
    for (const { step, cutByContext } of run.updates) {
      const own = rollouts.filter((rollout) => rollout.step === step)
      expect(cutByContext).toBeCloseTo(own.filter(({ ending }) => ending === "context").length / own.length, 12)
    }
    const cut = rollouts.filter(({ truncated }) => truncated).length
    const said = (notes: ReadonlyArray<string>) => notes.find((line) => line.includes("without an end of text"))
    expect(said(whole.notes)).toMatch(new RegExp(`^${cut} of 32 completions ended without`))
    expect(said(resumed.notes)).toBe(said(whole.notes))
    expect(whole.notes[0]).toMatch(/problems of suite "steps-6" are not asked/)
  })

  it("says that a step has fewer prompts than were asked for", async () => {
    const many = { ...given, prompts: 40, steps: 1, maxLongPrompts: 0.5 }
    const { artifact, notes } = await compute(rl, inputs(), many)
    const { long } = await suiteOf("steps-6")
    expect(notes[0]).toContain(`that leaves ${40 - long.length} where 40 are wanted`)
    expect((await read(RlRun, artifact)).rollouts.rows).toBe(2 * (40 - long.length))
  })
})
