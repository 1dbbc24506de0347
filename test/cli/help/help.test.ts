/** Help: topics, near names, and the page of all commands, which is made of what `--help` prints from. */

import { describe, expect, it } from "vitest"

import { commands } from "../../../src/cli/command-line.ts"
import { textOf } from "../../house/sources.ts"
import { place } from "../command-line.ts"

const at = place()
const help = (...args: ReadonlyArray<string>) => at.here(["help", ...args])

describe("pipeline help", () => {
  it("lists every command and every topic, as pipeline alone does", async () => {
    const { code, out } = await help()
    expect(code).toBe(0)
    for (const word of [...Object.keys(commands), "exit-codes", "settings", "environment"]) expect(out).toContain(word)
    expect((await at.here([])).out).toBe(out)
    expect((await at.here(["--help"])).out).toBe(out)
  })

  it("of a command is what its --help prints, with the flags of a study that is named", async () => {
    expect((await help("gc")).out).toBe((await at.here(["gc", "--help"])).out)
    const withStudy = await help("run", "smoke")
    expect(withStudy.out).toBe((await at.here(["run", "smoke", "--help"])).out)
    expect(withStudy.out).toContain("--algorithms VALUE")
  })

  it("of a command inside another is its own page, and of one that is not there names what there is", async () => {
    const { code, out } = await help("data", "import")
    expect([code, out]).toEqual([0, (await at.here(["data", "import", "--help"])).out])
    expect(out).toContain("\n  pipeline data import DATASET:SPLIT")
    expect(out).not.toContain("pipeline data list")
    expect((await at.here(["data", "check", "gsm8k", "--help"])).out).toContain("\n  pipeline data check")
    const whole = (await help("data")).out
    for (const part of ["list", "check", "import"]) expect(whole).toContain(`\n  pipeline data ${part}`)
    for (const words of [
      ["help", "data", "nope"],
      ["data", "nope", "--help"],
      ["help", "data", "improt"]
    ])
      expect(await at.here(words)).toMatchObject({
        code: 2,
        out: "",
        err: expect.stringContaining("It has list, check, import.")
      })
    expect(await help("data", "import", "gsm8k")).toMatchObject({ code: 2, err: expect.stringContaining('what is "gsm8k"?') })
  })

  it("of a topic is its page without the marks of Markdown", async () => {
    const { code, out } = await help("exit-codes")
    expect(code).toBe(0)
    expect(out).toContain("EXIT CODES: WHAT A COMMAND'S NUMBER SAYS")
    expect(out).not.toMatch(/^#|```|\]\(/m)
    expect((await help("environment")).out).toContain("ECHO_CHAMBER_STORE")
  })

  it("tells a page from a command of the same name", async () => {
    expect((await help("sql")).out).toContain("pipeline help sql.md")
    expect((await help("sql.md")).out).toContain("docs/sql.md")
  })
})

describe("docs/cli.md", () => {
  it("is what the commands say: pnpm build:cli-page makes it anew", async () => {
    expect((await help("--markdown")).out).toBe(textOf("docs/cli.md"))
  })
})
