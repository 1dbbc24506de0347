/**
 * The loader for R, in R itself. Debian has no `arrow` for it: a reader of CSV files with the same rows stands in for that one
 * function, and everything else is the loader's own.
 */

import { execFileSync, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { beforeAll, describe, expect, it } from "vitest"

import { openTable } from "../../src/store/arrow/TableReader.ts"
import { Rollouts, sampleStore } from "../catalog/sample-store.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const hasR = spawnSync("Rscript", ["-e", "library(jsonlite)"]).status === 0
if (!hasR) console.warn("NOT CHECKED in R: Rscript with jsonlite is not there (Debian: r-base-core, r-cran-jsonlite).")

const STAND_INS = `
library <- function(package) {
  name <- as.character(substitute(package))
  if (name != "arrow") base::library(name, character.only = TRUE)
}
read_ipc_file <- function(file) read.csv(sub("arrow$", "csv", file))
source("load.R")`

describe.skipIf(!hasR)("load.R", () => {
  const to = path.join(temporaryFolder(), "to")
  const inR = (program: string) =>
    execFileSync("Rscript", ["--vanilla", "-e", `${STAND_INS}\n${program}`], { cwd: to, encoding: "utf8", stdio: "pipe" })

  beforeAll(async () => {
    expect(await place().here(["export", "sweep-2", to, "--store", sampleStore().root])).toMatchObject({ code: 0 })
    for (const node of ["rl-ppo", "rl-grpo"]) {
      const file = path.join(to, node, "rollouts.arrow")
      const lines = [...openTable(Rollouts, file)].map(({ step, reward }) => `${step},${reward}`)
      fs.writeFileSync(file.replace(/arrow$/, "csv"), ["step,reward", ...lines].join("\n"))
    }
  }, 120_000)

  it("gives all rows with node and parameters, those called like a column apart, and nothing where a node lacks one", () => {
    const without = `for (i in seq_along(nodes)) if (nodes[[i]]$label == "rl-ppo") nodes[[i]]$params$seed <- NULL`
    const asked = `cat(toJSON(load_table("rollouts", c("algorithm", "step", "seed")), na = "null"))`
    const rows = JSON.parse(inR(`${without}\n${asked}`))
    expect(rows).toHaveLength(10)
    expect(rows[5]).toMatchObject({ node: "rl-ppo", algorithm: "ppo", step: 5, param_step: 40, seed: null })
    expect(rows[9]).toMatchObject({ node: "rl-grpo", algorithm: "grpo", step: 3, param_step: 40, seed: 1 })
  })

  it("takes a parameter that is a record, each row with all of it", () => {
    const rows = JSON.parse(inR(`cat(toJSON(load_table("rollouts", "mixture"), auto_unbox = TRUE))`))
    expect(rows).toHaveLength(10)
    expect(rows[9].mixture).toEqual({ tinygsm: 1, omi1: 2 })
  })

  it("names the tables that there are", () => {
    expect(inR(`tryCatch(load_table("rolouts"), error = function(e) cat(conditionMessage(e)))`)).toMatch(
      /no table rolouts: there are .*rollouts/
    )
  })

  it("names the parameters that there are", () => {
    expect(inR(`tryCatch(load_table("rollouts", "algorthm"), error = function(e) cat(conditionMessage(e)))`)).toMatch(
      /no parameter algorthm: there are .*algorithm/
    )
  })
})
