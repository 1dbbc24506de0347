/**
 * What tells the policies of a run apart: the params, anywhere in what they hang on, that take more than one value among them.
 *
 * Values keep their types, so that a number is compared as one and `null` (as a rule "the preset's") is not taken for a number or
 * a name. Seeds are never among these: policies that differ in seeds alone are repetitions of one another.
 */

import { maximumOf } from "../../lists/large.ts"
import { forceParam } from "../../mixing/corpus-formats.ts"
import { presetNames } from "../../model/presets.ts"
import { AlgorithmParams, LoopParams } from "../../rl/params/settings.ts"
import { RewardParams } from "../../rl/rewards/registry.ts"
import { canonicalJson } from "../../store/objects/digest.ts"
import { lineageOf, type RunNode, type RunRecord } from "./RunRecord.ts"

/** A param's value as the stage was given it; a list is text, its items joined by commas. */
export type ParamValue = number | string | boolean | null

export interface VaryingParam {
  readonly name: string
  readonly value: ParamValue
  /** A long list in a few words, which tell it from the others. */
  readonly words?: string
  /** It is what the param is by default, and a name that leaves it out is still no other's. */
  readonly unsaid?: boolean
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

/** A subject, by its place among those asked for, in one study. */
export interface Placed extends ToldApart {
  readonly subject: number
}

/**
 * The subjects with the params that vary, in their order. In a run of several studies those are compared within one: each is
 * named by its study and by what varies there, for what differs between studies fills a line; and one that several studies need
 * stands in each of them, study by study.
 */
export const inStudies = (record: RunRecord, subjects: ReadonlyArray<Subject>): ReadonlyArray<Placed> => {
  const wholes = studiesOfStudies(record)
  const byStudy = new Map<string, Array<number>>()
  subjects.forEach((subject, i) => {
    for (const study of studiesOf(record, wholes, subject)) byStudy.set(study, [...(byStudy.get(study) ?? []), i])
  })
  return [...byStudy].flatMap(([study, own]) => {
    const within = varyingWithin(
      record,
      own.map((i) => subjects[i]!)
    )
    const named: ReadonlyArray<VaryingParam> = byStudy.size < 2 ? [] : [{ name: "study", value: study }]
    return own.map((subject, i): Placed => ({ subject, varyingParams: [...named, ...within[i]!] }))
  })
}

/** The study that it is placed in; empty where a run is of one. */
export const studyOf = (of: ToldApart): string => paramText(of, "study")

/** Names of the runs' own studies that have others in them: what is of these is placed there. */
const studiesOfStudies = (record: RunRecord): ReadonlySet<string> =>
  new Set(
    (record.parts ?? []).filter(({ nodes }) => nodes.some(({ studies }) => studies !== undefined)).map(({ study }) => study)
  )

/** The studies that need both the policy and its evaluation, where a run is of several; else one without a name. */
const studiesOf = ({ study }: RunRecord, wholes: ReadonlySet<string>, { node, evaluation }: Subject): ReadonlyArray<string> => {
  const own = (node.studies ?? []).filter((name) => evaluation?.studies?.includes(name) ?? true)
  const parts = own.filter((name) => !wholes.has(name))
  return own.includes(study) || parts.length === 0 ? [""] : parts
}

const varyingWithin = (record: RunRecord, subjects: ReadonlyArray<Subject>): ReadonlyArray<ReadonlyArray<VaryingParam>> => {
  const settings = subjects.map((subject) => settingsOf(record, subject))
  const telling = tellingNames(settings)
  const shown = settings.map((each) => [...telling, ...standIns(each, telling, settings)])
  const all = [...new Set(shown.flat())]
  const shortened = new Map(all.map((name) => [name, shortLists(settings.map((each) => each.get(name)))]))
  const params = settings.map((each, i) =>
    shown[i]!.flatMap((name): ReadonlyArray<VaryingParam> => {
      const value = each.get(name)
      const words = typeof value === "string" ? shortened.get(name)!.get(value) : undefined
      return value === undefined
        ? []
        : [
            {
              name: titleOf(name, all),
              value,
              ...(words === undefined ? {} : { words }),
              ...(isDefault(name, value) ? { unsaid: true } : {})
            }
          ]
    })
  )
  const names = new Set(params.map((varyingParams) => nameOf({ varyingParams }))).size
  const different = new Set(params.map((each) => canonicalJson(each.map(({ name, value }) => [name, value])))).size
  return names === different ? params : params.map((each) => each.map((param) => ({ ...param, unsaid: false })))
}

/** Params of `rl` that the algorithm's preset leaves open: what each is where nobody says otherwise. */
const DEFAULTS: ReadonlyMap<string, unknown> = new Map(
  Object.entries({ ...LoopParams, ...RewardParams, preset: AlgorithmParams.preset, force: forceParam }).map(
    ([name, { fallback }]) => [name, fallback]
  )
)

const isDefault = (name: string, value: ParamValue): boolean =>
  name.startsWith("rl.") && DEFAULTS.has(name.slice(3)) && DEFAULTS.get(name.slice(3)) === value

/**
 * What one has in place of a part of a record that others have and it lacks: parts that none of those has, `mix.sources.lookup`
 * beside `mix.sources.omi2`.
 */
const standIns = (own: Settings, telling: ReadonlyArray<string>, all: ReadonlyArray<Settings>): ReadonlyArray<string> => {
  const missing = telling.filter((name) => !own.has(name))
  const recordOf = (name: string) => name.slice(0, name.lastIndexOf(".") + 1)
  const found = missing.flatMap((name) => {
    const others = all.filter((each) => each.has(name))
    return [...own.keys()].filter(
      (key) => name.split(".").length > 2 && recordOf(key) === recordOf(name) && !others.some((each) => each.has(key))
    )
  })
  return [...new Set(found)].filter((name) => !telling.includes(name))
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
  // What came first may follow from what came after it.
  for (const name of telling.filter((each) => !ALWAYS.includes(each))) {
    const rest = telling.filter((other) => other !== name)
    if (groupsBy(rest) === groups) telling.splice(telling.indexOf(name), 1)
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
  const set = named.filter(({ value, unsaid }) => value !== null && unsaid !== true)
  return (set.length > 0 ? set : named)
    .map((param) => (BARE.has(param.name) ? valueWords(param) : `${param.name} ${valueWords(param)}`))
    .join(" ")
}

/** Params whose values say what they are of. */
const BARE: ReadonlySet<string> = new Set(["study", "scale", "algorithm", "suite"])
