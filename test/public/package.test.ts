/**
 * The package as somebody gets it: packed, installed by npm into a folder of its own, with a study and a stage of that folder.
 * Skipped, with a word, where npm does not reach its registry and has not got everything in its cache.
 */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { PACKAGE } from "../../src/dag/repository.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const FIXTURES = path.join(import.meta.dirname, "fixtures")
const LAUNCHER = path.join(PACKAGE, "bin/pipeline.mjs")
const SOME_MINUTES = 900_000

/** As a shell of that folder has it: no variables of ours or of pnpm, and the machine's own Node instead of this repository's. */
const plain = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:ECHO_|NODE_|npm_|PNPM_|INIT_CWD$)/.test(name))),
  PATH: (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(path.delimiter)
})

const run = (cwd: string, command: string, args: ReadonlyArray<string>, environment: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...plain(), ...environment },
    maxBuffer: 2 ** 28
  })
  return { status, out: stdout, err: stderr, said: `${stdout}${stderr}` }
}

/** What npm says where it cannot fetch: that is no fault of the package. */
const OUT_OF_REACH = /E(?:NOTFOUND|AI_AGAIN|CONNREFUSED|CONNRESET|TIMEDOUT|NOTCACHED|HOSTUNREACH|NETUNREACH)|network|ERR_SOCKET/

let project = ""
let copy = ""
let packed: ReadonlyArray<string> = []
let outOfReach: string | null = null

beforeAll(() => {
  const made = temporaryFolder()
  const pack = run(PACKAGE, "npm", ["pack", "--pack-destination", made])
  if (pack.status !== 0 && OUT_OF_REACH.test(pack.said)) outOfReach = pack.said
  if (outOfReach !== null) return
  expect(pack.status, pack.said).toBe(0)
  const archive = path.join(
    made,
    fs.readdirSync(made).find((name) => name.endsWith(".tgz"))!
  )
  packed = run(made, "tar", ["tzf", archive]).out.trimEnd().split("\n")
  project = temporaryFolder()
  // No install script has to run, and so none does.
  const quiet = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]
  const soon = ["--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000", "--fetch-timeout=60000"]
  const installed = run(project, "npm", ["install", ...quiet, ...soon, archive])
  if (installed.status !== 0 && OUT_OF_REACH.test(installed.said)) outOfReach = installed.said
  if (outOfReach !== null) return
  expect(installed.status, installed.said).toBe(0)
  copy = path.join(project, "node_modules/echo-chamber")
  for (const folder of ["pipelines", "stages"])
    fs.cpSync(path.join(FIXTURES, folder), path.join(project, folder), { recursive: true })
}, SOME_MINUTES)

afterAll(() => {
  if (outOfReach !== null)
    process.stderr.write(`npm does not reach its registry here, so the package was not tried:\n${outOfReach}\n`)
})

const inPackage = (name: string, test: () => void) =>
  it(name, { timeout: SOME_MINUTES }, (context) => {
    if (outOfReach !== null) context.skip("npm does not reach its registry here")
    test()
  })

const npx = (args: ReadonlyArray<string>, environment: NodeJS.ProcessEnv = {}) =>
  run(project, "npx", ["--no-install", "pipeline", ...args], environment)

/** The same study by this repository's own command. */
const clone = (args: ReadonlyArray<string>) =>
  run(project, process.execPath, [LAUNCHER, ...args], { ECHO_CHAMBER_STUDIES: path.join(project, "pipelines") })

const nodesIn = (json: string) => {
  const nodes = JSON.parse(json) as ReadonlyArray<{ readonly node: string; readonly state: string; readonly key: string | null }>
  return nodes.map(({ node, state, key }) => ({ node, state, key }))
}

describe("the package", () => {
  inPackage("holds what runs and what is read, and no tests, measurements, data or results", () => {
    const names = packed.map((name) => name.replace(/^package\//, ""))
    const roots = [...new Set(names.map((name) => name.split("/")[0]!))].toSorted()
    expect(roots).toEqual([
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "bin",
      "build",
      "docs",
      "package.json",
      "pipelines",
      "schemas",
      "src",
      "stages"
    ])
    expect(names).toEqual(
      expect.arrayContaining([
        "src/engine/native/api.c",
        "src/engine/wasm/engine.wasm",
        "src/ui/static/index.html",
        "src/ui/page/main.ts",
        "build/types/src/public/index.d.ts",
        "docs/own-studies.md"
      ])
    )
    const manifest = JSON.parse(fs.readFileSync(path.join(copy, "package.json"), "utf8")) as {
      readonly private: boolean
      readonly dependencies: Readonly<Record<string, string>>
    }
    // Packed, and never published by accident.
    expect(manifest.private).toBe(true)
    expect(Object.values(manifest.dependencies).filter((version) => !/^\d/.test(version))).toEqual([])
  })

  inPackage("takes nothing from anywhere but the registry", () => {
    const lock = fs.readFileSync(path.join(project, "package-lock.json"), "utf8")
    const protocols = [...lock.matchAll(/"resolved": "([a-z+]+:)/g)].map(([, protocol]) => protocol!)
    expect(protocols.filter((protocol) => protocol !== "https:")).toEqual(["file:"])
    // npm may be set to write no addresses of its registry; of more than one host it would.
    const hosts = [...lock.matchAll(/"resolved": "https:\/\/([^/]+)/g)].map(([, host]) => host)
    expect(new Set(hosts).size).toBeLessThan(2)
  })

  inPackage("has every stage's code, the tables' and the engine's under the digests of the repository", () => {
    const codes = (of: string) => {
      const hook = path.join(of, "bin/typescript.mjs")
      const flags = ["--disable-warning=ExperimentalWarning", "--import", hook, path.join(import.meta.dirname, "codes.mjs"), of]
      const { out, err } = run(project, process.execPath, flags)
      expect(err).toBe("")
      return JSON.parse(out) as { readonly codes: Readonly<Record<string, ReadonlyArray<unknown>>> }
    }
    const ours = codes(PACKAGE)
    expect(Object.keys(ours.codes)).toContain("rl.ts")
    expect(ours.codes["rl.ts"]!.length).toBeGreaterThan(50)
    expect(codes(copy)).toEqual(ours)
  })

  inPackage("helps and completes from wherever it stands", () => {
    expect(npx(["help"])).toMatchObject({ status: 0, err: "", out: expect.stringContaining("stores") })
    expect(npx(["--help"])).toMatchObject({ status: 0, err: "" })
    expect(npx(["help", "stores"]).out).toBe(clone(["help", "stores"]).out)
    const script = npx(["completion", "bash"])
    expect(script).toMatchObject({ status: 0, err: "" })
    expect(script.out).toContain(path.join(copy, "bin/pipeline.mjs"))
    expect(npx(["complete-words", "run", "ow"])).toMatchObject({ status: 0, err: "", out: expect.stringContaining("own") })
    expect(npx(["complete-words", "run", "own", "--set", "mix.tok"]).out).toContain("mix.tokens=")
  })

  inPackage("plans the studies that come with it with the keys of the repository", () => {
    const theirs = npx(["plan", "smoke", "--json"])
    expect(theirs.err).toBe("")
    expect(theirs.out).toBe(clone(["plan", "smoke", "--json", "--store", path.join(project, "no-store")]).out)
  })

  inPackage("computes a study and a stage of the project, whose results are the repository's, and the other way round", () => {
    const first = npx(["run", "own", "--no-report"])
    expect(first.said).toContain("own: 4 of 4 nodes done, 0 from cache")
    expect(first.status).toBe(0)
    const store = path.join(project, "artifacts")
    // From a folder inside the project too, and nothing is written into the package, which the next installation replaces.
    const inside = path.join(project, "notes")
    fs.mkdirSync(inside)
    expect(run(inside, "npx", ["--no-install", "pipeline", "status", "own"]).out).toContain("own")
    expect(fs.readdirSync(inside)).toEqual([])
    expect(fs.readdirSync(copy).filter((name) => ["artifacts", "data", "node_modules"].includes(name))).toEqual([])

    const seen = nodesIn(clone(["plan", "own", "--json", "--store", store]).out)
    expect(seen.map(({ state }) => state)).toEqual(["cached", "cached", "cached", "cached"])
    expect(nodesIn(npx(["plan", "own", "--json"]).out)).toEqual(seen)

    const other = path.join(project, "made-by-the-clone")
    expect(clone(["run", "own", "--no-report", "--store", other]).said).toContain("own: 4 of 4 nodes done, 0 from cache")
    expect(nodesIn(npx(["plan", "own", "--json", "--store", other]).out)).toEqual(seen)
    expect(npx(["run", "own", "--no-report", "--store", other]).said).toContain("own: 4 of 4 nodes done, 4 from cache")
  })

  inPackage("computes with threads that load its TypeScript too", () => {
    const args = ["run", "own", "--no-report", "--engine", "wasm", "--mode", "f32", "--store", path.join(project, "wasm")]
    expect(npx(args).said).toContain("own: 4 of 4 nodes done, 0 from cache")
  })

  inPackage("writes a first study there, which plans and compiles in strict mode, and a wrong edge does not", () => {
    expect(npx(["new", "study", "mine"]).out).toContain(path.join(project, "pipelines/mine.ts"))
    expect(npx(["plan", "mine"]).out).toContain("21 nodes: 0 cached")
    const tsc = (args: ReadonlyArray<string>) =>
      run(project, process.execPath, [path.join(PACKAGE, "node_modules/typescript/bin/tsc"), "--noEmit", "--strict", ...args])
    expect(tsc(["pipelines/mine.ts"])).toMatchObject({ status: 0, said: "" })
    fs.copyFileSync(path.join(FIXTURES, "miswired.ts"), path.join(project, "miswired.ts"))
    expect(tsc(["--allowImportingTsExtensions", "pipelines/own.ts", "miswired.ts"])).toMatchObject({ status: 0, said: "" })
  })

  inPackage("takes a study for a module whatever the project says that its files are", () => {
    const manifest = path.join(project, "package.json")
    const before = JSON.parse(fs.readFileSync(manifest, "utf8")) as object
    fs.writeFileSync(manifest, JSON.stringify({ ...before, type: "commonjs" }))
    const { status, said } = npx(["plan", "own"])
    expect({ status, said }).toEqual({ status: 0, said: expect.stringMatching(/^4 nodes/m) })
    expect(said).not.toContain("Warning")
  })
})
