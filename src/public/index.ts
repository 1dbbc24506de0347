/**
 * `import ... from "echo-chamber"`: what a study outside the repository is made of. Stages to wire, dimensions, sizes, and what
 * claims are written with. What is not here may change without a word.
 */

export { Param, Study } from "../dag/Study.ts"

export { attributeRollouts } from "../../stages/attribute-rollouts.ts"
export { attribute } from "../../stages/attribute.ts"
export { compare } from "../../stages/compare.ts"
export { evaluate } from "../../stages/evaluate.ts"
export { flaws } from "../../stages/flaws.ts"
export { imported } from "../../stages/imported.ts"
export { indexCorpus } from "../../stages/index-corpus.ts"
export { lds } from "../../stages/lds.ts"
export { mix } from "../../stages/mix.ts"
export { outcome } from "../../stages/outcome.ts"
export { plant } from "../../stages/plant.ts"
export { pool } from "../../stages/pool.ts"
export { pretrain } from "../../stages/pretrain.ts"
export { recall } from "../../stages/recall.ts"
export { retrain } from "../../stages/retrain.ts"
export { reweight } from "../../stages/reweight.ts"
export { rl } from "../../stages/rl.ts"
export { sft } from "../../stages/sft.ts"
export { tailPatch } from "../../stages/tail-patch.ts"

export { type PresetName, presetNames } from "../model/presets.ts"
export { type Algorithm, algorithms, paperAlgorithms } from "../rl/algorithms/registry.ts"

export { type Claim, type Evidence, FALLS, ofStudy, type Part, RISES, type Test, WORTH } from "../report/claims/Claim.ts"
export {
  ACCURACIES,
  changeOf,
  countSeeds,
  gapOf,
  type Measured,
  outcomeOf,
  overSeeds,
  type Pair,
  pairsOf,
  SHARES,
  solvingRows,
  type Trial,
  trialsOf,
  type Where
} from "../report/claims/trials.ts"
export { beyond, mustRise } from "../report/claims/controls.ts"
export { accuracyOf, codeWins, mostAccurate, mostFrequent, shareOf, usedFormats } from "../report/predictors/formats-of.ts"

export { expertIterationSlower, grpoLessStable } from "../report/claims/algorithm-claims.ts"
export { klKeepsBreadth, moreIsBetter, nothingToAmplify, sharpening } from "../report/claims/outcome-claims.ts"
export { bestPaidWins, randomDoesNotHelp, tiltPredicts } from "../report/claims/prediction-claims.ts"
export { refinesStyle, transfersToHard } from "../report/claims/refinement-claims.ts"
export { accuracyDecides, concentration, imbalanceFlips, scaleFlips } from "../report/claims/winner-claims.ts"
