/**
 * What a plan gives to the claims that its study binds, found before anything runs: which settings they look for that no node
 * has, and which arms and seeds they would be judged without.
 *
 * Claims are code. Each is asked once for its evidence on the policies that the plan would make, without a number among them;
 * what it looks for then (`trialsOf`) is held against their settings.
 */

import * as Arguments from "../dag/arguments.ts"
import type { Graph } from "../dag/graph.ts"
import * as Param from "../dag/Param.ts"
import { isA } from "../store/schema/Kind.ts"
import { errorText } from "../text/error-text.ts"
import { didYouMean } from "../text/near.ts"
import type { Claim } from "./claims/Claim.ts"
import { evidenceOf } from "./claims/evidence.ts"
import { isAt, type Where } from "./claims/trials.ts"
import { claimName } from "./claims/words.ts"
import { type Member, policiesOf } from "./data/compared-policies.ts"
import { partOf, type RunNode, type RunRecord } from "./data/RunRecord.ts"
import type { AskedFor, CellData, StudyData } from "./data/study-data.ts"
import { type ParamValue, type Settings, settingsOf } from "./data/varying-params.ts"

export interface ClaimAhead {
  readonly claim: Claim
  /** A name or a value that it looks for and that no node of the study can have, in a sentence; null where there is none. */
  readonly misspelt: string | null
  /** Why it cannot be judged, or not on all that it names, with what was chosen; a sentence each. */
  readonly lacks: ReadonlyArray<string>
}

/** Each claim of a study, in their order, before the graph is run. */
export const claimsAhead = (claims: ReadonlyArray<Claim>, graph: Graph): ReadonlyArray<ClaimAhead> => {
  const record = recordAhead(graph)
  const known = new Map<string | undefined, ReadonlyArray<Planned>>()
  return claims.map((claim) => {
    const policies = known.get(claim.study) ?? policiesIn(record, claim, graph)
    known.set(claim.study, policies)
    const wanted = wantedBy(claim, policies)
    const misspelt = misspeltIn(claim, wanted, graph)
    return { claim, misspelt, lacks: misspelt === null ? lacksOf(claim, wanted, policies) : [] }
  })
}

/** The claims that a run cannot settle, a line each. */
export const unsettled = (ahead: ReadonlyArray<ClaimAhead>): ReadonlyArray<string> =>
  ahead.filter(({ lacks }) => lacks.length > 0).map(({ claim, lacks }) => `${claimName(claim)}: ${lacks.join(" ")}`)

/** A policy that the plan would make. */
interface Planned {
  readonly settings: Settings
  readonly member: Member
}

const recordAhead = (graph: Graph): RunRecord => {
  const nodes = graph.nodes.map(({ id, label, stage, params, inputs, studies }): RunNode => {
    const node = { id, label, stage: stage.name, params, inputs, outcome: { state: "unfinished" } as const }
    return studies === undefined ? node : { ...node, studies }
  })
  const byId = new Map(nodes.map((node) => [node.id, node]))
  return { run: "", study: "", startedAt: "", settings: {}, command: [], engine: "", status: "unfinished", nodes, byId }
}

const policiesIn = (record: RunRecord, { study }: Claim, graph: Graph): ReadonlyArray<Planned> => {
  const own = study === undefined ? record : partOf(record, study)
  return policiesOf(own, ({ id }, kind) => isA(graph.byId.get(id)!.stage.output.name, kind)).map(
    ({ subject, evaluation, member }) => ({ settings: settingsOf(own, { node: subject, evaluation }), member })
  )
}

/** What a claim looks for, and what for. */
interface Wanted {
  readonly where: Where
  readonly role: AskedFor | undefined
}

const wantedBy = (claim: Claim, policies: ReadonlyArray<Planned>): ReadonlyArray<Wanted> => {
  const wanted: Array<Wanted> = []
  evidenceOf(claim, {
    ...nothingYet,
    cells: policies.map(cellAhead),
    asked: (where, role) => void wanted.push({ where, role })
  })
  return [...new Map(wanted.map((each) => [JSON.stringify(each), each])).values()]
}

const nothingYet: StudyData = {
  record: recordAhead({ nodes: [], byId: new Map() }),
  description: "",
  bases: [],
  cells: [],
  confusion: { shares: [], nodes: [] },
  costs: [],
  problems: []
}

const cellAhead = ({ settings, member }: Planned): CellData => ({
  name: "",
  varyingParams: [],
  settings,
  suite: "",
  members: [member],
  estimates: [],
  before: null,
  after: null,
  wins: { names: [], count: 0, of: 0 },
  winner: null,
  dominance: null,
  problems: [],
  curves: null,
  attributedBefore: [],
  attributedAfter: [],
  attributions: [],
  completions: [],
  differences: [],
  repetitions: []
})

/**
 * The first setting that no run of the study can have, whatever is chosen: one without a stage, a param that its stage has not, a
 * member or a value that the stage refuses. What was left out of this run (a stage, an arm) is another matter, unless arms are to
 * be paired by it: then they would be paired without.
 */
const misspeltIn = ({ study, values = {} }: Claim, wanted: ReadonlyArray<Wanted>, graph: Graph): string | null => {
  const studies = [...new Set(graph.nodes.flatMap((node) => node.studies ?? []))]
  const nearStudy = study === undefined || studies.includes(study) ? "" : didYouMean(study, studies)
  if (nearStudy !== "") return `is about the study "${study}", and this one has no such part.${nearStudy}`
  const named: ReadonlyArray<Wanted> = Object.keys(values).map((name) => ({ where: { [name]: [] }, role: "named" }))
  for (const { where, role } of [...wanted, ...named]) {
    if (!isRecord(where)) return `looks for policies by ${String(where)}, which must be settings: a choice of arms is not given.`
    for (const [name, value] of Object.entries(where)) {
      const problem = settingProblem(graph, name, [value].flat(), role === "named")
      if (problem !== null) return `looks for policies by "${name}", and ${problem}`
    }
  }
  return null
}

const settingProblem = (graph: Graph, name: string, values: ReadonlyArray<ParamValue>, mustBeThere: boolean): string | null => {
  const stages = new Map(graph.nodes.map(({ stage }) => [stage.name, stage]))
  const all = [...stages].flatMap(([stage, { params }]) => Object.keys(params).map((param) => `${stage}.${param}`))
  const [stageName = "", param = "", ...members] = name.split(".")
  const stage = stages.get(stageName)
  const declared = stage !== undefined && Object.hasOwn(stage.params, param) ? stage.params[param] : undefined
  if (stage === undefined || declared === undefined) {
    const near = stage === undefined && param !== "" ? didYouMean(stageName, stages.keys()) : nearSetting(name, all)
    return stage === undefined && param !== "" && near === "" && !mustBeThere
      ? null
      : `no node of the study has such a param.${near === "" ? nearSetting(name, all) : near}`
  }
  const given = graph.nodes.filter((node) => node.stage === stage).map(({ params }) => params[param])
  const records = members.length === 0 ? [] : given.filter(isRecord)
  if (members.length > 0 && records.length === 0) return `${stageName}.${param} has no members.`
  for (const value of values) {
    // Lists are text among settings.
    const items = members.length === 0 && typeof value === "string" ? value.split(",") : []
    const readings = [
      ...(members.length === 0 ? [value] : records.map((record) => ({ ...record, [members.join(".")]: value }))),
      ...(items.length === 0 ? [] : [items, items.map(Number)])
    ]
    if (value === undefined || readings.every((reading) => declared.accept(reading) === undefined))
      return `no node can have that: ${refusal(stageName, param, declared, readings[0])}`
  }
  return null
}

/** What the stage itself says to such a value. */
const refusal = (stage: string, param: string, declared: Param.Param<unknown>, value: unknown): string => {
  try {
    Arguments.complete(stage, { [param]: declared }, { [param]: value })
    return `${stage}.${param} is not given.`
  } catch (cause) {
    return errorText(cause)
  }
}

/** Settings of that param in another stage, as far as there are; else those with a name like it. */
const nearSetting = (name: string, all: ReadonlyArray<string>): string => {
  const setting = name.split(".").slice(0, 2)
  const alike = all.filter((each) => each.endsWith(`.${setting.at(-1)!}`))
  return alike.length === 0 ? didYouMean(setting.join("."), all) : ` Did you mean ${alike.map((each) => `"${each}"`).join(", ")}?`
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const lacksOf = (claim: Claim, all: ReadonlyArray<Wanted>, policies: ReadonlyArray<Planned>): ReadonlyArray<string> => {
  const judgeable = policies.filter(({ member }) => member.rl !== null && member.before !== null && member.after !== null)
  const wanted = all.filter(({ role }) => role !== "told" && role !== "named")
  const own = wanted.filter(({ role }) => role === undefined).map(({ where }) => where)
  const without = wanted.filter(({ where }) => !judgeable.some(isAt(where)))
  const [missing, uncontrolled] = [
    without.filter(({ role }) => role === undefined),
    without.filter(({ role }) => role !== undefined)
  ]
  const none = ({ where }: Wanted) => `No policy here has ${words(unmatched(where, judgeable))}`
  if (missing.length > 0) return [...new Set(missing.map((each) => `${none(each)}: it cannot be judged.`))]
  const few = [...new Set(own.flatMap((where) => tooFewValues(claim, where, judgeable)))]
  if (few.length > 0) return few
  const counts = wanted
    .filter((each) => !without.includes(each))
    .map(({ where }) => new Set(judgeable.filter(isAt(where)).map(({ member }) => member.seed)).size)
  const seeds = counts.length === 0 ? claim.seeds : counts.reduce((least, each) => Math.min(least, each))
  return [
    ...(seeds < claim.seeds ? [`It needs ${claim.seeds} seeds and has ${seeds} here: it cannot be settled.`] : []),
    ...new Set(uncontrolled.map((each) => `${none(each)}, which is its control: it cannot be supported.`)),
    ...new Set(own.flatMap((where) => leftOut(where, judgeable)))
  ]
}

/** Which values of a list there are, where those that are there are fewer than the claim can do with. */
const tooFewValues = ({ values = {} }: Claim, where: Where, policies: ReadonlyArray<Planned>): ReadonlyArray<string> =>
  Object.entries(values).flatMap(([name, least]) => {
    const listed = where[name]
    if (!Array.isArray(listed)) return []
    const there = listed.filter((value) => policies.some(isAt({ ...where, [name]: value })))
    const found = there.length === 0 ? "none" : there.map(valueWord).join(" and ")
    return there.length >= least
      ? []
      : [`It needs ${least} of ${words({ [name]: listed })} and has ${found} here: it cannot be judged.`]
  })

/** Those of the settings that no policy has, each by itself; all of them, where only together they match none. */
const unmatched = (where: Where, policies: ReadonlyArray<Planned>): Where => {
  const missing = Object.entries(where).filter(([name, wanted]) => !policies.some(isAt({ [name]: wanted })))
  return missing.length === 0 ? where : Object.fromEntries(missing)
}

/** Values of a list of arms that no policy has. */
const leftOut = (where: Where, policies: ReadonlyArray<Planned>): ReadonlyArray<string> =>
  Object.entries(where).flatMap(([name, wanted]) => {
    const missing = Array.isArray(wanted) ? wanted.filter((value) => !policies.some(isAt({ ...where, [name]: value }))) : []
    return missing.length === 0
      ? []
      : [`No policy here has ${words({ [name]: missing })}: it can be judged on its other arms alone.`]
  })

const words = (where: Where): string =>
  Object.entries(where)
    .map(([name, wanted]) => `${name} ${Array.isArray(wanted) ? wanted.map(valueWord).join(" or ") : valueWord(wanted)}`)
    .join(" with ")

const valueWord = (value: ParamValue | ReadonlyArray<ParamValue>): string =>
  value === null ? "default" : value === "" ? "none" : String(value)
