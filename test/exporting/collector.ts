/** A collector of spans, as OpenTelemetry's: takes them over HTTP and keeps them; what came as JSON can be looked at. */

import { createServer, type IncomingHttpHeaders } from "node:http"

import { onTestFinished } from "vitest"

/** What a value of an attribute is, whatever its type. */
type Value = Readonly<Record<string, unknown>>

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: ReadonlyArray<{ readonly key: string; readonly value: Value }>
  readonly events: ReadonlyArray<{ readonly name: string }>
  readonly status: { readonly code: number; readonly message?: string }
}

interface Received {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: OtlpSpan["attributes"] }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: ReadonlyArray<OtlpSpan> }>
  }>
}

/** Attributes by name; numbers and truths as such. */
export const attributesOf = (attributes: OtlpSpan["attributes"]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** Starts one. `answer`: the status of its answers; null: it never answers. */
export const collector = async (answer: number | null = 200) => {
  const bodies: Array<{ readonly path: string; readonly headers: IncomingHttpHeaders; readonly bytes: Buffer }> = []
  const server = createServer((request, response) => {
    const pieces: Array<Buffer> = []
    request.on("data", (piece: Buffer) => pieces.push(piece))
    request.on("end", () => {
      bodies.push({ path: request.url ?? "", headers: request.headers, bytes: Buffer.concat(pieces) })
      if (answer !== null) response.writeHead(answer).end("{}")
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the collector has no port")
  const received = (): ReadonlyArray<Received> => bodies.map(({ bytes }) => JSON.parse(bytes.toString("utf8")))
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    bodies,
    resource: () => attributesOf(received()[0]?.resourceSpans[0]?.resource.attributes ?? []),
    spans: () =>
      received().flatMap(({ resourceSpans }) => resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)))
  }
}
