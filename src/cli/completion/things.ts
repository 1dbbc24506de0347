/** The names of things that are there: studies, datasets, runs, nodes and snapshots of the store, topics of help. */

import type { Commands } from "../usage.ts"
import type { Candidate, Sources } from "./complete.ts"
import { type Kept, keptOr } from "./kept.ts"

/** Everything of this installation and of the store that the command line names; what takes long to load is kept. */
export const sourcesOf = (commands: () => Promise<Commands>, kept: Kept): Sources => {
  const studies = () => keptOr(kept.lists, "studies", async () => plainly((await import("../studies.ts")).studyNames()))
  const names = () => keptOr(kept.lists, "commands", async () => (await import("./sketches.ts")).namesOf(await commands()))
  return {
    command: async (words) => {
      if (!(await names()).some(({ word }) => word === words[0])) return null
      const load = async () => (await import("./sketches.ts")).sketchOfCommand(await commands(), words)
      return keptOr(kept.commands, words.join(" "), load)
    },
    study: async (args) => {
      const found = (await studies()).find(({ word }) => args.includes(word))
      if (found === undefined) return null
      return keptOr(kept.studies, found.word, async () => (await import("./sketches.ts")).sketchOfStudy(found.word))
    },
    list: async (kind, args) => {
      switch (kind) {
        case "command":
          return names()
        case "study":
          return studies()
        case "dataset":
          return keptOr(kept.lists, kind, async () => {
            const { datasetNames, nameOf } = await import("../../datasets/registry.ts")
            return plainly(datasetNames().map(nameOf))
          })
        case "topic":
          return (await import("../help/topics.ts")).topics().map(({ name, title }) => ({ word: name, about: title }))
        case "format": {
          const ofModel = await (await import("./in-store.ts")).formatsAmong(args)
          return plainly(ofModel ?? (await import("../../formats/registry.ts")).formatNames)
        }
        case "run":
          return plainly(await (await import("./in-store.ts")).runsAmong(args))
        case "node": {
          const nodes = await (await import("./in-store.ts")).nodesAmong(args)
          return nodes.map(({ node, label, run }) => ({ word: node, about: `${label}, ${run}` }))
        }
        case "label": {
          const nodes = await (await import("./in-store.ts")).nodesAmong(args)
          return plainly([...new Set(nodes.map(({ label }) => label))])
        }
        case "step":
          return plainly((await (await import("./in-store.ts")).stepsAmong(args)).map(String))
      }
    }
  }
}

const plainly = (words: ReadonlyArray<string>): ReadonlyArray<Candidate> => words.map((word) => ({ word, about: "" }))
