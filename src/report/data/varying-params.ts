/**
 * What tells the policies of a run apart: the params, anywhere in what they hang on, that take more than one value among them.
 *
 * Values keep their types, so that a number is compared as one and `null` (as a rule "the preset's") is not taken for a number or
 * a name. Seeds are never among these: policies that differ in seeds alone are repetitions of one another.
 */

import { maximumOf } from "../../lists/large.ts"
import { presetNames } from "../../model/presets.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { lineageOf, type RunNode, type RunRecord } from "./RunRecord.ts"

/** A param's value as the stage was given it; a list is text, its items joined by commas. */
export type ParamValue = number | string | boolean | null

export interface VaryingParam {
  readonly name: string
  readonly value: ParamValue
  /** A long list in a few words, which tell it from the others. */
  readonly words?: string
}

/** Whatever is told apart by params that vary: a cell, a training, an RL run. */
export interface ToldApart {
  readonly varyingParams: ReadonlyArray<VaryingParam>
}

/** What is told apart: a policy's node, or a policy with the evaluation of it. */
export interface Subject {
  readonly node: RunNode
  readonly evaluation: RunNode | null
}

/** Params that are shown although a run has one value of them: they say what a row is about. */
const ALWAYS = ["pretrain.scale", "rl.algorithm"]

/**
 * The varying params of each subject, in the order of the subjects. In a run of several studies those are compared within one:
 * each is named by its study and by what varies there, for what differs between studies fills a line.
 */
export const varyingParamsOf = (
  record: RunRecord,
  subjects: ReadonlyArray<Subject>
): ReadonlyArray<ReadonlyArray<VaryingParam>> => {
  const groups = Map.groupBy(subjects.keys(), (i) => studyOf(record, subjects[i]!))
  if (groups.size < 2) return varyingWithin(record, subjects)
  const found = new Map<number, ReadonlyArray<VaryingParam>>()
  for (const [study, own] of groups) {
    const params = varyingWithin(
      record,
      own.map((i) => subjects[i]!)
    )
    own.forEach((i, place) => found.set(i, [{ name: "study", value: study }, ...params[place]!]))
  }
  return subjects.map((_, i) => found.get(i)!)
}

/** The first study that needs both the policy and its evaluation, where a run is of several; else none. */
const studyOf = ({ study }: RunRecord, { node, evaluation }: Subject): string => {
  const own = (node.studies ?? []).filter((name) => evaluation?.studies?.includes(name) ?? true)
  return own.includes(study) ? "" : (own[0] ?? "")
}

const varyingWithin = (record: RunRecord, subjects: ReadonlyArray<Subject>): ReadonlyArray<ReadonlyArray<VaryingParam>> => {
  const settings = subjects.map((subject) => settingsOf(record, subject))
  const telling = tellingNames(settings)
  const shortened = new Map(telling.map((name) => [name, shortLists(settings.map((each) => each.get(name)))]))
  return settings.map((each) =>
    telling.flatMap((name): ReadonlyArray<VaryingParam> => {
      const value = each.get(name)
      const words = typeof value === "string" ? shortened.get(name)!.get(value) : undefined
      return value === undefined ? [] : [{ name: titleOf(name, telling), value, ...(words === undefined ? {} : { words }) }]
    })
  )
}

/** A list that is longer, in items and in letters, is shortened in names. */
const [MOST_ITEMS, MOST_LETTERS] = [3, 30]

/** `10 items (boxes, …)`: each long list by its length and what is rarest in it, as much of that as tells all of them apart. */
const shortLists = (values: ReadonlyArray<ParamValue | undefined>): ReadonlyMap<string, string> => {
  const lists = [...new Set(values.filter((value) => typeof value === "string"))]
    .map((value) => ({ value, items: value.split(",") }))
    .filter(({ value, items }) => items.length > MOST_ITEMS && value.length > MOST_LETTERS)
  const having = (item: string) => lists.filter(({ items }) => items.includes(item)).length
  const rarest = lists.map(({ value, items }) => ({ value, items: items.toSorted((a, b) => having(a) - having(b)) }))
  for (
    let shown = 1;
    shown <=
    maximumOf(
      lists.map(({ items }) => items.length),
      0
    );
    shown++
  ) {
    const words = rarest.map(({ value, items }) => {
      const rest = items.length > shown ? ", …" : ""
      return [value, `${items.length} items (${items.slice(0, shown).join(", ")}${rest})`] as const
    })
    if (new Set(words.map(([, each]) => each)).size === words.length) return new Map(words)
  }
  // The same items in another order: only the whole lists differ.
  return new Map()
}

export type Settings = ReadonlyMap<string, ParamValue>

/**
 * Every param of a policy, of what it hangs on and of its evaluation, as `stage.param`; records as `stage.param.key`. No seeds.
 */
export const settingsOf = (record: RunRecord, { node, evaluation }: Subject): Settings => {
  const settings = new Map<string, ParamValue>()
  for (const { stage, params } of [...lineageOf(record, node), ...(evaluation === null ? [] : [evaluation])])
    for (const [param, value] of Object.entries(params)) {
      if (param === "seed") continue
      for (const [name, leaf] of leavesOf(`${stage}.${param}`, value)) if (!settings.has(name)) settings.set(name, leaf)
    }
  return settings
}

const leavesOf = (name: string, value: unknown): Array<readonly [string, ParamValue]> => {
  if (value === null || typeof value === "number" || typeof value === "boolean") return [[name, value]]
  if (Array.isArray(value)) return [[name, value.map(String).join(",")]]
  if (typeof value !== "object") return [[name, String(value)]]
  return Object.entries(value).flatMap(([key, part]) => leavesOf(`${name}.${key}`, part))
}

/**
 * Names of the settings that tell subjects apart, those always shown first. One that follows from the others (a learning rate
 * that goes with the algorithm) says nothing new and is left out.
 */
const tellingNames = (settings: ReadonlyArray<Settings>): ReadonlyArray<string> => {
  const names = new Set(settings.flatMap((each) => [...each.keys()]))
  // In a list of its own, a value of null is told from a setting that is not there.
  const valueIn = (each: Settings, name: string) => {
    const value = each.get(name)
    return value === undefined ? [] : [value]
  }
  const groupsBy = (telling: ReadonlyArray<string>) =>
    new Set(settings.map((each) => canonicalJson(telling.map((name) => valueIn(each, name))))).size
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

/** The value of a varying param; undefined where the param is none that varies, or none of what this one hangs on. */
const paramOf = ({ varyingParams }: ToldApart, name: string): ParamValue | undefined =>
  varyingParams.find((param) => param.name === name)?.value

/** The same as text: `0.01`, `null`; empty where there is none. */
export const paramText = (of: ToldApart, name: string): string => {
  const value = paramOf(of, name)
  return value === undefined ? "" : String(value)
}

/** The size of the model as a number to compare by, from small to large; null where the scale is no named size. */
export const sizeOf = (of: ToldApart): number | null => {
  const scale = paramOf(of, "scale")
  const size = presetNames.findIndex((name) => name === scale)
  return size < 0 ? null : size
}

/** A value in a few words. */
export const valueWords = ({ value, words }: VaryingParam): string =>
  words ?? (value === null ? "default" : value === "" ? "none" : String(value))

/**
 * `xs ppo kl 0.1`: a cell in a few words, `without` some params. What is left at its default says nothing, unless nothing else
 * is there to say.
 */
export const nameOf = ({ varyingParams }: ToldApart, without: ReadonlyArray<string> = []): string => {
  const named = varyingParams.filter(({ name }) => !without.includes(name))
  const set = named.filter(({ value }) => value !== null)
  return (set.length > 0 ? set : named)
    .map((param) => (BARE.has(param.name) ? valueWords(param) : `${param.name} ${valueWords(param)}`))
    .join(" ")
}

/** Params whose values say what they are of. */
const BARE: ReadonlySet<string> = new Set(["study", "scale", "algorithm", "suite"])
