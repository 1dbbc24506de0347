/**
 * The variables of OpenTelemetry that say where spans go. They are set for many programs at once: what they cannot mean here is
 * told in a line and ends no run.
 */

import { readVariable } from "../../machine/environment.ts"
import { VariableInvalid } from "../../machine/VariableInvalid.ts"

/** How spans are written, by the names of the protocols. */
export type Protocol = "http/protobuf" | "http/json"

/** What the variables hold, by their names. */
const variables = () => ({
  OTEL_SDK_DISABLED: readVariable("OTEL_SDK_DISABLED")?.toLowerCase() === "true" ? "true" : "false",
  // Spans are wanted where an endpoint is named.
  OTEL_TRACES_EXPORTER: readVariable("OTEL_TRACES_EXPORTER") ?? "otlp",
  OTEL_EXPORTER_OTLP_ENDPOINT: readVariable("OTEL_EXPORTER_OTLP_ENDPOINT"),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: readVariable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
  OTEL_EXPORTER_OTLP_HEADERS: readVariable("OTEL_EXPORTER_OTLP_HEADERS"),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: readVariable("OTEL_EXPORTER_OTLP_TRACES_HEADERS"),
  OTEL_EXPORTER_OTLP_PROTOCOL: readVariable("OTEL_EXPORTER_OTLP_PROTOCOL"),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: readVariable("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"),
  OTEL_EXPORTER_OTLP_COMPRESSION: readVariable("OTEL_EXPORTER_OTLP_COMPRESSION"),
  OTEL_EXPORTER_OTLP_TIMEOUT: readVariable("OTEL_EXPORTER_OTLP_TIMEOUT"),
  OTEL_BSP_SCHEDULE_DELAY: readVariable("OTEL_BSP_SCHEDULE_DELAY"),
  OTEL_SERVICE_NAME: readVariable("OTEL_SERVICE_NAME"),
  OTEL_RESOURCE_ATTRIBUTES: readVariable("OTEL_RESOURCE_ATTRIBUTES")
})

type Variables = ReturnType<typeof variables>

interface Rule {
  readonly names: ReadonlyArray<keyof Variables>
  readonly holds: (value: string) => boolean
  /** What stands behind "it must be". */
  readonly expected: string
}

const isProtocol = (value: string): value is Protocol => value === "http/protobuf" || value === "http/json"

const isDecodable = (value: string): boolean => {
  try {
    return value.split(",").every((pair) => decodeURIComponent(pair).includes("="))
  } catch {
    return false
  }
}

const RULES: ReadonlyArray<Rule> = [
  {
    names: ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    holds: (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    expected: "an address of http or https"
  },
  {
    names: ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"],
    holds: isProtocol,
    expected: "http/protobuf or http/json"
  },
  {
    names: ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_RESOURCE_ATTRIBUTES"],
    holds: isDecodable,
    expected: "name=value,name=value, percent-encoded"
  },
  { names: ["OTEL_EXPORTER_OTLP_COMPRESSION"], holds: (value) => /^(?:gzip|none)$/.test(value), expected: "gzip or none" },
  {
    names: ["OTEL_EXPORTER_OTLP_TIMEOUT", "OTEL_BSP_SCHEDULE_DELAY"],
    holds: (value) => /^\d{1,9}$/.test(value),
    expected: "a whole number of milliseconds"
  }
]

/** The most milliseconds that a run waits at its end for what receives its spans, whatever the variables say. */
const MOST_WAIT_MS = 10_000

/** What is set. */
export interface Settings {
  readonly protocol: Protocol
  /** The variables, with our own defaults, as Effect's reader of them takes them. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Whether spans are wanted at all. Cheap, since it is asked at every run. */
export const spansAsked = (): boolean => {
  const set = variables()
  return (
    (set.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? set.OTEL_EXPORTER_OTLP_ENDPOINT) !== undefined &&
    set.OTEL_SDK_DISABLED === "false" &&
    /(?:^|,)\s*otlp\s*(?:,|$)/i.test(set.OTEL_TRACES_EXPORTER)
  )
}

/** The settings, or what is wrong with the variables, a sentence. */
export const spanSettings = (): Settings | { readonly problem: string } => {
  const set = variables()
  for (const { names, holds, expected } of RULES)
    for (const name of names) {
      const value = set[name]
      if (value !== undefined && !holds(value)) return { problem: new VariableInvalid({ name, value, expected }).message }
    }
  const protocol = set.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? set.OTEL_EXPORTER_OTLP_PROTOCOL ?? ""
  const wait = set.OTEL_EXPORTER_OTLP_TIMEOUT
  const isNamed = /(?:^|,)\s*service\.name\s*=/.test(set.OTEL_RESOURCE_ATTRIBUTES ?? "")
  return {
    protocol: isProtocol(protocol) ? protocol : "http/protobuf",
    variables: {
      ...set,
      OTEL_EXPORTER_OTLP_TIMEOUT: wait === undefined ? wait : String(Math.min(Number(wait), MOST_WAIT_MS)),
      OTEL_SERVICE_NAME: set.OTEL_SERVICE_NAME ?? (isNamed ? undefined : "echo-chamber")
    }
  }
}
