/** What completion keeps from one TAB to the next: it spares loading, holds as long as its sources, and is needed by nothing. */

import * as fs from "node:fs"
import * as path from "node:path"

import { afterEach, expect, it, vi } from "vitest"

import { commands } from "../../../src/cli/command-line.ts"
import { complete } from "../../../src/cli/completion/complete.ts"
import { withKept } from "../../../src/cli/completion/kept.ts"
import { sourcesOf } from "../../../src/cli/completion/things.ts"
import { textOf } from "../../house/sources.ts"
import { temporaryFolder } from "../../store/temporary-folder.ts"

afterEach(() => void vi.unstubAllEnvs())

/** Asks what stands in place of the last word; says too whether commands had to be loaded for it. */
const asking = (file: string) => async (words: ReadonlyArray<string>) => {
  let loaded = false
  const load = async () => {
    loaded = true
    return commands
  }
  const { candidates } = await withKept((kept) => complete(words, sourcesOf(load, kept)), file)
  return { words: candidates.map(({ word }) => word), loaded }
}

const LINE = ["plan", "smoke", "--set", "rl.k"]

it("is loaded once for a line and those like it", async () => {
  const ask = asking(path.join(temporaryFolder(), "cache", "kept"))
  const first = await ask(LINE)
  expect(first).toEqual({ words: expect.arrayContaining(["rl.kl="]), loaded: true })
  expect(await ask(LINE)).toEqual({ ...first, loaded: false })
  expect(await ask(["plan", "smoke", "--sc"])).toEqual({ words: ["--scales"], loaded: false })
  expect(await ask(["no-such", ""])).toEqual({ words: [], loaded: false })
})

it("is loaded anew once a file that it comes from has changed", async () => {
  const studies = temporaryFolder()
  vi.stubEnv("ECHO_CHAMBER_STUDIES", studies)
  const ask = asking(path.join(temporaryFolder(), "kept"))
  const list = ["list", "min"]
  expect((await ask(list)).words).toEqual([])
  expect((await ask(list)).loaded).toBe(false)
  fs.writeFileSync(path.join(studies, "mine.ts"), "")
  expect(await ask(list)).toEqual({ words: ["mine"], loaded: true })
})

it("is made again where it is damaged, and done without where it cannot be written", async () => {
  const file = path.join(temporaryFolder(), "kept")
  await asking(file)(LINE)
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").slice(0, -10))
  expect(await asking(file)(["pl"])).toEqual({ words: ["plan"], loaded: true })
  expect(await asking(path.join(file, "below-a-file"))(["pl"])).toEqual({ words: ["plan"], loaded: true })
  expect(fs.readdirSync(path.dirname(file))).toEqual(["kept"])
})

it("is looked up without loading a package: a TAB waits for it", () => {
  const seen = new Set<string>()
  const packages = new Set<string>()
  const follow = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier = ""] of textOf(file).matchAll(/^import (?!type )[^"]*"([^"]+)"/gm))
      if (specifier.startsWith(".")) follow(path.posix.join(path.posix.dirname(file), specifier))
      else if (!specifier.startsWith("node:")) packages.add(`${file}: ${specifier}`)
  }
  for (const start of ["cli/completion/complete-words.ts", "dag/code/loaded.ts", "cli/output.ts"]) follow(`src/${start}`)
  expect(seen).toContain("src/cli/completion/kept.ts")
  expect([...packages]).toEqual([])
})
