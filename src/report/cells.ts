import { Checkpoint } from "../../schemas/checkpoint.ts"
import { Evaluation } from "../../schemas/evaluation.ts"
/**
 * The cells of a study: what is compared with what. A cell is one policy after RL beside the policy it started from, both evaluated in the
 * same way; repetitions that differ in seeds alone are members of one cell. Evaluations of policies that no RL touched are cells without
 * an "after".
 *
 * Cells differ in their dimensions: the parameters, anywhere in what a policy hangs on, that take more than one value in the run.
 */
import { RlRun } from "../../schemas/rl-run.ts"
import { canonicalJson } from "../store/digest.ts"
import type { NodeKinds } from "./artifacts.ts"
import { lineageOf, type RunNode, type RunRecord } from "./RunRecord.ts"

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

export interface Dimension {
  readonly name: string
  readonly value: string
}

export interface Cell {
  readonly dimensions: ReadonlyArray<Dimension>
  /** Problem suite of the evaluations, empty when there are none. */
  readonly suite: string
  readonly members: ReadonlyArray<Member>
}

/** Dimensions that are shown although a run has one value of them: they say what a row is about. */
const ALWAYS = ["pretrain.scale", "rl.algorithm"]

export const cellsOf = (record: RunRecord, is: NodeKinds): ReadonlyArray<Cell> => {
  const evaluations = record.nodes.filter((node) => is(node, Evaluation))
  const policyOf = (node: RunNode) =>
    Object.values(node.inputs)
      .map((id) => record.byId.get(id))
      .find((input) => input !== undefined && is(input, Checkpoint))
  const sameEvaluation = (a: RunNode, b: RunNode) => a.stage === b.stage && canonicalJson(a.params) === canonicalJson(b.params)

  const found: Array<{ readonly subject: RunNode; readonly evaluation: RunNode | null; readonly member: Member }> = []
  const used = new Set<RunNode>()
  for (const rl of record.nodes.filter((node) => is(node, RlRun))) {
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

  const settings = found.map(({ subject, evaluation }) => settingsOf(record, subject, evaluation))
  const telling = tellingNames(settings)
  const cells = new Map<string, { dimensions: ReadonlyArray<Dimension>; suite: string; members: Array<Member> }>()
  found.forEach(({ evaluation, member }, i) => {
    const dimensions = telling
      .filter((name) => settings[i]!.has(name))
      .map((name) => ({ name: titleOf(name, telling), value: settings[i]!.get(name)! }))
    const key = canonicalJson([
      dimensions.map(({ name, value }) => [name, value]),
      evaluation?.stage ?? "",
      member.rl === null ? (member.start?.stage ?? "") : ""
    ])
    const suite = String(evaluation?.params["suite"] ?? "")
    const cell = cells.get(key)
    if (cell === undefined) cells.set(key, { dimensions, suite, members: [member] })
    else cell.members.push(member)
  })
  return [...cells.values()]
}

const seedOf = (node: RunNode): number => (typeof node.params["seed"] === "number" ? node.params["seed"] : 0)

/** Every parameter of a policy, of what it hangs on and of its evaluation, as `stage.param`; records as `stage.param.key`. No seeds. */
const settingsOf = (record: RunRecord, subject: RunNode, evaluation: RunNode | null): Map<string, string> => {
  const settings = new Map<string, string>()
  for (const { stage, params } of [...lineageOf(record, subject), ...(evaluation === null ? [] : [evaluation])])
    for (const [param, value] of Object.entries(params)) {
      if (param === "seed") continue
      for (const [name, text] of flatten(`${stage}.${param}`, value)) if (!settings.has(name)) settings.set(name, text)
    }
  return settings
}

const flatten = (name: string, value: unknown): Array<readonly [string, string]> => {
  if (typeof value !== "object" || value === null) return [[name, String(value)]]
  if (Array.isArray(value)) return [[name, value.map(String).join(",")]]
  return Object.entries(value).flatMap(([key, part]) => flatten(`${name}.${key}`, part))
}

/**
 * Names of the settings that tell cells apart, those always shown first. One that follows from the others (a learning rate that goes with
 * the algorithm) says nothing new and is left out.
 */
const tellingNames = (settings: ReadonlyArray<ReadonlyMap<string, string>>): ReadonlyArray<string> => {
  const names = new Set(settings.flatMap((each) => [...each.keys()]))
  const groupsBy = (telling: ReadonlyArray<string>) =>
    new Set(settings.map((each) => canonicalJson(telling.map((name) => each.get(name) ?? null)))).size
  const telling = ALWAYS.filter((name) => names.has(name))
  let groups = groupsBy(telling)
  for (const name of [...names].toSorted()) {
    const finer = groupsBy([...telling, name])
    if (finer > groups) telling.push(name)
    groups = finer
  }
  return telling
}

/** The param's own name where that is clear, `stage.param` where two stages have one of that name. */
const titleOf = (name: string, telling: ReadonlyArray<string>): string => {
  const short = (each: string) => each.split(".").slice(1).join(".")
  return telling.some((other) => other !== name && short(other) === short(name)) ? name : short(name)
}

/** The value of a cell's dimension, or the empty string. */
export const dimension = (cell: Pick<Cell, "dimensions">, name: string): string =>
  cell.dimensions.find((each) => each.name === name)?.value ?? ""

/** `xs ppo`: a cell in a few words. */
export const cellName = (cell: Pick<Cell, "dimensions">): string =>
  cell.dimensions
    .map(({ name, value }) => (name === "scale" || name === "algorithm" || name === "suite" ? value : `${name} ${value}`))
    .join(" ")
