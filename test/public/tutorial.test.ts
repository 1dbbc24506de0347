/** The first hour, as its page has it: every file is written and every command run, in order, in an empty folder. */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { expect, test } from "vitest"

import { PACKAGE } from "../../src/dag/repository.ts"
import { readPage } from "../house/markdown.ts"
import { commandsIn } from "../house/shell.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"

const LAUNCHER = path.join(PACKAGE, "bin/pipeline.mjs")
const SOME_MINUTES = 900_000

test(
  "the tutorial runs as it is written, and each step has what the next one needs",
  () => {
    const folder = temporaryFolder()
    fs.mkdirSync(path.join(folder, "pipelines"))
    const env = {
      ...process.env,
      ECHO_CHAMBER_STUDIES: path.join(folder, "pipelines"),
      ECHO_CHAMBER_STORE: path.join(folder, "artifacts")
    }
    const said: Array<{ readonly command: string; readonly output: string }> = []
    const outputsOf = (command: string) => said.filter((one) => one.command === command).map(({ output }) => output)

    for (const { info, text } of readPage("docs/tutorial.md").snippets) {
      const [language = "", file = ""] = info.split(" ")
      if (language === "ts") {
        fs.mkdirSync(path.join(folder, path.dirname(file)), { recursive: true })
        fs.writeFileSync(path.join(folder, file), text)
      }
      for (const words of language === "sh" ? commandsIn(text) : []) {
        const args = words.slice(words.indexOf("pipeline") + 1)
        const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, ...args], {
          cwd: folder,
          encoding: "utf8",
          env
        })
        const command = args.join(" ")
        expect({ command, status, stderr }).toMatchObject({ command, status: 0 })
        said.push({ command, output: stdout + stderr })
      }
    }

    expect(outputsOf("run first-study").map((output) => /(\d+) of 21 nodes done, (\d+) from cache/.exec(output)?.[2])).toEqual([
      "0",
      "21"
    ])
    expect(outputsOf("run echo")[0]).toContain("42 of 42 nodes done, 21 from cache")
    expect(outputsOf("run first-study")[0]).toMatch(/^Claim +N1 \w+:/m)
    expect(outputsOf("run echo")[0]).toMatch(/^Claim +T1 \w+:/m)
    expect(outputsOf("plan echo --seeds 10 --first-seed 100")[0]).toContain("140 nodes")
    expect(fs.readdirSync(path.join(folder, "figures"))).toContain("index.csv")
    expect(said.length).toBeGreaterThan(9)
  },
  SOME_MINUTES
)
