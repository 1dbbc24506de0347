/** `pipeline list [study]`: what there is to run and to set. */

import { type Graph, studyGraph } from "../../dag/graph.ts"
import type { Param, Params } from "../../dag/Param.ts"
import type { Stage } from "../../dag/Stage.ts"
import type { Study } from "../../dag/Study.ts"
import { parameterCount } from "../../model/ModelSpec.ts"
import { presetNames, presetSpec } from "../../model/presets.ts"
import { errorText } from "../../text/error-text.ts"
import { plural } from "../../text/plural.ts"
import { print, say } from "../output.ts"
import { cut, terminalWidth, textTable, valueWords } from "../printing/text-table.ts"
import { flagOf, loadStudy, studyNames } from "../studies.ts"
import { type Command, type Flags, parse } from "../usage.ts"

const flags = { json: { type: "boolean", description: "as JSON" } } satisfies Flags

export const command: Command = {
  name: "list",
  summary: "The studies, and the parameters of one with their defaults and ranges.",
  usage: "pipeline list [study] [flags]",
  flags,
  run: async (args) => {
    const parsed = parse("list", flags, args, { min: 0, max: 1, words: "at most one study" })
    const [name] = parsed.positionals
    if (name !== undefined) await loadStudy(name)
    const loaded = await Promise.allSettled((name === undefined ? studyNames() : [name]).map(loadStudy))
    const studies = loaded.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))
    const broken = loaded.flatMap((one) => (one.status === "rejected" ? [errorText(one.reason)] : []))
    const text = parsed.is("json")
      ? JSON.stringify(name === undefined ? studies.map(studyJson) : studyJson(studies[0]!), null, 1)
      : name === undefined
        ? overview(studies)
        : describeStudy(studies[0]!)
    print(`${text}\n`)
    // One study that cannot be loaded hides no other.
    for (const problem of broken) say(problem)
    return broken.length === 0 ? 0 : 2
  }
}

const paramsJson = (params: Params) =>
  Object.entries(params).map(([name, param]) => ({
    name,
    description: param.description,
    expected: param.expected,
    ...(param.optional ? { default: param.fallback } : {}),
    ...(param.counts === undefined ? {} : { countsWhere: { [param.counts.where]: param.counts.is } })
  }))

/** A study's own parameters, its stages with theirs, and its nodes as it stands. */
const studyJson = (study: Study) => {
  const { nodes } = studyGraph(study, {})
  return {
    study: study.name,
    description: study.description,
    params: paramsJson(study.params),
    stages: [...new Set(nodes.map(({ stage }) => stage))].map((stage) => ({
      stage: stage.name,
      inputs: Object.fromEntries(Object.entries(stage.inputs).map(([input, kind]) => [input, kind.name])),
      output: stage.output.name,
      params: paramsJson(stage.params)
    })),
    nodes: nodes.map(({ id, label, stage, params, inputs }) => ({ node: id, label, stage: stage.name, params, inputs }))
  }
}

const overview = (studies: ReadonlyArray<Study>): string =>
  [
    ...studies.map((study) => `${study.name}\n  ${study.description}\n${dimensions(study)}`),
    `Model sizes (parameters without those of the vocabulary)\n${modelSizes()}`,
    "Stages and their parameters: pipeline list <study>"
  ].join("\n\n")

const describeStudy = (study: Study): string => {
  const graph = studyGraph(study, {})
  const stages = [...new Set(graph.nodes.map((node) => node.stage))]
  return [
    `${study.name}: ${study.description}`,
    `Its own flags\n${dimensions(study)}`,
    `${plural(graph.nodes.length, "node")} as it stands; a stage's parameters are set with --set STAGE.PARAM=VALUE`,
    ...stages.map((stage) => `${stage.name}${wiring(stage)}\n${paramTable(stage.params, usedIn(graph, stage))}`),
    `Model sizes (parameters without those of the vocabulary)\n${modelSizes()}`
  ].join("\n\n")
}

const dimensions = (study: Study): string =>
  textTable(
    [],
    Object.entries(study.params).map(([name, param]) => [`--${flagOf(name)}`, defaultWords(param), rangeAndMeaning(param)]),
    { indent: 4, width: terminalWidth() }
  )

const wiring = (stage: Stage.Any): string => {
  const inputs = Object.entries(stage.inputs).map(([name, kind]) => `${name}: ${kind.name}`)
  return `  (${inputs.join(", ")}) -> ${stage.output.name}`
}

/** The values that the study itself gives to each param, where they differ from the default. */
const usedIn = (graph: Graph, stage: Stage.Any): ReadonlyMap<string, string> => {
  const used = new Map<string, string>()
  for (const [name, param] of Object.entries(stage.params)) {
    const values = new Set(graph.nodes.filter((node) => node.stage === stage).map((node) => valueWords(node.params[name])))
    const words = [...values].join(" | ")
    if (!param.optional || words !== valueWords(param.fallback)) used.set(name, words)
  }
  return used
}

/** The params; those that count only beside certain values of another have these values in a column of their own. */
const paramTable = (params: Params, used: ReadonlyMap<string, string>): string => {
  const deciding = [...new Set(Object.values(params).flatMap(({ counts }) => (counts === undefined ? [] : [counts.where])))]
  return textTable(
    ["parameter", "default", "in this study", ...deciding.map((name) => `for ${name}`), ""],
    Object.entries(params).map(([name, param]) => [
      name,
      cut(defaultWords(param), 40),
      cut(used.get(name) ?? "", 40),
      ...deciding.map((where) => (param.counts?.where === where ? param.counts.is.map(String).join(" ") : "")),
      rangeAndMeaning(param)
    ]),
    { indent: 4, width: terminalWidth() }
  )
}

const defaultWords = (param: Param<unknown>): string => (param.optional ? valueWords(param.fallback) : "must be given")

const rangeAndMeaning = (param: Param<unknown>): string => `${param.description}; ${param.expected}`

const modelSizes = (): string =>
  textTable(
    ["size", "layers", "width", "heads", "parameters", "context", "head"],
    presetNames.map((name) => {
      const spec = presetSpec(name, { vocabularySize: 0 })
      const words = [
        spec.layers,
        spec.width,
        spec.heads,
        millions(parameterCount(spec)),
        spec.context,
        spec.tied ? "tied" : "untied"
      ]
      return [name, ...words.map(String)]
    }),
    { right: [1, 2, 3, 4, 5], indent: 4 }
  )

const millions = (count: number): string => `${(count / 1e6).toFixed(count < 1e8 ? 2 : 0)} M`
