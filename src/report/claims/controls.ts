/**
 * Controls: what a claim's arms show beyond what other arms show, in which the thing that is claimed to matter is not there.
 *
 * That a control was not shown to do the same says little: it may have been too noisy to show anything. So the two are compared
 * seed by seed, and their difference is a part of the claim that must be shown like any other. It can hold a claim back, and
 * refutes none: what is said of the claim's own arms may be true even where the control does it too.
 */

import type { StudyData } from "../data/study-data.ts"
import type { Part } from "./Claim.ts"
import { type SeedNumbers, type Trial, trialsOf, type Where } from "./trials.ts"

/** The control of many claims, in words: for the claim itself, and for a part of it. */
export const SHUFFLED = "the same RL with the rewards of each group shuffled among its completions, which mean nothing"
export const WITH_SHUFFLED = "with rewards shuffled inside groups"

/** The same numbers of arms that differ in the one thing; `rows` where they are read from elsewhere. */
export interface Control extends SeedNumbers, Pick<Part, "rows"> {
  /** What is different in them: ends "less that ...". */
  readonly where: string
}

/** A part of a claim less its control: a part that must be shown too, and what the control itself says, told beside it. */
export const beyond = (part: Part, control: Control): ReadonlyArray<Part> => {
  const rows = [...new Map([...(part.rows ?? []), ...(control.rows ?? [])].map((each) => [JSON.stringify(each), each])).values()]
  const shared = part.rows === undefined && control.rows === undefined ? {} : { rows }
  const counted = part.test.kind === "most" || part.test.kind === "count"
  const { observations, leftOut, where } = control
  return [
    { ...shared, ...(counted ? oftener(part, control) : larger(part, control)), role: "control" },
    { ...part, ...shared, observations, leftOut, tied: 0, measure: `control: ${part.measure}, ${where}`, role: "told" }
  ]
}

/** A mean: by how much it lies further on the claim's side. */
const larger = (part: Part, control: Control): Part => ({
  measure: `${part.measure}: less that ${control.where}`,
  unit: part.unit === "percent" ? "points" : part.unit,
  test: { kind: part.test.kind === "below" ? "below" : "above", margin: 0 },
  observations: paired(part, control).map(({ own, other }) => ({
    seed: own.seed,
    value: own.value - other.value,
    // An error that is not known leaves that of the difference unknown.
    error: own.error === 0 || other.error === 0 ? 0 : Math.hypot(own.error, other.error),
    nodes: [...new Set([...own.nodes, ...other.nodes])]
  })),
  leftOut: withoutPair(part, control)
})

/** A count: of the seeds in which the two differ, those in which it happened and not in the control. */
const oftener = (part: Part, control: Control): Part => {
  const pairs = paired(part, control)
  const differing = pairs.filter(({ own, other }) => own.value !== other.value)
  return {
    measure: `${part.measure}, and not ${control.where}, of those in which the two differ`,
    unit: "seeds",
    test: { kind: "most", chance: 0.5 },
    observations: differing.map(({ own, other }) => ({ ...own, nodes: [...new Set([...own.nodes, ...other.nodes])] })),
    leftOut: withoutPair(part, control),
    tied: pairs.length - differing.length
  }
}

const paired = (part: SeedNumbers, control: SeedNumbers) => {
  const others = new Map(control.observations.map((each) => [each.seed, each]))
  return part.observations.flatMap((own) => {
    const other = others.get(own.seed)
    return other === undefined ? [] : [{ own, other }]
  })
}

/** One sentence for each seed that says nothing to one of the two; none of a control that was not run at all. */
const withoutPair = (part: SeedNumbers, control: SeedNumbers): ReadonlyArray<string> => {
  if (control.observations.length + control.leftOut.length === 0) return []
  const seedsOf = ({ observations }: SeedNumbers) => new Set(observations.map(({ seed }) => seed))
  const [own, others] = [seedsOf(part), seedsOf(control)]
  const named = [...part.leftOut, ...control.leftOut].map((text) => [/\bseed (-?\d+)/.exec(text)?.[1] ?? text, text] as const)
  const unpaired = [...new Set([...own, ...others])]
    .filter((seed) => own.has(seed) !== others.has(seed))
    .map((seed) => [String(seed), `seed ${seed} has ${own.has(seed) ? "no control" : "a control alone"}`] as const)
  return [...new Map([...unpaired, ...named]).values()]
}

/**
 * Where nothing is to rise, arms in which something must: shown to rise themselves, and by more than the claim's. Else a claim
 * that nothing happens would hold wherever nothing can.
 */
export const mustRise = (part: Part, control: Control): ReadonlyArray<Part> => {
  const [difference, same] = beyond(part, control)
  return [difference!, { ...same!, test: { kind: "above", margin: 0 }, role: "control" }]
}

/** How far two arms that are alike differ, whichever way: what an effect must be larger than. */
export const size = ({ observations, leftOut }: SeedNumbers): SeedNumbers => ({
  observations: observations.map((each) => ({ ...each, value: Math.abs(each.value) })),
  leftOut
})

/** The same data, asked for what holds a claim back or is only told: a plan says then what is lost with it. */
export const asked = (data: StudyData, role: "control" | "told"): StudyData => ({
  ...data,
  asked: (where, own = role) => data.asked?.(where, own)
})

/** Arms beside those of a claim, with a name as it begins a measure: `PPO`. */
export interface Beside {
  readonly name: string
  readonly arms: Where
}

/** The same parts of other arms, told and not judged. */
export const toldOf = (
  data: StudyData,
  beside: Beside | undefined,
  parts: (of: ReadonlyArray<Trial>) => ReadonlyArray<Part>
): ReadonlyArray<Part> =>
  beside === undefined
    ? []
    : parts(trialsOf(asked(data, "told"), beside.arms)).map((part) => ({
        ...part,
        measure: `${beside.name}: ${part.measure}`,
        role: "told"
      }))
