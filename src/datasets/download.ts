/**
 * Fetches files over HTTP so that nothing half-finished is ever taken for a dataset: bytes gather in `<file>.partial`, an interrupted download goes on
 * where it stopped, and the file gets its name only when its size and digest are right.
 */
import { createHash } from "node:crypto"
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { dirname } from "node:path"

import * as Schema from "effect/Schema"

import { sha256OfFile } from "./fingerprint.ts"

/** A file could not be fetched: why, and what to do. */
export class DownloadFailed extends Schema.TaggedError<DownloadFailed>()("DownloadFailed", {
  url: Schema.String,
  /** Of the server's answer; 0 where none came. */
  status: Schema.Int,
  problem: Schema.String,
  remedy: Schema.String
}) {
  override get message() {
    return `${this.url} ${this.problem}. ${this.remedy}`
  }
}

/** What a file must be. Where a field is unknown it is null and not checked. */
export interface Expected {
  readonly bytes: number | null
  /** Hexadecimal SHA-256 of the contents. */
  readonly sha256: string | null
  /** Hexadecimal SHA-1 of the file as a git object. */
  readonly gitBlob: string | null
}

export interface DownloadOptions {
  /** Told how many bytes of the file are there. */
  readonly progress?: (bytes: number) => void
  /** Milliseconds before a broken connection is tried again; doubles each time. Default 1,000. */
  readonly patience?: number
}

export type Fetched = "present" | "downloaded" | "resumed"

const ATTEMPTS = 5
const RANGE_EMPTY = 416
const TOO_MANY = 429

/**
 * Makes `path` the file at `url`. `present`: it was there already and is what it must be. Throws DownloadFailed; what has come so far is kept for
 * the next time.
 */
export const download = async (
  url: string,
  path: string,
  expected: Expected,
  options: DownloadOptions = {}
): Promise<Fetched> => {
  if (existsSync(path) && (await fault(path, expected)) === null) return "present"
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.partial`
  const begun = sizeOf(partial) > 0
  for (let attempt = 1; ; attempt++) {
    const before = sizeOf(partial)
    const broken = await fetchRest(url, partial, expected, options)
    if (broken === null) break
    // Only attempts that bring nothing count.
    if (sizeOf(partial) > before) attempt = 0
    if (attempt >= ATTEMPTS) throw unreachable(url, broken)
    await new Promise((resolve) => setTimeout(resolve, (options.patience ?? 1000) * 2 ** attempt))
  }
  const wrong = await fault(partial, expected)
  if (wrong !== null) {
    rmSync(partial)
    throw new DownloadFailed({
      url,
      status: 200,
      problem: `came damaged: it ${wrong}`,
      remedy: "What came was removed; run the same command again."
    })
  }
  renameSync(partial, path)
  return begun ? "resumed" : "downloaded"
}

/** What a server answers to a request. Throws DownloadFailed for any answer but success, and where there is none. */
export const request = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
  const response = await fetch(url, { headers: { "accept-encoding": "identity", ...headers } }).catch((cause: unknown) => {
    throw unreachable(url, reasonOf(cause))
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw refused(url, response.status)
}

/** Appends what is missing of a file; null when all is there, else why the connection broke. */
const fetchRest = async (url: string, partial: string, expected: Expected, options: DownloadOptions): Promise<string | null> => {
  let have = sizeOf(partial)
  if (expected.bytes !== null && have > expected.bytes) {
    rmSync(partial)
    have = 0
  }
  if (expected.bytes !== null && have === expected.bytes && existsSync(partial)) return null
  let response: Response
  try {
    response = await request(url, have > 0 ? { range: `bytes=${have}-` } : {})
  } catch (error) {
    if (!(error instanceof DownloadFailed)) throw error
    // The server says that nothing is left to send: what is there is judged as a whole.
    if (error.status === RANGE_EMPTY) return null
    if (error.status === 0 || error.status === TOO_MANY || error.status >= 500) return error.problem
    throw error
  }
  // A server that knows no ranges sends everything again.
  const append = response.status === 206
  const descriptor = openSync(partial, append ? "a" : "w")
  let bytes = append ? have : 0
  try {
    for await (const chunk of response.body ?? []) {
      for (let at = 0; at < chunk.length;) at += writeSync(descriptor, chunk, at)
      bytes += chunk.length
      options.progress?.(bytes)
    }
    fsyncSync(descriptor)
  } catch (cause) {
    return `broke off after ${bytes} bytes (${reasonOf(cause)})`
  } finally {
    closeSync(descriptor)
  }
  return expected.bytes !== null && bytes < expected.bytes ? `ended after ${bytes} of ${expected.bytes} bytes` : null
}

/** What is wrong with a file, or null. */
const fault = async (path: string, { bytes, sha256, gitBlob }: Expected): Promise<string | null> => {
  const { size } = await stat(path)
  if (bytes !== null && size !== bytes) return `has ${size} bytes, and should have ${bytes}`
  if (sha256 !== null) {
    const found = await sha256OfFile(path)
    if (found !== sha256) return `has the digest ${found}, and should have ${sha256}`
  } else if (gitBlob !== null) {
    const found = createHash("sha1")
      .update(`blob ${size}\0`)
      .update(await readFile(path))
      .digest("hex")
    if (found !== gitBlob) return `has the git digest ${found}, and should have ${gitBlob}`
  }
  return null
}

const sizeOf = (path: string): number => (existsSync(path) ? statSync(path).size : 0)

const reasonOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = inner instanceof Error && "code" in inner ? String(inner.code) : ""
  const message = inner instanceof Error ? inner.message : String(inner)
  return [code, message].filter((words) => words !== "").join(": ") || "no reason given"
}

const unreachable = (url: string, reason: string) =>
  new DownloadFailed({
    url,
    status: 0,
    problem: reason.startsWith("cannot be reached") ? reason : `cannot be reached (${reason})`,
    remedy:
      "If this machine has no way into the network, fetch the file on one that has and import it with --from FILE or FOLDER; " +
      "otherwise run the same command again: it goes on where it stopped."
  })

const refused = (url: string, status: number) =>
  new DownloadFailed({
    url,
    status,
    problem: `was answered with HTTP ${status}`,
    remedy:
      status === 401 || status === 403
        ? "It asks for an account or for terms to be accepted: fetch it by hand there and import it with --from FILE or FOLDER."
        : status === 404
          ? "It is not there (any more): look at the page of the dataset, and import what you find with --from FILE or FOLDER."
          : "Try again later; what has come so far is kept."
  })
