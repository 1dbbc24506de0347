/**
 * The cells of a study: what is compared with what. A cell is one policy after RL beside the policy it started from, both
 * evaluated in the same way; repetitions that differ in seeds alone are members of one cell. Evaluations of policies that no RL
 * touched are cells without an "after".
 */

import { Checkpoint } from "../../../schemas/checkpoint.ts"
import { Evaluation } from "../../../schemas/evaluation.ts"
import { RlRun } from "../../../schemas/rl-run.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import type { NodeKinds } from "./artifact-reader.ts"
import type { RunNode, RunRecord } from "./RunRecord.ts"
import { type Settings, settingsOf, inStudies, type VaryingParam } from "./varying-params.ts"

/** One repetition: nodes of the run. Evaluations are null where the study has none. */
export interface Member {
  readonly seed: number
  /** The RL node; null in a cell without RL. */
  readonly rl: RunNode | null
  /** The policy RL started from, or the only policy there is. */
  readonly start: RunNode | null
  readonly before: RunNode | null
  readonly after: RunNode | null
}

export interface Cell {
  readonly varyingParams: ReadonlyArray<VaryingParam>
  /** Every param of what it hangs on, whether or not it varies, as `rl.kl`, `mix.sources.omi2`; no seeds. */
  readonly settings: Settings
  /** Problem suite of the evaluations, empty when there are none. */
  readonly suite: string
  readonly members: ReadonlyArray<Member>
}

/**
 * RL with a format forced that nobody evaluates: run for its curve, to see what the format gains (`trainability`). No policy of
 * the study's.
 */
export const trainabilityRuns = (record: RunRecord, is: NodeKinds): ReadonlyArray<RunNode> => {
  const evaluated = new Set(record.nodes.filter((node) => is(node, Evaluation)).flatMap(({ inputs }) => Object.values(inputs)))
  const forced = ({ params }: RunNode) => typeof params["force"] === "string" && params["force"] !== ""
  return record.nodes.filter((node) => is(node, RlRun) && forced(node) && !evaluated.has(node.id))
}

/** A policy of one seed with its place in a cell. */
export interface FoundPolicy {
  readonly subject: RunNode
  readonly evaluation: RunNode | null
  readonly member: Member
}

/** The policies of a run, in the order of the study; `is` tells what each node makes. */
export const policiesOf = (record: RunRecord, is: NodeKinds): ReadonlyArray<FoundPolicy> => {
  const evaluations = record.nodes.filter((node) => is(node, Evaluation))
  const policyOf = (node: RunNode) =>
    Object.values(node.inputs)
      .map((id) => record.byId.get(id))
      .find((input) => input !== undefined && is(input, Checkpoint))
  // A step is of the policy that RL made: the one it started from has none.
  const settings = ({ params }: RunNode) => canonicalJson({ ...params, step: undefined })
  const sameEvaluation = (a: RunNode, b: RunNode) => a.stage === b.stage && settings(a) === settings(b)

  const found: Array<FoundPolicy> = []
  const used = new Set<RunNode>()
  const tried = new Set(trainabilityRuns(record, is))
  for (const rl of record.nodes.filter((node) => is(node, RlRun) && !tried.has(node))) {
    const start = policyOf(rl) ?? null
    const seed = seedOf(rl)
    const afters = evaluations.filter((node) => policyOf(node) === rl)
    for (const after of afters) {
      const before = evaluations.find((node) => start !== null && policyOf(node) === start && sameEvaluation(node, after)) ?? null
      for (const node of [before, after]) if (node !== null) used.add(node)
      found.push({ subject: rl, evaluation: after, member: { seed, rl, start, before, after } })
    }
    if (afters.length === 0) found.push({ subject: rl, evaluation: null, member: { seed, rl, start, before: null, after: null } })
  }
  for (const before of evaluations) {
    const start = policyOf(before)
    if (used.has(before) || start === undefined) continue
    found.push({ subject: start, evaluation: before, member: { seed: seedOf(start), rl: null, start, before, after: null } })
  }
  return found
}

/** The same gathered into cells, those of several studies in each of them. */
export const cellsOf = (record: RunRecord, is: NodeKinds): ReadonlyArray<Cell> => {
  const found = policiesOf(record, is)
  const places = inStudies(
    record,
    found.map(({ subject, evaluation }) => ({ node: subject, evaluation }))
  )
  const cells = new Map<string, Cell & { readonly members: Array<Member> }>()
  for (const { subject: place, varyingParams } of places) {
    const { subject: node, evaluation, member } = found[place]!
    const key = canonicalJson([
      varyingParams.map(({ name, value }) => [name, value]),
      evaluation?.stage ?? "",
      member.rl === null ? (member.start?.stage ?? "") : ""
    ])
    const suite = String(evaluation?.params["suite"] ?? "")
    const cell = cells.get(key)
    if (cell === undefined)
      cells.set(key, { varyingParams, settings: settingsOf(record, { node, evaluation }), suite, members: [member] })
    else cell.members.push(member)
  }
  return [...cells.values()]
}

const seedOf = (node: RunNode): number => (typeof node.params["seed"] === "number" ? node.params["seed"] : 0)

/** A name for each repetition: its seed, with a count where that is no name (a seed of pretraining was varied, say). */
export const seedNames = (seeds: ReadonlyArray<number>): ReadonlyArray<string> =>
  seeds.map((seed, i) => {
    const same = seeds.slice(0, i).filter((other) => other === seed).length
    return same === 0 ? String(seed) : `${seed} (${same + 1})`
  })

/** The same of the nodes of repetitions. */
export const seedNamesOf = (nodes: ReadonlyArray<RunNode>): ReadonlyArray<string> => seedNames(nodes.map(seedOf))
