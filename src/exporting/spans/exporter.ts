/** Sends spans over OTLP with Effect's own exporter, and knows whether they arrived. */

import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { FetchHttpClient, HttpClient } from "effect/http"
import * as Layer from "effect/Layer"
import { OtlpSerialization, OtlpTracer } from "effect/observability"
import * as Scope from "effect/Scope"
import type { Tracer } from "effect/Tracer"

import { errorText } from "../../text/error-text.ts"
import { type Protocol, spanSettings } from "./settings.ts"

/** Takes spans, and sends them on meanwhile. */
export interface SpanExporter {
  readonly tracer: Tracer
  /** Sends what is left, for a bounded time; why some spans did not arrive, as words, or null. */
  readonly close: Effect.Effect<string | null>
}

const SERIALIZATIONS = {
  "http/protobuf": OtlpSerialization.layerProtobuf,
  "http/json": OtlpSerialization.layerJson
} satisfies Record<Protocol, unknown>

/** What takes spans, by the variables; null where something keeps it from that, which is told to `notice` in a line. */
export const spanExporter = Effect.fnUntraced(function* (notice: (line: string) => void) {
  const settings = spanSettings()
  if ("problem" in settings) {
    notice(`No spans are sent: ${settings.problem}`)
    return null
  }
  let problem: string | null = null
  const note = (words: string | null) =>
    Effect.sync(() => {
      problem = words
    })
  const watched = HttpClient.HttpClient.use((plain) =>
    Effect.succeed(
      HttpClient.transform(plain, (response) =>
        response.pipe(
          Effect.tap(({ status }) => note(status < 300 ? null : `it answered with status ${status}`)),
          Effect.tapError((error) => note(innermost(error))),
          Effect.onInterrupt(() => note(problem ?? "it did not answer in time"))
        )
      )
    )
  )
  const layer = OtlpTracer.layerFromConfig().pipe(
    Layer.provide(Layer.effect(HttpClient.HttpClient)(watched)),
    Layer.provide(FetchHttpClient.layer),
    Layer.provide(SERIALIZATIONS[settings.protocol]),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(settings.variables)))
  )
  const scope = yield* Scope.make()
  const tracer = yield* Layer.buildWithScope(layer, scope).pipe(
    Effect.flatMap((context) => Effect.provide(Effect.tracer, context)),
    Effect.catchCause((cause) => {
      notice(`No spans are sent: ${errorText(Cause.squash(cause))}`)
      return Effect.succeed(null)
    })
  )
  if (tracer === null) return null
  // Bounded by the exporter, which no timeout around it would interrupt.
  const close = Effect.map(Scope.close(scope, Exit.void), () => problem)
  return { tracer, close } satisfies SpanExporter
})

/** What it comes down to: a client's errors wrap one another. */
const innermost = (error: unknown): string =>
  error instanceof Error ? (error.cause instanceof Error ? innermost(error.cause) : error.message) : errorText(error)
