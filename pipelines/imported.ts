/**
 * One model from elsewhere, as an artifact: what `pipeline import-model` runs. Studies of one's own start from it by the stage
 * `imported`.
 */

import { Param, Study } from "../src/dag/Study.ts"
import { imported } from "../stages/imported.ts"

export default Study.make(
  "imported",
  "A model from elsewhere as an artifact; pipeline import-model runs it",
  { model: Param.string("", "name of an imported model") },
  ({ model }) => imported({}, { model })
)
