/**
 * The claims that the studies in pipelines/ bind: each finds the policies it speaks of among the nodes that the study wires, so
 * that no claim stays open because of a misspelt setting.
 */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { describe, expect, test, vi } from "vitest"

import { command } from "../../src/cli/commands/plan.ts"
import { loadStudyFile, studyNames } from "../../src/cli/studies.ts"
import { type Graph, studyGraph } from "../../src/dag/graph.ts"
import { REPOSITORY } from "../../src/dag/repository.ts"
import type { Study } from "../../src/dag/Study.ts"
import type { Claim } from "../../src/report/claims/Claim.ts"
import type { NodeKinds } from "../../src/report/data/artifact-reader.ts"
import { cellsOf, trainabilityRuns } from "../../src/report/data/compared-policies.ts"
import { partOf, recordOf } from "../../src/report/data/RunRecord.ts"
import type { StudyData } from "../../src/report/data/study-data.ts"
import { isA } from "../../src/store/schema/Kind.ts"
import { cell, K, studyOf } from "./fixtures/made-study.ts"

const SEEDS = 3

/** What a run of the study would record before anything was computed; each study is wired once. */
const planned = (study: Study) => {
  const known = wired.get(study) ?? wire(study)
  wired.set(study, known)
  return known
}

const wired = new Map<Study, ReturnType<typeof wire>>()
const wire = (study: Study) => {
  const given = Object.hasOwn(study.params, "seeds") ? { seeds: SEEDS } : { quick: true }
  const graph = studyGraph(study, given)
  const time = "2026-01-01T00:00:00.000Z"
  const started = { event: "run-started", run: "r", study: study.name, settings: given, command: [], host: "", pid: 1 } as const
  const record = recordOf([
    { ...started, time, processStarted: null, engine: "" },
    ...graph.nodes.map(({ id, label, stage, params, inputs, studies }) => ({
      event: "node-planned" as const,
      time,
      node: id,
      label,
      stage: stage.name,
      params,
      inputs,
      ...(studies === undefined ? {} : { studies })
    }))
  ])!
  return { record, kinds: new Map(graph.nodes.map(({ id, stage }) => [id, stage.output])) }
}

/** The study's cells, each repetition with numbers of every kind a claim may ask for. */
const madeUp = (study: Study, part: string | undefined): StudyData => {
  const { record, kinds } = planned(study)
  const own = part === undefined ? record : partOf(record, part)
  const flips = (part ?? study.name).startsWith("scale-")
  const cells = cellsOf(own, ({ id }, kind) => isA(kinds.get(id)!.name, kind))
  return studyOf(
    ...cells.map(({ settings, members }) => ({
      ...cell(
        Object.fromEntries(settings),
        members.map(() => ({
          before: {
            shares: { tinygsm: 0.5, omi1: 0.3, omi2: 0.2 },
            accuracies: { tinygsm: 0.3, omi1: 0.5, omi2: 0.2 },
            styleShares: { "omi1/so": 0.4, "omi1/thus": 0.3, "omi1/comments": 0.3 },
            styleAccuracies: { "omi1/so": 0.5, "omi1/thus": 0.51, "omi1/comments": 0.3 },
            ks: [K, 8, 16]
          },
          after: {
            pass1: 0.5,
            styleShares: { "omi1/so": 0.5, "omi1/thus": 0.4, "omi1/comments": 0.1 },
            shares: { omi1: flips && settings.get("pretrain.scale") !== "xs" ? 0.1 : 0.9, omi2: 0.3 },
            ks: [K, 8, 16]
          },
          shares: { omi1: [0.3, 0.5, 0.9] },
          accuracy: [0.3, 0.5, 0.9],
          rewards: { omi1: [0.9], tinygsm: [0.1] },
          forced: { tinygsm: 0.3, omi1: 0.4 },
          groupStd: [0.4],
          kl: Number(settings.get("rl.kl") ?? 0)
        }))
      ),
      members
    }))
  )
}

/** At the studies' own numbers of seeds. */
const graphs: Record<string, Graph> = {}

const bound = await Promise.all(studyNames().map(loadStudyFile))
const cases = bound.flatMap(({ study, ownClaims }) =>
  ownClaims.claims.map((claim): readonly [string, Study, Claim] => [`${study.name} ${claim.id}`, study, claim])
)

describe("each claim that a study binds", () => {
  test("there are some, and those of claims are those of its parts", () => {
    const of = (name: string) => bound.find(({ study }) => study.name === name)!.ownClaims.claims
    expect(cases.length).toBeGreaterThan(10)
    expect(of("claims").map(({ id }) => id)).toEqual([...new Set(of("claims").map(({ id }) => id))])
    for (const claim of of("claims"))
      expect(
        of(claim.study!).map(({ id }) => id),
        claim.id
      ).toContain(claim.id)
  })

  test.each(cases)("finds its policies in every seed: %s", (_, study, claim) => {
    const evidence = claim.evidence(madeUp(study, claim.study))
    if ("notApplicable" in evidence) throw new Error(`${claim.id} does not apply: ${evidence.notApplicable}`)
    const seeds = evidence.parts.map(({ measure, observations, tied = 0, leftOut }) => [
      measure,
      observations.length + tied,
      leftOut
    ])
    expect(seeds).toEqual(evidence.parts.map(({ measure }) => [measure, SEEDS, []]))
  })

  // Scale-sweep is the first command that one types: it binds what it would take more seeds to judge.
  test.each(cases.filter(([, study]) => study.name !== "scale-sweep"))(
    "has the seeds it asks for, unless the user takes fewer: %s",
    (_, study, claim) => {
      const { nodes } = (graphs[study.name] ??= studyGraph(study, {}))
      const own = nodes.filter(({ studies }) => claim.study === undefined || studies!.includes(claim.study))
      expect(new Set(own.map(({ params }) => params["seed"])).size).toBeGreaterThanOrEqual(claim.seeds)
    }
  )
})

test("the pages of claims say how many nodes it has", () => {
  const { study } = bound.find((each) => each.study.name === "claims")!
  const nodes = (given: Readonly<Record<string, unknown>>) => studyGraph(study, given).nodes.length.toLocaleString("en-US")
  const page = (file: string) => fs.readFileSync(path.join(REPOSITORY, file), "utf8")
  for (const file of ["pipelines/claims.ts", "docs/results.md"])
    for (const given of [{}, { quick: true }]) expect(page(file)).toContain(`${nodes(given)} `)
})

describe("runs with a format forced", () => {
  test.each([
    ["concentration", 0],
    ["mixture-sweep", 2 * SEEDS]
  ])("of %s are no policies of it, and each start has one for each format but %d controls", (name, controls) => {
    const { record, kinds } = planned(bound.find(({ study }) => study.name === name)!.study)
    const is: NodeKinds = ({ id }, kind) => isA(kinds.get(id)!.name, kind)
    const tried = trainabilityRuns(record, is)
    const policies = cellsOf(record, is).flatMap(({ members }) => members)
    for (const { rl } of policies) expect(tried).not.toContain(rl)
    const formats = new Map(policies.map(({ start }) => [start!.id, [] as Array<unknown>]))
    for (const { params, inputs } of tried) formats.get(inputs["policy"]!)!.push(params["force"])
    const all = ["tinygsm", "omi1", "omi2"]
    for (const some of formats.values()) if (some.length > 0) expect(some).toEqual(all)
    expect([...formats.values()].filter((some) => some.length === 0)).toHaveLength(controls)
  })
})

describe("pipeline plan", () => {
  test("prints what a run will be judged by, before it is made", async () => {
    vi.stubEnv("ECHO_CHAMBER_STORE", path.join(os.tmpdir(), "no-store"))
    let out = ""
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true))
    await command.run(["claims", "--quick"])
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    const { claims } = bound.find(({ study }) => study.name === "claims")!.ownClaims
    for (const { id, study, statement, criterion, control, seeds } of claims)
      expect(out).toContain(`\n${id} (${study}) ${statement}\n   ${criterion} At least ${seeds} seeds.\n   Control: ${control}`)
  })
})
