/** A tokenizer as the files that `AutoTokenizer` reads, both ways. There is no chat template: nothing here is a chat model. */

import * as Schema from "effect/Schema"

import { tokenizerFromJson } from "../tokenizer/from-json.ts"
import { nearlyRead } from "../tokenizer/library-steps.ts"
import { withMark, withoutMark } from "../tokenizer/LibraryTokenizer.ts"
import type { TokenizerJson } from "../tokenizer/Tokenizer.ts"
import { padToken } from "../tokenizer/word/vocabulary.ts"
import { ModelFolderInvalid } from "./ModelFolderInvalid.ts"
import type { SpecialIds } from "./olmo-config.ts"

/** What is looked at of a `tokenizer.json` of any kind. */
const Document = Schema.Struct({
  added_tokens: Schema.optionalKey(
    Schema.NullOr(
      Schema.Array(Schema.Struct({ id: Schema.Natural, content: Schema.String, special: Schema.optionalKey(Schema.Boolean) }))
    )
  ),
  model: Schema.Struct({
    type: Schema.optionalKey(Schema.String),
    unk_token: Schema.optionalKey(Schema.NullOr(Schema.String)),
    merges: Schema.optionalKey(Schema.Array(Schema.Union([Schema.String, Schema.Tuple([Schema.String, Schema.String])]))),
    echo_chamber: Schema.optionalKey(Schema.Json)
  })
})

/** `tokenizer.json` and `tokenizer_config.json` of an artifact's tokenizer, and the ids that other files name. */
export const tokenizerFiles = (document: TokenizerJson, context: number) => {
  const { json, mark } = withoutMark(document)
  const { endOfText } = tokenizerFromJson(document)
  const { added_tokens, model } = Schema.decodeUnknownSync(Document)(json)
  const added = added_tokens ?? []
  const end = mark?.end_of_text ?? added.find(({ id }) => id === endOfText)!.content
  const pad = mark?.special_tokens["pad_token"] ?? added.find(({ content }) => content === padToken)?.content ?? end
  const ids: SpecialIds = { endOfText, pad: added.find(({ content }) => content === pad)?.id ?? endOfText }
  const roles = {
    ...(typeof model.unk_token === "string" ? { unk_token: model.unk_token } : {}),
    ...mark?.special_tokens,
    eos_token: end,
    pad_token: pad
  }
  return {
    ids,
    tokenizer: mark === null ? withMergesAsTexts(json, model.merges) : json,
    config: {
      tokenizer_class: "PreTrainedTokenizerFast",
      model_max_length: context,
      clean_up_tokenization_spaces: false,
      ...roles,
      additional_special_tokens: added.flatMap(({ content, special }) =>
        special === true && !Object.values(roles).includes(content) ? [content] : []
      )
    }
  }
}

/** Parsers of before 2024 read a merge only as one text. Tokens in the byte alphabet hold no blank, so that nothing is lost. */
const withMergesAsTexts = (json: TokenizerJson, merges: typeof Document.Type.model.merges): TokenizerJson => {
  const { model } = json
  if (merges === undefined || typeof model !== "object" || model === null || Array.isArray(model)) return json
  return { ...json, model: { ...model, merges: merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" "))) } }
}

/** A token as `tokenizer_config.json` names it: its text, or an object with that. */
const Named = Schema.Union([Schema.String, Schema.Struct({ content: Schema.String })])
const ROLES = ["bos_token", "eos_token", "unk_token", "pad_token"] as const
const TokenizerConfig = Schema.Struct({
  bos_token: Schema.optionalKey(Schema.NullOr(Named)),
  eos_token: Schema.optionalKey(Schema.NullOr(Named)),
  unk_token: Schema.optionalKey(Schema.NullOr(Named)),
  pad_token: Schema.optionalKey(Schema.NullOr(Named))
})

/** A JSON file of a folder. */
interface JsonFile {
  readonly file: string
  readonly json: unknown
}

/**
 * The tokenizer of a model's files as an artifact's document, and what a user may want to know of it. Ours is read back as it was
 * written; any other is left to Hugging Face's library, and ends a text by `eos_token` of `tokenizer_config.json` or, where there
 * is none, by `eos_token_id` of `config.json`. Throws `ModelFolderInvalid`, or `TokenizerInvalid`.
 */
export const tokenizerDocument = (
  tokenizer: JsonFile,
  config: JsonFile | null,
  eosId: number | null
): { readonly document: TokenizerJson; readonly notes: ReadonlyArray<string> } => {
  const decoded = Schema.decodeUnknownResult(Schema.Record(Schema.String, Schema.Json))(tokenizer.json)
  const looked = Schema.decodeUnknownResult(Document)(tokenizer.json)
  if (decoded._tag === "Failure" || looked._tag === "Failure")
    throw new ModelFolderInvalid({ file: tokenizer.file, problem: "is no tokenizer.json: it needs a model with a vocabulary" })
  const document = decoded.success
  const ours = readAsOurs(document, looked.success)
  if (ours !== null) return { document: ours, notes: [] }

  const named = config === null ? null : Schema.decodeUnknownResult(TokenizerConfig)(config.json)
  if (named?._tag === "Failure")
    throw new ModelFolderInvalid({ file: config!.file, problem: `is no tokenizer_config.json: ${String(named.failure)}` })
  const textOf = (token: typeof Named.Type | null | undefined) => (typeof token === "object" ? token?.content : token)
  const roles = Object.fromEntries(
    ROLES.flatMap((role) => {
      const text = textOf(named?.success[role])
      return text === undefined || role === "eos_token" ? [] : [[role, text]]
    })
  )
  const byId = (looked.success.added_tokens ?? []).find(({ id }) => id === eosId)?.content
  const endOfText = textOf(named?.success.eos_token) ?? byId
  if (endOfText === undefined)
    throw new ModelFolderInvalid({
      file: config?.file ?? tokenizer.file,
      problem: "does not say which token ends a text",
      remedy: 'Name it in tokenizer_config.json, as "eos_token": "</s>".'
    })
  const differ = byId !== undefined && byId !== endOfText
  const both = `config.json ends texts with ${byId} (eos_token_id ${eosId}), tokenizer_config.json with ${endOfText}`
  const marked = withMark(document, { endOfText, roles })
  tokenizerFromJson(marked)
  return { document: marked, notes: [...(differ ? [`${both}: the latter is taken.`] : []), ...nearlyRead(document)] }
}

/** A document that is written here: as it was before it was written. Null for any other. */
const readAsOurs = (document: TokenizerJson, { model }: typeof Document.Type): TokenizerJson | null => {
  if (model.type === "WordLevel") {
    try {
      return tokenizerFromJson(document).json
    } catch {
      return null
    }
  }
  return model.echo_chamber === undefined ? null : tokenizerFromJson(document).json
}
