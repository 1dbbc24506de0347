/**
 * `import ... from "echo-chamber/stage"`: what a stage outside the repository is made of. It is apart from what studies import
 * because all that a stage reaches is code in its key: through this page it reaches declarations, and no other stage.
 */

export * as Effect from "effect/Effect"

export { Attribution } from "../../schemas/attribution.ts"
export { Checkpoint } from "../../schemas/checkpoint.ts"
export { Comparison } from "../../schemas/comparison.ts"
export { Corpus } from "../../schemas/corpus.ts"
export { Evaluation } from "../../schemas/evaluation.ts"
export { RlRun } from "../../schemas/rl-run.ts"

export * as Param from "../dag/Param.ts"
export * as Stage from "../dag/Stage.ts"

export { Engine } from "../engine/Engine.ts"
export { draws, permutation, subSeed } from "../random/philox.ts"
