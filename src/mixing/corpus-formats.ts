/** Which formats a corpus will hold, known before it is mixed: what names one of them is refused before anything runs. */

import * as Param from "../dag/Param.ts"
import { type Objection, type WiredInput, wiredWith } from "../dag/Stage.ts"
import { formatNames } from "../formats/registry.ts"
import { didYouMean } from "../text/near.ts"

/** What solutions in no format are called. */
const NO_FORMAT = "text"

/** Every name that a document's format can have. */
export const documentFormats: ReadonlyArray<string> = [...formatNames, NO_FORMAT]

/** The parameter of stages that can force a format on every completion, by the token it opens with. */
export const forceParam = Param.oneOf(
  ["", ...documentFormats],
  "",
  "format to force by its opening token; empty leaves the choice to the model"
)

/**
 * Objects to formats that no document of this node's corpus will have. Of datasets the formats are known when they are read, so
 * that a corpus with one of them may hold any.
 */
export const formatObjection = (param: string, wanted: ReadonlyArray<string>, corpus: WiredInput): Objection | null => {
  const sources = wiredWith(corpus, "sources", ["corpus"])?.params["sources"]
  if (typeof sources !== "object" || sources === null) return null
  const used = Object.entries(sources).flatMap(([name, weight]) => (Number(weight) > 0 ? [name] : []))
  if (used.some((name) => name.includes(":"))) return null
  const held = formatNames.filter((name) => used.includes(name))
  const lacking = wanted.find((name) => !held.includes(name))
  return lacking === undefined
    ? null
    : {
        param,
        problem:
          `the corpus holds no solutions in the format "${lacking}".${didYouMean(lacking, held)} ` +
          `It holds ${held.length === 0 ? "none" : held.join(", ")} (mix.sources).`
      }
}
