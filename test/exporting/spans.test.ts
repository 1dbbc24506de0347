/** Spans of runs, as a collector of OpenTelemetry gets them, and runs whose collector fails them. */

import * as fs from "node:fs"
import * as path from "node:path"

import { Tracer } from "effect"
import { describe, expect, it } from "vitest"

import type { Happening } from "../../src/dag/running/Executor.ts"
import { runSpans } from "../../src/exporting/spans/run-spans.ts"
import { place } from "../cli/command-line.ts"
import { temporaryFolder } from "../store/temporary-folder.ts"
import { attributesOf, collector } from "./collector.ts"
import { hasPython, runPython } from "./python.ts"

const STUDIES = path.join(import.meta.dirname, "fixtures/studies")
const run = ["run", "drifts", "--no-report"]
/** A span as Google's own protobuf has decoded it; times in nanoseconds since 1970. */
interface Decoded {
  readonly name: string
  readonly trace: string
  readonly span: string
  readonly parent: string
  readonly start: number
  readonly end: number
  readonly status: number
  readonly attributes: Readonly<Record<string, unknown>>
}
const DECODE = `import glob, json
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
def value(v):
    kind = v.WhichOneof("value")
    return [value(each) for each in v.array_value.values] if kind == "array_value" else getattr(v, kind)
named = lambda attributes: {a.key: value(a.value) for a in attributes}
services, spans = set(), []
for name in sorted(glob.glob("*.bin")):
    request = ExportTraceServiceRequest.FromString(open(name, "rb").read())
    for resource in request.resource_spans:
        services.add(named(resource.resource.attributes)["service.name"])
        for s in (s for scope in resource.scope_spans for s in scope.spans):
            spans.append(dict(name=s.name, trace=s.trace_id.hex(), span=s.span_id.hex(), parent=s.parent_span_id.hex(),
                start=s.start_time_unix_nano, end=s.end_time_unix_nano, status=s.status.code, attributes=named(s.attributes)))
print(json.dumps(dict(services=sorted(services), spans=spans)))`

const json = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }

describe("the spans of a run", () => {
  it("are one for the run and in it one for each node, with how each ended", () => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    let time = 1000
    const watch = runSpans(tracer, () => (time += 1000))
    const node = (name: string, params = {}) =>
      ({ event: "node-planned", node: `${name}-1`, label: name, stage: name, params, inputs: {} }) as const
    const happenings: ReadonlyArray<Happening> = [
      {
        event: "run-started",
        run: "r",
        study: "s",
        settings: {},
        command: [],
        host: "h",
        pid: 1,
        processStarted: null,
        engine: "e"
      },
      node("mix", { seed: 3 }),
      ...["pretrain", "rl", "evaluate", "compare"].map((name) => node(name)),
      { event: "node-finished", node: "mix-1", key: "k", artifact: "a", cached: true, seconds: 0 },
      { event: "node-started", node: "pretrain-1", key: "k2" },
      { event: "note", node: "pretrain-1", line: "resuming after step 5" },
      { event: "node-finished", node: "pretrain-1", key: "k2", artifact: "b", cached: false, seconds: 2 },
      { event: "node-started", node: "rl-1", key: "k3" },
      { event: "node-failed", node: "rl-1", error: "it diverged", log: null },
      { event: "node-skipped", node: "evaluate-1", because: "rl" },
      { event: "node-started", node: "compare-1", key: "k4" },
      { event: "run-finished", status: "failed", seconds: 9 }
    ]
    for (const happening of happenings) watch(happening)

    expect(spans.map(({ name }) => name)).toEqual(["run s", "mix", "pretrain", "rl", "evaluate", "compare"])
    const [root, mix, pretrain, rl, evaluate, compare] = spans
    for (const span of spans.slice(1)) expect(span.parent).toMatchObject({ value: { spanId: root!.spanId } })
    const state = (span: Tracer.NativeSpan | undefined) => span?.attributes.get("echo_chamber.node.state")
    expect([mix, pretrain, rl, evaluate, compare].map(state)).toEqual(["cached", "computed", "failed", "skipped", "stopped"])
    expect(mix?.attributes.get("echo_chamber.param.seed")).toBe(3)
    expect(pretrain?.events.map(([name]) => name)).toEqual(["note"])
    expect(evaluate?.attributes.get("echo_chamber.because")).toBe("rl")
    expect(spans.every(({ status }) => status._tag === "Ended")).toBe(true)
    const failures = spans.filter(({ status }) => status._tag === "Ended" && status.exit._tag === "Failure")
    expect(failures.map(({ name }) => name)).toEqual(["run s", "rl", "evaluate", "compare"])
    // Milliseconds are nanoseconds there, and a node lasts from its start.
    expect(pretrain?.status).toMatchObject({ startTime: 4_000_000_000n, endTime: 6_000_000_000n })
  })

  it("go to the endpoint that the variables name, with its headers, under the name of the service", async () => {
    const at = place(STUDIES)
    const { endpoint, bodies, resource, spans } = await collector()
    const variables = {
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: "x-team=echo%20chamber",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test"
    }
    const first = await at.pipeline([...run, "--seeds", "1,2"], variables)
    expect(first.code, first.err).toBe(0)
    expect(bodies[0]).toMatchObject({ path: "/v1/traces", headers: { "x-team": "echo chamber" } })
    expect(resource()).toMatchObject({ "service.name": "echo-chamber", "deployment.environment": "test" })
    const found = spans()
    const root = found.find(({ name }) => name === "run drifts")!
    expect(attributesOf(root.attributes)).toMatchObject({ "echo_chamber.study": "drifts", "echo_chamber.status": "succeeded" })
    const nodes = found.filter(({ parentSpanId }) => parentSpanId === root.spanId)
    const told = nodes.map(({ attributes }) => attributesOf(attributes))
    expect(told.toSorted((a, b) => Number(a["echo_chamber.param.seed"]) - Number(b["echo_chamber.param.seed"]))).toMatchObject(
      [1, 2].map((seed) => ({
        "echo_chamber.stage": "drift",
        "echo_chamber.node.id": expect.stringMatching(/^drift-[0-9a-f]{8}$/),
        "echo_chamber.node.state": "computed",
        "echo_chamber.cached": false,
        "echo_chamber.param.seed": seed
      }))
    )
    expect(new Set(found.map(({ traceId }) => traceId)).size).toBe(1)

    const again = await at.pipeline(run, { ...variables, OTEL_SERVICE_NAME: "mine" })
    expect(again.code, again.err).toBe(0)
    const later = spans().slice(found.length)
    expect(later.map(({ attributes }) => attributesOf(attributes)["echo_chamber.node.state"])).toContain("cached")
    expect(bodies.at(-1)?.bytes.toString("utf8")).toContain('"mine"')
  })

  it("are what another decoder of OpenTelemetry's messages reads, without any setting", async () => {
    if (!hasPython("opentelemetry.proto.collector.trace.v1.trace_service_pb2")) return
    const at = place(STUDIES)
    const { endpoint, bodies } = await collector()
    const { code, err } = await at.pipeline([...run, "--seeds", "1,2"], { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    expect(code, err).toBe(0)
    expect(new Set(bodies.map(({ headers }) => headers["content-type"]))).toEqual(new Set(["application/x-protobuf"]))
    const folder = temporaryFolder()
    bodies.forEach(({ bytes }, i) => fs.writeFileSync(path.join(folder, `${i}.bin`), bytes))
    const { services, spans } = JSON.parse(runPython(DECODE, folder))
    expect(services).toEqual(["echo-chamber"])
    const root = spans.find(({ name }: Decoded) => name === "run drifts")
    const nodes = spans.filter(({ parent }: Decoded) => parent === root.span)
    expect(nodes.map(({ attributes }: Decoded) => attributes["echo_chamber.param.seed"]).toSorted()).toEqual([1, 2])
    for (const { start, end, attributes, status } of nodes) {
      expect([attributes["echo_chamber.stage"], attributes["echo_chamber.cached"], status]).toEqual(["drift", false, 1])
      expect(start >= root.start && end <= root.end && start < end).toBe(true)
    }
    expect([...new Set(spans.map(({ trace }: Decoded) => trace.length))]).toEqual([32])
  })

  it("are not sent where they are switched off, and what the variables cannot mean is told in a line", async () => {
    const at = place(STUDIES)
    const { endpoint, bodies } = await collector()
    const off = [
      { OTEL_SDK_DISABLED: "true" },
      { OTEL_TRACES_EXPORTER: "none" },
      { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "no address" },
      { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" },
      { OTEL_RESOURCE_ATTRIBUTES: "team=%zz" }
    ]
    for (const variables of off) {
      const { code, err } = await at.pipeline(run, { ...json, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...variables })
      expect(code, err).toBe(0)
      const told = err.split("\n").filter((line) => line.startsWith("No spans are sent: "))
      const [name] = Object.keys(variables)
      expect(told, err).toHaveLength(name === "OTEL_SDK_DISABLED" || name === "OTEL_TRACES_EXPORTER" ? 0 : 1)
      if (told.length > 0) expect(told[0]).toContain(name)
    }
    expect(bodies).toEqual([])
  })

  it("hold up no run: one line says that a collector is away, refuses, or does not answer", async () => {
    const at = place(STUDIES)
    const ends = [
      { endpoint: "http://127.0.0.1:2", why: /ECONNREFUSED|bad port|refuse/ },
      { endpoint: (await collector(403)).endpoint, why: /status 403/ },
      { endpoint: (await collector(null)).endpoint, why: /did not answer in time/ }
    ]
    for (const { endpoint, why } of ends) {
      const begun = performance.now()
      const patient = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_TIMEOUT: "600000" }
      const { code, err } = await at.pipeline(run, { ...json, ...patient })
      expect(code, err).toBe(0)
      const told = err.split("\n").filter((line) => line.startsWith("Not all spans of this run arrived: "))
      expect(told, err).toHaveLength(1)
      expect(told[0]).toMatch(why)
      expect(performance.now() - begun).toBeLessThan(60_000)
    }
  })
})
