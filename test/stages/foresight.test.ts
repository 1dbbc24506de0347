/**
 * What plan and a run know of rl and evaluate before there is a policy: suites that are too small, prompts that have no room,
 * rows that nothing can be graded against.
 */

import * as path from "node:path"

import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { foreseen } from "../../src/dag/foresight/foreseen.ts"
import { graphOf, wiredInputs, wiredNodes } from "../../src/dag/graph.ts"
import { inProcessExecutor } from "../../src/dag/running/in-process.ts"
import type { Node } from "../../src/dag/Stage.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { evaluate } from "../../stages/evaluate.ts"
import { mix } from "../../stages/mix.ts"
import { pretrain } from "../../stages/pretrain.ts"
import { rl } from "../../stages/rl.ts"
import { sft } from "../../stages/sft.ts"
import { runNodes } from "../dag/study-in-a-folder.ts"
import { jsonl, temporaryFolder, writeIn } from "../datasets/hub.ts"

const data = temporaryFolder()
const before = process.env["ECHO_CHAMBER_DATA"]
const row = (i: number, answer = String(i)) => ({
  question: `Farm ${i} has ${i + 2} hens and each lays an egg a day. How many eggs are laid there in a week?`,
  answer: `So it is.\n#### ${answer}`
})
beforeAll(() => {
  writeIn(data, "gsm8k/train.jsonl", jsonl(Array.from({ length: 30 }, (_, i) => row(i))))
  writeIn(data, "gsm8k/test.jsonl", jsonl([row(101), row(102, "many"), row(103), row(104, "it varies")]))
  writeIn(data, "svamp/SVAMP.json", JSON.stringify([{ ID: "a", Body: "B.", Question: "Q?", Answer: "none" }]))
  process.env["ECHO_CHAMBER_DATA"] = data
})
afterAll(() => {
  if (before === undefined) delete process.env["ECHO_CHAMBER_DATA"]
  else process.env["ECHO_CHAMBER_DATA"] = before
})

const builtIn = {
  sources: { tinygsm: 1 },
  tokens: 6000,
  maximum: 10,
  difficulty: { 1: 1 },
  heldOut: 2,
  suiteSize: 40,
  suites: ["train-easy"]
} as const
const real = { ...builtIn, tokenizer: "bpe", vocabulary: 400 } as const

/** A chain whose context is so many tokens, with RL where `learning` says how, and an evaluation at its end. */
const study = (
  mixture: Parameters<typeof mix>[1],
  context: number,
  { evaluation = {}, learning }: { readonly evaluation?: object; readonly learning?: object } = {}
): Node => {
  const corpus = mix({}, mixture)
  const base = pretrain({ corpus }, { context, maxLongDocuments: 1 })
  const start = sft({ base, corpus }, { maxLongDocuments: 1 })
  const asked = { suite: "train-easy", maxNewTokens: 4 }
  if (learning === undefined) return evaluate({ policy: start, corpus }, { ...asked, problems: 20, ...evaluation })
  return rl({ policy: start, corpus }, { ...asked, prompts: 4, ...learning })
}

/** What plan says before anything is there, or what it is refused with. */
const said = async (target: Node): Promise<ReadonlyArray<string>> => {
  const graph = graphOf([target])
  const wired = wiredNodes(graph)
  const lines: Array<string> = []
  for (const node of graph.nodes) {
    const remarks = await Effect.runPromise(node.stage.remarks(node.params, wiredInputs(node, wired)))
    lines.push(...remarks.map((line) => `${node.stage.name}: ${line}`))
  }
  return lines
}

describe("before there is a corpus, plan", () => {
  it.each([
    ["nothing", study(builtIn, 192), []],
    [
      "an evaluation of more problems than there are",
      study(builtIn, 192, { evaluation: { problems: 41 } }),
      [/^evaluate: suite "train-easy" has 40 of the 41 problems/]
    ],
    ["nothing of an evaluation of all there are", study(builtIn, 192, { evaluation: { problems: 40 } }), []],
    [
      "rows that nothing can be graded against, and how few are left",
      study({ ...real, suites: ["gsm8k:test", "train-easy"] }, 192, { evaluation: { suite: "gsm8k:test" } }),
      [
        /^mix: gsm8k:test: 2 rows cannot be used; the first is test\.jsonl, row 1: has the answer "many".*; problems left: 2$/,
        /^evaluate: suite "gsm8k:test" has 2 of the 20 problems/
      ]
    ],
    [
      "RL that wants more prompts than a dataset has",
      study({ ...real, suites: ["gsm8k:train", "train-easy"] }, 192, { learning: { suite: "gsm8k:train", prompts: 31 } }),
      [/^rl: suite "gsm8k:train" has 30 of the 31 problems/]
    ],
    [
      "nothing of a dataset that is large enough",
      study({ ...real, suites: ["gsm8k:train", "train-easy"] }, 192, { learning: { suite: "gsm8k:train", prompts: 30 } }),
      []
    ],
    [
      "a few prompts without room",
      study({ ...builtIn, suites: ["train-easy", "steps-6"] }, 80, {
        evaluation: { suite: "steps-6", maxLongPrompts: 1, problems: 40 }
      }),
      []
    ]
  ])("says %s", async (_, target, lines) => {
    expect(await said(target)).toEqual(lines.map((line) => expect.stringMatching(line)))
  })

  it.each([
    ["an evaluation", { evaluation: { suite: "steps-6" } }, /^evaluate\.maxLongPrompts: .*suite "steps-6" 20 of 20 \(100 %\)/],
    ["RL", { learning: { suite: "steps-6" } }, /^rl\.maxLongPrompts: .*suite "steps-6" 40 of 40 \(100 %\)/]
  ])("refuses %s whose prompts have no room in the context", async (_, change, problem) => {
    const target = study({ ...builtIn, suites: ["train-easy", "steps-6"] }, 32, { ...change })
    await expect(said(target)).rejects.toThrow(problem)
  })

  it("refuses a suite without one problem", async () => {
    await expect(said(study({ ...real, suites: ["svamp:test", "train-easy"] }, 192))).rejects.toThrow(
      /mix\.suites: "svamp:test" has not one problem that can be asked and graded: 1 row cannot be used: SVAMP\.json, row 0/
    )
  })

  it("refuses bad rows as mix would", async () => {
    writeIn(
      data,
      "gsm8k/example_model_solutions.jsonl",
      `${JSON.stringify({ question: "Q?", ground_truth: "S\nA: 5" })}\nno json\n`
    )
    const suites = ["gsm8k:example-solutions", "train-easy"]
    await expect(said(study({ ...real, suites }, 192))).rejects.toThrow(/example_model_solutions\.jsonl, row 1/)
    expect(await said(study({ ...real, suites, maxBadRows: 1 }, 192))).toEqual([
      expect.stringMatching(/^mix: gsm8k:example-solutions: 1 row cannot be used: .*problems left: 1$/)
    ])
  })
})

describe("with a corpus, and long before there is a policy", () => {
  // Documents of few tokens, so that a context that has room for them has none for the prompts.
  const mixture = { ...real, sources: { lookup: 1 }, suites: ["gsm8k:train", "train-easy"] }
  /** Pretraining never ends here: what is foreseen does not wait for it. */
  const started = new Set<string>()
  const untrained = inProcessExecutor()
  const runIt = (root: string, target: Node) =>
    runNodes(root, [target], {
      execute: (node, request, watch) => {
        started.add(node.stage.name)
        return node.stage.name === "mix" ? untrained(node, request, watch) : Effect.never
      }
    })

  it("a run refuses prompts that have no room, and plan says the same once the corpus is there", async () => {
    const root = path.join(temporaryFolder(), "store")
    const target = study(mixture, 40, { evaluation: { suite: "gsm8k:train", maxLongPrompts: 0.1 } })
    const { failures, status } = await runIt(root, target)
    expect(status).toBe("failed")
    expect(failures).toMatchObject([
      { badInput: true, problem: expect.stringMatching(/^evaluate\.maxLongPrompts: allows 10 % .*"gsm8k:train" 20 of 20 /) }
    ])
    expect(started.has("rl")).toBe(false)

    const { artifacts } = await runNodes(root, [mix({}, mixture)])
    const [corpus] = artifacts.values()
    const planned = (one: Node) => {
      const graph = graphOf([one])
      const node = graph.nodes.at(-1)!
      const artifactOf = (input: string) => Effect.succeed(input === "corpus" ? corpus! : null)
      return Effect.runPromise(Effect.provide(foreseen(node, wiredNodes(graph), artifactOf), Store.layer(root)))
    }
    await expect(planned(target)).rejects.toThrow(/evaluate\.maxLongPrompts/)
    const few = (context: number, problems: number) =>
      planned(study(mixture, context, { evaluation: { suite: "gsm8k:train", problems, maxLongPrompts: 0.9 } }))
    expect(await few(192, 30)).toEqual([])
    expect(await few(192, 31)).toEqual(['suite "gsm8k:train" has 30 of the 31 problems that are wanted'])
  })

  it("plan and a run refuse fine-tuning that cuts too many documents, or finds too few of a format", async () => {
    const root = path.join(temporaryFolder(), "store")
    const corpusNode = mix({}, { ...builtIn, sources: { tinygsm: 1, calc: 20 }, tokens: 20_000 })
    const { artifacts } = await runNodes(root, [corpusNode])
    const [corpus] = artifacts.values()
    const tuned = (context: number, params: object) => {
      const base = pretrain({ corpus: corpusNode }, { context, maxLongDocuments: 1 })
      return sft({ base, corpus: corpusNode }, params)
    }
    const planned = (context: number, params: object) => {
      const graph = graphOf([tuned(context, params)])
      const artifactOf = (input: string) => Effect.succeed(input === "corpus" ? corpus! : null)
      return Effect.runPromise(Effect.provide(foreseen(graph.nodes.at(-1)!, wiredNodes(graph), artifactOf), Store.layer(root)))
    }
    expect(await planned(192, {})).toEqual([])
    await expect(planned(32, {})).rejects.toThrow(/sft\.maxLongDocuments: allows 50 % .*\(100 %\) are: the context is 32 tokens/)
    await expect(planned(192, { formats: { tinygsm: 1 }, documents: 9000 })).rejects.toThrow(
      /wants 9000 documents in the format tinygsm/
    )
    const context = 60
    const [line] = await planned(context, { maxLongDocuments: 0.99 })
    expect(line).toMatch(/^\d+ of \d+ documents are longer than the context of 60 tokens and are cut \(tinygsm/)
    const { failures } = await runIt(root, tuned(context, { maxLongDocuments: 0 }))
    expect(failures).toMatchObject([{ problem: expect.stringMatching(/^sft\.maxLongDocuments: allows 0 %/) }])
  })

  it("nothing is foreseen where the corpus is not there or cannot be read", async () => {
    const graph = graphOf([study(mixture, 24)])
    const node = graph.nodes.at(-1)!
    const root = path.join(temporaryFolder(), "store")
    for (const artifact of [null, "0".repeat(64)])
      expect(
        await Effect.runPromise(
          Effect.provide(
            foreseen(node, wiredNodes(graph), () => Effect.succeed(artifact)),
            Store.layer(root)
          )
        )
      ).toEqual([])
  })
})
