/**
 * Flags and settings: what is given twice, empty, mistyped or spelt in another way is taken as it is meant or refused by `plan`,
 * before anything is computed, with the names that come near.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const at = place()

const refused = async (args: ReadonlyArray<string>): Promise<string> => {
  const { code, err, out } = await at.here(args)
  expect(err).not.toMatch(/\n\s+at |Something broke/)
  expect(out).toBe("")
  expect(code).toBe(2)
  return err
}
const set = (...settings: ReadonlyArray<string>) => ["plan", "smoke", ...settings.flatMap((setting) => ["--set", setting])]

describe("given twice", () => {
  it.each([
    [["plan", "chain", "--terms", "3", "--terms", "4"], '--terms is given twice, as "3" and as "4". Give it once.'],
    [["plan", "chain", "--terms=3", "--terms=3"], '--terms is given twice, as "3" and as "3". Give it once.'],
    [["run", "chain", "--threads", "1", "--terms", "2", "--threads", "2"], "--threads is given twice"],
    [["run", "chain", "--engine", "wasm", "--engine", "native"], '--engine is given twice, as "wasm" and as "native"'],
    [["status", "--store", "a", "--store", "b"], "--store is given twice"],
    [["status", "--runs", "1", "--runs", "2"], "--runs is given twice"],
    [["data", "list", "--data", "a", "--data", "b"], "--data is given twice"],
    [["show", "x", "--rows=1", "--rows=2"], "--rows is given twice"],
    [["gc", "--keep-runs", "1", "--keep-runs", "2"], "--keep-runs is given twice"],
    [["plan", "chain", "--set", "sum.scale=1", "--set", "sum.scale=2"], '--set sum.scale is given twice, as "1" and as "2".'],
    [set("rl.kl=0", "rl.samples=4", "rl.kl=0"), '--set rl.kl is given twice, as "0" and as "0". Give it once.'],
    [set('mix.sources={"tinygsm": 1, "omi1": 1, "tinygsm": 2}'), 'mix.sources: has "tinygsm" twice: give each name once.'],
    [set('mix.sources={"tinygsm": 1, "\\u0074inygsm": 2}'), 'mix.sources: has "tinygsm" twice'],
    [set('mix.difficulty={"1":1,"1":2}'), 'mix.difficulty: has "1" twice'],
    [set("mix.suites=train,train"), 'mix.suites: "train" is named twice.'],
    [["plan", "chain", "chain"], 'what is "chain"? It takes one study.']
  ])("%j is refused", async (args, words) => {
    expect(await refused(args)).toContain(words)
  })

  it("a flag without a value may be there twice, and so may one that is a list", async () => {
    const twice = await at.here(["plan", "chain", "--json", "--json", "--assume-unchanged", "sum", "--assume-unchanged", "sum"])
    expect(twice.code).toBe(0)
  })
})

describe("empty", () => {
  it.each([
    [["status", "--store="], "--store is given without a value. Write --store DIR, or leave it out."],
    [["status", "--store", ""], "--store is given without a value"],
    [["plan", "chain", "--engine="], "--engine is given without a value"],
    [["plan", "chain", "--mode", ""], "--mode is given without a value"],
    [["plan", "chain", "--data="], "--data is given without a value"],
    [["run", "chain", "--threads="], "--threads is given without a value"],
    [["plan", "chain", "--set="], "--set is given without a value"],
    [["plan", "chain", "--assume-unchanged="], "--assume-unchanged is given without a value"],
    [["plan", "chain", "--terms="], 'chain.terms: must be a whole number >= 1 and <= 100000; got "".'],
    [set("rl.kl="), "rl.kl: must be a number >= 0, or null; got"],
    [set("mix.sources="), 'mix.sources: must be numbers >= 0 by name, as in {"a": 1, "b": 2}; got "".'],
    [set("mix.suites="), 'mix.suites: must be a list of names, comma separated; got "".'],
    [set("=1"), '--set takes STAGE.PARAM=VALUE, as in --set rl.kl=0.01; got "=1".'],
    [set("rl.=1"), "--set takes STAGE.PARAM=VALUE"],
    [set(".kl=1"), "--set takes STAGE.PARAM=VALUE"],
    [["plan", ""], "pipeline plan needs the name of a study: "]
  ])("%j is refused", async (args, words) => {
    expect(await refused(args)).toContain(words)
  })

  it("where nothing is a value, it is one", async () => {
    expect((await at.here(set("evaluate.force="))).code).toBe(0)
  })
})

describe("mistyped, or with a name that every object has", () => {
  it.each([
    [set("rl.toString=1"), 'rl.toString: stage "rl" has no such parameter.'],
    [set("rl.constructor=1"), 'stage "rl" has no such parameter.'],
    [set("rl.__proto__=1"), 'stage "rl" has no such parameter.'],
    [set("rl.hasOwnProperty=1"), 'stage "rl" has no such parameter.'],
    [set("constructor.kl=1"), 'this study has no stage "constructor".'],
    [set("__proto__.kl=1"), 'this study has no stage "__proto__".'],
    [set("RL.kl=1"), 'RL.kl: this study has no stage "RL". Did you mean "rl"?'],
    [set("rl.KL=1"), 'stage "rl" has no such parameter. Did you mean "kl"'],
    [set("rl.kl =1"), 'stage "rl" has no such parameter. Did you mean "kl"'],
    [set("rl.k.l=1"), 'rl.k: stage "rl" has no such parameter.'],
    [set("rl.kl.x=1"), "rl.kl.x: rl.kl has no members"],
    [set("mix.sources.tinygms=1"), 'mix.sources: there is no source "tinygms". Did you mean "tinygsm"?'],
    [set("mix.sources.__proto__=1"), 'mix.sources: there is no source "__proto__".'],
    [set("rl.algorithm=pppo"), 'got "pppo". Did you mean "ppo"?'],
    [["plan", "constructor"], 'There is no study "constructor".'],
    [["plan", "__proto__"], 'There is no study "__proto__".'],
    [["constructor"], 'There is no command "constructor".'],
    [["data", "toString"], 'pipeline data has no command "toString".'],
    [["plan", "chain", "--constructor", "1"], "pipeline plan has no flag --constructor."],
    [["plan", "chain", "--__proto__=1"], "pipeline plan has no flag --__proto__."],
    [["plan", "chain", "-t", "3"], "pipeline plan has no flag -t."],
    [["plan", "chain", "--no-json"], "pipeline plan has no flag --no-json."],
    [["plan", "chain", "--json=true"], "--json takes no value: it is there or left out."],
    [["plan", "chain", "--engine", "constructor"], '--engine must be one of auto, native, wasm, tfjs; got "constructor".'],
    [set('mix.sources={"__proto__": 1}'), 'mix.sources: there is no source "__proto__".'],
    [set('mix.sources={"toString": 1}'), 'there is no source "toString".'],
    [set("mix.suites=constructor"), 'there is no problem suite "constructor".'],
    [set("mix.suites=gsm8k:constructor"), 'there is no problem suite "gsm8k:constructor".'],
    [set("rl.algorithm=toString"), 'rl.algorithm: must be one of "ppo"'],
    [set("rl.algorithm=PPO"), 'Did you mean "ppo"?'],
    [set("rl.reduction=constructor"), "rl.reduction: must be one of"]
  ])("%j is refused", async (args, words) => {
    expect(await refused(args)).toContain(words)
  })
})

describe("an unknown name inside a setting", () => {
  it.each([
    [set("evaluate.force=OMI1"), 'evaluate.force: must be one of "", "omi1"'],
    [set("evaluate.force=OMI1"), 'got "OMI1". Did you mean "omi1"'],
    [set("evaluate.force=lookup"), 'evaluate.force: the corpus holds no solutions in the format "lookup".'],
    [set("evaluate.force=toString"), "evaluate.force: must be one of"],
    [set("evaluate.suite=unseen_values"), 'the corpus carries no problem suite "unseen_values". Did you mean "unseen-values"?'],
    [set("rl.suite=Train-easy"), 'the corpus carries no problem suite "Train-easy". Did you mean "train-easy"'],
    [set('sft.formats={"TinyGSM": 1}'), 'sft.formats: there is no format "TinyGSM". Did you mean "tinygsm"'],
    [set('sft.formats={"lookup": 1}'), 'sft.formats: the corpus holds no solutions in the format "lookup".'],
    [set('mix.sources={"tinygsn": 1}'), 'there is no source "tinygsn". Did you mean "tinygsm"'],
    [set('mix.sources={"gsm8k:test": 1}'), '"gsm8k:test" is for evaluation only'],
    [set('mix.sources={"gsm8k:tarin": 1}'), 'there is no source "gsm8k:tarin". Did you mean "gsm8k:train"'],
    [set('mix.difficulty={"7": 1}'), '"7" is not a number of operations; they go from 1 to 6.'],
    [set('mix.difficulty={"one": 1}'), '"one" is not a number of operations'],
    [set('mix.subStyles={"tinygsm/coments": 1}'), 'there is no sub-style "tinygsm/coments". Did you mean "tinygsm/comments"'],
    [set("mix.suites=hardr"), 'there is no problem suite "hardr". Did you mean "harder"'],
    [set("pretrain.scale=XS"), "pretrain.scale: must be one of"]
  ])("%j is refused by plan", async (args, words) => {
    expect(await refused(args)).toContain(words)
  })
})

describe("a number", () => {
  it.each([
    [".5", 0.5],
    ["5.", 5],
    ["+5", 5],
    [" 5", 5],
    ["5 ", 5],
    ["1e1", 10],
    ["1E+1", 10],
    ["5e-1", 0.5],
    ["007", 7],
    ["1.0", 1]
  ])("spelt %j is taken as %d", async (text, value) => {
    const { code, out } = await at.here(["plan", "chain", "--json", "--set", `sum.scale=${text}`])
    expect(code).toBe(0)
    const nodes = JSON.parse(out) as ReadonlyArray<{ readonly stage: string; readonly params: { readonly scale?: number } }>
    expect(nodes.find(({ stage }) => stage === "sum")?.params.scale).toBe(value)
  })

  it.each([
    ["0x10"],
    ["0b1"],
    ["1_000"],
    ["1,000"],
    ["Infinity"],
    ["-Infinity"],
    ["NaN"],
    ["1e999"],
    ["1e-999"],
    ["5e-324"],
    ["1.7e308"],
    ["1e"],
    ["--5"],
    ["5%"],
    ["½"],
    ["5 6"],
    ["1n"],
    ["[5]"],
    ['"5"'],
    ["true"],
    ["null"],
    ["-1"],
    ["101"]
  ])("spelt %j is refused", async (text) => {
    expect(await refused(["plan", "chain", "--set", `sum.scale=${text}`])).toMatch(/^sum\.scale: /)
  })

  it.each([["0x10"], ["1_000"], ["1e999"], ["NaN"], ["1.5"], ["9007199254740993"], ["1.00000000000000000001"]])(
    "%j is no whole number for a flag",
    async (text) => {
      expect(await refused(["run", "chain", "--threads", text])).toContain("--threads must be a whole number >= 1")
    }
  )

  it("that a double cannot hold is refused, not rounded", async () => {
    expect(await refused(set("mix.seed=9007199254740993"))).toContain(
      "mix.seed: 9007199254740993 is a number that cannot be held"
    )
    expect(await refused(set("mix.seed=4294967296"))).toContain("mix.seed: must be a whole number >= 0 and <= 4294967295")
    expect(await refused(set("rl.steps=1.00000000000000000001"))).toContain("rl.steps: 1.00000000000000000001 is a number")
    expect(await refused(set("rl.steps=2147483648"))).toContain("rl.steps: must be a whole number")
  })
})

describe("extremes", () => {
  it.each([
    ["rl.temperature=1e-30", "Below that every draw is the most probable token, and float32 overflows."],
    ["rl.temperature=1e30", "Beyond that every token is as probable as any other."],
    ["rl.temperature=0", "rl.temperature: must be"],
    ["rl.temperature=-0", "rl.temperature: must be"],
    ["evaluate.temperature=5e-324", "evaluate.temperature: must be"],
    ["evaluate.temperature=1e308", "evaluate.temperature: must be"],
    ["rl.topP=0", "Below that the nucleus is one token"],
    ["rl.topP=1.0000001", "A nucleus of 1 has all tokens in it."],
    ["evaluate.topP=1e-300", "evaluate.topP: must be"],
    ["rl.kl=1e39", "Models are computed in float32"],
    ["rl.kl=1e-39", "Models are computed in float32"],
    ["rl.learningRate=1e308", "Models are computed in float32"],
    ["rl.learningRate=1e-46", "Models are computed in float32"],
    ["rl.advantageEpsilon=1e-320", "Models are computed in float32"],
    ["rl.maxNewTokens=1000000", "rl.maxNewTokens: is 1000000, but the policy's context"],
    ["evaluate.maxNewTokens=9007199254740991", "evaluate.maxNewTokens: must be a whole number"],
    ["rl.samples=9007199254740991", "rl.samples: must be a whole number >= 1 and <= 1000000"],
    ["rl.samples=1000000", "Take fewer."],
    ["evaluate.samples=1000000", "Take fewer."],
    ["mix.suiteSize=2000000000", "mix.suiteSize: must be a whole number >= 1 and <= 1000000"],
    ["rl.steps=2000000000", "rl.steps: must be a whole number >= 1 and <= 1000000"],
    ["pretrain.epochs=2000000000", "pretrain.epochs: must be"],
    ["pretrain.learningRate=1e308", "Models are computed in float32"]
  ])("%s is refused by plan", async (setting, words) => {
    expect(await refused(set(setting))).toContain(words)
  })

  it("of the seeds of a study are refused before it is built", async () => {
    expect(await refused(["plan", "smoke", "--seeds", "1000000000"])).toMatch(/^smoke\.seeds: must be/)
  })

  it("JSON nested without end is refused, and a long value is not repeated", async () => {
    const deep = await refused(set(`mix.sources=${"[".repeat(100_000)}${"]".repeat(100_000)}`))
    expect(deep).toContain("mix.sources: is nested more than 64 deep.")
    const long = await refused(set(`rl.kl=${"9".repeat(100_000)}x`))
    expect(long).toMatch(/^rl\.kl: must be/)
    expect(long.length).toBeLessThan(1000)
  })
})

describe("names and folders", () => {
  const folder = temporaryFolder()
  const file = path.join(folder, "file")
  fs.writeFileSync(file, "")

  it.each([
    [["plan", "n".repeat(240)]],
    [["plan", "../smoke"]],
    [["plan", "smoke.ts"]],
    [["plan", "a\nb"]],
    [["plan", "a\0b"]],
    [["status", "n".repeat(300)]],
    [["report", "../../x"]],
    [["show", "../../x"]],
    [["plan", "chain", "--store", path.join(folder, "n".repeat(300))]],
    [["run", "chain", "--store", path.join(folder, "n".repeat(300))]],
    [["status", "--store", path.join(folder, "n".repeat(300))]],
    [["run", "chain", "--store", `${folder}/a\0b`]],
    [["plan", "chain", "--store", file]],
    [["run", "chain", "--store", file]],
    [["verify", "--store", file]],
    [["status", "--store", file]],
    [["gc", "--store", file]],
    [["sql", "select 1", "--store", file]],
    [["plan", "chain", "--data", file]],
    [["data", "list", "--data", path.join(folder, "lacking")]],
    [["plan", "chain", "--data", path.join(folder, "n".repeat(300))]]
  ])("%j is refused in a sentence", async (args) => {
    expect((await refused(args)).length).toBeGreaterThan(20)
  })
})

describe("a study's file", () => {
  const study = (name: string) =>
    `import { Study } from "${path.resolve(import.meta.dirname, "../../src/dag/Study.ts")}"\n` +
    `export default Study.make(${JSON.stringify(name)}, "", {}, () => [])\n`

  it.each([
    ["n".repeat(240)],
    ["n".repeat(101)],
    ["数".repeat(40)],
    ["a b"],
    ["a\nb"],
    ["a\u001B[31mb"],
    [".hidden"],
    ["-x"],
    ["a:b"],
    ["a'b"]
  ])("called %j is refused by every command that would name something after it", async (name) => {
    const studies = temporaryFolder()
    fs.writeFileSync(path.join(studies, `${name}.ts`), study(name))
    const here = place(studies)
    for (const command of ["plan", "run", "list"]) {
      const { code, err } = await here.here([command, "--", name])
      expect(err).toMatch(/^No study can be called "/)
      expect(err).toContain("A name is made of letters, digits")
      // oxlint-disable-next-line no-control-regex
      expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/)
      expect(code).toBe(2)
    }
    expect(fs.existsSync(here.store)).toBe(false)
  })

  it("in a folder that is none, or may not be read, is looked for in vain, with the variable that names it", async () => {
    const file = path.join(temporaryFolder(), "file")
    fs.writeFileSync(file, "")
    for (const folder of [file, path.join(file, "x"), path.join(temporaryFolder(), "no"), `/${"n".repeat(300)}`]) {
      const { code, err } = await place(folder).here(["plan", "chain"])
      expect(err).toMatch(/^Studies cannot be looked for\. .*ECHO_CHAMBER_STUDIES/)
      expect(code).toBe(2)
    }
  })
})

describe("empty environment variables", () => {
  it("are as if they were not set", async () => {
    const empty = {
      ECHO_CHAMBER_DATA: "",
      ECHO_CHAMBER_ENGINE: "",
      ECHO_CHAMBER_MODE: "",
      ECHO_CHAMBER_ISA: "",
      ECHO_CHAMBER_TFJS_BACKEND: "",
      ECHO_CHAMBER_CACHE: "",
      XDG_CACHE_HOME: "",
      CC: "",
      TERM: "",
      NO_COLOR: ""
    }
    expect(await at.pipeline(["plan", "chain"], empty)).toMatchObject({ code: 0, err: "" })
  })

  it("the store's does not make the current folder one", async () => {
    const { out } = await at.pipeline(["doctor", "--json"], { ECHO_CHAMBER_STORE: "", ECHO_CHAMBER_STUDIES: "" })
    const { findings } = JSON.parse(out) as {
      readonly findings: ReadonlyArray<{ readonly subject: string; readonly words: string }>
    }
    expect(findings.find(({ subject }) => subject === "store")?.words).toMatch(/artifacts( |$)/)
  })
})
