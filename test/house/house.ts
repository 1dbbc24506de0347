/**
 * The plan of the house: which rooms there are, from the roof down. A room may import from the floors below its own, never from
 * its own floor or from above. Inside a room the same holds for its sub-rooms and the files beside them.
 *
 * This table is what the tests check and what docs/architecture.md shows. A new room gets its line here.
 */

/** From the top down: each room with what it is for. */
export const FLOORS: ReadonlyArray<Readonly<Record<string, string>>> = [
  { "src/cli": "the command line: one file per command" },
  { "src/ui": "a page over the store, for the browser of this machine" },
  { pipelines: "studies: each reads like the methods section of a paper" },
  { "src/public": "what studies and stages elsewhere import: echo-chamber" },
  { stages: "mix, pretrain or imported, sft, rl, evaluate, and more" },
  {
    "src/report": "figures, claims, one HTML file",
    "src/exporting": "results for other programs: tables, curves, spans"
  },
  { "src/rl": "rollouts, advantages, objectives, learners" },
  {
    "src/training": "supervised training: packing, schedules, probes",
    "src/attribution": "which source a completion resembles"
  },
  { "src/evaluation": "pass@k, majority, intervals, comparisons" },
  { "src/mixing": "documents of a mixture, problem suites" },
  { "src/hugging-face": "models in Hugging Face's format: written, read, found" },
  {
    "src/engine": "what trains and samples models; native/ is C, cuda/ CUDA",
    "src/tokenizer": "word level, byte-level BPE, those of other models",
    "src/datasets": "real datasets: find, read, fetch, compare"
  },
  { "src/model": "the architecture, its sizes, its tensors", "src/formats": "solution formats: render, detect, extract, grade" },
  {
    "src/problems": "the grammar of word problems",
    "src/python": "the evaluator of model-written programs",
    "src/answers": "mathematical answers: read, compared"
  },
  { "src/cluster": "jobs of a cluster: submitted, watched, adopted" },
  { "src/dag": "stages, keys, planner, runner; no machine learning", "src/catalog": "SQL: DuckDB over the Arrow files" },
  { schemas: "kinds of artifacts and their tables" },
  { "src/store": "objects, actions, leases; Arrow files" },
  { "src/machine": "environment variables, folders, the terminal" },
  { "src/random": "counter-based random numbers", "src/text": "names, numbers, errors and control characters as words" },
  { "src/lists": "lists of any length", "src/elementary": "exp, log, sin with the same bits everywhere" }
]

/**
 * Inside the rooms, from the top down. A name is a sub-room (a folder) or a file beside the sub-rooms; `*` stands for all files
 * that are not named.
 */
export const INSIDE: Readonly<Record<string, ReadonlyArray<ReadonlyArray<string>>>> = {
  "src/cli": [
    ["main.ts"],
    ["command-line.ts"],
    ["commands"],
    ["executing", "doctor", "sampling", "tracing", "completion"],
    ["help"],
    ["*"],
    ["printing"]
  ],
  "src/ui": [
    ["serve.ts"],
    ["api.ts", "assets.ts", "guard.ts", "live.ts"],
    ["growing.ts"],
    ["asking.ts", "questions.ts", "run-logs.ts"],
    ["page"],
    ["wire.ts"]
  ],
  "src/rl": [["step-rows.ts"], ["learners"], ["params"], ["sampling", "algorithms"], ["objective", "rewards"], ["packed"]],
  "src/rl/rewards": [["registry.ts"], ["pages"], ["Reward.ts", "probability.ts"]],
  "src/report": [
    ["write-figures.ts"],
    ["write-report.ts"],
    ["render-report.ts"],
    ["judge-study.ts", "claims-ahead.ts"],
    ["sections"],
    ["figures"],
    ["claims"],
    ["predictors", "page", "draw", "left-out.ts", "judged-methods.ts"],
    ["data"]
  ],
  "src/exporting": [["tables", "tensorboard", "spans"], ["folder-names.ts"]],
  "src/attribution": [
    ["retraining"],
    ["methods", "canaries"],
    ["gradients"],
    ["*"],
    ["corpus-index"],
    ["AttributionInputError.ts"]
  ],
  "src/evaluation": [
    ["summary.ts", "compare.ts", "comparable.ts", "submissions.ts"],
    ["complete.ts", "prompt-room.ts"],
    ["metrics"],
    ["statistics"],
    ["EvaluationInputError.ts"]
  ],
  "src/engine": [
    ["ready.ts"],
    ["select.ts"],
    ["wasm", "tfjs"],
    ["native", "cuda"],
    ["CompiledEngine.ts"],
    ["CompiledLibrary.ts"],
    ["requests.ts", "check-arguments.ts", "cpu.ts"],
    ["sketch.ts"],
    ["Engine.ts", "fused.ts"]
  ],
  "src/engine/native": [["*"], ["model"], ["kernels"], ["machine"], ["requests.h"]],
  "src/engine/cuda": [["*"], ["kernels"], ["device.cuh"], ["simulate"]],
  "src/datasets": [
    ["check.ts", "describe.ts", "fetch"],
    ["overlap", "read"],
    ["unpack"],
    ["locate"],
    ["registry.ts"],
    ["sources"],
    ["Dataset.ts", "answers.ts", "errors.ts"]
  ],
  "src/tokenizer": [
    ["from-json.ts"],
    ["LibraryTokenizer.ts"],
    ["library-steps.ts"],
    ["bpe", "word", "lengths.ts", "unknown-words.ts"],
    ["document.ts", "hugging-face.ts", "control-tokens.ts"],
    ["Tokenizer.ts"]
  ],
  "src/formats": [["grade.ts"], ["registry.ts", "paper-verifier.ts"], ["solutions", "degenerate.ts"], ["answers"], ["Format.ts"]],
  "src/formats/answers": [["*"], ["standing"], ["values.ts"], ["sentences.ts"]],
  "src/answers": [
    ["answers.ts"],
    ["read-answer.ts", "equal.ts"],
    ["shapes"],
    ["relations"],
    ["unions.ts"],
    ["same-kind.ts"],
    ["units"],
    ["*"],
    ["spelling"],
    ["vocabulary"],
    ["mathematics"]
  ],
  "src/answers/mathematics": [["compare.ts"], ["precise"], ["normal"], ["parse.ts"], ["notation"], ["*"]],
  "src/python": [["evaluate.ts"], ["compile"], ["library"], ["operations"], ["syntax"], ["values"]],
  "src/cluster": [["*"], ["schedulers"], ["batches.ts", "decide.ts", "Profile.ts"]],
  "src/dag": [["attest"], ["running"], ["foresight"], ["*"], ["code"], ["repository.ts"]],
  "src/catalog": [
    ["Catalog.ts"],
    ["Session.ts"],
    ["output", "tables"],
    ["results"],
    ["duckdb"],
    ["QueryResult.ts", "SqlFailed.ts"]
  ],
  "src/store": [["upkeep", "transfer"], ["objects", "arrow", "presence"], ["remote"], ["schema", "disk"]],
  "src/store/transfer": [["transfer.ts", "bring-down.ts", "shared-checkpoints.ts"], ["objects-over.ts"], ["wanted.ts"]],
  "src/store/remote": [["mirror.ts"], ["Blocking.ts"], ["worker.ts"], ["open.ts"], ["s3.ts"], ["*"], ["Backend.ts"]]
}

/** Rooms whose files may know each other in circles: a grammar is recursive, and so is what compiles it. */
export const RECURSIVE_ROOMS = ["src/python/syntax", "src/python/compile"]

/** Files that import what they only learn the name of at run time, each with what that is. Any other import is written out. */
export const COMPUTED_IMPORTS: Readonly<Record<string, string>> = {
  "src/cli/studies.ts": "a study, by its path",
  "src/dag/stage-modules.ts": "a stage, by the module that it says it is in",
  "src/engine/tfjs/load.ts": "the tfjs-node that the user may have installed"
}

/**
 * Calls into which lists may be spread, each with what bounds the list. Other lists can be long: `src/lists/large.ts` has what
 * does the same without the stack.
 */
export const BOUNDED_SPREADS: Readonly<Record<string, string>> = {
  inside: "the names of a path",
  namesInside: "the names of a path",
  makeInside: "the names of a path",
  setAside: "the names of a path",
  "path.join": "the names of a path",
  "name]!": "the arguments of a call of the engine",
  driverFunction: "the arguments of a call of the GPU's driver",
  bootstrapMean: "two ends",
  "random.between": "two ends",
  "Math.hypot": "at most a thousand: the branch says so",
  "target.entries.set": "a key and its value",
  "values.subarray": "two ends"
}

/** No folder has more modules than this (a .c file with its header is one)... */
export const MOST_MODULES = 13

/** ...except lists of alike things, each with what its entries are. */
export const LISTS: Readonly<Record<string, string>> = {
  "src/cli/commands": "one command a file",
  pipelines: "one study a file",
  stages: "one stage a file",
  schemas: "one kind of artifact a file, and what SQL knows of all",
  "src/engine/native/kernels": "one operation a file, with its header",
  bench: "one measurement a file, and what they share"
}

/** The floors as docs/architecture.md draws them. */
export const drawing = (): string => {
  const width = Math.max(...FLOORS.flatMap((floor) => Object.keys(floor).map((room) => room.length)))
  const line = `+${"-".repeat(79)}+`
  const floors = FLOORS.map((floor) =>
    Object.entries(floor)
      .map(([room, subject]) => `| ${room.padEnd(width)}  ${subject}`.padEnd(80) + "|")
      .join("\n")
  )
  return `${line}\n${floors.join(`\n${line}\n`)}\n${line}`
}

/** The orders inside the rooms as docs/architecture.md prints them, at most 100 characters wide. */
export const insideDrawing = (): string => {
  const width = Math.max(...Object.keys(INSIDE).map((room) => room.length))
  return Object.entries(INSIDE)
    .map(([room, order]) => {
      const lines = [room.padEnd(width + 1)]
      for (const [i, names] of order.entries()) {
        const words = `${i === 0 ? "" : " >"} ${names.map((name) => (name === "*" ? "other files" : name)).join(", ")}`
        if (lines.at(-1)!.length + words.length > 100) lines.push("".padEnd(width - 1))
        lines[lines.length - 1] += words
      }
      return lines.join("\n")
    })
    .join("\n")
}
