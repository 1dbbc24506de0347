/** Which backend the reference engine takes, decided from files: TensorFlow.js itself is not loaded here. */

import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

import { Effect, Exit } from "effect"
import { afterAll, describe, expect, it } from "vitest"

import { resolveEngine } from "../../../src/engine/select.ts"
import { chooseBackend } from "../../../src/engine/tfjs/backends.ts"

const root = fs.mkdtempSync(path.join(os.tmpdir(), "tfjs-backends-"))
afterAll(() => fs.rmSync(root, { recursive: true }))

/** A project with these packages, each with or without the native library that its install script fetches. */
const project = (packages: Readonly<Record<string, "complete" | "without library">>) => {
  const folder = fs.mkdtempSync(path.join(root, "project-"))
  for (const [name, state] of Object.entries(packages)) {
    const library = path.join(folder, name, "lib/napi-v8")
    fs.mkdirSync(state === "complete" ? library : path.join(folder, name), { recursive: true })
    if (state === "complete") fs.writeFileSync(path.join(library, "tfjs_binding.node"), "")
  }
  return (name: string) => (Object.hasOwn(packages, name) ? path.join(folder, name) : undefined)
}

const own = { "@tensorflow/tfjs-backend-wasm": "complete", "@tensorflow/tfjs-backend-cpu": "complete" } as const

describe("the backend of the reference engine", () => {
  it("is WebAssembly, the user's tfjs-node before that, and the GPU flavour before both", () => {
    expect(chooseBackend("", project(own))).toEqual({ backend: "wasm" })
    expect(chooseBackend("", project({ ...own, "@tensorflow/tfjs-node": "complete" }))).toEqual({ backend: "tfjs-node" })
    const both = project({ ...own, "@tensorflow/tfjs-node": "complete", "@tensorflow/tfjs-node-gpu": "complete" })
    expect(chooseBackend("", both)).toEqual({ backend: "tfjs-node-gpu" })
  })

  it("is the one that is named, if it is there", () => {
    const both = project({ ...own, "@tensorflow/tfjs-node": "complete" })
    expect(chooseBackend("cpu", both)).toEqual({ backend: "cpu" })
    expect(chooseBackend("tfjs-node-gpu", both)).toEqual({
      reason: "@tensorflow/tfjs-node-gpu is not installed: pnpm add @tensorflow/tfjs-node-gpu"
    })
    expect(chooseBackend("cuda", both)).toEqual({
      reason: 'ECHO_CHAMBER_TFJS_BACKEND is "cuda"; it must be one of tfjs-node-gpu, tfjs-node, wasm, cpu.'
    })
  })

  it("is none when a package was added but its native library is missing, and the message says what to do", () => {
    const answer = chooseBackend("", project({ ...own, "@tensorflow/tfjs-node-gpu": "without library" }))
    expect(answer).toMatchObject({ reason: expect.stringContaining("its native library is not in") })
    expect(answer).toMatchObject({ reason: expect.stringContaining("pnpm rebuild @tensorflow/tfjs-node-gpu") })
    expect(chooseBackend("wasm", project({ ...own, "@tensorflow/tfjs-node-gpu": "without library" }))).toEqual({
      backend: "wasm"
    })
  })
})

describe("--engine tfjs", () => {
  it("computes in f32 on a backend that the choice and the key name", async () => {
    const choice = await Effect.runPromise(resolveEngine({ engine: "tfjs", mode: "auto" }))
    expect(choice).toMatchObject({ name: "tfjs", mode: "f32" })
    expect(choice.numericsClass).toMatch(new RegExp(`^tfjs/f32/${choice.isa}/[0-9a-f]{16}$`))
  })

  it("refuses the modes it does not have", async () => {
    const exit = await Effect.runPromiseExit(resolveEngine({ engine: "tfjs", mode: "bf16" }))
    expect(Exit.isFailure(exit) && String(exit.cause)).toContain("it computes in f32 only")
  })

  it("is never chosen by auto", async () => {
    const exit = await Effect.runPromiseExit(resolveEngine({ engine: "auto", mode: "auto" }))
    expect(Exit.isSuccess(exit) ? exit.value.name : "none").not.toBe("tfjs")
  })
})
