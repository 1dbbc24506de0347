/**
 * What a dataset on disk is, by content: the digest of every file that would be read, in the order of reading.
 *
 * This is what makes a computation on real data content-addressed: the fingerprint enters the key, so that a replaced shard
 * reruns what used it and a moved folder reruns nothing (names are relative to the folder of the source). Hashing 30 GB takes a
 * minute, and every plan asks for it, so the digest of a large file is remembered by path, size, inode and times of change.
 */

import { createHash } from "node:crypto"
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { stat } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"

import { cacheDirectory } from "../../store/disk/cache-directory.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { DatasetFileCorrupt } from "../errors.ts"
import { readRefused, requireDataFile } from "./data-file.ts"
import { datasetRoots, locateDataset, type LocatedFile, type RootOptions } from "./locate.ts"

export interface FileFingerprint {
  /** Name inside the folder of the source. */
  readonly path: string
  /** Where it is on this machine. */
  readonly file: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface DatasetFingerprint {
  readonly files: ReadonlyArray<FileFingerprint>
}

export interface FingerprintOptions extends RootOptions {
  /** JSON file that remembers digests; default: in the cache folder. One that cannot be read or written is as good as none. */
  readonly cache?: string
  readonly partial?: boolean
}

/** Digests of the files of a split. Throws a DatasetError when they are not there or cannot be read. */
export const datasetFingerprint = async (
  name: string,
  split: string,
  options: FingerprintOptions = {}
): Promise<DatasetFingerprint> => {
  const located = locateDataset(name, split, datasetRoots(options), options.partial)
  return { files: await fingerprintFiles(located.files, options.cache) }
}

/** Digests of these files, in their order. Throws a DatasetError for one that cannot be read. */
export const fingerprintFiles = async (
  located: ReadonlyArray<LocatedFile>,
  cache = join(cacheDirectory(), "dataset-digests.json")
): Promise<ReadonlyArray<FileFingerprint>> => {
  const known = new KnownDigests(cache)
  const files: Array<FileFingerprint> = []
  for (const { path, name } of located) files.push({ path: name, file: resolve(path), ...(await known.digestOf(path)) })
  known.save()
  return files
}

/** SHA-256 of a file, hexadecimal, without holding it in memory. */
export const sha256OfFile = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  requireDataFile(path)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  } catch (error) {
    throw readRefused(path, error)
  }
  return hash.digest("hex")
}

/** Smaller files are read in no time, so that nothing is remembered of them. */
const WORTH_REMEMBERING = 1 << 20

/**
 * A file that changed this recently, in milliseconds, may change again without its times telling:
 * their grain is up to two seconds.
 */
const SETTLED = 3000

interface Known {
  /** Size, device, inode and times of change, in one string. */
  readonly stamp: string
  readonly sha256: string
}

/** Digests by full path, kept in a JSON file. A stamp holds the inode's own time of change, which no program can set back. */
class KnownDigests {
  private readonly file: string
  private readonly entries: Map<string, Known>
  private learnt = false

  constructor(file: string) {
    this.file = file
    this.entries = readKnown(file)
  }

  async digestOf(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
    const before = await stampOf(path)
    const key = resolve(path)
    const known = this.entries.get(key)
    if (known?.stamp === before.stamp) return { bytes: before.bytes, sha256: known.sha256 }
    const sha256 = await sha256OfFile(path)
    const after = await stampOf(path)
    if (after.stamp !== before.stamp)
      throw new DatasetFileCorrupt({
        file: path,
        problem: "changed while it was read",
        state: "refused",
        remedy: "Try again when it is complete"
      })
    if (after.bytes >= WORTH_REMEMBERING && Date.now() - after.changed > SETTLED) {
      this.entries.set(key, { stamp: after.stamp, sha256 })
      this.learnt = true
    }
    return { bytes: after.bytes, sha256 }
  }

  /** Files that are gone are forgotten. */
  save(): void {
    if (!this.learnt) return
    const kept = [...this.entries].filter(([path]) => existsSync(path))
    try {
      makeFolder(dirname(this.file))
      const temporary = `${this.file}.${process.pid}`
      writeFileSync(temporary, JSON.stringify(Object.fromEntries(kept), null, 1))
      renameSync(temporary, this.file)
    } catch {
      return
    }
  }
}

const stampOf = async (path: string) => {
  requireDataFile(path)
  try {
    const { size, dev, ino, mtimeNs, ctimeNs } = await stat(path, { bigint: true })
    const changed = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n)
    return { stamp: [size, dev, ino, mtimeNs, ctimeNs].join(":"), bytes: Number(size), changed }
  } catch (error) {
    throw readRefused(path, error)
  }
}

const readKnown = (file: string): Map<string, Known> => {
  try {
    requireDataFile(file)
    const entries = Object.entries(JSON.parse(readFileSync(file, "utf8")) as Record<string, Partial<Known> | null>)
    return new Map(
      entries.filter(
        (entry): entry is [string, Known] => typeof entry[1]?.stamp === "string" && /^[0-9a-f]{64}$/.test(String(entry[1].sha256))
      )
    )
  } catch {
    return new Map()
  }
}
