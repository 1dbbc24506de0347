/** The names of things that are there: studies, stages, datasets, runs and nodes of the store, topics of help. */

import { parseArgs } from "node:util"

import { studyGraph } from "../../dag/graph.ts"
import { datasetNames, nameOf } from "../../datasets/registry.ts"
import { listRuns, readRun } from "../../store/objects/Runs.ts"
import { topics } from "../help/topics.ts"
import { storeRoot } from "../store-folder.ts"
import { studyAmong, studyNames } from "../studies.ts"
import type { Commands } from "../usage.ts"
import type { Candidate, Sources, Stages } from "./complete.ts"

/** Nobody reads through more than this, and logs of old runs are not opened for it. */
const MOST_NODES = 500

const stagesAmong = async (args: ReadonlyArray<string>): Promise<Stages> => {
  const study = await studyAmong(args)
  return study === null ? [] : [...new Set(studyGraph(study, {}).nodes.map(({ stage }) => stage))]
}

/** The store that the words name, or that every command takes. */
const storeAmong = (args: ReadonlyArray<string>): string => {
  const { values } = parseArgs({ args: [...args], options: { store: { type: "string" } }, strict: false })
  const named = typeof values["store"] === "string" && values["store"] !== "" ? values["store"] : undefined
  return storeRoot({ positionals: [], text: () => named, texts: () => [], is: () => false })
}

/** Nodes that have a result or a failure to show, those of the newest runs first. */
const nodesIn = (root: string): ReadonlyArray<Candidate> => {
  const found = new Map<string, string>()
  for (const run of listRuns(root).toReversed()) {
    for (const event of readRun(root, run).events)
      if (event.event === "node-planned" && !found.has(event.node)) found.set(event.node, `${event.label}, ${run}`)
    if (found.size >= MOST_NODES) break
  }
  return [...found].map(([word, about]) => ({ word, about }))
}

const plainly = (words: ReadonlyArray<string>): ReadonlyArray<Candidate> => words.map((word) => ({ word, about: "" }))

/** Everything of this installation and of the store that the command line names. */
export const sourcesOf = (commands: Commands): Sources => ({
  commands,
  stages: stagesAmong,
  list: async (kind, args) => {
    switch (kind) {
      case "study":
        return plainly(studyNames())
      case "stage":
        return plainly((await stagesAmong(args)).map(({ name }) => name))
      case "dataset":
        return plainly(datasetNames().map(nameOf))
      case "run":
        return plainly(listRuns(storeAmong(args)).toReversed())
      case "node":
        return nodesIn(storeAmong(args))
      case "topic":
        return topics().map(({ name, title }) => ({ word: name, about: title }))
    }
  }
})
