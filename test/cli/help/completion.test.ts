/** What TAB offers: the answer to a command line as it stands, and the same in real shells that source the script. */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { afterAll, describe, expect, it } from "vitest"

import { commands } from "../../../src/cli/command-line.ts"
import { complete } from "../../../src/cli/completion/complete.ts"
import { placesOf } from "../../../src/cli/completion/places.ts"
import { sourcesOf } from "../../../src/cli/completion/things.ts"
import { eventsFile, openRunLog } from "../../../src/store/objects/Runs.ts"
import { place } from "../command-line.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "completion-"))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const store = path.join(folder, "store")
const run = "smoke-20261122-004512-aaaaaaa"
fs.mkdirSync(path.dirname(eventsFile(store, run)), { recursive: true })
const log = openRunLog(store, run)
const { pid } = process
const started = { event: "run-started", run, study: "smoke", settings: {}, command: ["run", "smoke"] } as const
log.append({ ...started, host: "h", pid, processStarted: null, engine: "native" })
log.append({ event: "node-planned", node: "rl-3f2a91", label: "rl ppo", stage: "rl", params: {}, inputs: {} })
log.append({ event: "node-planned", node: "rl-$(x)", label: "rl bad", stage: "rl", params: {}, inputs: {} })
log.append({ event: "run-finished", status: "succeeded", seconds: 1 })
log.close()

const IN_STORE = path.resolve(import.meta.dirname, "../../../src/cli/completion/in-store.ts")

/** What stands in place of the last word. */
const offers = async (...words: ReadonlyArray<string>) => {
  const kept = { lists: {}, commands: {}, studies: {} }
  const { candidates, paths } = await complete(
    words,
    sourcesOf(async () => commands, kept)
  )
  return { words: candidates.map(({ word }) => word), paths }
}

describe("a usage line", () => {
  it("says what stands in each place", () => {
    const read = (usage: string) => {
      const { places, repeats } = placesOf("x", `pipeline x ${usage}`)
      return { places: places.map(({ words, kinds }) => [...words, ...[...kinds].map((kind) => `<${kind}>`)]), repeats }
    }
    expect(read("<study|run>... [flags]    of several runs")).toEqual({ places: [["<study>", "<run>"]], repeats: true })
    expect(read("<node id | node label | key | artifact> DIR [flags]")).toEqual({
      places: [["<node>"], ["<folder>"]],
      repeats: false
    })
    expect(read("list|check|import [DATASET:SPLIT ...]")).toEqual({
      places: [["list", "check", "import"], ["<dataset>"]],
      repeats: true
    })
    expect(read("[--repair] [--recompute 5%|N [--seed N]]").places).toEqual([])
    expect(read("FILE.jsonl [flags]").places).toEqual([["<file>"]])
    expect(read('"select study, a from b" [flags]').places).toEqual([[]])
  })

  it("of every command can be read, brackets and all", async () => {
    for (const [name, { load }] of Object.entries(commands)) {
      const { command } = await load()
      expect(command.usage, name).toMatch(new RegExp(`^pipeline ${name}\\b`))
      for (const { words } of placesOf(name, command.usage).places) expect(words.join(""), name).not.toMatch(/[[\]<>]/)
    }
  })
})

describe("completion", () => {
  it("offers commands, the parts of one, and nothing behind one that is not there", async () => {
    expect((await offers("")).words).toEqual(Object.keys(commands))
    expect((await offers("pl")).words).toEqual(["plan"])
    expect((await offers("data", "")).words).toEqual(["list", "check", "import"])
    expect((await offers("data", "check", "gsm8k:")).words).toContain("gsm8k:train")
    expect(await offers("no-such", "")).toEqual({ words: [], paths: null })
    expect((await offers("completion", "")).words).toEqual(["bash", "zsh", "fish"])
    expect((await offers("help", "exit")).words).toEqual(["exit-codes"])
  })

  it("offers flags that are not given yet, those of the study that is named among them", async () => {
    expect((await offers("run", "smoke", "--sc")).words).toEqual(["--scales"])
    expect((await offers("run", "--sc")).words).toEqual([])
    expect((await offers("gc", "--yes", "--")).words).not.toContain("--yes")
    expect((await offers("run", "smoke", "--set", "rl.kl=1", "--se")).words).toEqual(["--set", "--seeds"])
  })

  it("offers the values of flags, also behind = and in lists", async () => {
    expect((await offers("run", "smoke", "--engine", "")).words).toEqual(["auto", "native", "wasm", "tfjs"])
    expect((await offers("run", "smoke", "--engine=n")).words).toEqual(["--engine=native"])
    expect((await offers("run", "smoke", "--algorithms", "ppo,g")).words).toContain("ppo,grpo")
    expect((await offers("run", "smoke", "--algorithms", "ppo,p")).words).not.toContain("ppo,ppo")
    expect((await offers("run", "smoke", "--store", "")).paths).toBe("folder")
    expect((await offers("grade", "")).paths).toBe("file")
    expect(await offers("show", "--rows", "")).toEqual({ words: [], paths: null })
  })

  it("offers studies once, and the stages, parameters, members and values of settings", async () => {
    expect((await offers("plan", "sc")).words).toEqual(["scale-flip", "scale-sweep"])
    expect((await offers("plan", "smoke", "")).words).toEqual([])
    expect((await offers("plan", "smoke", "--set", "")).words).toContain("rl.")
    expect((await offers("plan", "smoke", "--set", "rl.kl")).words).toContain("rl.kl=")
    expect((await offers("plan", "smoke", "--set", "rl.algorithm=g")).words).toContain("rl.algorithm=grpo")
    expect((await offers("plan", "smoke", "--set", "mix.sources.om")).words).toEqual(["mix.sources.omi1=", "mix.sources.omi2="])
    expect((await offers("plan", "--set", "")).words).toEqual([])
  })

  it("offers the runs and nodes of the store that is named, and no name that a shell would take for something else", async () => {
    const { words, paths } = await offers("report", "--store", store, "smoke-")
    expect({ words, paths }).toEqual({ words: [run], paths: null })
    const at = place()
    const answer = await at.pipeline(["complete-words", "show", "--store", store, "rl-"])
    expect(answer).toMatchObject({ code: 0, out: `rl-3f2a91\trl ppo, ${run}\n`, err: "" })
    expect((await offers("show", "--store", path.join(folder, "none"), "")).words).toEqual([])
  })

  it("offers labels of nodes word by word, as they are typed without quotes, and behind a whole one what is next", async () => {
    const line = (...words: ReadonlyArray<string>) => offers(words[0]!, "--store", store, ...words.slice(1))
    expect((await line("show", "r")).words).toEqual(["rl", "rl-3f2a91", "rl-$(x)"])
    expect((await line("show", "rl", "")).words).toEqual(["ppo", "bad"])
    expect((await line("show", "rl", "p")).words).toEqual(["ppo"])
    expect(await line("show", "rl", "ppo", "")).toEqual({ words: [], paths: null })
    expect((await line("export-model", "rl", "ppo", "")).paths).toBe("folder")
    expect((await line("show", "sft", "")).words).toEqual([])
  })

  it("offers the formats of an answer, and the tables of an export one after the other", async () => {
    expect((await offers("sample", "--format", "j")).words).toEqual(["json", "jsonl"])
    expect((await offers("export", "--tables", "rollo")).words).toEqual(["rollouts"])
    expect((await offers("export", "--tables", "rollouts,sco")).words).toEqual(["rollouts,scores"])
  })

  it("offers the formats that a model may be forced into", async () => {
    expect((await offers("sample", "--force", "om")).words).toEqual(["omi1", "omi2"])
  })

  it("loads neither Effect nor what reads a store in full, to offer what is in a log", () => {
    const script = `
      const { nodesAmong } = await import(${JSON.stringify(IN_STORE)})
      const nodes = await nodesAmong(["--store", ${JSON.stringify(store)}])
      console.log(nodes.length)`
    const hooks = `data:text/javascript,${encodeURIComponent(`
      import { registerHooks } from "node:module"
      registerHooks({ resolve: (name, context, next) => {
        if (/^effect|Runs\\.ts$|apache-arrow/.test(name)) throw new Error("loads " + name)
        return next(name, context)
      } })`)}`
    const { stdout, stderr } = spawnSync(process.execPath, ["--import", hooks, "--input-type=module", "-e", script], {
      encoding: "utf8"
    })
    expect({ stdout, stderr }).toEqual({ stdout: "2\n", stderr: "" })
  })
})

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0

/** The script as the command prints it. */
const scriptFor = async (shell: string): Promise<string> => {
  const { out } = await place().here(["completion", shell])
  const file = path.join(folder, `completion.${shell}`)
  fs.writeFileSync(file, out)
  return file
}

/** What a shell offers for lines that end at the cursor. */
const LINES = ["pipeline pl", "pnpm pipeline data c", "npx pipeline plan smoke --engine=n", "pnpm run ot"]

describe("shells that source the script", () => {
  it.skipIf(!has("bash"))("bash completes, also through pnpm and npx, and leaves other scripts alone", async () => {
    const ask = `
      _asked() { COMPREPLY=(other); }
      complete -F _asked pnpm
      source "$1"
      source "$1"
      line() {
        local -a COMPREPLY; COMP_LINE=$1 COMP_POINT=\${#1} COMP_TYPE=9
        shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        __echo_chamber "$1" 2>/dev/null; echo "\${COMPREPLY[@]}"
      }
      compopt() { :; }
      line 'pipeline pl' pipeline pl
      line 'pnpm pipeline data c' pnpm pipeline data c
      line 'npx pipeline plan smoke --engine=n' npx pipeline plan smoke --engine = n
      line 'pnpm run ot' pnpm run ot
      complete -p pipeline pnpm`
    const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", ask, "bash", await scriptFor("bash")], { encoding: "utf8" })
    expect({ lines: stdout.trim().split("\n"), stderr }).toEqual({
      lines: [
        "plan",
        "check",
        "native",
        "other",
        "complete -F __echo_chamber pipeline",
        "complete -o default -F __echo_chamber pnpm"
      ],
      stderr: ""
    })
  })

  it.skipIf(!has("fish"))("fish completes, also through pnpm and npx, and leaves other scripts alone", async () => {
    const ask = [...LINES, "pipeline plan smoke --set rl.kl="].map(
      (line) => `echo "["(complete -C "${line}" | string split -f1 \\t | string join " ")"]"`
    )
    const script = `source ${await scriptFor("fish")}; ${ask.join("; ")}`
    const { stdout } = spawnSync("fish", ["--no-config", "-c", script], {
      encoding: "utf8",
      env: { ...process.env, HOME: folder }
    })
    const [plan, check, engine, other, value] = stdout.trim().split("\n")
    expect([plan, check, engine]).toEqual(["[plan]", "[check]", "[--engine=native]"])
    expect(other).not.toContain("plan")
    // Offered as it stands: where nothing is, fish itself offers files.
    expect(value).toBe("[rl.kl=]")
  })

  it.skipIf(!has("zsh"))("zsh completes at a terminal, also through pnpm and npx", async () => {
    // A terminal of zsh's own, in which TAB is pressed at the end of each line, and the line that it made is printed.
    const ask = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -d $HOME/dump; source $1"
      zpty -w shell 'shown() { print -r -- "<\${BUFFER}>"; BUFFER=; zle accept-line }; zle -N shown'
      zpty -w shell 'bindkey "^X" shown; print ready-\${:-now}'
      zpty -r shell line '*ready-now*'
      for line in "$@[2,-1]"; do
        zpty -w -n shell "$line"$'\\t'
        sleep 0.1
        zpty -w -n shell $'\\C-x'
        zpty -r shell line '*<*>*'
        print -r -- "\${\${line##*<}%%>*}"
      done
      zpty -d shell`
    const { stdout } = spawnSync("zsh", ["-f", "-c", ask, "zsh", await scriptFor("zsh"), ...LINES.slice(0, 3)], {
      encoding: "utf8",
      env: { ...process.env, HOME: folder, TERM: "dumb" },
      timeout: 110_000
    })
    expect(
      stdout
        .trim()
        .split("\n")
        .map((line) => line.trim())
    ).toEqual(["pipeline plan", "pnpm pipeline data check", "npx pipeline plan smoke --engine=native"])
  })

  const absent = ["bash", "zsh", "fish"].filter((shell) => !has(shell))
  if (absent.length > 0) process.stderr.write(`${absent.join(", ")}: not on this machine, so completion is not tried there\n`)
})
