/** What a plan says of the claims that a study binds, before anything runs: wrong names, missing arms, missing seeds. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterEach, describe, expect, test, vi } from "vitest"

import { command as planCommand } from "../../../src/cli/commands/plan.ts"
import { command as runCommand } from "../../../src/cli/commands/run.ts"
import { loadStudyFile } from "../../../src/cli/studies.ts"
import { type Graph, studyGraph } from "../../../src/dag/graph.ts"
import { claimsAhead } from "../../../src/report/claims-ahead.ts"
import { type Claim, ofStudy } from "../../../src/report/claims/Claim.ts"
import { moreIsBetter, sharpening } from "../../../src/report/claims/outcome-claims.ts"
import { pairsOf, trialsOf, type Where } from "../../../src/report/claims/trials.ts"

const graphs: Record<string, Graph> = {}
const graphWith = async (name: string, given: Readonly<Record<string, unknown>>) =>
  (graphs[`${name} ${JSON.stringify(given)}`] ??= studyGraph((await loadStudyFile(name)).study, given))

const lookingFor = (wheres: ReadonlyArray<Where>, seeds = 3): Claim => ({
  id: "X1",
  statement: "s",
  criterion: "c",
  needs: "n",
  seeds,
  evidence: (data) => {
    for (const where of wheres) trialsOf(data, where)
    return { parts: [] }
  }
})
const ahead = async (claim: Claim) => claimsAhead([claim], await graphWith("kl-sweep", { kls: [0.3, 1], seeds: 3 }))[0]!

describe("a setting that no node of the study has", () => {
  test.each([
    ["rl.rewrad", 'Did you mean "rl.reward"'],
    ["rl.algoritm", 'Did you mean "rl.algorithm"'],
    ["rl.KL", 'Did you mean "rl.kl"'],
    ["pretrain.scales", 'Did you mean "pretrain.scale"'],
    ["mix.source.omi2", 'Did you mean "mix.sources"'],
    ["evaluate.problem", 'Did you mean "evaluate.problems"'],
    ["rll.kl", 'Did you mean "rl"'],
    ["pretrian.scale", 'Did you mean "pretrain"'],
    ["reward", 'Did you mean "rl.reward"'],
    ["scale", 'Did you mean "pretrain.scale"'],
    ["mix.kl", 'Did you mean "rl.kl"'],
    ["rl", "no such"],
    ["rl.", "no such"]
  ])("is found, with what comes near: %s", async (name, near) => {
    const { misspelt } = await ahead(lookingFor([{ "rl.algorithm": "ppo" }, { "rl.kl": 1, [name]: 1 }]))
    expect(misspelt).toContain(`"${name}", and no node of the study has such a param.`)
    if (near !== "no such") expect(misspelt).toContain(near)
  })

  test("is found in an arm of a pair, in a control, and in what is read by name", async () => {
    const paired: Claim = {
      ...lookingFor([]),
      evidence: (data) => {
        pairsOf(data, { "rl.kl": 1 }, { "rl.kk": 0.3 }, ["rl.algorithm"])
        return { parts: [] }
      }
    }
    expect((await ahead(paired)).misspelt).toContain('"rl.kk"')
    const control = sharpening({ arms: { "rl.algorithm": "ppo" }, control: { "rl.rewards": "shuffled" }, k: 8, seeds: 3 })
    expect((await ahead(control)).misspelt).toContain('"rl.rewards"')
    const sharing = (name: string): Claim => ({
      ...lookingFor([]),
      evidence: (data) => {
        pairsOf(data, { "rl.kl": 1 }, { "rl.kl": 0.3 }, [name])
        return { parts: [] }
      }
    })
    expect((await ahead(sharing("pretrain.scale"))).misspelt).toBeNull()
    expect((await ahead(sharing("scale"))).misspelt).toContain('"scale", and no node of the study has such a param. Did you mean')
    // Pairs would be made without it.
    expect((await ahead(sharing("attribute.method"))).misspelt).toContain('"attribute.method", and no node')
    const more = (weight: string, others: ReadonlyArray<string>) => moreIsBetter({ weight, arms: {}, others, seeds: 3 })
    expect((await ahead(more("mix.sources.omi2", ["omi1"]))).misspelt).toBeNull()
    expect((await ahead(more("mix.sorces.omi2", []))).misspelt).toContain('Did you mean "mix.sources"')
    expect((await ahead(more("mix.sources.omi2", ["omi3"]))).misspelt).toMatch(
      /"rl\.force", and no .*"omi3".*mean "omi1", "omi2"/
    )
  })

  test.each<[string, Where, string]>([
    ["a value that its stage refuses", { "rl.algorithm": "pppo" }, 'got "pppo". Did you mean "ppo"?'],
    ["one of a list", { "rl.algorithm": ["grpo", "pppo"] }, 'got "pppo". Did you mean "ppo"?'],
    ["a number as text", { "rl.kl": "0.3" }, 'rl.kl: must be a number >= 0, or null; got "0.3".'],
    ["a reward", { "rl.reward": "thruth" }, 'there is no reward "thruth". Did you mean "truth"?'],
    ["a member of a record", { "mix.sources.omi9": 1 }, 'there is no source "omi9". Did you mean "omi1", "omi2"?'],
    ["a record by itself", { "mix.sources": 1 }, "mix.sources: must be numbers >= 0 by name"],
    ["a member of what has none", { "rl.kl.weak": 1 }, "and rl.kl has no members."]
  ])("is a value too that no node can have: %s", async (_, where, words) => {
    expect((await ahead(lookingFor([where]))).misspelt).toContain(words)
  })

  test("may be arms that are not given, and a study that is no part", async () => {
    // What a file of plain JavaScript passes where it misspells a name.
    const none: Claim = { ...lookingFor([]), evidence: (data) => ({ parts: [trialsOf(data, JSON.parse("null"))] as never }) }
    expect((await ahead(none)).misspelt).toContain("looks for policies by null, which must be settings")
    const { ownClaims } = await loadStudyFile("concentration")
    const graph = await graphWith("claims", { quick: true })
    const of = (study: string) => claimsAhead(ofStudy(study, ownClaims.claims), graph).map(({ misspelt }) => misspelt)
    expect(of("concentraton")[0]).toBe(
      'is about the study "concentraton", and this one has no such part. Did you mean "concentration"?'
    )
    expect(of("concentration")).toEqual(ownClaims.claims.map(() => null))
  })

  test.each([
    ["a stage that the study leaves out", { "attribute.method": "x" }],
    ["a key of a record that others may have", { "mix.sources.gsm": 1 }],
    ["an item of a list", { "mix.suites": "train,harder" }],
    ["a value that others may have", { "rl.algorithm": "ei" }]
  ])("is another thing than %s", async (_, where) => {
    expect((await ahead(lookingFor([where]))).misspelt).toBeNull()
    expect((await ahead(lookingFor([where]))).lacks).toEqual([expect.stringMatching(/^No policy here has .*cannot be judged\.$/)])
  })

  test("does not stop a claim whose own code fails on what is not there yet", async () => {
    const broken: Claim = { ...lookingFor([]), evidence: (data) => ({ parts: [data.cells[0]!.repetitions[0]!.seed as never] }) }
    expect(await ahead(broken)).toEqual({ claim: broken, misspelt: null, lacks: [] })
  })
})

describe("arms and seeds that were not chosen", () => {
  test.each<[string, ReadonlyArray<Where>, number, ReadonlyArray<string>]>([
    ["all are there", [{ "rl.kl": [0.3, 1] }], 3, []],
    ["too few seeds", [{ "rl.kl": 1 }], 6, ["It needs 6 seeds and has 3 here: it cannot be settled."]],
    ["an arm is not", [{ "rl.kl": 0.03 }, { "rl.kl": 1 }], 3, ["No policy here has rl.kl 0.03: it cannot be judged."]],
    [
      "some of a list are not",
      [{ "rl.kl": [0.3, 1, 3] }],
      3,
      ["No policy here has rl.kl 3: it can be judged on its other arms alone."]
    ],
    [
      "each setting is, not both together",
      [{ "rl.algorithm": "ppo", "rl.klGradient": "none" }],
      3,
      ["No policy here has rl.algorithm ppo with rl.klGradient none: it cannot be judged."]
    ],
    ["a null is a value", [{ "rl.klGradient": null }], 3, []]
  ])("are named: %s", async (_, wheres, seeds, lacks) => {
    expect((await ahead(lookingFor(wheres, seeds))).lacks).toEqual(lacks)
  })

  test.each([
    ["mixture-sweep", { weights: [1, 2], seeds: 3 }, "C3", /mix\.sources\.omi2 4: it cannot be judged/],
    [
      "mixture-sweep",
      { weights: [1, 2], seeds: 3 },
      "C6",
      /needs 3 of mix\.sources\.omi2 1 or 2 or 4 or 8 or 16 and has 1 and 2 here: it cannot be judged/
    ],
    ["mixture-sweep", { weights: [1, 4, 3], seeds: 3 }, "C6", /needs 3 of mix\.sources\.omi2 .* has 1 and 4 here: it cannot/],
    ["mixture-sweep", { weights: [1, 2, 4], seeds: 3 }, "C6", /^No policy here has mix\.sources\.omi2 8 or 16: it can be judged/],
    ["mixture-sweep", { seeds: 2 }, "C13", /needs 3 seeds and has 2/],
    ["scale-flip", { scales: ["xs"] }, "C7", /pretrain\.scale s or m: it cannot be judged/],
    ["scale-sweep", { algorithms: ["ppo"], seeds: 3 }, "C8", /rl\.algorithm grpo: it cannot be judged/],
    ["scale-sweep", {}, "C1", /needs 3 seeds and has 1/],
    ["claims", { quick: true }, "C2", /needs 6 seeds and has 3/]
  ])("of %s %j leave %s open", async (name, given, id, lack) => {
    const { ownClaims } = await loadStudyFile(name)
    const found = claimsAhead(ownClaims.claims, await graphWith(name, given)).find(({ claim }) => claim.id === id)!
    expect(found.lacks.join(" ")).toMatch(lack)
  })

  test.each(["concentration", "mixture-sweep", "kl-sweep", "algorithms", "easy-to-hard", "reward-swap"])(
    "at the defaults of %s there are none",
    async (name) => {
      const { ownClaims } = await loadStudyFile(name)
      for (const { claim, misspelt, lacks } of claimsAhead(ownClaims.claims, await graphWith(name, {})))
        expect([claim.id, misspelt, lacks]).toEqual([claim.id, null, []])
    }
  )
})

describe("on the command line", () => {
  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })
  const study = (arms: string) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "claims-ahead-"))
    const root = path.resolve(import.meta.dirname, "../../..")
    const from = (file: string) => JSON.stringify(path.join(root, file))
    fs.writeFileSync(
      path.join(folder, "own.ts"),
      `import { Study } from ${from("src/dag/Study.ts")}
       import { trialsOf } from ${from("src/report/claims/trials.ts")}
       import { mix } from ${from("stages/mix.ts")}
       export const claims = [{ id: "X1", statement: "It is so.", criterion: "c.", needs: "n", seeds: 3,
         evidence: (data) => (trialsOf(data, ${arms}), { parts: [] }) }]
       export default Study.make("own", "d", {}, () => [mix({}, {})])`
    )
    vi.stubEnv("ECHO_CHAMBER_STUDIES", folder)
    vi.stubEnv("ECHO_CHAMBER_STORE", path.join(folder, "store"))
    return path.join(folder, "store")
  }

  test.each([
    ["plan", planCommand],
    ["run", runCommand]
  ])("pipeline %s refuses a misspelt setting, by file and claim, and makes nothing", async (_, { run }) => {
    const store = study('{ "mix.maximun": 20 }')
    await expect(run(["own"])).rejects.toThrow(
      /own\.ts: its claim X1 looks for policies by "mix\.maximun", and no node .* Did you mean "mix\.maximum"/
    )
    expect(fs.existsSync(store)).toBe(false)
  })

  test("pipeline plan says beneath a claim what it would lack", async () => {
    study('{ "mix.maximum": 20 }')
    let out = ""
    vi.spyOn(process.stdout, "write").mockImplementation((text) => ((out += String(text)), true))
    await planCommand.run(["own"])
    expect(out).toContain(
      "X1 It is so.\n   c. At least 3 seeds.\n   It has no control here.\n   " +
        "With what was chosen: No policy here has mix.maximum 20"
    )
  })
})
