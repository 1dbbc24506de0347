/**
 * `pipeline doctor`: what this machine offers, what a run would use, and for everything that is
 * missing, what to do. Starts no run.
 */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"

import { defaultProfile, readProfile } from "../../cluster/Profile.ts"
import { IS_INSTALLED, PACKAGE } from "../../dag/repository.ts"
import { describeDatasets, type SplitDescription } from "../../datasets/describe.ts"
import { datasetRoots } from "../../datasets/locate/locate.ts"
import { isas, machineIsas } from "../../engine/cpu.ts"
import type { Mode } from "../../engine/Engine.ts"
import { cachedLibrary, compilerPresent, libraryProblem } from "../../engine/native/compile.ts"
import { type EngineChoice, resolveEngine, whyAuto } from "../../engine/select.ts"
import { readVariable } from "../../machine/environment.ts"
import { cacheDirectory } from "../../store/disk/cache-directory.ts"
import { remove, temporaryName } from "../../store/disk/calls.ts"
import { silenceMilliseconds } from "../../store/presence/machine.ts"
import { errorText } from "../../text/error-text.ts"
import { plural } from "../../text/plural.ts"
import { dataFlag, dataRoots, namedData } from "../dataset-arguments.ts"
import type { Finding } from "../doctor/finding.ts"
import { stageFiles } from "../executing/executors.ts"
import { print } from "../output.ts"
import { bytesWords, textTable } from "../printing/text-table.ts"
import { engineRequest } from "../run-flags.ts"
import { newOrExistingStore, storeRoot } from "../store-folder.ts"
import { studyNames } from "../studies.ts"
import { type Command, type Flags, parse, type Parsed, UsageError } from "../usage.ts"

const flags = {
  ...dataFlag,
  slurm: { type: "boolean", description: "also ask the cluster and send a job that computes nothing" },
  profile: { type: "string", value: "FILE", description: "what jobs ask for (with --slurm)" },
  json: { type: "boolean", description: "as JSON" }
} satisfies Flags

export const command: Command = {
  name: "doctor",
  summary: "What this machine offers, what a run would use, and what is missing. Exit code 1 when nothing could run.",
  usage: "pipeline doctor [--slurm]",
  flags,
  run: async (args) => {
    const parsed = parse("doctor", flags, args, { min: 0, max: 0, words: "no arguments" })
    // A folder that a variable names is a finding, and no end of the search for others.
    const roots = parsed.text("data") === undefined ? {} : dataRoots(parsed)
    const datasets = await describeDatasets(roots)
    const findings = [
      nodeVersion(),
      ...variables(parsed),
      ...packages(),
      ...cpu(),
      compiler(),
      ...(await engines()),
      memory(),
      cacheFolder(),
      ...temporaryFolder(),
      ...storeState(parsed),
      ...datasetFindings(datasets, datasetRoots(roots)),
      ...(await clusterFindings(parsed))
    ]
    print(parsed.is("json") ? `${JSON.stringify({ findings, datasets }, null, 1)}\n` : `${asText(findings, datasets)}\n`)
    return findings.some(({ state }) => state === "needed") ? 1 : 0
  }
}

const clusterFindings = async (parsed: Parsed): Promise<ReadonlyArray<Finding>> => {
  const file = parsed.text("profile")
  if (!parsed.is("slurm")) {
    if (file !== undefined) throw new UsageError({ problem: "--profile goes with --slurm." })
    return []
  }
  const { slurmFindings } = await import("../doctor/slurm.ts")
  const profile = file === undefined ? defaultProfile() : readProfile(file, stageFiles())
  return await slurmFindings(newOrExistingStore(parsed), profile)
}

const MARK: Readonly<Record<Finding["state"], string>> = { good: "ok", lacking: "-", needed: "MISSING" }

const asText = (findings: ReadonlyArray<Finding>, datasets: ReadonlyArray<SplitDescription>): string => {
  const lines = findings.flatMap(({ subject, state, words, remedy }) => [
    [MARK[state], subject, words],
    ...(remedy === undefined ? [] : [["", "", `-> ${remedy}`]])
  ])
  const found = datasets.map(({ source, split, state, files, bytes, folder, problems }) => [
    state,
    `${source} ${split}`,
    state === "missing"
      ? ""
      : `${plural(files.length, "file")}, ${bytesWords(bytes)}, ${folder ?? ""}${problems.map((p) => `; ${p}`).join("")}`
  ])
  const missing = datasets.filter(({ state }) => state !== "found")
  // One line a source: how to get the first of its splits that is not here.
  const remedies = new Map(missing.toReversed().map(({ source, obtain }) => [source, obtain]))
  return [
    textTable([], lines),
    `Datasets\n${textTable([], found)}`,
    ...(remedies.size === 0
      ? []
      : [
          `To get what is missing (only studies that name these datasets need them)\n${textTable([], [...remedies].toReversed())}`
        ]),
    verdict(findings)
  ].join("\n\n")
}

const verdict = (findings: ReadonlyArray<Finding>): string => {
  const needed = findings.filter(({ state }) => state === "needed").map(({ subject }) => subject)
  return needed.length === 0 ? "Studies can run here." : `Studies cannot run here before this is mended: ${needed.join(", ")}.`
}

const nodeVersion = (): Finding => ({ subject: "Node", state: "good", words: `${process.version} at ${process.execPath}` })

/** Every dependency that package.json names, in the version that is pinned there. */
const packages = (): ReadonlyArray<Finding> => {
  const manifest = JSON.parse(fs.readFileSync(path.join(PACKAGE, "package.json"), "utf8")) as {
    dependencies: Record<string, string>
  }
  const wrong = Object.entries(manifest.dependencies).flatMap(([name, expected]) => {
    const file = manifestOf(name, PACKAGE)
    if (file === null) return [`${name} is not installed`]
    const { version } = JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }
    return expected === version ? [] : [`${name} is ${version} instead of ${expected}`]
  })
  const count = Object.keys(manifest.dependencies).length
  if (wrong.length === 0) return [{ subject: "packages", state: "good", words: `${count} dependencies, as pinned` }]
  return [
    { subject: "packages", state: "needed", words: wrong.join("; "), remedy: IS_INSTALLED ? "npm install" : "pnpm install" }
  ]
}

/** The package.json of a dependency: in the `node_modules` of a folder or of one above, where npm puts those of a package. */
const manifestOf = (name: string, folder: string): string | null => {
  const file = path.join(folder, "node_modules", name, "package.json")
  if (fs.existsSync(file)) return file
  const above = path.dirname(folder)
  return above === folder ? null : manifestOf(name, above)
}

const cpu = (): ReadonlyArray<Finding> => {
  const model = os.cpus()[0]?.model.trim() ?? "unknown"
  const cores = os.availableParallelism()
  const quota = cpuQuota()
  const limited =
    quota !== null && quota < cores
      ? `, limited to ${quota} by the container: give --threads ${Math.max(1, Math.floor(quota))}`
      : ""
  const missing = isas.filter((isa) => !machineIsas().includes(isa))
  return [
    { subject: "CPU", state: "good", words: `${model}, ${plural(cores, "core")}${limited}` },
    {
      subject: "instructions",
      state: "good",
      words: `${machineIsas().join(", ")}${missing.length === 0 ? "" : `; this CPU does not have ${missing.join(", ")}`}`
    }
  ]
}

/** CPUs that the container may use, or null without a limit. cgroup v2: `max 100000`, or quota and period in microseconds. */
const cpuQuota = (): number | null => {
  try {
    const [quota, period] = fs.readFileSync("/sys/fs/cgroup/cpu.max", "utf8").trim().split(" ")
    return quota === "max" ? null : Number(quota) / Number(period)
  } catch {
    return null
  }
}

const compiler = (): Finding => {
  const command = readVariable("CC") ?? "cc"
  const compiled = machineIsas().find((isa) => cachedLibrary(isa) !== undefined)
  const kept = compiled === undefined ? "nothing compiled yet: the first run does it" : `engine already compiled (${compiled})`
  if (!compilerPresent())
    return {
      subject: "C compiler",
      state: "lacking",
      words: `none found as ${command}; ${compiled === undefined ? "runs use the slower wasm engine" : kept}`,
      remedy: "apt-get install gcc, or name a compiler in CC"
    }
  try {
    const [line = command] = execFileSync(command.split(/\s+/)[0]!, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"]
    }).split("\n")
    return { subject: "C compiler", state: "good", words: `${line}; ${kept}` }
  } catch (cause) {
    return {
      subject: "C compiler",
      state: "lacking",
      words: `${command} does not start (${errorText(cause)})`,
      remedy: "name another in CC"
    }
  }
}

/** Variables by which no study could be planned. */
const variables = (parsed: Parsed): ReadonlyArray<Finding> =>
  [() => engineRequest(parsed), silenceMilliseconds, () => namedData(parsed), studyNames].flatMap((read): Array<Finding> => {
    const answer = Result.try((): unknown => read())
    return Result.isSuccess(answer) ? [] : [{ subject: "variable", state: "needed", words: errorText(answer.failure) }]
  })

const autoWords = (auto: Pick<EngineChoice, "name" | "mode" | "isa"> & { readonly why: string }): string =>
  `a run uses ${auto.name} ${auto.mode} with ${auto.isa}${auto.why === "" ? "" : `: ${auto.why}`}`

/** What `auto` chooses, and of everything else why it cannot be had. */
const engines = async (): Promise<ReadonlyArray<Finding>> => {
  const modes: ReadonlyArray<Mode> = ["f32", "bf16x3", "bf16"]
  const auto = await Effect.runPromiseExit(
    resolveEngine({ engine: "auto", mode: "auto" }).pipe(
      Effect.flatMap((choice) => Effect.map(whyAuto(choice), (why) => ({ ...choice, why })))
    )
  )
  const findings: Array<Finding> = [
    Exit.isSuccess(auto)
      ? { subject: "engine", state: "good", words: autoWords(auto.value) }
      : { subject: "engine", state: "needed", words: "none can be used here; the reasons follow" }
  ]
  for (const engine of ["native", "wasm", "tfjs"] as const) {
    const reasons = new Map<string, Array<string>>()
    const possible: Array<string> = []
    for (const mode of modes) {
      const answer = await Effect.runPromise(
        resolveEngine({ engine, mode }).pipe(
          Effect.map(({ isa }) => ({ isa })),
          Effect.catch((error) => Effect.succeed({ reason: error._tag === "EngineUnavailable" ? error.reason : error.message }))
        )
      )
      if ("isa" in answer) possible.push(`${mode} with ${answer.isa}`)
      else reasons.set(answer.reason, [...(reasons.get(answer.reason) ?? []), mode])
    }
    if (possible.length > 0) findings.push({ subject: `  ${engine}`, state: "good", words: possible.join(", ") })
    for (const [reason, which] of reasons)
      findings.push({
        subject: `  ${engine}`,
        state: "lacking",
        words: `${which.length === modes.length ? "not available" : which.join(", ")}: ${reason}`
      })
  }
  return findings
}

const memory = (): Finding => {
  const limit = process.constrainedMemory()
  const total = limit > 0 && limit < os.totalmem() ? limit : os.totalmem()
  return { subject: "memory", state: "good", words: `${bytesWords(process.availableMemory())} free of ${bytesWords(total)}` }
}

const cacheFolder = (): Finding => {
  const words = cacheDirectory()
  const problem = machineIsas()
    .map(libraryProblem)
    .find((found) => found !== null)
  return problem === undefined || !compilerPresent()
    ? { subject: "cache", state: "good", words }
    : {
        subject: "cache",
        state: "lacking",
        words: problem,
        remedy: "the native engine is compiled into it; until then wasm computes"
      }
}

/** Where compilers and large queries put what does not fit elsewhere. */
const temporaryFolder = (): ReadonlyArray<Finding> => {
  const folder = os.tmpdir()
  try {
    const file = temporaryName(folder)
    fs.writeFileSync(file, "")
    remove(file)
    return []
  } catch (cause) {
    const words = `the temporary folder cannot be written (${errorText(cause)})`
    return [{ subject: "temporary", state: "lacking", words, remedy: "name another one in TMPDIR" }]
  }
}

const LOW_DISK = 2e9

/**
 * Writes and links a file where the store is or would be: permissions alone do not tell (root, read-only
 * mounts, network file systems).
 */
const storeState = (parsed: Parsed): ReadonlyArray<Finding> => {
  const root = storeRoot(parsed)
  let existing = root
  while (!fs.existsSync(existing)) existing = path.dirname(existing)
  const place = existing === root ? root : `${root} (not made yet)`
  try {
    const file = temporaryName(existing)
    fs.writeFileSync(file, "")
    try {
      fs.linkSync(file, `${file}.link`)
      remove(`${file}.link`)
    } catch {
      return [
        {
          subject: "store",
          state: "lacking",
          words: `${place}: no hard links there`,
          remedy: "two processes may then compute one thing twice; a local disk has links"
        }
      ]
    } finally {
      remove(file)
    }
  } catch (cause) {
    return [
      {
        subject: "store",
        state: "needed",
        words: `${place} cannot be written (${errorText(cause)})`,
        remedy: "give another folder with --store"
      }
    ]
  }
  const { bavail, bsize } = fs.statfsSync(existing)
  const free = bavail * bsize
  return [
    { subject: "store", state: "good", words: place },
    free > LOW_DISK
      ? { subject: "disk", state: "good", words: `${bytesWords(free)} free` }
      : {
          subject: "disk",
          state: "lacking",
          words: `only ${bytesWords(free)} free`,
          remedy: '"pipeline gc" shows what can go; --store takes another disk'
        }
  ]
}

const datasetFindings = (datasets: ReadonlyArray<SplitDescription>, roots: ReadonlyArray<string>): ReadonlyArray<Finding> => {
  const found = datasets.filter(({ state }) => state === "found").length
  const places = roots.map((root) => `${root}${fs.existsSync(root) ? "" : " (not there)"}`)
  return [
    {
      subject: "data",
      state: found > 0 ? "good" : "lacking",
      words: `${found} of ${datasets.length} dataset splits found in ${places.join(", ")}; built-in data needs none`
    }
  ]
}
