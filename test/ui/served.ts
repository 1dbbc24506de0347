/** A server of the page for a test, and requests to it as a browser makes them. */

import * as http from "node:http"

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { afterAll } from "vitest"

import { tables } from "../../schemas/index.ts"
import { paramTypes } from "../../schemas/params.ts"
import { type Served, serveUi } from "../../src/ui/serve.ts"

export interface Got {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export interface Server extends Served {
  /** With the cookie, unless the headers say otherwise. */
  readonly get: (path: string, headers?: http.OutgoingHttpHeaders) => Promise<Got>
  readonly json: (path: string) => Promise<any>
  readonly sql: (sql: string, headers?: http.OutgoingHttpHeaders) => Promise<Got>
  readonly close: () => Promise<void>
}

const scopes: Array<Scope.Closeable> = []
afterAll(async () => {
  for (const scope of scopes) await Effect.runPromise(Scope.close(scope, Exit.void))
})

/** One request, with what a browser would not let a page set: the host too. */
export const request = (port: number, method: string, path: string, headers: http.OutgoingHttpHeaders, body = ""): Promise<Got> =>
  new Promise((resolve, reject) => {
    const sent = http.request({ host: "127.0.0.1", port, method, path, headers }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    sent.on("error", reject)
    sent.end(body)
  })

/** Starts a server over a store, and enters it. */
export const served = async (root: string): Promise<Server> => {
  const scope = Effect.runSync(Scope.make())
  scopes.push(scope)
  const options = { root, tables, catalog: { params: paramTypes }, port: 0 }
  const { port, address } = await Effect.runPromise(Scope.provide(serveUi(options), scope))
  const { pathname, search } = new URL(address)
  const entered = await request(port, "GET", `${pathname}${search}`, {})
  const cookie = String(entered.headers["set-cookie"]).split(";")[0]!
  const get = (path: string, headers: http.OutgoingHttpHeaders = {}) => request(port, "GET", path, { cookie, ...headers })
  return {
    port,
    address,
    get,
    json: async (path) => {
      const { status, text } = await get(path)
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
      return JSON.parse(text)
    },
    sql: (sql, headers = {}) => {
      const body = JSON.stringify({ sql })
      const length = Buffer.byteLength(body)
      return request(
        port,
        "POST",
        "/api/sql",
        { cookie, "content-type": "application/json", "content-length": length, ...headers },
        body
      )
    },
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
