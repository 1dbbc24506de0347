/**
 * Fetches files over HTTP so that nothing half-finished is ever taken for a dataset: bytes gather in `<file>.partial`, an
 * interrupted download goes on where it stopped, and the file gets its name only when its size and digest are right.
 */

import { createHash } from "node:crypto"
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import http from "node:http"
import { basename, dirname } from "node:path"

import * as Schema from "effect/Schema"

import { readVariable } from "../../machine/environment.ts"
import { VariableInvalid } from "../../machine/VariableInvalid.ts"
import { remove } from "../../store/disk/calls.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { sha256OfFile } from "../locate/fingerprint.ts"

/** A file could not be fetched: why, and what to do. */
export class DownloadFailed extends Schema.TaggedError<DownloadFailed>()("DownloadFailed", {
  url: Schema.String,
  /** Of the server's answer; 0 where none came. */
  status: Schema.Int,
  /** Milliseconds that the server asks to wait before the next request; 0 where it asks for none. */
  wait: Schema.Number,
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

/** The hub's name for an access token, which gated datasets ask for. */
export const tokenHeader = (token = readVariable("HF_TOKEN")): Readonly<Record<string, string>> => {
  if (token === undefined || token === "") return {}
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new VariableInvalid({ name: "HF_TOKEN", value: null, expected: "one word without blanks and line ends" })
  return { authorization: `Bearer ${token}` }
}

/** An address of the web in a variable; undefined where it is not set. Throws `VariableInvalid`. */
export const addressIn = (name: string, value: string | undefined, example: string): string | undefined => {
  if (value === undefined || (/^https?:\/\/[^/]/i.test(value) && URL.canParse(value))) return value
  // Before an "@" there may be a password.
  throw new VariableInvalid({ name, value: value.includes("@") ? null : value, expected: `an address, as ${example} is` })
}

/**
 * Makes requests go through HTTP_PROXY and HTTPS_PROXY, and around them as NO_PROXY says, where this
 * Node can. Gives what undoes it.
 */
export const useProxies = (): (() => void) => {
  const named = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"]
    .map((name) => addressIn(name, readVariable(name), "http://proxy.example:3128"))
    .some((address) => address !== undefined)
  return named && typeof http.setGlobalProxyFromEnv === "function" ? http.setGlobalProxyFromEnv() : () => {}
}

export interface DownloadOptions {
  /** Sent with every request for the file; not to another host that it is redirected to. */
  readonly headers?: Readonly<Record<string, string>>
  /** Told how many bytes of the file are there. */
  readonly progress?: (bytes: number) => void
  /** Milliseconds before a broken connection is tried again; doubles each time. Default 1,000. */
  readonly patience?: number
}

export type Fetched = "present" | "downloaded" | "resumed"

const ATTEMPTS = 5
const RANGE_EMPTY = 416
const TOO_MANY = 429
/** Longest wait that a server may ask for, in milliseconds. */
const LONGEST_WAIT = 120_000

/**
 * Makes `path` the file at `url`. `present`: it was there already and is what it must be. Throws DownloadFailed; what has come so
 * far is kept for the next time.
 */
export const download = async (
  url: string,
  path: string,
  expected: Expected,
  options: DownloadOptions = {}
): Promise<Fetched> => {
  if (existsSync(path) && (await fault(path, expected)) === null) return "present"
  makeFolder(dirname(path))
  const partial = `${path}.partial`
  const begun = sizeOf(partial) > 0
  await persistently(
    () => fetchRest(url, partial, expected, options),
    () => sizeOf(partial),
    options.patience
  )
  remove(versionFile(partial))
  const wrong = await fault(partial, expected)
  if (wrong !== null) {
    remove(partial)
    throw new DownloadFailed({
      url,
      status: 200,
      wait: 0,
      problem: `came damaged: it ${wrong}`,
      remedy: "What came was removed; run the same command again."
    })
  }
  renameSync(partial, path)
  return begun ? "resumed" : "downloaded"
}

/**
 * Tries again what fails for a reason that may pass: no connection, a server that is busy or broken. Attempts that brought
 * something, by `arrived`, do not count. Throws the DownloadFailed of the last one.
 */
export const persistently = async <A>(
  attempt: () => Promise<A>,
  arrived: () => number = () => 0,
  patience = 1000
): Promise<A> => {
  for (let failures = 1; ; failures++) {
    const before = arrived()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof DownloadFailed)) throw error
      const { status, wait } = error
      if (status !== 0 && status !== TOO_MANY && status < 500) throw error
      if (arrived() > before) failures = 0
      if (failures >= ATTEMPTS) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.max(patience * 2 ** failures, Math.min(wait, LONGEST_WAIT))))
    }
  }
}

/** What a server answers to a request. Throws DownloadFailed for any answer but success, and where there is none. */
export const request = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
  const response = await fetch(url, { headers: { "accept-encoding": "identity", ...headers } }).catch((cause: unknown) => {
    throw unreachable(url, reasonOf(cause))
  })
  if (response.ok) return response
  await response.body?.cancel()
  throw refused(url, response.status, "authorization" in headers, Number(response.headers.get("retry-after") ?? 0) * 1000 || 0)
}

/** Appends what is missing of a file. Throws DownloadFailed where the connection breaks before all is there. */
const fetchRest = async (url: string, partial: string, expected: Expected, options: DownloadOptions): Promise<void> => {
  const startAnew = () => remove(partial)
  if (expected.bytes !== null && sizeOf(partial) > expected.bytes) startAnew()
  if (expected.bytes !== null && existsSync(partial) && sizeOf(partial) === expected.bytes) return
  // Without a digest to judge the whole by, only the server can tell that the rest is of the version that was begun.
  const version = versionOf(partial)
  if (expected.sha256 === null && expected.gitBlob === null && version === null) startAnew()
  const have = sizeOf(partial)
  const range: Record<string, string> =
    have === 0 ? {} : { range: `bytes=${have}-`, ...(version === null ? {} : { "if-range": version }) }
  const response = await request(url, { ...options.headers, ...range }).catch((error: unknown) => {
    // The server says that nothing is left to send: what is there is judged as a whole.
    if (error instanceof DownloadFailed && error.status === RANGE_EMPTY) return null
    throw error
  })
  if (response === null) return
  if (/\btext\/html\b/.test(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel()
    throw webPage(url, response.status)
  }
  // A server that knows no ranges, or has another version by now, sends everything again; one that sends
  // another part is not to be followed.
  const append = response.status === 206
  if (append && !(response.headers.get("content-range") ?? `bytes ${have}-`).startsWith(`bytes ${have}-`)) {
    await response.body?.cancel()
    startAnew()
    throw interrupted(url, `was answered with another part than the one from byte ${have} on`)
  }
  const etag = response.headers.get("etag")
  if (etag !== null && !etag.startsWith("W/")) writeFileSync(versionFile(partial), etag)
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
    throw interrupted(url, `broke off after ${bytes} bytes (${reasonOf(cause)})`)
  } finally {
    closeSync(descriptor)
  }
  if (expected.bytes !== null && bytes < expected.bytes) throw interrupted(url, `ended after ${bytes} of ${expected.bytes} bytes`)
}

/** Beside a part that was fetched: the version, by its entity tag, that it is of. */
const versionFile = (partial: string): string => `${partial}.etag`
const versionOf = (partial: string): string | null =>
  existsSync(partial) && existsSync(versionFile(partial)) ? readFileSync(versionFile(partial), "utf8") : null

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

const unreachable = (url: string, reason: string) => interrupted(url, `cannot be reached (${reason})`)

const interrupted = (url: string, problem: string) =>
  new DownloadFailed({
    url,
    status: 0,
    wait: 0,
    problem,
    remedy:
      "If this machine has no way into the network, fetch the file on one that has and import it with --from FILE or FOLDER " +
      "(a proxy is taken from HTTPS_PROXY or HTTP_PROXY); otherwise run the same command again: it goes on where it stopped."
  })

/** A page for people where a file was asked for: of a login, of a proxy, or of the hub itself. */
const webPage = (url: string, status: number) =>
  new DownloadFailed({
    url,
    status,
    wait: 0,
    problem: `was answered with a web page instead of ${basename(new URL(url).pathname)}`,
    remedy: url.includes("/blob/")
      ? "This is the address of the hub's page about the file; the file itself has /resolve/ in place of /blob/."
      : "Look at it in a browser: a network's login, a proxy or a page that asks for terms to be accepted does this. " +
        "Nothing of it was kept."
  })

const refused = (url: string, status: number, known: boolean, wait: number) =>
  new DownloadFailed({
    url,
    status,
    wait,
    problem: `was answered with HTTP ${status}`,
    remedy:
      status === 401 || status === 403
        ? known
          ? "The account of HF_TOKEN may not read it: accept its terms on the page of the dataset, " +
            "or look whether the token is right."
          : "It asks for an account, and perhaps for terms to be accepted on its page: " +
            "set HF_TOKEN to a token of an account that may read it, " +
            "or fetch it by hand and import it with --from FILE or FOLDER."
        : status === 404
          ? "It is not there (any more): look at the page of the dataset, and import what you find with --from FILE or FOLDER."
          : "Try again later; what has come so far is kept."
  })
