/** Environment variables: empty ones are as unset, and one file reads them. */

import { describe, expect, it } from "vitest"

import { readVariable, setDefault } from "../../src/machine/environment.ts"
import { repositoryFiles, textOf } from "../house/sources.ts"

describe("an environment variable", () => {
  it("that is empty is as one that is not set", () => {
    expect(readVariable("CC", { CC: "" })).toBeUndefined()
    expect(readVariable("CC", {})).toBeUndefined()
    expect(readVariable("CC", { CC: "x" })).toBe("x")
  })

  it("that is empty takes a default, and one that is set keeps its value", () => {
    try {
      process.env["ECHO_TEST_TRACE"] = ""
      setDefault("ECHO_TEST_TRACE", "a")
      setDefault("ECHO_TEST_TRACE", "b")
      expect(process.env["ECHO_TEST_TRACE"]).toBe("a")
    } finally {
      delete process.env["ECHO_TEST_TRACE"]
    }
  })

  it("is read in one place, so that this holds for all of them", () => {
    const readers = repositoryFiles().filter(
      (file) =>
        /^(src|stages|schemas|pipelines)\/.*\.ts$/.test(file) && /process\.env\b|\benv\b.*"node:process"/.test(textOf(file))
    )
    expect(readers).toEqual(["src/machine/environment.ts"])
  })
})
