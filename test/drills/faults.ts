/** The fault library: builds it, tells it what is to fail, and reads what happened. See faults.c. */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { constants } from "node:os"
import * as path from "node:path"

/** Classes of operations, in the library's order. */
export const OPERATIONS = [
  "open",
  "create",
  "read",
  "write",
  "sync",
  "rename",
  "link",
  "mkdir",
  "unlink",
  "list",
  "look",
  "change"
] as const
export type Operation = (typeof OPERATIONS)[number]

/** An errno by name, or `SHORT`: half of what was asked for is read or written. */
export type Fault = Exclude<keyof typeof constants.errno, number> | "SHORT"

export interface Plan {
  readonly operations: ReadonlyArray<Operation>
  readonly fault: Fault
  /** The first operation that fails, from 1; null only counts. */
  readonly first: number | null
  /** How many fail from there on; all by default. */
  readonly times?: number
}

export interface Faults {
  /** What a process must have in its environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Begins to count anew, by this plan. */
  readonly arm: (plan: Plan) => void
  /** Ends counting and failing; tells how many there were, how many failed, and the path of the last one. */
  readonly disarm: () => {
    readonly counted: number
    readonly failed: number
    readonly last: string
    readonly of: Record<Operation, number>
  }
}

/** Why there can be no faults on this machine; null where there can. */
export const faultsImpossible = (): string | null => {
  if (process.platform !== "linux") return `the library is for Linux, and this is ${process.platform}`
  if (spawnSync(COMPILER, ["--version"]).status !== 0) return `there is no C compiler ${COMPILER}`
  return null
}

const COMPILER = "cc"
const PLAN_BYTES = (6 + OPERATIONS.length) * 8 + 512

/** Builds the library in a folder; operations below `root` are those that fail. */
export const makeFaults = (folder: string, root: string): Faults => {
  const library = path.join(folder, "faults.so")
  const source = path.join(import.meta.dirname, "faults.c")
  const built = spawnSync(COMPILER, ["-shared", "-fPIC", "-O1", "-Wall", "-o", library, source, "-ldl"], { encoding: "utf8" })
  if (built.status !== 0) throw new Error(built.stderr)
  const file = path.join(folder, "plan")
  fs.writeFileSync(file, Buffer.alloc(PLAN_BYTES))
  const write = (numbers: ReadonlyArray<number>) => {
    const bytes = Buffer.alloc(PLAN_BYTES)
    for (const [i, number] of numbers.entries()) bytes.writeBigInt64LE(BigInt(number), 8 * i)
    const handle = fs.openSync(file, "r+")
    fs.writeSync(handle, bytes, 0, PLAN_BYTES, 0)
    fs.closeSync(handle)
  }
  return {
    environment: { LD_PRELOAD: library, FAULT_PLAN: file, FAULT_ROOT: root, UV_USE_IO_URING: "0" },
    arm: ({ operations, fault, first, times = 1_000_000_000 }) => {
      const classes = operations.reduce((bits, name) => bits | (1 << OPERATIONS.indexOf(name)), 0)
      write([classes, first ?? 0, times, fault === "SHORT" ? 0 : constants.errno[fault]])
    },
    disarm: () => {
      const bytes = fs.readFileSync(file)
      write([])
      const number = (i: number) => Number(bytes.readBigInt64LE(8 * i))
      const of = Object.fromEntries(OPERATIONS.map((name, i) => [name, number(6 + i)])) as Record<Operation, number>
      const last = bytes.subarray(PLAN_BYTES - 512)
      return { counted: number(4), failed: number(5), last: last.subarray(0, last.indexOf(0)).toString(), of }
    }
  }
}
