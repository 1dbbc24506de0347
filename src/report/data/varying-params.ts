/**
 * What tells the policies of a run apart: the parameters, anywhere in what they hang on, that take more than one value among them. Seeds
 * are never among these: policies that differ in seeds alone are repetitions of one another.
 */
import { presetNames } from "../../model/presets.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { lineageOf, type RunNode, type RunRecord } from "./RunRecord.ts"

export interface Dimension {
  readonly name: string
  readonly value: string
}

/** What is told apart: a policy's node, or a policy with the evaluation of it. */
export interface Subject {
  readonly node: RunNode
  readonly evaluation: RunNode | null
}

/** Dimensions that are shown although a run has one value of them: they say what a row is about. */
const ALWAYS = ["pretrain.scale", "rl.algorithm"]

/** The dimensions of each subject, in the order of the subjects. */
export const dimensionsOf = (record: RunRecord, subjects: ReadonlyArray<Subject>): ReadonlyArray<ReadonlyArray<Dimension>> => {
  const settings = subjects.map((subject) => settingsOf(record, subject))
  const telling = tellingNames(settings)
  return settings.map((each) =>
    telling.flatMap((name) => {
      const value = each.get(name)
      return value === undefined ? [] : [{ name: titleOf(name, telling), value }]
    })
  )
}

/** Every parameter of a policy, of what it hangs on and of its evaluation, as `stage.param`; records as `stage.param.key`. No seeds. */
const settingsOf = (record: RunRecord, { node, evaluation }: Subject): Map<string, string> => {
  const settings = new Map<string, string>()
  for (const { stage, params } of [...lineageOf(record, node), ...(evaluation === null ? [] : [evaluation])])
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
export const dimension = (of: { readonly dimensions: ReadonlyArray<Dimension> }, name: string): string =>
  of.dimensions.find((each) => each.name === name)?.value ?? ""

/** Orders things by the size of their model, where their scales are named sizes; equal ones stay as they are. */
export const bySize = (
  a: { readonly dimensions: ReadonlyArray<Dimension> },
  b: { readonly dimensions: ReadonlyArray<Dimension> }
): number => {
  const size = (of: typeof a) => presetNames.findIndex((name) => name === dimension(of, "scale"))
  return size(a) - size(b)
}

/** `xs ppo`: a cell in a few words. */
export const cellName = (of: { readonly dimensions: ReadonlyArray<Dimension> }): string =>
  of.dimensions
    .map(({ name, value }) => (name === "scale" || name === "algorithm" || name === "suite" ? value : `${name} ${value}`))
    .join(" ")
