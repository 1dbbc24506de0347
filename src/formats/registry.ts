/**
 * All formats there are, and what follows from the list: their names, the class of a completion.
 *
 * The order is the order of recognition: a completion belongs to the first format that detects it, so that classes are exclusive,
 * and to `invalid` where none does, so that they are exhaustive. A new format is one file in `solutions/` and one line here. Its
 * words and its control token join the word-level vocabulary, so that every model trains again.
 *
 * The order follows from what can contain what. An `<llm-code>` block can define functions. A function's docstring can hold any
 * prose. GSM8K's marks and a bare answer both look like prose with equations.
 */

import { statesAnswer } from "./answers/stated-answer.ts"
import { isDegenerate } from "./degenerate.ts"
import type { Format } from "./Format.ts"
import { gsm } from "./solutions/gsm.ts"
import { lookup } from "./solutions/lookup.ts"
import { omi1 } from "./solutions/omi1.ts"
import { omi2 } from "./solutions/omi2.ts"
import { tinygsm } from "./solutions/tinygsm.ts"

/** Every format, in the order of recognition. */
export const formats: ReadonlyArray<Format> = [omi1, tinygsm, gsm, lookup, omi2]

/** Their names, in the same order: also that of control tokens in a vocabulary. */
export const formatNames: ReadonlyArray<string> = formats.map((format) => format.name)

/** The class of completions in no format: empty, garbage, or a loop. */
export const invalid = "invalid"

/** The format of this name. Throws a `RangeError` that lists the names there are. */
export const formatNamed = (name: string): Format => {
  const format = formats.find((format) => format.name === name)
  if (format === undefined) throw new RangeError(`There is no format "${name}". The formats are ${formatNames.join(", ")}.`)
  return format
}

/**
 * The one format of a completion, or null for `invalid`. A cut-off solution keeps its format; one that ends in a loop has none.
 */
export const detectFormat = (completion: string): Format | null => {
  const format = formats.find((format) => format.detect(completion))
  return format === undefined || isDegenerate(completion) ? null : format
}

/**
 * The same of a text that no model here has written: prose that states an answer is a solution there, `lookup` where it opens
 * with it, else `omi2`. A model trained on these formats that writes such text has left them, so that it stays `invalid` in
 * studies.
 */
export const detectFormatOutside = (completion: string): Format | null => {
  const format = detectFormat(completion)
  if (format !== null || isDegenerate(completion)) return format
  const stated = statesAnswer(completion)
  return stated && (stated.first ? lookup : omi2)
}
