/**
 * Stages by module and name, as a process of its own finds them. A stage that says it is in another module than it is would be
 * known by that module's code, and a child would run that code: such a one is refused before anything is computed, and so is one
 * whose code cannot be told.
 */

import * as path from "node:path"
import { pathToFileURL } from "node:url"

import * as Schema from "effect/Schema"

import { errorText } from "../text/error-text.ts"
import { codeOf } from "./code/digest.ts"
import type { Graph } from "./graph.ts"
import { PACKAGE } from "./repository.ts"
import type { Stage } from "./Stage.ts"

/**
 * A stage is not where it says it is.
 *
 * @public
 */
export class StageMisplaced extends Schema.TaggedError<StageMisplaced>()("StageMisplaced", {
  stage: Schema.String,
  module: Schema.String,
  problem: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `The stage "${this.stage}" says that it is in ${this.module}, ${this.problem}. Results are kept and found by the code of ` +
      `that module. Export the stage there, or write "module: import.meta.url" where it is made and export it there; a copy ` +
      "needs a name of its own."
    )
  }
}

/** The stage of this name that a module exports. Rejects with `StageMisplaced`. */
export const loadStage = async (module: string, name: string): Promise<Stage.Any> => {
  const location = module.startsWith("file:") ? module : pathToFileURL(path.resolve(PACKAGE, module)).href
  const exports = await import(location).then(
    (exports: Readonly<Record<string, unknown>>) => exports,
    (cause: unknown) => {
      const why = errorText(cause).split("\n")[0]
      throw new StageMisplaced({ stage: name, module: shown(module), problem: `which cannot be loaded (${why})` })
    }
  )
  for (const value of Object.values(exports))
    if (typeof value === "function" && value.name === name && "run" in value && "output" in value)
      return value as unknown as Stage.Any
  throw new StageMisplaced({ stage: name, module: shown(module), problem: "which exports no such stage" })
}

const shown = (module: string): string => {
  const file = module.startsWith("file:") ? decodeURI(new URL(module).pathname) : module
  return file.startsWith(`${PACKAGE}/`) ? path.relative(PACKAGE, file) : file
}

/** Rejects unless every stage of a graph is where it says it is, and its code can be told. */
export const checkStages = async (graph: Graph): Promise<void> => {
  for (const stage of new Set(graph.nodes.map((node) => node.stage))) {
    if ((await loadStage(stage.module, stage.name)) !== stage)
      throw new StageMisplaced({
        stage: stage.name,
        module: shown(stage.module),
        problem: "but the stage of that name there is another"
      })
    codeOf(stage.module)
  }
}
