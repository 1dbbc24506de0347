/** That the fault library meets what it says it meets: each class of operations, counted and failing, in this Node. */

import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { temporaryFolder } from "../store/temporary-folder.ts"
import { type Fault, faultsImpossible, makeFaults, type Operation } from "./faults.ts"

const impossible = faultsImpossible()
const folder = temporaryFolder()
const root = path.join(folder, "root")
fs.mkdirSync(root)

/** What Node does for a line of a program, below `root`; `file` is there and holds ten bytes. */
const CASES: ReadonlyArray<readonly [operation: Operation, program: string, fault: Fault, code: string]> = [
  ["open", "fs.openSync(file)", "EMFILE", "EMFILE"],
  ["open", "fs.readFileSync(file)", "EIO", "EIO"],
  ["create", "fs.writeFileSync(other, 'x')", "ENOSPC", "ENOSPC"],
  ["create", "fs.openSync(other, 'wx')", "EROFS", "EROFS"],
  ["read", "fs.readSync(fs.openSync(file), Buffer.alloc(4), 0, 4, 0)", "EIO", "EIO"],
  ["read", "fs.readSync(fs.openSync(file), Buffer.alloc(4))", "EINTR", "EINTR"],
  ["read", "fs.readFileSync(file, 'utf8')", "EIO", "EIO"],
  ["write", "fs.writeSync(fs.openSync(other, 'w'), 'xy')", "ENOSPC", "ENOSPC"],
  ["write", "fs.writeSync(fs.openSync(other, 'w'), Buffer.from('xy'), 0, 2, 0)", "EIO", "EIO"],
  ["write", "fs.appendFileSync(file, 'x')", "ENOSPC", "ENOSPC"],
  ["sync", "fs.fsyncSync(fs.openSync(file))", "EIO", "EIO"],
  ["sync", "fs.fdatasyncSync(fs.openSync(file))", "EIO", "EIO"],
  ["rename", "fs.renameSync(file, other)", "EIO", "EIO"],
  ["link", "fs.linkSync(file, other)", "EPERM", "EPERM"],
  ["mkdir", "fs.mkdirSync(other)", "ENOSPC", "ENOSPC"],
  ["unlink", "fs.unlinkSync(file)", "EIO", "EIO"],
  ["unlink", "fs.rmSync(file)", "EIO", ""],
  ["unlink", "fs.rmdirSync(empty)", "EIO", "EIO"],
  ["unlink", "fs.rmSync(full, { recursive: true })", "EIO", ""],
  ["list", "fs.readdirSync(full)", "EIO", "EIO"],
  ["look", "fs.statSync(file)", "EIO", "EIO"],
  ["look", "fs.lstatSync(file)", "EACCES", "EACCES"],
  ["look", "fs.accessSync(file)", "EACCES", "EACCES"],
  ["change", "fs.chmodSync(file, 0o600)", "EROFS", "EROFS"]
]

describe.skipIf(impossible !== null)("the fault library", () => {
  const faults = impossible === null ? makeFaults(folder, root) : null
  const run = (program: string) => {
    const [file, other, empty, full] = ["file", "other", "empty", "full"].map((name) => path.join(root, name))
    fs.rmSync(root, { recursive: true })
    for (const at of [empty!, full!]) fs.mkdirSync(at, { recursive: true })
    fs.writeFileSync(file!, "0123456789")
    fs.writeFileSync(path.join(full!, "inside"), "")
    const script =
      `const fs = require("node:fs"); const [file, other, empty, full] = ${JSON.stringify([file, other, empty, full])}\n` +
      `try { console.log("did", ${program}) } catch (cause) { console.log("code", JSON.stringify(cause.code)) }`
    return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env: { ...process.env, ...faults!.environment } })
      .stdout
  }

  it.each(CASES)("lets %s fail: %s with %s", (operation, program, fault, code) => {
    faults!.arm({ operations: [operation], fault, first: 1 })
    expect(run(program).trim()).toBe(`code ${JSON.stringify(code)}`)
    const { failed, last } = faults!.disarm()
    expect(failed).toBeGreaterThan(0)
    expect(last.startsWith(root)).toBe(true)
  })

  it("shortens reads and writes", () => {
    faults!.arm({ operations: ["read", "write"], fault: "SHORT", first: 1 })
    expect(run("fs.readSync(fs.openSync(file), Buffer.alloc(8), 0, 8, 0)").trim()).toBe("did 4")
    // Node from 24 on writes the rest itself; older ones tell their caller.
    expect(run("fs.writeSync(fs.openSync(other, 'w'), Buffer.alloc(8))").trim()).toMatch(/^did [48]$/)
    expect(faults!.disarm().of.write).toBeGreaterThan(0)
  })

  it("lets the k-th fail and no other, and leaves other folders alone", () => {
    faults!.arm({ operations: ["open"], fault: "EIO", first: 2, times: 1 })
    expect(run("[1, 2, 3].map(() => { try { return fs.openSync(file) > 0 } catch { return false } }).join()").trim()).toBe(
      "did true,false,true"
    )
    expect(faults!.disarm()).toMatchObject({ counted: 3, failed: 1 })
    faults!.arm({ operations: ["open"], fault: "EIO", first: 1 })
    expect(run("fs.openSync('/etc/passwd') > 0").trim()).toBe("did true")
    faults!.disarm()
  })
})
