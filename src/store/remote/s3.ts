/**
 * A bucket of S3, or of a service that speaks its language, as a backend. The client of AWS knows where keys and regions are kept
 * (variables, profiles, roles of a machine); it is loaded with this file only.
 */

import * as fs from "node:fs"

import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig
} from "@aws-sdk/client-s3"
import * as Effect from "effect/Effect"

import { readVariable } from "../../machine/environment.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import type { Backend, Content, Entry, Found, Range, RemoteFailed, Written } from "./Backend.ts"
import type { Bucket } from "./location.ts"
import { codeOf, failureIn, statusOf } from "./s3-failures.ts"

/** Time for a connection, and between two signs of life of one: after that it is tried again. */
const PATIENCE = { connectionTimeout: 10_000, socketTimeout: 60_000 }

/** The client remarks on standard error what is told here anyway. */
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

const settings = (): S3ClientConfig => {
  const endpoint = readVariable("AWS_ENDPOINT_URL_S3") ?? readVariable("AWS_ENDPOINT_URL")
  const region = readVariable("AWS_REGION") ?? readVariable("AWS_DEFAULT_REGION")
  return {
    // Tried again by `patient`, which knows what else may fail.
    maxAttempts: 1,
    requestHandler: PATIENCE,
    logger: SILENT,
    followRegionRedirects: true,
    // Framed bodies are stored with their frames by servers that do not know them.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(region === undefined ? {} : { region }),
    // Elsewhere than at AWS a region means nothing, and buckets seldom have host names of their own.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true, region: region ?? "us-east-1" })
  }
}

/** What is below a prefix of a bucket. */
export const s3Backend = ({ url, bucket, prefix }: Bucket): Backend => {
  const client = new S3Client(settings())
  const key = (name: string) => `${prefix}${name}`
  const of = (name: string) => ({ Bucket: bucket, Key: key(name) })
  const ask = <A>(what: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, RemoteFailed> =>
    Effect.tryPromise({ try: what, catch: (cause) => failureIn(url, bucket, cause) })
  /** The answer to a question about one name, or this where there is nothing of that name. */
  const about = <A, B>(otherwise: B, what: (signal: AbortSignal) => Promise<A>): Effect.Effect<A | B, RemoteFailed> =>
    ask((signal) =>
      what(signal).catch((cause: unknown): B => {
        if (statusOf(cause) === 404 && codeOf(cause) !== "NoSuchBucket") return otherwise
        throw cause
      })
    )

  const page = (folder: string, from: string | undefined) =>
    ask((abortSignal) =>
      client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: key(`${folder}/`), ...(from && { ContinuationToken: from }) }),
        { abortSignal }
      )
    )
  const entriesOf = ({ Contents = [] }: ListObjectsV2CommandOutput): ReadonlyArray<Entry> =>
    Contents.flatMap(({ Key, Size }) =>
      Key === undefined || !Key.startsWith(prefix) ? [] : [{ name: Key.slice(prefix.length), size: Size ?? 0 }]
    )

  /** Writes on a condition. Where it does not hold the service says 412, or 404 where what was to be replaced is gone. */
  const writeIf = (name: string, bytes: Uint8Array, condition: { IfNoneMatch: string } | { IfMatch: string }) =>
    ask((abortSignal) =>
      client
        .send(new PutObjectCommand({ ...of(name), Body: bytes, ContentLength: bytes.length, ...condition }), { abortSignal })
        .then(
          ({ ETag = "" }): Written => ({ tag: ETag }),
          (cause: unknown): Written => {
            const status = statusOf(cause)
            if (status === 412 || (status === 404 && codeOf(cause) !== "NoSuchBucket")) return "refused"
            throw cause
          }
        )
    )

  return {
    url,
    folder: null,
    read: (name, range) => about(null, (abortSignal) => readPart(client, of(name), range, abortSignal)),
    stat: (name) =>
      Effect.map(
        about(null, (abortSignal) => client.send(new HeadObjectCommand(of(name)), { abortSignal })),
        (found) => (found === null ? null : (found.ContentLength ?? 0))
      ),
    list: Effect.fnUntraced(function* (folder) {
      const entries: Array<Entry> = []
      for (let from: string | undefined; ;) {
        const answer: ListObjectsV2CommandOutput = yield* page(folder, from)
        for (const entry of entriesOf(answer)) entries.push(entry)
        from = answer.IsTruncated === true ? answer.NextContinuationToken : undefined
        if (from === undefined) return entries
      }
    }),
    put: (name, content) => ask((abortSignal) => putContent(client, of(name), content, abortSignal)),
    create: (name, bytes) => writeIf(name, bytes, { IfNoneMatch: "*" }),
    replace: (name, bytes, tag) => writeIf(name, bytes, { IfMatch: tag })
  }
}

interface Place {
  readonly Bucket: string
  readonly Key: string
}

const readPart = async (client: S3Client, place: Place, range: Range | undefined, abortSignal: AbortSignal): Promise<Found> => {
  const wanted = range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` }
  try {
    const { Body, ContentLength, ETag = "" } = await client.send(new GetObjectCommand({ ...place, ...wanted }), { abortSignal })
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
    // A connection that ends early may look like the end.
    if (ContentLength !== undefined && bytes.length !== ContentLength)
      throw Object.assign(new Error(`${bytes.length} of ${ContentLength} bytes came`), { code: "ECONNRESET" })
    return { bytes, tag: ETag }
  } catch (cause) {
    // All of it is before the range.
    if (range !== undefined && statusOf(cause) === 416) return { bytes: new Uint8Array(), tag: "" }
    throw cause
  }
}

const putContent = async (client: S3Client, place: Place, content: Content, abortSignal: AbortSignal): Promise<void> => {
  if (content instanceof Uint8Array) {
    await client.send(new PutObjectCommand({ ...place, Body: content, ContentLength: content.length }), { abortSignal })
    return
  }
  // Not every service looks at the digest below.
  if (sha256OfFile(content.file) !== content.sha256) throw new Error(`${content.file} is not what its name says`)
  const Body = fs.createReadStream(content.file)
  try {
    await client.send(
      new PutObjectCommand({
        ...place,
        Body,
        ContentLength: content.size,
        // Refused where it arrives with another digest, by services that look at it; whoever reads looks in any case.
        ChecksumSHA256: Buffer.from(content.sha256, "hex").toString("base64")
      }),
      { abortSignal }
    )
  } finally {
    Body.destroy()
  }
}
