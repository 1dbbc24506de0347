/** `pipeline list [study]`: what there is to run and to set. */
import { type Graph, graphOf } from "../dag/graph.ts"
import type { Param, Params } from "../dag/Param.ts"
import type { Stage } from "../dag/Stage.ts"
import type { Study } from "../dag/Study.ts"
import { parameterCount } from "../model/ModelSpec.ts"
import { presetNames, presetSpec } from "../model/presets.ts"
import { flagOf, loadStudy, studyNames } from "./studies.ts"
import { cut, plural, textTable, valueWords } from "./text-table.ts"
import { type Command, parse } from "./usage.ts"

export const command: Command = {
  name: "list",
  summary: "The studies, and the parameters of one with their defaults and ranges.",
  usage: "pipeline list [study]",
  flags: {},
  run: async (args) => {
    const parsed = parse("list", {}, args, { min: 0, max: 1, words: "at most one study" })
    const [name] = parsed.positionals
    process.stdout.write(`${name === undefined ? await overview() : describeStudy(await loadStudy(name))}\n`)
    return 0
  }
}

const overview = async (): Promise<string> => {
  const sections: Array<string> = []
  for (const name of studyNames()) {
    const study = await loadStudy(name)
    sections.push(`${study.name}\n  ${study.description}\n${dimensions(study)}`)
  }
  return [
    ...sections,
    `Model sizes (parameters without those of the vocabulary)\n${modelSizes()}`,
    "Stages and their parameters: pipeline list <study>"
  ].join("\n\n")
}

const describeStudy = (study: Study): string => {
  const graph = graphOf(study.nodes({}))
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
    { indent: 4 }
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

const paramTable = (params: Params, used: ReadonlyMap<string, string>): string =>
  textTable(
    ["parameter", "default", "in this study", ""],
    Object.entries(params).map(([name, param]) => [
      name,
      cut(defaultWords(param), 40),
      cut(used.get(name) ?? "", 40),
      rangeAndMeaning(param)
    ]),
    { indent: 4 }
  )

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
