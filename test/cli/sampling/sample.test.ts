/** `pipeline sample` over a store of tiny models: what it prints, what it refuses, and its prompt line at a terminal. */

import { spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { Store } from "../../../src/store/objects/Store.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"
import { place } from "../command-line.ts"

const at = place(path.join(import.meta.dirname, "fixtures/studies"))
const folder = temporaryFolder()
const LAUNCHER = path.resolve(import.meta.dirname, "../../../bin/pipeline.mjs")
const sample = (...args: ReadonlyArray<string>) => at.here(["sample", ...args, "--mode", "f32", "--threads", "1"])

interface Row {
  readonly sample: number
  readonly format: string
  readonly answer: string | null
  readonly correct: boolean | null
  readonly logProb: number
  readonly tokens: number
  readonly gold: string | null
  readonly problem: string
  readonly completion: string
  readonly documents: ReadonlyArray<{ readonly document: number; readonly source: string; readonly text: string }> | null
}
const rowsOf = (out: string): ReadonlyArray<Row> =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row)
const rows = async (...args: ReadonlyArray<string>) => {
  const { code, out, err } = await sample(...args, "--format", "jsonl")
  expect(code, err).toBe(0)
  return rowsOf(out)
}

/** Artifacts that a stage has made. */
const madeBy = async (stage: string, is: (params: Readonly<Record<string, unknown>>) => boolean = () => true) => {
  const actions = Effect.flatMap(Store, (store) => store.actions)
  const found = await Effect.runPromise(Effect.provide(actions, Store.reading(at.store)))
  return found.find((action) => action.stage === stage && is(action.params))!.output.digest
}

let question: string
let gold: string

beforeAll(async () => {
  const ended = await at.pipeline(["run", "tiny-talk", "--no-report", "--mode", "f32", "--threads", "1"])
  expect(ended.code, ended.err).toBe(0)
  const { out } = await at.here(["sql", "select question, answer from problems where latest limit 1", "--format", "jsonl"])
  const first = JSON.parse(out.split("\n")[0]!) as { readonly question: string; readonly answer: string }
  question = first.question
  gold = first.answer
}, 900_000)

describe("sample", () => {
  it("prints completions with format, grade and log-probability, graded against what the corpus has", async () => {
    const found = await rows("rl grpo", question, "--n", "3")
    expect(found.map(({ sample, gold, problem }) => [sample, gold, problem])).toEqual([0, 1, 2].map((n) => [n, gold, question]))
    for (const { format, correct, answer, logProb, tokens } of found) {
      expect(["omi1", "omi2", "lookup", "gsm", "tinygsm", "invalid"]).toContain(format)
      expect(typeof correct).toBe("boolean")
      if (correct === true) expect(answer).toBe(gold)
      expect(logProb).toBeLessThan(0)
      expect(tokens).toBeGreaterThan(0)
    }
  })

  it("prints the same bytes again, and for more completions the same ones first", async () => {
    const once = await sample("rl grpo", question, "--n", "4", "--temperature", "0.7")
    expect(await sample("rl grpo", question, "--n", "4", "--temperature", "0.7")).toEqual(once)
    const [few, more] = [await rows("rl grpo", question, "--n", "2"), await rows("rl grpo", question, "--n", "4")]
    expect(more.slice(0, 2)).toEqual(few)
    const texts = (found: ReadonlyArray<Row>) => found.map(({ completion }) => completion)
    expect(texts(await rows("rl grpo", question, "--n", "4", "--seed", "1"))).not.toEqual(texts(more))
  })

  it("names documents of the corpus that hold what a completion says, where there is an attribution", async () => {
    const found = await rows("rl grpo", question, "--n", "8")
    const spans = found.flatMap(({ documents }) => documents ?? [])
    expect(spans.length).toBeGreaterThan(0)
    const [{ document, source, text }] = spans as [(typeof spans)[number]]
    expect(found.some(({ completion }) => completion.includes(text))).toBe(true)
    const where = `latest and document = ${document} and source = '${source}'`
    const query = `select any_value(source) s, any_value(text) t from documents where ${where}`
    const { out } = await at.here(["sql", query, "--format", "jsonl"])
    expect(JSON.parse(out)).toMatchObject({ s: source, t: expect.stringContaining(text) })
  })

  it("leaves documents out where no attribution is to the model's corpus, says so once, and not where nobody asks", async () => {
    const other = await madeBy("pretrain", ({ seed }) => seed === 2)
    const ended = await sample(other, "5 + 4", "--n", "2", "--format", "jsonl")
    expect(ended.err.match(/No documents are named/g)).toHaveLength(1)
    expect(rowsOf(ended.out)[0]!.documents).toBeNull()
    expect(await sample(other, "5 + 4", "--n", "1", "--no-documents")).toMatchObject({ code: 0, err: "" })
  })

  it("of a forced format, every model begins as that format begins", async () => {
    for (const model of ["sft", "rl grpo"]) {
      const found = await rows(model, question, "--force", "omi2", "--temperature", "0", "--n", "8")
      // Greedy is one completion; the forced token is its first, and certain.
      expect(found).toHaveLength(1)
    }
    const base = await madeBy("pretrain", ({ seed }) => seed === 0)
    for (const { completion } of await rows(base, question, "--force", "omi1", "--n", "4"))
      expect(completion).toMatch(/^(?:Let's|solve)/)
  })

  it("of a step asks that snapshot, and names the steps there are", async () => {
    const [early, last] = [await rows("rl grpo", question, "--step", "1"), await rows("rl grpo", question, "--step", "2")]
    expect(last).toEqual(await rows("rl grpo", question))
    expect(early.map(({ logProb }) => logProb)).not.toEqual(last.map(({ logProb }) => logProb))
    expect(await sample("rl grpo", question, "--step", "7")).toMatchObject({ code: 2, err: expect.stringContaining("1, 2; got") })
    expect(await sample("sft", question, "--step", "7")).toMatchObject({ code: 2, err: expect.stringContaining("no snapshots") })
  })

  it("completes the formats that the model which is named may be forced into", async () => {
    const words = ["complete-words", "sample", "--store", at.store, "rl", "grpo", "--force", ""]
    expect((await at.pipeline(words)).out).toBe("omi1\nomi2\n")
  })

  it("completes the steps of a model that is named, by its label or as one word", async () => {
    const offered = async (...words: ReadonlyArray<string>) => (await at.pipeline(["complete-words", "sample", ...words])).out
    expect(await offered("--store", at.store, "rl", "grpo", "--step", "")).toBe("1\n2\n")
    expect(await offered("--store", at.store, "rl grpo", "--step=2")).toBe("--step=2\n")
    expect(await offered("--store", at.store, "sft", "--step", "")).toBe("")
  })

  it("grades against --gold, and against nothing where no answer is known", async () => {
    const own = "5 + 4 ="
    expect((await rows("rl grpo", own, "--n", "1"))[0]).toMatchObject({ gold: null, correct: null })
    const [{ answer }] = (await rows("rl grpo", question, "--n", "1")) as [Row]
    if (answer !== null)
      expect((await rows("rl grpo", question, "--n", "1", "--gold", answer))[0]).toMatchObject({ gold: answer, correct: true })
    expect(await sample("rl grpo", own, "--gold", "")).toMatchObject({ code: 2, err: expect.stringContaining("--gold") })
  })

  it("takes a label of several words unquoted, an artifact, and the question from a pipe", async () => {
    const artifact = await madeBy("rl", ({ algorithm }) => algorithm === "grpo")
    const whole = await sample("rl grpo", question, "--n", "2")
    expect((await sample(artifact, question, "--n", "2")).out).toBe(whole.out)
    const piped = spawnSync(
      process.execPath,
      [LAUNCHER, "sample", "rl", "grpo", "--n", "2", "--mode", "f32", "--store", at.store],
      {
        input: `${question}\n`,
        encoding: "utf8"
      }
    )
    expect(piped).toMatchObject({ status: 0, stdout: whole.out })
    const empty = spawnSync(process.execPath, [LAUNCHER, "sample", "rl grpo", "--store", at.store], {
      input: "\n",
      encoding: "utf8"
    })
    expect(empty).toMatchObject({ status: 2, stderr: expect.stringContaining("standard input is empty") })
  })

  it("goes on into grade: its lines have the fields that grade reads", async () => {
    const lines = path.join(folder, "lines.jsonl")
    fs.writeFileSync(lines, (await sample("rl grpo", question, "--n", "2", "--format", "jsonl")).out)
    expect(await at.here(["grade", lines])).toMatchObject({ code: 0, out: expect.stringContaining("2 completions of 1 problem") })
  })

  it("refuses what it cannot do, and says what is there", async () => {
    for (const [args, words] of [
      [["rl grpo", `${question} zebra`], '"zebra"'],
      [["rl grpo", Array(12).fill(question).join(" ")], "context of 64 has room for"],
      [["rl grpo", question, "--force", "tinygsm"], "must be one of omi1, omi2"],
      [["rl grpo", question, "--temperature", "warm"], "--temperature must be 0 (greedy) or a number"],
      [[await madeBy("mix"), question], "is no model but of kind corpus"],
      [["nothing", question], 'no node, action or artifact "nothing"'],
      [["rl", "grpo", "how", "many"], "A question goes in quotes"],
      [["rk"], 'no node, action or artifact "rk"'],
      [["rl grpo", question, "--format", "parquet"], "--format must be one of table"],
      [["rl grpo", question, "--store", path.join(folder, "nowhere")], "There is no such store"]
    ] as const) {
      const ended = await sample(...args)
      expect({ code: ended.code, out: ended.out }).toEqual({ code: 2, out: "" })
      expect(ended.err).toContain(words)
    }
  })

  it("of an imported model works without a corpus, where no format can be forced", async () => {
    const artifact = await madeBy("pretrain", ({ seed }) => seed === 2)
    const exported = path.join(folder, "from-elsewhere")
    expect(await at.here(["export-model", artifact, exported])).toMatchObject({ code: 0 })
    const elsewhere = ["--store", path.join(folder, "other-store")]
    const data = { ECHO_CHAMBER_DATA: path.join(folder, "data") }
    fs.mkdirSync(data.ECHO_CHAMBER_DATA)
    expect(await at.pipeline(["import-model", exported, ...elsewhere], data)).toMatchObject({ code: 0 })
    const ended = await sample("imported", "5 + 4", "--n", "2", ...elsewhere)
    expect(ended.code, ended.err).toBe(0)
    expect((await sample(artifact, "5 + 4", "--n", "2")).out.split("\n").slice(1)).toEqual(ended.out.split("\n").slice(1))
    const forced = await sample("imported", "5 + 4", "--force", "omi2", ...elsewhere)
    expect(forced).toMatchObject({ code: 2, err: expect.stringContaining("no corpus that the model was trained on") })
  }, 600_000)
})

/** `script` gives a program a terminal; that of Linux takes the command as here. */
const hasTerminals = process.platform === "linux" && spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0
if (!hasTerminals) console.warn("NOT CHECKED at a terminal: there is no `script` (util-linux) here.")

describe.skipIf(!hasTerminals)("the prompt line at a terminal", () => {
  const state = path.join(folder, "state")
  const start = () => {
    const command = `${process.execPath} ${LAUNCHER} sample rl grpo --n 2 --mode f32 --threads 1 --store ${at.store}`
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      env: { ...process.env, XDG_STATE_HOME: state, TERM: "xterm" }
    })
    let shown = ""
    let listener = () => {}
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text
      listener()
    })
    /** Waits for a text that comes after what was waited for before. */
    const until = (text: string) =>
      new Promise<string>((resolve, reject) => {
        listener = () => {
          const found = shown.indexOf(text)
          if (found < 0) return
          listener = () => {}
          const before = shown.slice(0, found)
          shown = shown.slice(found + text.length)
          resolve(before)
        }
        void ended.then(() => reject(new Error(`it ended before "${text}": ${shown}`)))
        listener()
      })
    return { type: (text: string) => void child.stdin.write(text), until, ended }
  }

  it("asks, takes commands, cancels at Ctrl-C, leaves at the second, and remembers lines", async () => {
    const first = start()
    await first.until("rl grpo> ")
    first.type("/force omi2\r")
    await first.until("rl grpo, omi2> ")
    first.type(`${question}\r`)
    expect(await first.until("2 completions: ")).toContain(`the right answer is ${gold}`)
    await first.until("rl grpo, omi2> ")
    first.type("/n 10000\r")
    await first.until("rl grpo, omi2> ")
    first.type(`${question}\r`)
    await first.until(question)
    first.type("\u0003")
    await first.until("Ctrl-C again")
    await first.until("rl grpo, omi2> ")
    first.type("\u0003")
    expect(await first.ended).toBe(130)

    const kept = fs.readFileSync(path.join(state, "echo-chamber/sample-history"), "utf8")
    expect(kept.split("\n").filter((line) => line !== "")).toEqual(["/force omi2", question, "/n 10000", question])
    const second = start()
    await second.until("rl grpo> ")
    second.type("\u001B[A")
    await second.until(question)
    second.type("\u0015\u0004")
    expect(await second.ended).toBe(0)
  }, 300_000)
})
