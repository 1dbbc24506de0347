/** Variables that hold what they cannot mean: refused by their names, by a plan as by a run, and found by doctor. */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const at = place()
const folder = temporaryFolder()
fs.writeFileSync(path.join(folder, "file"), "")
const PLAN = ["plan", "chain"]
const IMPORT = ["data", "import", "gsm8k:test", "--data", path.join(folder, "data")]

describe("a variable", () => {
  it.each<[Readonly<Record<string, string>>, ReadonlyArray<string>, string]>([
    [
      { ECHO_CHAMBER_ENGINE: "nativ" },
      PLAN,
      'ECHO_CHAMBER_ENGINE is "nativ"; it must be one of auto, native, wasm, tfjs. Did you mean "native"?'
    ],
    [{ ECHO_CHAMBER_ENGINE: "Wasm" }, PLAN, 'Did you mean "wasm"?'],
    [{ ECHO_CHAMBER_ENGINE: "constructor" }, PLAN, 'ECHO_CHAMBER_ENGINE is "constructor"; it must be one of'],
    [{ ECHO_CHAMBER_ENGINE: "a\u001b[31m" }, PLAN, 'ECHO_CHAMBER_ENGINE is "a\\u001b[31m"; it must be one of'],
    [
      { ECHO_CHAMBER_MODE: "fp32" },
      PLAN,
      'ECHO_CHAMBER_MODE is "fp32"; it must be one of auto, f32, bf16x3, bf16. Did you mean "f32"?'
    ],
    [{ ECHO_CHAMBER_MODE: "F32" }, PLAN, 'Did you mean "f32"?'],
    [
      { ECHO_CHAMBER_ISA: "avx51" },
      PLAN,
      'ECHO_CHAMBER_ISA is "avx51"; it must be one of amx, avx512bf16, avx512, avx2, portable. Did you mean "avx512", '
    ],
    [
      { ECHO_CHAMBER_TFJS_BACKEND: "wsm" },
      [...PLAN, "--engine", "tfjs"],
      'ECHO_CHAMBER_TFJS_BACKEND is "wsm"; it must be one of'
    ],
    [{ ECHO_CHAMBER_SILENCE: "abc" }, PLAN, 'ECHO_CHAMBER_SILENCE is "abc"; it must be a number of seconds from 1 to 86400.'],
    [{ ECHO_CHAMBER_SILENCE: "0" }, PLAN, 'ECHO_CHAMBER_SILENCE is "0"; it must be a number'],
    [{ ECHO_CHAMBER_SILENCE: "1e9" }, ["run", "chain"], 'ECHO_CHAMBER_SILENCE is "1e9"; it must be a number'],
    [{ ECHO_CHAMBER_DATA: "/nonexist" }, PLAN, "ECHO_CHAMBER_DATA: There is no folder /nonexist."],
    [{ ECHO_CHAMBER_DATA: path.join(folder, "file") }, PLAN, "ECHO_CHAMBER_DATA: "],
    [{ ECHO_CHAMBER_DATA: "/nonexist" }, ["run", "chain"], "ECHO_CHAMBER_DATA: There is no folder /nonexist."],
    [{ ECHO_CHAMBER_DATA: "/nonexist" }, ["data", "check"], "ECHO_CHAMBER_DATA: There is no folder /nonexist."],
    [{ ECHO_CHAMBER_DATA: "/nonexist" }, ["data", "list"], "ECHO_CHAMBER_DATA: There is no folder /nonexist."],
    [
      { ECHO_CHAMBER_STORE: "/nonexist" },
      ["status"],
      "ECHO_CHAMBER_STORE: There is no such store. There is no folder /nonexist."
    ],
    [{ ECHO_CHAMBER_STORE: folder }, PLAN, `ECHO_CHAMBER_STORE: ${folder} is no store: it holds other things`],
    [{ ECHO_CHAMBER_STUDIES: "/nonexist" }, PLAN, "There is no folder /nonexist. ECHO_CHAMBER_STUDIES is to name a folder."],
    [
      { HF_ENDPOINT: "huggingface.co" },
      IMPORT,
      'HF_ENDPOINT is "huggingface.co"; it must be an address, as https://hub.example is.'
    ],
    [{ HF_ENDPOINT: "ftp://x" }, IMPORT, 'HF_ENDPOINT is "ftp://x"; it must be an address'],
    [
      { HTTPS_PROXY: "proxy:3128" },
      IMPORT,
      'HTTPS_PROXY is "proxy:3128"; it must be an address, as http://proxy.example:3128 is.'
    ],
    [{ http_proxy: "http://[" }, IMPORT, 'http_proxy is "http://["; it must be an address'],
    [{ HTTP_PROXY: "me:secret@proxy" }, IMPORT, "HTTP_PROXY cannot be used; it must be an address"]
  ])("%j is refused by %j in words that name it", async (environment, args, words) => {
    const { code, out, err } = await at.here(args, environment)
    expect([code, out]).toEqual([2, ""])
    expect(err).toContain(words)
    expect(err).not.toMatch(/--(engine|mode|data|store)\b must|\n\s+at |secret/)
  })

  it.each<[Readonly<Record<string, string>>, ReadonlyArray<string>]>([
    [{ ECHO_CHAMBER_ENGINE: "nativ" }, ["--engine", "wasm"]],
    [{ ECHO_CHAMBER_MODE: "fp32" }, ["--engine", "wasm", "--mode", "f32"]],
    [{ ECHO_CHAMBER_DATA: "/nonexist" }, ["--data", folder]],
    [{ ECHO_CHAMBER_SILENCE: "2.5", ECHO_CHAMBER_ENGINE: "wasm", ECHO_CHAMBER_MODE: "f32" }, []]
  ])("%j is of no account beside %j", async (environment, flags) => {
    expect(await at.here([...PLAN, ...flags], environment)).toMatchObject({ code: 0, err: "" })
  })

  it("of a token is not printed, whatever is wrong with it", async () => {
    const { code, err } = await at.here(IMPORT, { HF_TOKEN: "hf_geheim\nx", HF_ENDPOINT: "http://127.0.0.1:1" })
    expect([code, err]).toEqual([2, "HF_TOKEN cannot be used; it must be one word without blanks and line ends.\n"])
  })

  it("of the launcher that is no process ends nothing", async () => {
    expect((await at.pipeline(["run", "chain", "--no-report"], { ECHO_CHAMBER_LAUNCHER: "abc" })).code).toBe(0)
  })

  it("is found by doctor, with the others", async () => {
    const wrong = {
      ECHO_CHAMBER_ENGINE: "x",
      ECHO_CHAMBER_SILENCE: "0",
      ECHO_CHAMBER_DATA: "/nonexist",
      ECHO_CHAMBER_STUDIES: "/no"
    }
    const { code, out } = await at.here(["doctor", "--json"], wrong)
    const { findings } = JSON.parse(out) as {
      readonly findings: ReadonlyArray<{ readonly subject: string; readonly words: string }>
    }
    const found = findings.flatMap(({ subject, words }) => (subject === "variable" ? [/ECHO_CHAMBER_\w+/.exec(words)?.[0]] : []))
    expect([code, found]).toEqual([1, Object.keys(wrong)])
  })
})

describe("a flag", () => {
  it.each([
    ["--engine", "Native", "native"],
    ["--engine", "wasn", "wasm"],
    ["--mode", "fp32", "f32"],
    ["--mode", "bf16x2", "bf16x3"]
  ])("%s %s is refused with the name that comes near", async (flag, value, near) => {
    const { code, err } = await at.here([...PLAN, flag, value])
    expect(code).toBe(2)
    expect(err).toMatch(new RegExp(`^${flag} must be one of .*; got "${value}"\\. Did you mean "${near}"`))
  })
})
