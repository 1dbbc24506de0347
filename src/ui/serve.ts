/**
 * The server behind `pipeline ui`: a page over the store, on this machine only and for whoever has its token. It reads; nothing
 * that is asked of it changes the store.
 */

import { createServer } from "node:http"

import { make as makeHttpServer } from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import type { ServeError } from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"

import type { CatalogOptions } from "../catalog/Catalog.ts"
import type * as Table from "../store/schema/Table.ts"
import { errorText } from "../text/error-text.ts"
import { answers, BadRequest, boxAnswer, reportText, type Sources } from "./api.ts"
import { makeAsking } from "./asking.ts"
import { type Asset, makeAssets } from "./assets.ts"
import { cookieName, HEADERS, judge, type Keys, newKeys, REPORT_HEADERS } from "./guard.ts"
import { changes } from "./live.ts"
import { RunLogs } from "./run-logs.ts"
import type { Failure } from "./wire.ts"

export interface UiOptions {
  readonly root: string
  readonly tables: ReadonlyArray<Table.Any>
  readonly catalog: CatalogOptions
  /** 0: one that is free. */
  readonly port: number
}

/** Where the server is. */
export interface Served {
  readonly port: number
  /** With the token: whoever has it may look. */
  readonly address: string
}

/** Answers to numbers and names outside this machine are none of its business. */
const HOST = "127.0.0.1"
/** More than any query that a person writes. */
const MOST_SQL_BYTES = 1_000_000

type Response = HttpServerResponse.HttpServerResponse

const json = (body: unknown, status = 200): Response =>
  HttpServerResponse.text(JSON.stringify(body), { status, contentType: "application/json", headers: HEADERS })

const failure = (status: number, problem: string): Response => json({ problem } satisfies Failure, status)

/** Why somebody is not let in, for a person who reads it in a browser. */
const refusal = (status: number, why: string): Response =>
  HttpServerResponse.text(`${why}\n`, { status, contentType: "text/plain; charset=utf-8", headers: HEADERS })

/** Starts the server; it ends with the scope. */
export const serveUi = (options: UiOptions): Effect.Effect<Served, ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const keys = newKeys()
    const logs = new RunLogs(options.root)
    const stamp = () =>
      logs
        .stamps()
        .map(([run, stamp]) => `${run} ${stamp}`)
        .join("\n")
    const asking = makeAsking(options.root, options.tables, options.catalog, stamp)
    const sources: Sources = { logs, views: yield* asking, box: yield* asking, tables: options.tables }
    const assets = makeAssets()
    const server = createServer()
    const http = yield* makeHttpServer(() => server, { host: HOST, port: options.port, gracefulShutdownTimeout: 100 })
    // A page that is open keeps its stream of changes open: without this the command would wait for it.
    yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : options.port
    yield* http.serve(handle(sources, assets, keys, port))
    return { port, address: `http://${HOST}:${port}/?token=${keys.token}` }
  })

const handle = (sources: Sources, assets: (name: string) => Asset | null, keys: Keys, port: number) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    // Put behind the host as it is: two slashes at its beginning would name another.
    const url = new URL(`http://${HOST}:${port}${request.url.startsWith("/") ? "" : "/"}${request.url}`)
    const { host, origin, cookie } = request.headers
    const path = url.pathname
    const token = url.searchParams.get("token")
    const verdict = judge({ method: request.method, path, token, host, origin, cookie }, keys, port)
    if (verdict.let === "refuse") return refusal(verdict.status, verdict.why)
    if (verdict.let === "enter") return entered(keys, port)
    if (request.method === "POST") return yield* ownQuery(sources, request)
    const answer = Object.hasOwn(answers, path) ? answers[path] : undefined
    if (answer !== undefined) return json(yield* answer(sources, url.searchParams))
    if (path === "/api/live")
      return HttpServerResponse.stream(changes(sources.logs), { contentType: "text/event-stream", headers: HEADERS })
    if (path.startsWith("/report/")) return report(sources, path)
    const asset = assets(path)
    if (asset === null) return failure(404, "There is nothing here.")
    return HttpServerResponse.uint8Array(asset.bytes, { contentType: asset.type, headers: HEADERS })
  }).pipe(
    Effect.catchTags({
      BadRequest: ({ status, problem }) => Effect.succeed(failure(status, problem)),
      SqlFailed: (failed) => Effect.succeed(failure(failed.badInput ? 400 : 500, failed.message))
    }),
    // What a store or a disk does is said where it is asked for; the server goes on.
    Effect.catchDefect((cause) => Effect.succeed(failure(500, errorText(cause)))),
    // The server runs what it is given uninterruptibly. A query whose asker has gone is to stop.
    Effect.interruptible
  )

/** The cookie in exchange for the token, which does not stay in the address. */
const entered = (keys: Keys, port: number): Response =>
  HttpServerResponse.empty({
    status: 303,
    headers: {
      ...HEADERS,
      location: "/",
      "set-cookie": `${cookieName(port)}=${keys.session}; Path=/; HttpOnly; SameSite=Strict`
    }
  })

const ownQuery = (sources: Sources, request: HttpServerRequest.HttpServerRequest) =>
  Effect.gen(function* () {
    // What other pages can send without asking leave is not JSON.
    if (request.headers["content-type"] !== "application/json")
      return yield* new BadRequest({ status: 415, problem: "A query is sent as JSON." })
    if (Number(request.headers["content-length"] ?? Number.NaN) <= MOST_SQL_BYTES === false)
      return yield* new BadRequest({ status: 413, problem: "The query is too long." })
    const body = yield* Effect.mapError(request.json, () => new BadRequest({ status: 400, problem: "The query cannot be read." }))
    const sql = typeof body === "object" && body !== null && "sql" in body ? body["sql"] : undefined
    if (typeof sql !== "string") return yield* new BadRequest({ status: 400, problem: "A query is a text." })
    return json(yield* boxAnswer(sources, sql))
  })

const report = ({ logs }: Sources, path: string): Response => {
  const text = reportText(logs.root, path.slice("/report/".length))
  if (text === null) return failure(404, "There is no such report, or it is damaged: pipeline report writes it again.")
  return HttpServerResponse.text(text, { contentType: "text/html; charset=utf-8", headers: REPORT_HEADERS })
}
