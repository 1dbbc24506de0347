/** What cannot work is refused while a study is wired, before anything runs, in words that name the param once. */

import { describe, expect, it } from "vitest"

import { graphOf } from "../../src/dag/graph.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"

type MixArguments = Parameters<typeof mix>[1]

const refusal = (wire: () => unknown): string => {
  try {
    wire()
  } catch (error) {
    expect(error).toMatchObject({ _tag: "ParamInvalid", badInput: true })
    return (error as Error).message
  }
  return "accepted"
}
const mixed = (params: MixArguments) => refusal(() => graphOf([mix({}, params)]))

describe("a mixture is refused", () => {
  it.each<[MixArguments, string]>([
    [{ sources: { tinygms: 1 } }, 'mix.sources: there is no source "tinygms". Did you mean "tinygsm"? Built in: '],
    [{ sources: { tinygsm: 0, omi2: 0 } }, 'mix.sources: no weight is above 0 in {"tinygsm":0,"omi2":0}; at least one must be.'],
    [{ sources: { tinygsm: 1e308, omi1: 1e308 } }, 'mix.sources: "tinygsm" is 1e+308, and weights are at most 1000000000000'],
    [{ sources: { tinygsm: 1e13 } }, 'mix.sources: "tinygsm" is 10000000000000, and weights are at most'],
    [{ sources: { tinygsm: 1e-320 } }, 'mix.sources: "tinygsm" is 1e-320: a weight is 0, or at least 1e-9'],
    [{ sources: { tinygsm: 1, omi1: 1e-10 } }, 'mix.sources: "omi1" is 1e-10 beside 1 of "tinygsm": a weight is 0, or at least'],
    [{ sources: { tinygsm: 1e12, omi1: 1 } }, 'mix.sources: "omi1" is 1 beside 1000000000000 of "tinygsm"'],
    [{ difficulty: { 1: 1e308, 2: 1e308 } }, 'mix.difficulty: "1" is 1e+308, and weights are at most'],
    [{ difficulty: { 1: 1, 2: 5e-324 } }, 'mix.difficulty: "2" is 5e-324 beside 1 of "1"'],
    [{ subStyles: { "tinygsm/plain": 1e300 } }, 'mix.subStyles: "tinygsm/plain" is 1e+300, and weights are at most'],
    [{ subStyles: { "tinygsm/plain": 1e-300 } }, 'mix.subStyles: "tinygsm/plain" is 1e-300: a weight is 0, or at least'],
    [{ tokens: 1e11 }, "mix.tokens: must be a number >= 1000 and <= 10000000000; got 100000000000. A corpus has at most"],
    [{ mixing: "targets", sources: { tinygsm: 1e12 } }, "mix.sources: asks for 1000000000000 tokens, since weights are tokens"],
    [
      { mixing: "repeats", sources: { tinygsm: 1e5 } },
      "mix.sources: asks for 400000000000 tokens, since weights are repetitions"
    ],
    [{ sources: {} }, "mix.sources: no weight is above 0 in {}"],
    [{ sources: { "gsm8k:trian": 1 } }, 'mix.sources: there is no source "gsm8k:trian". Did you mean "gsm8k:train"'],
    [{ sources: { "gsm8k:test": 1 } }, 'mix.sources: "gsm8k:test" is for evaluation only'],
    [{ suites: ["unseen-vlaues"] }, 'mix.suites: there is no problem suite "unseen-vlaues". Did you mean "unseen-values"?'],
    [{ suites: ["train", "train"] }, 'mix.suites: "train" is named twice.'],
    [{ suites: ["finemath:train"] }, 'mix.suites: there is no problem suite "finemath:train".'],
    [{ lacks: ["tinygsm"] }, 'mix.lacks: "tinygsm" is no format and clause, as in tinygsm:times.'],
    [{ lacks: ["tinygms:times"] }, 'mix.lacks: there is no format "tinygms". Did you mean "tinygsm"?'],
    [{ lacks: ["tinygsm:tines"] }, 'mix.lacks: there is no clause "tines". Did you mean "times"?'],
    [
      { sources: { omi2: 1 }, lacks: ["tinygsm:times"] },
      "mix.lacks: tinygsm:times does nothing: tinygsm is no source of this mixture."
    ],
    [
      {
        difficulty: { 3: 1 },
        lacks: ["gain", "lose", "boxes", "multiply", "share", "half"].map((family) => `tinygsm:${family}`)
      },
      "Leave tinygsm more clauses."
    ],
    [{ difficulty: { 7: 1 } }, 'mix.difficulty: "7" is not a number of operations; they go from 1 to 6.'],
    [
      { difficulty: { 1: 1 } },
      'mix.suites: "unseen-template" needs problems of 2 or more operations, and mix.difficulty has 1 only.'
    ],
    [
      { subStyles: { "tinygsm/plian": 2 } },
      'mix.subStyles: there is no sub-style "tinygsm/plian". Did you mean "tinygsm/plain"?'
    ],
    [{ gap: 0.9 }, "mix.gap: 0.9 of the problems are to be misread, but only 0."],
    [{ subStyles: { "lookup/is": 0, "lookup/colon": 0 } }, "mix.subStyles: every sub-style of lookup has weight 0."],
    [
      { sources: { "gsm8k:train": 1 } },
      'mix.tokenizer: "word" knows the words of the built-in texts only, and gsm8k:train is real text'
    ],
    [{ suites: ["svamp:test"] }, 'mix.tokenizer: "word" knows the words of the built-in texts only, and svamp:test is real text']
  ])("for %j", (params, message) => {
    const said = mixed(params)
    expect(said).toContain(message)
    expect(said.split("mix.").length - 1).toBeLessThanOrEqual(2)
    expect((said.match(/Did you mean [^?]*\?/)?.[0].match(/"/g) ?? []).length).toBeLessThanOrEqual(6)
  })

  it("and an ordinary one is not", () => {
    expect(mixed({})).toBe("accepted")
    expect(mixed({ gap: 0.15 })).toBe("accepted")
    expect(mixed({ gap: 0.9, sources: { omi2: 1 } })).toBe("accepted")
    expect(mixed({ difficulty: { 1: 1 }, suites: ["train", "unseen-values", "harder"] })).toBe("accepted")
    expect(mixed({ maximum: 10, difficulty: { 6: 1 } })).toBe("accepted")
    expect(mixed({ sources: { "gsm8k:train": 1, omi2: 2 }, tokenizer: "bpe", suites: ["gsm8k:test"] })).toBe("accepted")
  })
})

describe("a suite that the corpus does not carry", () => {
  const corpus = mix({}, { suites: ["train", "harder"] })
  const policy = pretrain({ corpus }, { scale: "xs" })

  it("is refused where it is used, also after --set", () => {
    expect(refusal(() => graphOf([evaluate({ policy, corpus }, { suite: "hardre" })]))).toBe(
      'evaluate.suite: the corpus carries no problem suite "hardre". Did you mean "harder"? It has train, harder; ' +
        "others are named in mix.suites."
    )
    expect(refusal(() => graphOf([rl({ policy, corpus }, { suite: "train" })]))).toBe("accepted")
    const override = { stage: "mix", param: "suites", text: "harder" }
    expect(refusal(() => graphOf([rl({ policy, corpus }, { suite: "train" })], [override]))).toContain(
      "rl.suite: the corpus carries no"
    )
  })
})
