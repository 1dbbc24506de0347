/** Folders in which compiled libraries cannot be kept, or must not be trusted: said before the first stage, with what helps. */

import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { isNoexec, libraryFolderProblem } from "../../../../src/engine/native/library-folder.ts"
import { place } from "../../../cli/command-line.ts"
import { temporaryFolder } from "../../../store/temporary-folder.ts"

const isRoot = process.getuid?.() === 0
const folderWith = (change: (folder: string) => void): string => {
  const folder = path.join(temporaryFolder(), "cache")
  fs.mkdirSync(folder)
  change(folder)
  return folder
}

const CASES: ReadonlyArray<readonly [what: string, folder: () => string, words: RegExp]> = [
  [
    "a file",
    () => {
      const file = path.join(temporaryFolder(), "cache")
      fs.writeFileSync(file, "")
      return file
    },
    /it is not a folder|not a folder/
  ],
  [
    "a folder below a file",
    () => {
      const file = path.join(temporaryFolder(), "file")
      fs.writeFileSync(file, "")
      return path.join(file, "cache")
    },
    /not a folder|permission is denied/
  ],
  [
    "a link that leads nowhere, or a folder below one",
    () => {
      const link = path.join(temporaryFolder(), "cache")
      fs.symlinkSync("nowhere", link)
      return path.join(link, "below")
    },
    /cache is a link that leads nowhere/
  ],
  ["one that everybody may write", () => folderWith((folder) => fs.chmodSync(folder, 0o777)), /everybody may write into it/],
  ["one with the sticky bit", () => folderWith((folder) => fs.chmodSync(folder, 0o1777)), /everybody may write into it/],
  [
    "a link in a circle",
    () => {
      const link = path.join(temporaryFolder(), "cache")
      fs.symlinkSync("cache", link)
      return link
    },
    /links there lead in a circle/
  ],
  ["a name that is too long", () => path.join(temporaryFolder(), "n".repeat(300)), /the name is too long/],
  ["one in /proc, where nothing can be made", () => "/proc/cache", /./],
  [
    "one of another user (as root only)",
    () => folderWith((folder) => isRoot && fs.chownSync(folder, 65534, 65534)),
    isRoot ? /another user/ : /./
  ]
]

describe.skipIf(process.platform !== "linux")("a cache folder", () => {
  it.each(CASES.filter(([what]) => isRoot || !what.includes("root")))("that is %s is refused", (_, folder, words) => {
    const problem = libraryFolderProblem(folder(), false)
    expect(problem).toMatch(/^The cache folder .* cannot be used: /)
    expect(problem).toMatch(words)
    expect(problem).toContain("ECHO_CHAMBER_CACHE")
  })

  it("of one's own is taken, there or not, through a link too", () => {
    expect(
      libraryFolderProblem(
        folderWith(() => {}),
        false
      )
    ).toBeNull()
    expect(libraryFolderProblem(path.join(temporaryFolder(), "a/b/c"), false)).toBeNull()
    const link = path.join(temporaryFolder(), "link")
    fs.symlinkSync(
      folderWith(() => {}),
      link
    )
    expect(libraryFolderProblem(link, false)).toBeNull()
  })

  it.each([
    ["/var/a/cache", false],
    ["/mnt/no/x", true],
    ["/mnt/no", true],
    ["/mnt/nothing", false],
    ["/mnt/no/but/yes", false],
    ["/with space/x", true],
    ["/twice/x", false]
  ])("at %s: noexec is %s", (file, noexec) => {
    const mountinfo = [
      "1 0 8:1 / / rw,relatime - ext4 /dev/a rw",
      "2 1 0:2 / /mnt/no rw,nosuid,noexec - tmpfs t rw",
      "3 2 0:3 / /mnt/no/but rw - tmpfs t rw",
      "4 1 0:4 / /with\\040space rw,noexec - tmpfs t rw",
      "5 1 0:5 / /twice rw,noexec - tmpfs t rw",
      "6 1 0:6 / /twice rw - tmpfs t rw",
      ""
    ].join("\n")
    expect(isNoexec(file, mountinfo)).toBe(noexec)
  })

  it("that cannot be used is told by plan, with the engine that computes instead, and by doctor", async () => {
    const at = place()
    const cache = folderWith((folder) => fs.chmodSync(folder, 0o777))
    const environment = { ECHO_CHAMBER_CACHE: cache, CC: process.execPath, ECHO_CHAMBER_ISA: "portable" }
    const plan = await at.pipeline(["plan", "chain", "--mode", "f32"], environment)
    expect(plan).toMatchObject({ code: 0 })
    expect(plan.err).toMatch(/^The cache folder .* Name another one in ECHO_CHAMBER_CACHE\. Until then the wasm engine computes/)
    const native = await at.pipeline(["run", "chain", "--engine", "native", "--mode", "f32"], environment)
    expect(native).toMatchObject({ code: 2, out: "" })
    expect(native.err).toMatch(/^The engine "native" cannot be used here: The cache folder/)
    expect(at.computed()).toEqual([])
    const doctor = await at.pipeline(["doctor"], { ...environment, TMPDIR: "/dev/null/tmp" })
    expect(doctor.out).toMatch(/- +cache +The cache folder/)
    expect(doctor.out).toMatch(/temporary +the temporary folder cannot be written \(.*not a folder\)/)
  })

  it.runIf(process.platform === "linux").each(["/proc/x", "/proc/self/fd/x", "/sys/x/y", "/dev/fd/x", "/dev/pts/x"])(
    "at %s is refused for what it is, not as a full disk",
    (folder) => {
      expect(libraryFolderProblem(folder, false)).toMatch(/the file system there is the kernel's own|permi/)
      expect(libraryFolderProblem(folder, false)).not.toMatch(/full/)
    }
  )

  it.runIf(process.platform === "linux").each(["/proc/x", "/dev/fd/x"])(
    "at %s costs a run nothing but what is kept",
    async (cache) => {
      const at = place()
      const ran = await at.pipeline(["run", "chain", "--no-report", "--engine", "wasm"], { ECHO_CHAMBER_CACHE: cache })
      expect(ran).toMatchObject({ code: 0 })
    }
  )

  it.each([
    [{ HOME: "" }],
    [{ HOME: "relative" }],
    [{ HOME: "/proc/nowhere" }],
    [{ XDG_CACHE_HOME: "relative" }],
    [{ HOME: "/dev/null" }]
  ])("with %j nothing breaks, and nothing is made in the current folder", async (environment) => {
    const at = place()
    const { code, err } = await at.pipeline(["doctor", "--json"], environment)
    expect(err).toBe("")
    expect(code).toBe(0)
    expect(fs.readdirSync(path.dirname(at.store))).toEqual([])
  })
})

/** Whether this process may mount a file system of its own. */
const mounted = (options: string, use: (folder: string) => void): boolean => {
  const folder = temporaryFolder()
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" })
  } catch {
    return false
  }
  try {
    use(folder)
  } finally {
    execFileSync("umount", [folder])
  }
  return true
}

describe.skipIf(!isRoot || process.platform !== "linux")("a disk of its own (skipped unless root, who can mount one)", () => {
  it.each([
    ["noexec,mode=755,size=50m", /its disk is mounted noexec/],
    ["ro,mode=755,size=50m", /the disk is read-only/],
    ["mode=755,size=1m", /its disk is full/]
  ])("mounted with %s is refused as a cache folder", (options, words) => {
    if (!mounted(options, (folder) => expect(libraryFolderProblem(folder, false)).toMatch(words)))
      process.stderr.write(`not tried: no file system can be mounted here with ${options}\n`)
  })
})
