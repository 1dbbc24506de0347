/** Ways to code that no key can follow: under every name they can be had by, and what only looks like one. */

import { describe, expect, it } from "vitest"

import { essenceOf } from "../../../src/dag/code/essence.ts"
import { packageOf } from "../../../src/dag/code/packages.ts"

const refusals = (source: string) =>
  essenceOf(`// the first line\n${source}`).refused.map(({ line, problem }) => `${line} ${problem}`)

const THREADS = "node:worker_threads"
const BESIDE = 'new URL("./w.ts", import.meta.url)'

describe("a worker", () => {
  it.each([
    [`import { Worker } from "${THREADS}"; new Worker(${BESIDE})`],
    [`import { Worker as W } from "${THREADS}"; new W(${BESIDE})`],
    [`import * as threads from "${THREADS}"; new threads.Worker(${BESIDE}, { workerData: 1 })`],
    [`import threads from "worker_threads"; new threads["Worker"](${BESIDE})`],
    [`import { "Worker" as W } from "${THREADS}"; export const f = () => new W(${BESIDE})`]
  ])("is followed to its file: %s", (source) => {
    const { refused, reaches } = essenceOf(source)
    expect(refused).toEqual([])
    expect(reaches.filter(({ by }) => by === "worker").map(({ specifier }) => specifier)).toEqual(["./w.ts"])
  })

  it.each([
    [`import { Worker as W } from "${THREADS}"; new W("./w.ts")`],
    [`import { Worker as W } from "worker_threads"; new W(file)`],
    [`import { "Worker" as W } from "${THREADS}"; new W(file)`],
    [`import * as t from "${THREADS}"; new t.Worker("./w.ts")`],
    [`import t from "${THREADS}"; new t["Worker"]("./w.ts")`],
    [`import { default as t } from "${THREADS}"; new t.Worker("./w.ts")`]
  ])("of another file is refused under any name: %s", (source) =>
    expect(refusals(source)).toEqual([expect.stringMatching(/^2 starts a worker whose module cannot be told\. No key can/)])
  )

  it.each([
    [`import { Worker } from "${THREADS}"; const W = Worker; new W("./w.ts")`],
    [`import { Worker as V } from "${THREADS}"; let W; W = V; new W("./w.ts")`],
    [`import { Worker } from "${THREADS}"; class Mine extends Worker {}; new Mine("./w.ts")`],
    [`import { Worker } from "${THREADS}"; start(Worker)`],
    [`import { Worker } from "${THREADS}"; export const all = { Worker }`],
    [`import { Worker } from "${THREADS}"; export { Worker as W }`],
    [`import { Worker } from "${THREADS}"; Reflect.construct(Worker, ["./w.ts"])`],
    [`import { Worker } from "${THREADS}"; new (Worker.bind(null, "./w.ts"))()`],
    [`import * as t from "${THREADS}"; const { Worker: W } = t; new W("./w.ts")`],
    [`import * as t from "${THREADS}"; const W = t.Worker; new W("./w.ts")`],
    [`import * as t from "${THREADS}"; const k = "Wor" + "ker"; new t[k]("./w.ts")`],
    [`import * as t from "${THREADS}"; const all = t; new all.Worker("./w.ts")`],
    [`import * as t from "${THREADS}"; new t.default.Worker("./w.ts")`],
    [`import t from "${THREADS}"; export default t`],
    [`export { Worker } from "${THREADS}"`],
    [`export { Worker as W } from "worker_threads"`],
    [`export { default as t } from "${THREADS}"`],
    [`export * from "${THREADS}"`],
    [`export * as t from "${THREADS}"`],
    [`const { Worker: W } = await import("${THREADS}"); new W("./w.ts")`]
  ])("is refused where another name could come to stand for it: %s", (source) => {
    const said = refusals(source)
    expect(said.length).toBeGreaterThan(0)
    expect(said[0]).toMatch(/^2 .*(Worker|worker_threads|starts a worker)/)
  })
})

describe("a process that runs a module", () => {
  it.each([
    ['import { fork } from "node:child_process"; fork("./w.mjs")'],
    ['import { fork as f } from "child_process"; f("./w.mjs")'],
    ['import * as cp from "node:child_process"; cp.fork("./w.mjs")'],
    ['import cp from "node:child_process"; cp["fork"]("./w.mjs")'],
    ['import cp from "node:child_process"; const { fork } = cp; fork("./w.mjs")'],
    ['import cp from "node:child_process"; const f = cp.fork; f("./w.mjs")'],
    ['export { fork } from "node:child_process"'],
    ['export * from "node:child_process"'],
    ['const cp = await import("node:child_process"); cp.fork("./w.mjs")']
  ])("is refused: %s", (source) => expect(refusals(source)[0]).toMatch(/^2 .*(fork|child_process).*No key can follow that/))

  it("is another thing than a program, or a method of that name", () => {
    expect(refusals('import { execFileSync, spawn } from "node:child_process"; spawn("ls")')).toEqual([])
    expect(refusals('import * as cp from "node:child_process"; cp.spawnSync("ls")')).toEqual([])
    expect(refusals("effect.fork(1); const fork = (a) => a; fork(2)")).toEqual([])
  })
})

describe("code made of text", () => {
  it.each([
    ["globalThis.eval('1')", "eval"],
    ["(0, eval)('1')", "eval"],
    ["const run = eval", "eval"],
    ["const run = globalThis.eval", "eval"],
    ["global['eval']('1')", "eval"],
    ["const F = Function; F('return 1')()", "Function"],
    ["new globalThis.Function('return 1')", "Function"],
    ["Function.apply(null, ['return 1'])", "Function"],
    ["Reflect.construct(Function, ['return 1'])", "Function"],
    ["(async () => {}).constructor('return import(name)')()", "constructor"],
    ["[].map.constructor('return 1')()", "constructor"],
    ["f['constructor']('return 1')", "constructor"],
    ["globalThis['Fun' + 'ction']('return 1')", "globalThis"],
    ["const { Function: F } = globalThis", "globalThis"],
    ["const g = globalThis; g.eval('1')", "globalThis"],
    ["Reflect.get(globalThis, name)('1')", "globalThis"],
    ["process['getBuiltin' + 'Module']('module')", "process"],
    ["process['getBuiltinModule']('module')", "getBuiltinModule"],
    ["const { getBuiltinModule: g } = process", "getBuiltinModule"],
    ["import { getBuiltinModule as g } from 'node:process'; g('module')", "getBuiltinModule"],
    ["process.binding('contextify')", "process.binding"],
    ["process.execve('/usr/bin/node', ['node', 'w.mjs'])", "execve"],
    ["const load = require; load('./w.cjs')", "require"]
  ])("is refused: %s", (source, name) => {
    const said = refusals(source)
    expect(said.length).toBeGreaterThan(0)
    expect(said[0]).toMatch(/^2 .*No key can follow that/)
    expect(said[0]).toContain(name)
  })

  it.each([
    ["x instanceof Function"],
    ["typeof Function === 'function' && typeof require"],
    ["x.constructor === Function"],
    ["x.constructor.name; new x.constructor(3); class A { constructor() {} }"],
    ["import * as Function from 'effect/Function'; Function.pipe(1)"],
    ["globalThis.structuredClone(1); globalThis['Math'].abs(1); typeof globalThis"],
    ["const norm = (global) => global * 2; const { global } = norms; f(global)"],
    ["tensor.eval(); model.Function(); loader.require(1)"],
    ["process.hrtime(); process.argv[1]; process.memoryUsage()"],
    ["const o = { eval: 1, Function: 2, require: 3, constructor: 4 }"]
  ])("is another thing than %s", (source) => expect(refusals(source)).toEqual([]))
})

describe("a module of Node that is for nothing else than to run code by a name or a text", () => {
  it.each(["vm", "repl", "module", "cluster", "inspector", "inspector/promises", "node:test"])("is refused: %s", (name) => {
    for (const specifier of new Set([`node:${name.replace("node:", "")}`, name]))
      expect(packageOf(specifier, import.meta.filename)).toMatch(/^by which code .* that no key can follow\. /)
  })

  it("is another thing than those that read, write and compute", () => {
    for (const name of ["fs", "path", "crypto", "url", "worker_threads", "child_process", "zlib", "os", "util", "wasi"])
      expect(packageOf(`node:${name}`, import.meta.filename)).toBeNull()
  })
})
