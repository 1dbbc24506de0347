/**
 * How training scales: over model size, context and threads; a row per model, its rate, share of the peak and memory in every
 * mode.
 */

import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

import type { Mode } from "../src/engine/Engine.ts"
import { type Config, contexts, millions, sizes, trainingOperations } from "./configs.ts"
import type { Peak } from "./peak.ts"

interface Cell {
  readonly rate: number
  readonly mebibytes: number
}

const cell = (config: Config, mode: Mode, threads: number, seconds: number): Cell => {
  const script = fileURLToPath(new URL("cell.ts", import.meta.url))
  const job = JSON.stringify({ config, mode, threads, seconds })
  const run = spawnSync(process.execPath, ["--disable-warning=ExperimentalWarning", script, job], { encoding: "utf8" })
  if (run.status !== 0) throw new Error(`training ${config.name} in ${mode} with ${threads} threads failed:\n${run.stderr}`)
  return JSON.parse(run.stdout) as Cell
}

/**
 * Share of the peak that the needed operations take. A split product is three on tiles, so bf16x3 counts three; part of the work
 * (attention's scores) runs in single precision all the same.
 */
const share = (config: Config, mode: Mode, rate: number, peak: Peak | undefined): string => {
  const most = mode === "f32" ? peak?.f32 : peak?.bf16
  if (!most) return ""
  const operations = trainingOperations(config) * (mode === "bf16x3" ? 3 : 1)
  return ` ${((100 * rate * operations) / most).toFixed(0).padStart(3)} %`
}

const show = ({ mebibytes, rate }: Cell, part: string) =>
  `${Math.round(rate).toLocaleString("en-US").padStart(9)}${part} ${Math.round(mebibytes).toString().padStart(5)} MiB`

export const scaling = (modes: ReadonlyArray<Mode>, threads: number, seconds: number, peak: Peak | undefined): void => {
  const table = (title: string, rows: ReadonlyArray<readonly [string, Config, number]>) => {
    console.log(`\n${title}`)
    console.log(`  ${"".padEnd(26)}${modes.map((mode) => mode.padStart(28)).join("")}`)
    for (const [name, config, count] of rows) {
      const cells = modes.map((mode) => {
        const measured = cell(config, mode, count, seconds)
        return show(measured, count === threads ? share(config, mode, measured.rate, peak) : "").padStart(28)
      })
      console.log(`  ${name.padEnd(26)}${cells.join("")}`)
    }
  }
  const named = (config: Config) => `${config.name} (${millions(config)} M)`
  const what = "training, tokens/s, share of the measured peak, peak memory of the process"
  table(
    `Model size: ${what}`,
    sizes.map((config) => [named(config), config, threads])
  )
  table(
    `Context: ${what}`,
    contexts.map((config) => [config.name, config, threads])
  )
  const counts = [1, 2, 4, 8, 16].filter((count) => count <= Math.max(2, threads))
  table(
    "Threads: training, tokens/s, peak memory of the process",
    counts.map((count) => [`A, ${count} thread${count === 1 ? "" : "s"}`, sizes[1]!, count])
  )
}
