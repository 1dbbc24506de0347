/** What params are given: checked and completed, read from a command line, and written as what enters the key. */

import { canonicalJson } from "../store/objects/digest.ts"
import { decimalFrom } from "../text/decimal.ts"
import { didYouMean } from "../text/near.ts"
import { strictJson } from "../text/strict-json.ts"
import { type Counts, type Param, ParamInvalid, type Params, sentence, shown, type Values } from "./Param.ts"

/** Does the param mean something beside these values of its stage's other params? */
export const countsAmong = (param: Param<unknown>, values: Readonly<Record<string, unknown>>): boolean =>
  param.counts === undefined || param.counts.is.includes(values[param.counts.where])

/** Where a param counts, as words: `algorithm is ppo or grpo`. */
export const countsWords = ({ where, is }: Counts): string =>
  `${where} is ${new Intl.ListFormat("en-GB", { type: "disjunction" }).format(is.map(String))}`

/** The first param that is set to something where it does nothing, with what to do about it; null: there is none. */
export const idleParam = (
  params: Params,
  values: Readonly<Record<string, unknown>>
): { readonly param: string; readonly problem: string } | null => {
  for (const [name, param] of Object.entries(params))
    if (param.counts !== undefined && !countsAmong(param, values) && !isFallback(name, param, values[name])) {
      const { where } = param.counts
      const reason = `it counts where ${countsWords(param.counts)}, and ${where} is ${String(values[where])}`
      return { param: name, problem: `does nothing here: ${reason}. Leave it out.` }
    }
  return null
}

/** Checks every argument and fills in defaults. `owner` names the stage or study in messages. Throws `ParamInvalid`. */
export const complete = <P extends Params>(owner: string, params: P, given: Readonly<Record<string, unknown>>): Values<P> => {
  for (const name of Object.keys(given))
    if (!Object.hasOwn(params, name) && given[name] !== undefined)
      throw new ParamInvalid({
        owner,
        param: name,
        problem: `there is no such parameter.${didYouMean(name, Object.keys(params))}`
      })
  const values: Record<string, unknown> = {}
  for (const [name, param] of Object.entries(params)) {
    const value = given[name]
    if (value === undefined) {
      if (!param.optional) throw new ParamInvalid({ owner, param: name, problem: `must be given: ${param.expected}.` })
      values[name] = param.fallback
      continue
    }
    const accepted = param.accept(value)
    if (accepted === undefined) {
      const problem = param.objection?.(value) ?? sentence(`must be ${param.expected}; got ${shown(value)}.`, param.hint?.(value))
      throw new ParamInvalid({ owner, param: name, problem })
    }
    values[name] = accepted
  }
  return values as Values<P>
}

/** One reading of a text: as JSON or a number; as itself where it is neither. Throws on JSON that says two things at once. */
const parsedOrText = (text: string, refuse: (problem: string) => ParamInvalid): unknown => {
  const decimal = decimalFrom(text)
  if (decimal !== undefined) return decimal
  const json = strictJson(text)
  if (json === null) return text
  if ("problem" in json) throw refuse(json.problem)
  return json.value
}

/** Text from a command line as a value of the param. Throws `ParamInvalid` naming the expected type. */
export const fromText = (owner: string, name: string, param: Param<unknown>, text: string): unknown => {
  // JSON as it stands, a bare word, or a list with commas.
  const refuse = (problem: string) => new ParamInvalid({ owner, param: name, problem })
  const asText = param.accept(text)
  // What is meant as text may look like JSON that contradicts itself.
  if (asText !== undefined && "problem" in (strictJson(text) ?? {})) return asText
  const whole = parsedOrText(text, refuse)
  const items = Array.isArray(whole) ? [] : text.split(",").map((item) => item.trim())
  const candidates = [whole, text, ...(items.length === 0 ? [] : [items, items.map((item) => parsedOrText(item, refuse))])]
  for (const candidate of candidates) {
    const value = param.accept(candidate)
    if (value !== undefined) return value
  }
  const objections = candidates.map((candidate) => param.objection?.(candidate) ?? null)
  // The last reading is the one that takes the text apart furthest: what it objects to is the smallest thing that is wrong.
  const hint = candidates.map((candidate) => param.hint?.(candidate) ?? "").findLast((words) => words !== "")
  const problem =
    objections.findLast((objection) => objection !== null) ?? sentence(`must be ${param.expected}; got ${shown(text)}.`, hint)
  throw refuse(problem)
}

/** The params that differ from their defaults, each as canonical JSON: what enters the key. */
export const canonicalParams = (params: Params, values: Readonly<Record<string, unknown>>): Array<readonly [string, string]> =>
  Object.entries(params).flatMap(([name, param]) =>
    isFallback(name, param, values[name]) ? [] : [[name, canonicalJson(values[name], name)] as const]
  )

const isFallback = (name: string, param: Param<unknown>, value: unknown): boolean =>
  param.optional && canonicalJson(value, name) === canonicalJson(param.fallback, name)
