/**
 * A `tokenizer.json` as the package for Node is to be given it, so that ids are those of Hugging Face's own library, which is
 * written in Rust. The package reads some steps of a document otherwise: `\w` and digits of ASCII alone, every sort of split as
 * `Isolated`, U+FEFF as a blank. These steps are put in other words, which both read alike. What cannot be is refused by name.
 */

import * as Schema from "effect/Schema"

import { TokenizerInvalid } from "./bpe/bpe-json.ts"
import type { TokenizerJson } from "./Tokenizer.ts"

const Step = Schema.StructWithRest(Schema.Struct({ type: Schema.String }), [Schema.Record(Schema.String, Schema.Json)])
type Step = typeof Step.Type

const isStep = Schema.is(Step)
const Pattern = Schema.Union([Schema.Struct({ Regex: Schema.String }), Schema.Struct({ String: Schema.String })])
const isText = Schema.is(Schema.String)

/** The document with steps that the package reads as the Rust library reads the document's own. Throws `TokenizerInvalid`. */
export const asRustReads = (document: TokenizerJson): TokenizerJson => ({
  ...document,
  normalizer: each(document["normalizer"], "normalizers", normalizer),
  pre_tokenizer: each(document["pre_tokenizer"], "pretokenizers", preTokenizer)
})

/** A step, or those of a sequence of them, one by one. What is no step is left to the library, which says so. */
const each = (step: Schema.Json | undefined, list: string, one: (step: Step) => Step): Schema.Json => {
  if (!isStep(step)) return step ?? null
  const steps = step[list]
  if (step.type !== "Sequence" || !Array.isArray(steps)) return one(step)
  return { type: step.type, [list]: steps.map((inner: Schema.Json) => each(inner, list, one)) }
}

const replaced = (pattern: Schema.Json, content: string): Step => ({ type: "Replace", pattern, content })

const normalizer = (step: Step): Step => {
  switch (step.type) {
    case "Strip": {
      const left = step["strip_left"] === true ? [replaced({ Regex: "\\A\\s+" }, "")] : []
      const right = step["strip_right"] === true ? [replaced({ Regex: "\\s+\\z" }, "")] : []
      return { type: "Sequence", normalizers: [...left, ...right] }
    }
    // Rust lowers letter by letter; JavaScript writes a sigma at the end of a word in another way.
    case "Lowercase":
    case "BertNormalizer":
      return step.type === "BertNormalizer" && step["lowercase"] !== true
        ? step
        : { type: "Sequence", normalizers: [replaced({ String: "Σ" }, "σ"), step] }
    default:
      return step
  }
}

/** What `\w` means in Rust. */
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"
const PUNCTUATION = "[\\p{P}\\u0021-\\u002F\\u003A-\\u0040\\u005B-\\u0060\\u007B-\\u007E]"

/** Every match of a pattern is a piece, and what lies between them is left out. */
const matches = (regex: string): Step => ({ type: "Split", pattern: { Regex: regex }, behavior: "Removed", invert: true })

const preTokenizer = (step: Step): Step => {
  switch (step.type) {
    case "Whitespace":
      return matches(`[${WORD}]+|[^${WORD}\\s]+`)
    case "WhitespaceSplit":
      return matches("\\S+")
    case "Digits":
      return isolated(step["individual_digits"] === true ? "\\p{N}" : "\\p{N}+")
    case "Punctuation":
      return split(PUNCTUATION, step["behavior"] ?? "Isolated", step)
    case "FixedLength":
      return matches(`[\\s\\S]{1,${Number(step["length"] ?? 5)}}`)
    case "Metaspace": {
      const replacement = step["replacement"] ?? "\u2581"
      const cut = step["split"] === false || !isText(replacement) ? [] : [split(escaped(replacement), "MergedWithNext", step)]
      return { type: "Sequence", pretokenizers: [step, ...cut] }
    }
    case "Split": {
      const source = sourceOf(step["pattern"])
      return source === null ? step : split(source, step["behavior"] ?? "", step)
    }
    default:
      return step
  }
}

const isolated = (regex: string): Step => ({ type: "Split", pattern: { Regex: regex }, behavior: "Isolated", invert: false })

/** A split at every match of a regular expression; `behavior`: where the match goes. */
const split = (regex: string, behavior: Schema.Json, step: Step): Step => {
  const inverted = step["invert"] === true
  switch (behavior) {
    case "Removed":
      return step
    case "Isolated":
      return isolated(regex)
    case "Contiguous":
      return isolated(`(?:${regex})+`)
    case "MergedWithPrevious":
      if (!inverted) return matches(`[\\s\\S]*?(?:${regex})|[\\s\\S]+`)
      break
    case "MergedWithNext":
      if (!inverted) return matches(`(?:${regex})(?:(?!(?:${regex}))[\\s\\S])*|(?:(?!(?:${regex}))[\\s\\S])+`)
      break
    default:
  }
  throw new TokenizerInvalid({
    field: "pre_tokenizer",
    problem: `has a ${step.type} of behavior ${JSON.stringify(behavior)}${inverted ? " that is inverted" : ""}, which is not read`
  })
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** The regular expression of a pattern; null: it is none that is known. */
const sourceOf = (pattern: Schema.Json | undefined): string | null => {
  const read = Schema.decodeUnknownResult(Pattern)(pattern)
  if (read._tag === "Failure") return null
  return "Regex" in read.success ? read.success.Regex : escaped(read.success.String)
}

/** What is looked at to see whether the package gives the ids of the Rust library. */
const Looked = Schema.Struct({
  added_tokens: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(
        Schema.Struct({
          content: Schema.String,
          lstrip: Schema.optionalKey(Schema.Boolean),
          rstrip: Schema.optionalKey(Schema.Boolean),
          single_word: Schema.optionalKey(Schema.Boolean)
        })
      )
    )
  ),
  model: Schema.Struct({
    type: Schema.optionalKey(Schema.String),
    unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
    dropout: Schema.optionalKey(Schema.NullOr(Schema.Number)),
    continuing_subword_prefix: Schema.optionalKey(Schema.NullOr(Schema.String)),
    byte_fallback: Schema.optionalKey(Schema.NullOr(Schema.Boolean)),
    vocab: Schema.Union([
      Schema.Record(Schema.String, Schema.Number),
      Schema.Array(Schema.Tuple([Schema.String, Schema.Number]))
    ]),
    merges: Schema.optionalKey(Schema.Array(Schema.Union([Schema.String, Schema.Tuple([Schema.String, Schema.String])])))
  })
})

const OTHER_IDS = "for which the library for Node gives other ids than the one for Python"

/** Throws `TokenizerInvalid` for what the package reads otherwise than the Rust library. `isSpecial`: no text here has it. */
export const refuseOtherIds = (document: TokenizerJson, isSpecial: (token: string) => boolean): void => {
  const looked = Schema.decodeUnknownResult(Looked)(document)
  if (looked._tag === "Failure")
    throw new TokenizerInvalid({ field: "the document", problem: `is no tokenizer.json: ${String(looked.failure)}` })
  const { added_tokens, model } = looked.success
  const refuse = (field: string, what: string): never => {
    throw new TokenizerInvalid({ field, problem: `${what}, ${OTHER_IDS}` })
  }
  for (const token of added_tokens ?? [])
    for (const flag of ["lstrip", "rstrip", "single_word"] as const)
      if (token[flag] === true && !isSpecial(token.content))
        refuse("added_tokens", `has ${JSON.stringify(token.content)} with ${flag}`)
  const isBpe = model.type === "BPE"
  if (isBpe && (model.dropout ?? 0) > 0) refuse("model.dropout", `is ${model.dropout}`)
  if (isBpe && (model.continuing_subword_prefix ?? "") !== "")
    refuse("model.continuing_subword_prefix", `is ${JSON.stringify(model.continuing_subword_prefix)}`)
  if (!isBpe && model.byte_fallback === true) refuse("model.byte_fallback", `is true in a ${model.type ?? "model"}`)
  // Where every character has tokens, if those of its bytes, nothing is unknown.
  if (isBpe && model.byte_fallback !== true && isText(model.unk_token))
    for (const merge of model.merges ?? []) {
      const pair = isText(merge) ? merge.split(" ") : merge
      if (pair.includes(model.unk_token)) refuse("model.merges", `joins ${model.unk_token}, the token of what is unknown`)
    }
  if (!Array.isArray(model.vocab)) return
  const seen = new Set<string>()
  for (const [token] of model.vocab) {
    if (seen.has(token)) refuse("model.vocab", `has ${JSON.stringify(token)} twice`)
    seen.add(token)
  }
}

/** What of a document is only nearly read as in Rust, in sentences for whoever brings it in. */
export const nearlyRead = (document: TokenizerJson): ReadonlyArray<string> =>
  JSON.stringify(document["normalizer"] ?? null).includes('"type":"Precompiled"')
    ? ["tokenizer.json normalizes by a table (Precompiled), for which NFKC stands in: a few characters may get other ids."]
    : []
