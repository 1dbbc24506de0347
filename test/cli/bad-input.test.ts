/** Bad input is answered with exit code 2 and one paragraph that says what, where and what to do; never with a stack. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { objectsIn } from "../dag/study-in-a-folder.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { place } from "./command-line.ts"

const at = place()
fs.mkdirSync(at.store)

const ROOT = path.resolve(import.meta.dirname, "../..")

describe("a folder that is no store", () => {
  const other = temporaryFolder()
  fs.writeFileSync(path.join(other, "letter.txt"), "")
  const missing = path.join(other, "nothere")
  const READING = [["verify"], ["status"], ["show", "sum"], ["report", "chain"], ["sql", "select 1"], ["gc"]]

  it.each([...READING, ["plan", "chain"], ["run", "chain"]])("with other things in it is refused by %s", async (...words) => {
    const { code, err, out } = await at.here([...words, "--store", other])
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(`${other} is no store`)])
    expect(fs.readdirSync(other)).toEqual(["letter.txt"])
  })

  it.each(READING)("and is not there is refused by %s", async (...words) => {
    const { code, err, out } = await at.here([...words, "--store", missing])
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(`There is no folder ${missing}`)])
  })

  it("and is empty or not there is a new store to plan and run", async () => {
    expect((await at.here(["plan", "chain", "--store", missing])).code).toBe(0)
    expect((await at.here(["plan", "chain", "--store", temporaryFolder()])).code).toBe(0)
    expect((await at.here(["verify", "--store", temporaryFolder()])).code).toBe(0)
  })

  it("yet holds no more than a fresh clone's artifacts, or a new disk, is a new store", async () => {
    const kept = execFileSync("git", ["ls-files", "artifacts"], { encoding: "utf8", cwd: ROOT }).trim().split("\n")
    for (const names of [kept.map((name) => path.basename(name)), ["lost+found"]]) {
      const folder = temporaryFolder()
      for (const name of names) fs.writeFileSync(path.join(folder, name), "")
      for (const command of [["plan", "chain"], ["status"], ["verify"]])
        expect((await at.here([...command, "--store", folder])).code, `${command[0]} ${names.join()}`).toBe(0)
      expect((await place().pipeline(["run", "chain", "--no-report", "--store", folder])).code).toBe(0)
    }
  })
})

describe("a store that cannot be made", () => {
  it.runIf(process.platform === "linux").each([
    ["/proc/x/st", "/proc/x cannot be made: nothing can be made in the folder above it"],
    ["/proc/self/fd/x", "cannot be made: "],
    ["/dev/null", "/dev/null cannot be made: something of that name is there already"],
    ["/dev/null/x", "/dev/null/x cannot be made: a part of the path is a file, not a folder"]
  ])("at %s is refused in words: %s", async (store, words) => {
    const { code, err, out } = await at.here(["run", "chain", "--no-report", "--store", store])
    expect([code, out]).toEqual([2, ""])
    expect(err).toMatch(/^The store at .* cannot be used: it cannot be written \(.*\)\. Give another folder with --store/)
    expect(err).toContain(words)
    expect(err).not.toMatch(/\bE[A-Z]{3,}\b/)
  })
})

describe("bad input", () => {
  it.each([
    [["rnu", "chain"], 'There is no command "rnu". Did you mean "run"? See pipeline --help.'],
    [["run", "chian"], 'There is no study "chian". Did you mean "chain"? Studies: algorithms, attribution, branches, '],
    [["run"], "pipeline run needs the name of a study: algorithms, attribution, branches, chain, claims, concentration, "],
    [["run", "chain", "--temrs", "3"], "pipeline run has no flag --temrs. Did you mean --terms? See pipeline run --help."],
    [["run", "chain", "--terms", "many"], 'chain.terms: must be a whole number >= 1 and <= 100000; got "many".'],
    [["run", "chain", "--terms", "0"], 'chain.terms: must be a whole number >= 1 and <= 100000; got "0".'],
    [["run", "chain", "--set", "sum.scale=0"], 'sum.scale: must be a number > 0 and <= 100; got "0".'],
    [["run", "chain", "--set", "sum.scael=1"], 'sum.scael: stage "sum" has no such parameter. Did you mean "scale"?'],
    [["run", "chain", "--set", "smu.scale=1"], 'smu.scale: this study has no stage "smu". Did you mean "sum"?'],
    [["run", "chain", "--set", "sum.scale"], '--set takes STAGE.PARAM=VALUE, as in --set rl.kl=0.01; got "sum.scale".'],
    [["run", "chain", "branches"], 'pipeline run: what is "branches"? It takes one study.'],
    [["plan", "chain", "--threads", "0"], '--threads must be a whole number >= 1; got "0".'],
    [["plan", "chain", "--threads", "2.5"], '--threads must be a whole number >= 1; got "2.5".'],
    [["plan", "chain", "--checkpoint-seconds", "1e400"], '--checkpoint-seconds must be a whole number >= 0; got "1e400".'],
    [["plan", "chain", "--checkpoint-seconds", ".5"], '--checkpoint-seconds must be a whole number >= 0; got ".5".'],
    [["sql", "select 1", "--rows"], "pipeline sql: --rows needs a value: --rows N."],
    [["sql", "-- a comment", "--format"], "pipeline sql: --format needs a value: --format FORMAT."],
    [["run", "chain", "--threads", "0"], '--threads must be a whole number >= 1; got "0".'],
    [
      ["run", "chain", "--threads", "-1"],
      'pipeline run: --threads is followed by "-1", which looks like a flag. If that is its value, write --threads=-1.'
    ],
    [["run", "chain", "--threads=-1"], '--threads must be a whole number >= 1; got "-1".'],
    [["run", "chain", "--threads"], "pipeline run: --threads needs a value: --threads N."],
    [["run", "chain", "--engine", "cuda"], '--engine must be one of auto, native, wasm, tfjs; got "cuda".'],
    [
      ["plan", "chain", "--assume-unchanged", "smu"],
      '--assume-unchanged smu: this study has no stage "smu". Did you mean "sum"?'
    ],
    [["show", "nothing"], 'There is no node, action or artifact "nothing" in this store.'],
    [["trace", "nothing"], 'There is no node, action or artifact "nothing" in this store.'],
    [["status", "nothing"], "There are no runs in "],
    [
      ["help", "exit-code"],
      'There is no command and no topic "exit-code". Did you mean "exit-codes"? "pipeline help" lists them.'
    ],
    [["help", "stores", "more"], 'pipeline help takes one topic; what is "more"?'],
    [["help", "gc", "runs"], 'pipeline help gc: what is "runs"? There is no more to say of gc.'],
    [["help", "--markdown", "gc"], '--markdown is of all commands: leave out "gc".'],
    [["help", "stores", "--topic"], "pipeline help has no flag --topic."],
    [["completion"], "pipeline completion needs a shell: bash, zsh, fish. See pipeline completion --help."],
    [["completion", "tcsh"], 'There is no completion for "tcsh". Did you mean "'],
    [["completion", "bash", "zsh"], 'pipeline completion: what is "zsh"? It takes a shell: bash, zsh, fish.'],
    [
      ["sql", "select 1", "--format", "xlsx"],
      '--format must be one of table, csv, tsv, json, jsonl, markdown, latex, arrow, parquet; got "xlsx".'
    ]
  ])("%j is refused with what would be right", async (args, message) => {
    const { code, err } = await at.here(args)
    expect(err).toContain(message)
    expect(err).not.toMatch(/\n\s+at /)
    expect(code).toBe(2)
  })

  it("leaves nothing behind", () => {
    expect(fs.existsSync(path.join(at.store, "runs")) ? fs.readdirSync(path.join(at.store, "runs")) : []).toEqual([])
  })
})

describe("a store that cannot be used", () => {
  it.each([["run"], ["plan"], ["verify"]])("is refused by %s before anything is computed", async (command) => {
    const file = path.join(temporaryFolder(), "file")
    fs.writeFileSync(file, "")
    const study = command === "verify" ? [] : ["chain"]
    const { code, err } = await at.here([command, ...study, "--store", command === "run" ? path.join(file, "store") : file])
    expect(err).toMatch(
      command === "run"
        ? /^The store at .*store cannot be used: it cannot be written \(.* a part of the path is a file.*\)\. Give another folder/
        : command === "verify"
          ? /^There is no such store\. .*file is not a folder\.$/m
          : /^The store at .*file cannot be used: it cannot be read \(not a folder\)\. Give another folder with --store/
    )
    expect(code).toBe(2)
    expect(at.computed()).toEqual([])
  })
})

describe("a damaged artifact", () => {
  let damaged = ""
  const store = place()
  beforeAll(async () => {
    await store.pipeline(["run", "chain", "--no-report"])
    const action = fs
      .readdirSync(path.join(store.store, "actions"))
      .map(
        (name) =>
          JSON.parse(fs.readFileSync(path.join(store.store, "actions", name), "utf8")) as {
            stage: string
            output: { tables: { sequence: { file: string } } }
          }
      )
      .find(({ stage }) => stage === "count")!
    const { file } = action.output.tables.sequence
    damaged = path.join(store.store, "objects/sha256", file.slice(0, 2), file)
    const bytes = fs.readFileSync(damaged)
    bytes[100]! ^= 1
    fs.chmodSync(damaged, 0o644)
    fs.writeFileSync(damaged, bytes)
  })

  it("is found by verify with the name of its node, set aside by verify --repair or the next run, and made again", async () => {
    const found = await store.here(["verify"])
    expect(found.out).toMatch(/1 thing damaged/)
    expect(found.out).toMatch(
      new RegExp(`${path.basename(damaged)} does not have the contents its name says\\n +result of count`)
    )
    expect(found.code).toBe(1)

    const repaired = await store.here(["verify", "--repair"])
    expect(repaired.out).toMatch(/1 file moved to .*damaged, 1 action forgotten: the next run computes them again\./)
    expect(repaired.code).toBe(0)
    expect((await store.here(["verify"])).code).toBe(0)

    const again = await store.pipeline(["run", "chain", "--set", "sum.scale=7", "--no-report"])
    expect(again.code).toBe(0)
    expect(store.computed().filter((stage) => stage === "count")).toHaveLength(2)
    expect(objectsIn(store.store)).toContain(path.basename(damaged))

    fs.chmodSync(damaged, 0o644)
    fs.appendFileSync(damaged, "garbage")
    const healed = await store.pipeline(["run", "chain", "--no-report"])
    expect(healed.err).toMatch(/has \d+ bytes instead of \d+; it was moved to .*damaged.* and is made again/)
    expect(healed.code).toBe(0)
    expect((await store.here(["verify"])).code).toBe(0)
  })
})
