/**
 * What a dataset on disk is, by content: the digest of every file that would be read, in the order of reading.
 *
 * This is what makes a computation on real data content-addressed: the fingerprint enters the key, so that a replaced shard reruns what used it and a moved
 * folder reruns nothing (names are relative to the folder of the source). Hashing 30 GB takes a minute; with a cache file, a file whose path, size
 * and time of change are as before is not read again.
 */
import { createHash } from "node:crypto"
import { createReadStream, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { stat } from "node:fs/promises"

import { DatasetFileCorrupt } from "./errors.ts"
import { datasetRoots, locateDataset, type RootOptions } from "./locate.ts"

export interface FileFingerprint {
  /** Name inside the folder of the source. */
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface DatasetFingerprint {
  readonly files: ReadonlyArray<FileFingerprint>
}

export interface FingerprintOptions extends RootOptions {
  /** JSON file that remembers digests; made when missing. A cache that cannot be read or written is not an error. */
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
  const cache = readCache(options.cache)
  const files: Array<FileFingerprint> = []
  let learnt = false
  for (const file of located.files) {
    const { size, mtimeMs } = await stat(file.path)
    const key = `${file.path}:${size}:${mtimeMs}`
    let sha256 = cache.get(key)
    if (sha256 === undefined) {
      sha256 = await sha256OfFile(file.path)
      cache.set(key, sha256)
      learnt = true
    }
    files.push({ path: file.name, bytes: size, sha256 })
  }
  if (learnt) writeCache(options.cache, cache)
  return { files }
}

/** SHA-256 of a file, hexadecimal, without holding it in memory. */
export const sha256OfFile = async (path: string): Promise<string> => {
  const hash = createHash("sha256")
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  } catch (error) {
    throw new DatasetFileCorrupt({ file: path, problem: `cannot be read (${(error as Error).message})` })
  }
  return hash.digest("hex")
}

const readCache = (path: string | undefined): Map<string, string> => {
  if (path === undefined || !existsSync(path)) return new Map()
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)
    return new Map(entries.filter((entry): entry is [string, string] => /^[0-9a-f]{64}$/.test(String(entry[1]))))
  } catch {
    return new Map()
  }
}

const writeCache = (path: string | undefined, cache: ReadonlyMap<string, string>): void => {
  if (path === undefined) return
  try {
    const temporary = `${path}.${process.pid}`
    writeFileSync(temporary, JSON.stringify(Object.fromEntries(cache), null, 1))
    renameSync(temporary, path)
  } catch {
    return
  }
}
