/** What the stages have in common that judge methods: which one, and the training that it looks at. */

import * as Effect from "effect/Effect"

import type { Checkpoint } from "../../../schemas/checkpoint.ts"
import * as Param from "../../dag/Param.ts"
import { type Objection, type Reader, type WiredInput } from "../../dag/Stage.ts"
import { Engine } from "../../engine/Engine.ts"
import { passedPlaces, type Trained } from "../gradients/Trained.ts"
import { methods } from "./registry.ts"

/** All that look at the two texts alone, which cost next to nothing. Any other is judged by itself, so that its cost is seen. */
const TRIVIAL = "trivial"
const named = methods.flatMap(({ name, of }) => (of === "texts" ? [] : [name]))
/** What can be judged in one go. */
export const judgedNames: ReadonlyArray<string> = [TRIVIAL, ...named]

export const JudgedParams = {
  method: Param.oneOf(
    judgedNames,
    TRIVIAL,
    "method of attribution that is judged; trivial: all that look at the two texts alone"
  ),
  parameters: Param.oneOf(
    ["trained", "random"],
    "trained",
    "random: parameters drawn anew in place of those that training passed through, a control that has learnt nothing"
  ),
  promptWeight: Param.number(0.1, "weight of a question's tokens in the loss that base was trained with", { min: 0, max: 1 }),
  seed: Param.seed("seed of bootstraps and controls")
}
type Judged = Param.Values<typeof JudgedParams>

/** Objects to a model that was trained otherwise than is said of it, on another corpus, or without what a method asks for. */
export const judgedObjection = ({ method, promptWeight }: Judged, corpus: WiredInput, base: WiredInput): Objection | null => {
  if (base.stage !== "pretrain") return null
  if (base.inputs["corpus"]?.identity !== corpus.identity)
    return { param: "base", problem: "was trained on another corpus than the one given. Take the model of that one." }
  const trained = base.params["promptWeight"]
  if (trained !== promptWeight)
    return { param: "promptWeight", problem: `is ${promptWeight}, and base has pretrain.promptWeight ${String(trained)}.` }
  const asks = methods.some(({ name, of }) => name === method && of === "moments")
  if (asks && base.params["secondMoments"] !== true)
    return { param: "method", problem: `${method} asks for AdamW's second moments: set pretrain.secondMoments of base.` }
  return null
}

/** The training that methods look at, or a stand-in that has learnt nothing. */
export const judgedTraining = Effect.fnUntraced(function* (params: Judged, base: Reader<typeof Checkpoint>) {
  const engine = yield* Engine
  const model = yield* engine.createModel(base.spec, { seed: params.seed })
  const drawn = yield* model.read("parameters")
  const passed = passedPlaces(base).map((place) => (params.parameters === "random" ? { ...place, parameters: drawn } : place))
  const trained: Trained = { model, passed, promptWeight: params.promptWeight }
  return trained
})

/** The methods that are judged, each given the training. */
export const judgedMethods = ({ method }: Judged, trained: Trained) =>
  methods
    .filter(({ name, of }) => (method === TRIVIAL ? of === "texts" : name === method))
    .map(({ name, scores }) => ({ name, scores: (of: Parameters<typeof scores>[0]) => scores(of, trained) }))
