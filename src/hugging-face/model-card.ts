/** The README of an exported model: what it is, what it was made from, with digests to find all of it again. */

import * as Effect from "effect/Effect"

import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Corpus } from "../../schemas/corpus.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
import { type ModelSpec, parameterCount } from "../model/ModelSpec.ts"
import { openTable } from "../store/arrow/TableReader.ts"
import { tellingMaker } from "../store/objects/records.ts"
import { type ActionRecord, Store } from "../store/objects/Store.ts"
import { Kind } from "../store/schema/Kind.ts"

interface CardRequest {
  readonly artifact: string
  /** The action whose result is told of: another may have given the same artifact. */
  readonly maker: ActionRecord
  readonly step: number | null
  readonly dtype: "f32" | "bf16"
  readonly spec: ModelSpec
  readonly tags: "none" | "native"
}

/**
 * The text of the card. What of the model's history the store has let go is left out: the card says as much as is known, and
 * depends on nothing but the store.
 */
export const modelCard = Effect.fnUntraced(function* (request: CardRequest) {
  const { artifact, maker, step, dtype, spec, tags } = request
  const history = yield* historyOf(maker)
  const sections = [
    header,
    `# A model of stage ${maker.stage}`,
    `A language model of ${parameterCount(spec).toLocaleString("en")} parameters in the architecture of OLMo 1, ` +
      `trained with Echo Chamber${step === null ? "" : `, as it was after ${step} updates of its last stage`}. ` +
      "It is no chat model: a prompt is a question and the separator of its tokenizer behind it." +
      (tags === "native" ? " A completion begins with a control token that names its format." : ""),
    table(
      ["", ""],
      [
        ["layers", spec.layers],
        ["width", spec.width],
        ["heads", spec.heads],
        ["SwiGLU", spec.hidden],
        ["context", spec.context],
        ["vocabulary", spec.vocabularySize],
        ["head", spec.tied ? "tied" : "untied"],
        ["weights", dtype === "f32" ? "float32, as trained" : "bfloat16, rounded from float32"],
        ["artifact", `\`${artifact}\``]
      ]
    ),
    "## How it was made",
    ...history.map(stageSection),
    ...(yield* mixtureSection(history)),
    ...(yield* lossSection(artifact)),
    ...(yield* evaluationSection(artifact, step))
  ]
  return `${sections.join("\n\n")}\n`
})

const header = "---\nlibrary_name: transformers\npipeline_tag: text-generation\ntags:\n  - echo-chamber\n  - olmo\n---"

/** The records from the one that made a model to the first, each once. */
const historyOf = Effect.fnUntraced(function* (last: ActionRecord) {
  const store = yield* Store
  const found = [last]
  const seen = new Set([last.output.digest])
  // What is added while it is gone through is gone through as well.
  for (const { inputs } of found)
    for (const input of Object.values(inputs)) {
      if (seen.has(input)) continue
      seen.add(input)
      const maker = tellingMaker(yield* store.makersOf(input))
      if (maker !== undefined) found.push(maker)
    }
  return found
})

/** Of the components of a key, those that are files from outside the store begin so. */
const FILE = "file:"

const stageSection = ({ stage, key, params, components, output }: ActionRecord): string => {
  const set = new Set(components.flatMap(({ name }) => (name.startsWith("param:") ? [name.slice("param:".length)] : [])))
  const rows = Object.entries(params).map(([name, value]) => [
    name,
    `\`${JSON.stringify(value)}\``,
    set.has(name) ? "" : "default"
  ])
  const externals = components.filter(({ name }) => name.startsWith(FILE))
  return [
    `### ${stage}`,
    `Artifact \`${output.digest}\`, key \`${key}\`.`,
    ...(rows.length === 0 ? [] : [table(["parameter", "value", ""], rows)]),
    ...(externals.length === 0
      ? []
      : [
          table(
            ["file", "SHA-256"],
            externals.map(({ name, value }) => [name.slice(FILE.length), `\`${value}\``])
          )
        ])
  ].join("\n\n")
}

/** A table of an artifact, if it is there and sound. */
const mixtureSection = Effect.fnUntraced(function* (history: ReadonlyArray<ActionRecord>) {
  const store = yield* Store
  const sections: Array<string> = []
  for (const { output } of history) {
    const part = output.tables["sources"]
    if (!Kind.isA(output.kind, Corpus) || part === undefined) continue
    const rows = yield* Effect.map(Effect.option(store.readable(output.digest, part)), (file) =>
      file._tag === "None" ? [] : [...openTable(Corpus.tables.sources, file.value)]
    )
    if (rows.length === 0) continue
    sections.push(
      `## Mixture of \`${output.digest.slice(0, 12)}\``,
      table(
        ["source", "training documents", "tokens", "share"],
        rows.map(({ source, documents, tokens, share }) => [source, documents, tokens, percent(share)])
      )
    )
  }
  return sections
})

const lossSection = Effect.fnUntraced(function* (artifact: string) {
  const store = yield* Store
  const manifest = yield* store.manifest(artifact)
  const part = manifest.tables["heldOut"]
  if (part === undefined) return []
  const file = yield* store.readable(artifact, part)
  const rows = [...openTable(Checkpoint.tables.heldOut, file)]
  const last = rows.at(-1)?.step
  if (last === undefined) return []
  return [
    "## Loss on held-out documents",
    table(
      ["source", "nats a token", "documents"],
      rows.filter(({ step }) => step === last).map(({ source, loss, documents }) => [source, loss.toFixed(4), documents])
    )
  ]
})

const evaluationSection = Effect.fnUntraced(function* (artifact: string, step: number | null) {
  const store = yield* Store
  const actions = yield* store.actions
  const evaluations = actions
    .filter(({ inputs, output }) => inputs["policy"] === artifact && Kind.isA(output.kind, Evaluation))
    .filter(({ params }) => (params["step"] ?? null) === step)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
  const rows: Array<ReadonlyArray<string | number>> = []
  for (const { output } of evaluations) {
    const part = output.tables["evaluations"]
    const file = part === undefined ? null : yield* Effect.option(store.readable(output.digest, part))
    if (file === null || file._tag === "None") continue
    for (const { suite, metric, k, decoding, profile, slice, value, low, high, n } of openTable(
      Evaluation.tables.evaluations,
      file.value
    ))
      if (profile === "corrected" && slice === "all" && /^(?:pass@|majority@)/.test(metric))
        rows.push([
          suite,
          k > 0 ? metric.replace("@k", `@${k}`) : metric,
          decoding,
          percent(value),
          `${percent(low)} to ${percent(high)}`,
          n
        ])
  }
  return rows.length === 0 ? [] : ["## Evaluations", table(["suite", "metric", "decoding", "value", "95 % interval", "n"], rows)]
})

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string | number>>): string =>
  [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.map((cell) => String(cell).replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`)
    .join("\n")
