/** Models out and in by the command line, in processes of their own: what lies in the folders, and what is refused. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Effect } from "effect"
import { beforeAll, describe, expect, it } from "vitest"

import { newModelFolder } from "../../src/hugging-face/find-model.ts"
import { configOf } from "../../src/hugging-face/olmo-config.ts"
import { writeWeights } from "../../src/hugging-face/write-weights.ts"
import { initialParameters } from "../../src/model/initialize.ts"
import { parameterTable } from "../../src/model/ModelSpec.ts"
import { Store } from "../../src/store/objects/Store.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { type Document, engineGreedy, engineScores, openModel, scoredDocuments } from "./engine.ts"
import { runPython, transformersVersion } from "./python.ts"

const at = place(path.join(import.meta.dirname, "fixtures/studies"))
const folder = temporaryFolder()
const inFolder = (name: string) => path.join(folder, name)
const data = { ECHO_CHAMBER_DATA: inFolder("data") }

const actions = () =>
  Effect.runPromise(
    Effect.provide(
      Effect.flatMap(Store, (store) => store.actions),
      Store.reading(at.store)
    )
  )
const artifactOf = async (stage: string, is: (params: Readonly<Record<string, unknown>>) => boolean = () => true) =>
  (await actions()).find((action) => action.stage === stage && is(action.params))!.output.digest

const exported = async (model: string, name: string, ...flags: ReadonlyArray<string>) => {
  const ended = await at.here(["export-model", model, inFolder(name), ...flags])
  expect(ended).toMatchObject({ code: 0, err: "" })
  return inFolder(name)
}
const json = (file: string) => JSON.parse(fs.readFileSync(file, "utf8"))

let model: string
let withSnapshots: string
let onBytes: string

beforeAll(async () => {
  fs.mkdirSync(data.ECHO_CHAMBER_DATA)
  const ended = await at.pipeline(["run", "tiny-model", "--no-report", "--mode", "f32", "--threads", "1"])
  expect(ended.code, ended.err).toBe(0)
  model = await artifactOf("pretrain", ({ seed }) => seed === 0)
  withSnapshots = await artifactOf("pretrain", ({ seed }) => seed === 1)
  onBytes = await artifactOf("pretrain", ({ seed }) => seed === 2)
}, 600_000)

describe("export-model", () => {
  it("writes what Hugging Face's libraries open, and a card that says what it was made from", async () => {
    const to = await exported(model, "card")
    expect(fs.readdirSync(to).toSorted()).toEqual([
      "README.md",
      "config.json",
      "echo_chamber-batches.arrow",
      "echo_chamber-cutDocuments.arrow",
      "echo_chamber-heldOut.arrow",
      "echo_chamber-policies.arrow",
      "echo_chamber-probes.arrow",
      "echo_chamber-training.arrow",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json"
    ])
    expect(json(path.join(to, "tokenizer_config.json"))).toMatchObject({ eos_token: "<|endoftext|>", pad_token: "<|pad|>" })
    expect(json(path.join(to, "tokenizer_config.json"))).not.toHaveProperty("chat_template")
    const card = fs.readFileSync(path.join(to, "README.md"), "utf8")
    for (const words of [model, "### pretrain", "### mix", "| context | 64 |", "| omi2 |", "## Loss on held-out documents"])
      expect(card).toContain(words)
    // Parameters all, set or not.
    for (const words of ['| scale | `"xs"` | default |', "| context | `64` |  |", "| seed | `0` | default |", "| learningRate |"])
      expect(card).toContain(words)
  })

  it("again into the same folder is no error, and another model into it is refused", async () => {
    const to = await exported(model, "twice")
    const before = fs.readFileSync(path.join(to, "model.safetensors"))
    const again = await at.here(["export-model", model, to])
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("holds this model already") })
    const other = await at.here(["export-model", withSnapshots, to])
    expect(other).toMatchObject({ code: 2, err: expect.stringMatching(/holds another .*, and is left as it is/) })
    expect(fs.readFileSync(path.join(to, "model.safetensors"))).toEqual(before)
  })

  it("leaves a folder with other things alone, and nothing beside it", async () => {
    const to = inFolder("mine/notes")
    fs.mkdirSync(to, { recursive: true })
    fs.writeFileSync(path.join(to, "notes.txt"), "mine")
    const ended = await at.here(["export-model", model, to])
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining("holds other things (notes.txt)") })
    expect(fs.readdirSync(path.dirname(to))).toEqual(["notes"])
    expect(fs.readdirSync(to)).toEqual(["notes.txt"])
  })

  it("of a step gives that snapshot, and says which there are where it is none", async () => {
    const none = await at.here(["export-model", withSnapshots, inFolder("none"), "--step", "7777"])
    expect(none).toMatchObject({ code: 2, err: expect.stringMatching(/has no snapshot after step 7777: it keeps steps \d+/) })
    expect(fs.existsSync(inFolder("none"))).toBe(false)
    const step = /it keeps steps (\d+)/.exec(none.err)![1]!
    const early = await exported(withSnapshots, "early", "--step", step)
    const ended = await exported(withSnapshots, "ended")
    const weights = (at: string) => fs.readFileSync(path.join(at, "model.safetensors"))
    expect(weights(early).length).toBe(weights(ended).length)
    expect(weights(early).equals(weights(ended))).toBe(false)
  })

  it("as bf16 takes half the bytes", async () => {
    const [f32, bf16] = [await exported(model, "as-f32"), await exported(model, "as-bf16", "--dtype", "bf16")]
    const size = (at: string) => fs.statSync(path.join(at, "model.safetensors")).size
    expect(size(bf16) / size(f32)).toBeCloseTo(0.5, 1)
    expect(json(path.join(bf16, "config.json")).torch_dtype).toBe("bfloat16")
  })

  it("of what is no model, or of nothing, says so", async () => {
    const corpus = await at.here(["export-model", await artifactOf("mix"), inFolder("corpus")])
    expect(corpus).toMatchObject({ code: 2, err: expect.stringContaining("is no model but of kind corpus") })
    const nothing = await at.here(["export-model", "pretrain-xyz", inFolder("nothing")])
    expect(nothing).toMatchObject({ code: 2, err: expect.stringContaining('"pretrain-xyz"') })
  })
})

describe("import-model", () => {
  it("of what was exported gives the same artifact, on bytes too", async () => {
    const ended = await at.pipeline(["import-model", await exported(onBytes, "on-bytes")], data)
    expect(ended.out).toContain(`artifact ${onBytes}`)
  }, 600_000)

  it("of what was exported gives the same artifact", async () => {
    const to = await exported(model, "tiny")
    const ended = await at.pipeline(["import-model", to], data)
    expect(ended.code, ended.err).toBe(0)
    expect(ended.out).toContain(`artifact ${model}`)
    expect(await artifactOf("imported", (params) => params["model"] === "tiny")).toBe(model)
    const card = async (named: string, name: string) =>
      fs.readFileSync(path.join(await exported(named, name), "README.md"), "utf8")
    // Named by its digest it is what was trained; by the action that brought it in, what was brought in.
    expect(await card(model, "by-artifact")).toMatch(/# A model of stage pretrain\n[^]*### mix/)
    const { key } = (await actions()).find(({ stage, params }) => stage === "imported" && params["model"] === "tiny")!
    expect(await card(key, "by-import")).toMatch(/# A model of stage imported\n(?![^]*### pretrain)/)
  }, 600_000)

  it("brings in a model with another tokenizer, which RL starts from with a corpus of its tokens", async () => {
    const spec = { vocabularySize: 448, width: 32, layers: 1, heads: 2, hidden: 64, context: 256, tied: false, valueHead: false }
    const from = inFolder("other-tokenizer")
    fs.mkdirSync(from)
    const write = (name: string, value: unknown) => fs.writeFileSync(path.join(from, name), JSON.stringify(value))
    write("config.json", configOf(spec, { endOfText: 0, pad: 1 }, "bfloat16", "none"))
    const others = json(path.join(import.meta.dirname, "../fixtures/other-tokenizers.json")).tokenizers
    write("tokenizer.json", others.byteFallback.tokenizer)
    write("tokenizer_config.json", { eos_token: "</s>", bos_token: "<s>" })
    const parameters = new Uint8Array(initialParameters(spec, 1).buffer)
    const sources = parameterTable(spec).map(({ name, shape, offset, size }) => ({
      name,
      shape,
      read: () => parameters.subarray(offset * 4, (offset + size) * 4)
    }))
    writeWeights(from, sources, "BF16", 20_000)
    const ended = await at.pipeline(["import-model", from, "--name", "someone/other"], data)
    expect(ended.code, ended.err).toBe(0)
    expect(ended.err).toContain("config.json ends texts with <unk> (eos_token_id 0), tokenizer_config.json with </s>")
    expect(ended.err).toContain("448 rows of embeddings for 416 tokens")
    const run = await at.pipeline(["run", "from-elsewhere", "--model", "someone/other", "--no-report"], data)
    expect(run.code, run.err).toBe(0)
    const policy = (await actions()).find(({ stage }) => stage === "rl")!.output.digest
    const out = await exported(policy, "rl-policy")
    expect(json(path.join(out, "tokenizer.json"))).toEqual(others.byteFallback.tokenizer)
    expect(json(path.join(out, "config.json"))).toMatchObject({ eos_token_id: 2, vocab_size: 448, tie_word_embeddings: false })
  }, 600_000)

  it("names the field that differs, the file that is damaged, and keeps nothing of it", async () => {
    const refused = async (change: (at: string) => void) => {
      const from = fs.mkdtempSync(inFolder("bad-"))
      fs.cpSync(await exported(model, "good"), from, { recursive: true })
      change(from)
      const { code, err } = await at.here(["import-model", from, "--name", "bad"], data)
      expect(code).toBe(2)
      expect(fs.existsSync(path.join(data.ECHO_CHAMBER_DATA, "models/bad"))).toBe(false)
      return err
    }
    const configured = (change: object) => (from: string) => {
      const file = path.join(from, "config.json")
      fs.writeFileSync(file, JSON.stringify({ ...json(file), ...change }))
    }
    const weights = (from: string) => path.join(from, "model.safetensors")
    expect(await refused(configured({ clip_qkv: 8 }))).toContain("clip_qkv is 8, and must be null")
    expect(await refused(configured({ hidden_size: 32 }))).toMatch(
      /has model.embed_tokens.weight of \d+ x 64, and by config.json/
    )
    expect(await refused(configured({ num_hidden_layers: 3 }))).toContain(
      "lacks the tensor model.layers.2.self_attn.q_proj.weight"
    )
    expect(await refused(configured({ num_hidden_layers: 1 }))).toContain("has a tensor model.layers.1.self_attn.q_proj.weight")
    expect(await refused((from) => fs.truncateSync(weights(from), 5000))).toMatch(/model\.safetensors is cut off or damaged/)
    const notANumber = (from: string) => {
      const bytes = fs.readFileSync(weights(from))
      bytes.writeFloatLE(Number.NaN, bytes.length - 4)
      fs.writeFileSync(weights(from), bytes)
    }
    expect(await refused(notANumber)).toMatch(/has 1 of \d+ values of model\.layers\.\S+ that are NaN or infinite/)
    expect(await refused((from) => fs.rmSync(weights(from)))).toContain("model.safetensors is missing")
    expect(await refused((from) => fs.renameSync(weights(from), path.join(from, "pytorch_model.bin")))).toContain(
      "save_pretrained"
    )
    const folderInstead = (from: string) => {
      fs.rmSync(weights(from))
      fs.mkdirSync(weights(from))
    }
    expect(await refused(folderInstead)).toContain("model.safetensors is a folder, not a file")
    expect(await refused((from) => fs.writeFileSync(path.join(from, "tokenizer.json"), "{}"))).toContain("is no tokenizer.json")
    expect(await refused((from) => fs.rmSync(path.join(from, "config.json")))).toContain("config.json is missing")
  })

  it("takes no name that leads out of its folder, and no other model under a name that is taken", async () => {
    const from = await exported(model, "named")
    for (const name of ["../x", "/x", "a/b/c", ""]) {
      const { code } = await at.here(["import-model", from, "--name", name], data)
      expect(code, name).toBe(2)
    }
    const taken = path.join(data.ECHO_CHAMBER_DATA, "models/taken")
    fs.mkdirSync(taken, { recursive: true })
    fs.copyFileSync(path.join(from, "tokenizer.json"), path.join(taken, "config.json"))
    const { err } = await at.here(["import-model", from, "--name", "taken"], data)
    expect(err).toContain("holds another")
  })
})

it("a name that a folder has which is looked at first is refused: studies would start from that model", () => {
  const [first, second] = [inFolder("first"), inFolder("second")]
  fs.mkdirSync(path.join(first, "models/mine"), { recursive: true })
  expect(newModelFolder("mine", second, [first, second])).toBe(path.join(second, "models/mine"))
  fs.writeFileSync(path.join(first, "models/mine/config.json"), "{}")
  expect(() => newModelFolder("mine", second, [first, second])).toThrow("is a model of that name, and is looked at before")
  expect(newModelFolder("mine", second, [second, first])).toBe(path.join(second, "models/mine"))
})

const version = transformersVersion()

describe.skipIf(version === null)(`transformers ${version}`, () => {
  const oracle = `
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
model, report = AutoModelForCausalLM.from_pretrained(request["folder"], output_loading_info=True)
tokenizer = AutoTokenizer.from_pretrained(request["folder"])
model = model.float().eval()
scores, greedy = [], []
with torch.no_grad():
    for ids in request["documents"]:
        logits = model(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        scores.append([logits[t, ids[t + 1]].item() for t in range(len(ids) - 1)])
    for ids in request["prompts"]:
        out = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=request["most"])
        greedy.append(out[0, len(ids):].tolist())
print(json.dumps({
    "class": type(model).__name__,
    "wrong": [*report["missing_keys"], *report["unexpected_keys"], *map(str, report["mismatched_keys"])],
    "eos": tokenizer.eos_token_id,
    "texts": [tokenizer.decode(ids, skip_special_tokens=True) for ids in request["documents"]],
    "ids": [tokenizer(text, add_special_tokens=False)["input_ids"] for text in request["texts"]],
    "scores": scores,
    "greedy": greedy,
}))`
  interface Observed {
    readonly class: string
    readonly wrong: ReadonlyArray<string>
    readonly eos: number
    readonly ids: ReadonlyArray<ReadonlyArray<number>>
    readonly texts: ReadonlyArray<string>
    readonly scores: ReadonlyArray<ReadonlyArray<number>>
    readonly greedy: ReadonlyArray<ReadonlyArray<number>>
  }

  /** What both make of the same documents, and of the first ten tokens of each. */
  const compared = async (artifact: string, to: string, documents: ReadonlyArray<Document>) => {
    const opened = await openModel(at.store, artifact)
    const ids = documents.map(({ tokens }) => [...tokens].slice(0, opened.spec.context))
    const prompts = ids.slice(0, 10).map((tokens) => tokens.slice(0, 10))
    const texts = documents.map(({ text }) => text)
    const observed = runPython(oracle, { folder: to, documents: ids, prompts, texts, most: 20 }) as Observed
    expect(observed.class).toBe("OlmoForCausalLM")
    expect(observed.wrong).toEqual([])
    const scores = await engineScores(opened, ids)
    const gaps = scores.flatMap((row, d) => row.map((score, t) => Math.abs(score - observed.scores[d]![t]!)))
    return { opened, observed, gaps, greedy: await engineGreedy(opened, prompts, 20), texts }
  }

  it.each(["word", "bpe"])(
    "computes the engine's log-probabilities to 1e-5 on a hundred documents, and its greedy continuations: %s",
    async (kind) => {
      const corpus = await artifactOf("mix", ({ tokenizer }) => tokenizer === kind)
      const documents = await scoredDocuments(at.store, corpus, 100)
      expect(documents).toHaveLength(100)
      const to = await exported(kind === "word" ? model : onBytes, `in-python-${kind}`)
      const { opened, observed, gaps, greedy, texts } = await compared(kind === "word" ? model : onBytes, to, documents)
      expect(opened.tokenizer.kind).toBe(kind)
      expect(Math.max(...gaps)).toBeLessThan(1e-5)
      expect(greedy).toEqual(observed.greedy)
      expect(observed.eos).toBe(opened.tokenizer.endOfText)
      expect(texts.map((text) => [...opened.tokenizer.encode(text)])).toEqual(observed.ids)
      expect(documents.map(({ tokens }) => opened.tokenizer.decode(tokens.slice(0, opened.spec.context)))).toEqual(observed.texts)
    }
  )

  it.each(["float32", "bfloat16", "float16"])(
    "writes models that are computed here as there: untied, in shards, %s",
    async (dtype) => {
      const from = inFolder(`olmo-${dtype}`)
      const name = `olmo-${dtype}`
      const documents = await scoredDocuments(at.store, await artifactOf("mix", ({ tokenizer }) => tokenizer === "word"), 30)
      runPython(
        `
import torch
from transformers import OlmoConfig, OlmoForCausalLM
torch.manual_seed(1)
config = OlmoConfig(vocab_size=request["size"] + 7, hidden_size=48, intermediate_size=80, num_hidden_layers=2,
    num_attention_heads=4, max_position_embeddings=64, pad_token_id=0, eos_token_id=1, initializer_range=0.1)
model = OlmoForCausalLM(config).to(getattr(torch, request["dtype"]))
model.save_pretrained(request["folder"], max_shard_size="50KB")
print("null")`,
        { folder: from, dtype, size: (await openModel(at.store, model)).tokenizer.size }
      )
      const tokenizer = await exported(model, "with-tokenizer")
      for (const file of ["tokenizer.json", "tokenizer_config.json"])
        fs.copyFileSync(path.join(tokenizer, file), path.join(from, file))
      expect(fs.readdirSync(from).filter((file) => file.endsWith(".safetensors")).length).toBeGreaterThan(1)
      const ended = await at.pipeline(["import-model", from], data)
      expect(ended.code, ended.err).toBe(0)
      const artifact = await artifactOf("imported", (params) => params["model"] === name)
      const { opened, gaps, observed, greedy } = await compared(artifact, from, documents)
      expect(opened.spec.tied).toBe(false)
      expect(Math.max(...gaps)).toBeLessThan(1e-5)
      expect(greedy).toEqual(observed.greedy)
    }
  )
})
