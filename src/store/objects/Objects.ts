/** The objects of a store: immutable files under the digest of their contents, `objects/sha256/ab/<digest>`. */

import * as fs from "node:fs"

import { lookAt } from "../disk/calls.ts"
import type { Durable } from "../disk/durable.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, LARGEST_TEXT, tooLarge } from "../disk/inside.ts"
import { publishing, writingNew } from "../disk/publish.ts"
import { parseObject, Unsound } from "../disk/sealed.ts"
import type { Blocking } from "../remote/Blocking.ts"
import { behindStore } from "../remote/mirror.ts"
import { sha256 } from "./digest.ts"
import { isDigest } from "./fields.ts"
import { bringObjects } from "./mirrored.ts"
import { Damaged, damagedBy, type Manifest, manifestProblem, understood } from "./records.ts"
import { setAside } from "./set-aside.ts"
import { identityIn, identityOf, lookClosely, VerifiedFiles } from "./verified-files.ts"

/** What is said of an object that is not there. */
export const MISSING = "is missing"

/** Bytes that take seconds to hash. */
const LONG = 4e9

/**
 * Whether a file is larger than what is said of it, and than what the disk can hold of it: such a one, that claims to be a
 * terabyte say, is not read to its end to find that it is none.
 */
export const isHollow = ({ size, blocks }: Pick<fs.Stats, "size" | "blocks">, said = 0): boolean =>
  size > Math.max(said, LARGEST_TEXT, blocks * BLOCK * COMPRESSED)

/** Bytes of what the system calls a block. */
const BLOCK = 512
/** Some disks compress: so much more may be in it. */
const COMPRESSED = 16

/** The objects of one store. Paths throw `OutOfPlace` where the store is not built as one. */
export class Objects {
  readonly root: string
  /** Which files of this store were seen to be sound. */
  readonly verified: VerifiedFiles
  /** Hashed by this process: what is computed from has been read in this very process, and not only seen to be untouched. */
  private readonly hashed = new Set<string>()

  /** What the store is a mirror of. */
  private readonly remote: Blocking | null

  private hashedBytes = 0
  private readonly onLong: () => void

  /** `onLong` is called when so much is hashed that whoever waits should be told. */
  constructor(root: string, onLong: () => void = () => {}) {
    this.root = root
    this.onLong = onLong
    this.verified = new VerifiedFiles(root)
    this.remote = behindStore(root)
  }

  /** Whether there is a file of this name on this machine, whatever is in it. */
  isHere(digest: string): boolean {
    return lookAt(this.path(digest)) !== undefined
  }

  /** What lies at the path of an object; one that is not here comes from what the store is a mirror of. */
  private stat(file: string, digest: string, size: number | null): fs.BigIntStats | undefined {
    const here = lookClosely(file)
    if (here !== undefined || this.remote === null) return here
    bringObjects(this.remote, [{ digest, size, file }])
    return lookClosely(file)
  }

  /** Where an object is, or would be. */
  path(digest: string): string {
    if (!isDigest(digest)) throw new Damaged({ file: this.root, problem: `has no object ${JSON.stringify(digest).slice(0, 80)}` })
    return inside(this.root, "objects", "sha256", digest.slice(0, 2), digest)
  }

  /**
   * Throws `Damaged` where the contents of an object are not what its name says, or cannot be read; gives its size. `bytes`: what
   * whoever needs it says of its size. That may be false of a sound object, whose name is what counts, and only bounds how much
   * is read. `anew`: by hashing it in this process, whatever was noted of it before.
   */
  check(digest: string, expected: { readonly bytes?: number; readonly anew?: boolean } = {}): number {
    return this.checkAt(this.path(digest), digest, expected)
  }

  /** The same where the path is known: to work it out is to look at each folder on the way. */
  private checkAt(
    file: string,
    digest: string,
    { bytes, most, anew = false }: { readonly bytes?: number; readonly most?: number; readonly anew?: boolean } = {}
  ): number {
    try {
      const stat = this.stat(file, digest, bytes ?? null)
      if (stat === undefined) throw new Unsound({ problem: MISSING })
      if (!stat.isFile()) throw new Unsound({ problem: "is not a file" })
      const size = Number(stat.size)
      if (most !== undefined && size > most) throw new Unsound({ problem: tooLarge(size) })
      const otherSize = bytes === undefined || size === bytes ? null : `has ${size} bytes instead of ${bytes}`
      if (otherSize !== null && isHollow({ size, blocks: Number(stat.blocks) }, bytes)) throw new Unsound({ problem: otherSize })
      const before = identityIn(stat)
      if (anew ? this.hashed.has(digest) : this.verified.has(file, digest, before)) return size
      this.hashedBytes += size
      if (this.hashedBytes > LONG) this.onLong()
      if (sha256OfFile(file) !== digest) throw new Unsound({ problem: otherSize ?? "does not have the contents its name says" })
      this.hashed.add(digest)
      // Touched while it was read: what was hashed may be neither what was there before nor what is there now.
      if (before === identityOf(file)) this.verified.add(file, digest)
      return size
    } catch (cause) {
      throw damagedBy(file, cause)
    }
  }

  /** `check` for an object of which nobody says how large it is, and which is never large. */
  checkManifest(artifact: string): void {
    this.checkAt(this.path(artifact), artifact, { most: LARGEST_TEXT })
  }

  /** The same as words after the object's name; null when it can be used. */
  problem(digest: string, expected: { readonly bytes?: number; readonly anew?: boolean } = {}): string | null {
    try {
      this.check(digest, expected)
      return null
    } catch (cause) {
      return damagedBy("", cause).problem
    }
  }

  /** Takes bytes in, and gives their digest. What is there already and is not what its name says gives way. */
  *keepBytes(bytes: string | Uint8Array): Durable<string> {
    const digest = sha256(bytes)
    const file = this.path(digest)
    if (!this.isHere(digest) || this.problem(digest, { bytes: Buffer.byteLength(bytes) }) !== null) {
      this.giveWay(digest)
      yield* writingNew(file, bytes)
      fs.chmodSync(file, 0o444)
      this.verified.add(file, digest)
    }
    return digest
  }

  /** Takes a finished, synced file in, whose digest this is; its temporary name is gone afterwards. */
  *keepFile(temporary: string, digest: string): Durable<void> {
    const file = this.path(digest)
    fs.chmodSync(temporary, 0o444)
    if (this.isHere(digest) && this.problem(digest, { bytes: fs.statSync(temporary).size }) !== null) this.giveWay(digest)
    yield* publishing(temporary, file)
    this.verified.add(file, digest)
  }

  /** Moves an object that is not what its name says out of the way; where it is now, null where nothing was. */
  giveWay(digest: string): string | null {
    if (lookAt(this.path(digest)) === undefined) return null
    return setAside(this.root, "objects", "sha256", digest.slice(0, 2), digest)
  }

  /** The manifest of an artifact. Throws `Damaged`. */
  manifest(artifact: string): Manifest {
    const file = this.path(artifact)
    this.checkManifest(artifact)
    const manifest = understood(file, (text) => {
      const value = parseObject(text)
      const wrong = manifestProblem(value)
      if (wrong !== null) throw new Unsound({ problem: `is no manifest: it ${wrong}` })
      return value as unknown as Manifest
    })
    if (manifest === null) throw new Damaged({ file, problem: MISSING })
    return manifest
  }
}
