/** `pipeline run <study>`: runs what is missing, shows how it goes, ends with the results. */

import * as os from "node:os"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"

import type { Graph } from "../../dag/graph.ts"
import { lookOut, runComesIn } from "../../dag/running/come-in.ts"
import type { Happening } from "../../dag/running/Executor.ts"
import { run as runGraph } from "../../dag/running/Runner.ts"
import { make as threadSlots } from "../../dag/running/Slots.ts"
import { readyEngine } from "../../engine/ready.ts"
import { spansAsked } from "../../exporting/spans/settings.ts"
import { unsettled } from "../../report/claims-ahead.ts"
import { nextRunId, openRunLog } from "../../store/objects/Runs.ts"
import { Store } from "../../store/objects/Store.ts"
import { thisMachine } from "../../store/presence/machine.ts"
import { tokenOfRun } from "../../store/presence/Presence.ts"
import { addressOf } from "../../store/remote/mirror.ts"
import { localExecutor, clusterExecution, stageNames } from "../executing/executors.ts"
import { CURVES } from "../executing/services.ts"
import { goOnWithoutReader, print, say } from "../output.ts"
import { failureText } from "../printing/failed-nodes.ts"
import { jsonDisplay, liveDisplay } from "../printing/run-display.ts"
import { folderToWrite } from "../result-file.ts"
import { chooseEngine, clusterAsked, engineRequest, figuresFlag, runFlags, runNumbers } from "../run-flags.ts"
import { interruptingSignals } from "../signals.ts"
import { isReadOnly, newOrExistingStore } from "../store-folder.ts"
import { assumedStages, chooseStudy, settingName, studyFlags, studyHelp } from "../studies.ts"
import { type Command, type Flags, UsageError } from "../usage.ts"

const ownFlags = {
  ...runFlags,
  ...figuresFlag,
  tensorboard: {
    type: "string",
    value: "DIR",
    description: "also write the curves there as they come, as event files of TensorBoard"
  }
} satisfies Flags

export const command: Command = {
  name: "run",
  summary: "Run a study, reusing every cached artifact.",
  usage: "pipeline run <study> [flags]      a study's own flags: pipeline list <study>",
  flags: { ...ownFlags, ...studyFlags(null) },
  takesStudy: true,
  more: studyHelp,
  run: async (args) => {
    const started = performance.now()
    goOnWithoutReader()
    const { study, ownClaims, ahead, parsed, settings, overrides, graph } = await chooseStudy("run", ownFlags, args)
    const figures = parsed.text("figures")
    const figuresIn = figures === undefined ? null : folderToWrite("figures", figures)
    if (figuresIn !== null && parsed.is("json"))
      throw new UsageError({
        problem: "--figures goes with what a run prints at its end, which --json leaves out. Use pipeline report."
      })
    const logs = parsed.text("tensorboard")
    const curvesIn = logs === undefined ? null : folderToWrite("tensorboard", logs)
    const { threads, checkpointSeconds } = runNumbers(parsed)
    const cluster = clusterAsked(parsed, stageNames(graph))
    const chosen = await chooseEngine(parsed)
    const computes = graph.nodes.some(({ stage }) => stage.numerics.includes("engine"))
    const engine = computes ? await Effect.runPromise(readyEngine(engineRequest(parsed), chosen)) : chosen
    if (engine !== chosen && engine.notice !== undefined) say(engine.notice)
    const root = newOrExistingStore(parsed)
    if (cluster !== null && addressOf(root) !== null)
      throw new UsageError({
        problem:
          "--executor needs a store in a folder that the machines of the cluster share. On machines that share only a bucket, " +
          "start this run on each without --executor: they share the work."
      })
    const json = parsed.is("json")
    const assumeUnchanged = assumedStages(parsed, graph)

    // What hours of running would not settle is said before them, where a plan says it too.
    if (!json) for (const line of unsettled(ahead)) say(line)

    const machine = thisMachine()
    const runId = nextRunId(root, study.name, new Date())
    const display = json ? jsonDisplay(print) : liveDisplay(process.stderr)
    // One that may only be read gives what is in it, and takes no record of the run.
    const readOnly = isReadOnly(root)
    const store = readOnly ? Store.reading(root) : Store.layer(root)
    const log = openRunLog(root, runId)
    /** Whether jobs of a cluster go on when this process leaves. */
    let detached = cluster?.detach === true

    const program = Effect.gen(function* () {
      yield* Store
      // Known first, then said in the log: a log whose driver is not known of is that of one that died.
      if (!readOnly) yield* runComesIn(yield* lookOut, tokenOfRun(runId), say)
      const curves = curvesIn === null ? null : yield* curvesOf(graph, curvesIn)
      const spans = spansAsked() ? yield* spansOf : null
      const watch = (happening: Happening) => {
        curves?.watch(happening)
        spans?.watch(happening)
        if (happening.event === "rows") return
        if (happening.event !== "progress" && happening.event !== "note") log.append(happening)
        // What goes on without us has no state to be saved.
        if (!detached || happening.event !== "node-stopped") display.watch(happening)
      }
      watch({
        event: "run-started",
        run: runId,
        study: study.name,
        settings: { ...settings, ...Object.fromEntries(overrides.map((each) => [settingName(each), each.text])) },
        command: args,
        host: os.hostname(),
        pid: process.pid,
        processStarted: machine.self.started,
        presence: true,
        engine: `${engine.name} ${engine.mode} ${engine.isa}`
      })
      const finish = Effect.fnUntraced(function* (status: "succeeded" | "failed" | "interrupted") {
        if (curves !== null) yield* curves.close
        watch({ event: "run-finished", status, seconds: (performance.now() - started) / 1000 })
        log.close()
        display.close()
        if (spans !== null) yield* spans.close
      })
      const { execute, slots } =
        cluster === null
          ? { execute: localExecutor, slots: threadSlots(threads) }
          : yield* clusterExecution(cluster, { graph, engine, run: runId, detach: () => detached })
      return yield* runGraph(graph, {
        slots,
        watch,
        execute,
        numerics: { engine: engine.numericsClass },
        assumeUnchanged,
        placement: {
          store: root,
          checkpointSeconds,
          services: { engine: JSON.stringify(engine), ...(curves === null ? {} : { [CURVES]: "live" }) }
        }
      }).pipe(
        Effect.tap((result) => finish(result.status)),
        Effect.onInterrupt(() => finish("interrupted"))
      )
    }).pipe(Effect.scoped, Effect.provide(store))

    const fiber = Effect.runFork(program)
    // A terminal sends the signal to every process of the group and the launcher passes it on as well,
    // so it may come more than once.
    let stopping: number | null = null
    const interrupt = (signal: NodeJS.Signals) => {
      if (stopping !== null) {
        // Jobs have been told by then, and end without us; children of this process do not.
        if (cluster !== null && performance.now() - stopping > 1000) process.exit(130)
        return
      }
      stopping = performance.now()
      // A terminal that is gone asks for nothing, and Slurm's jobs need none.
      if (signal === "SIGHUP" && cluster?.executor === "slurm") detached = true
      process.stderr.write(
        detached
          ? "\nleaving: jobs go on; the next run finds them\n"
          : "\nstopping: stages save their state; the next run goes on from there\n"
      )
      Effect.runFork(Fiber.interrupt(fiber))
    }
    const signals = interruptingSignals()
    for (const signal of signals) process.on(signal, interrupt)
    const exit = await Effect.runPromise(Fiber.await(fiber))
    for (const signal of signals) process.removeListener(signal, interrupt)

    if (Exit.isFailure(exit)) {
      if (Cause.hasInterruptsOnly(exit.cause)) return 130
      throw Cause.squash(exit.cause)
    }
    const result = exit.value
    if (result.status === "interrupted") return 130
    const seconds = (performance.now() - started) / 1000
    if (!json) {
      const { endOfRun } = await import("../end-of-run.ts")
      await endOfRun({
        root,
        runId,
        events: log.events(),
        study,
        ownClaims,
        graph,
        result,
        seconds,
        writeReport: !parsed.is("no-report"),
        ...(figuresIn === null ? {} : { figuresIn })
      })
    }
    const unlogged = readOnly ? null : log.problem()
    if (readOnly) say(`The store ${root} may only be read: this run is not recorded in it.`)
    if (unlogged !== null)
      process.stderr.write(
        `The log of run ${runId} is not complete: ${unlogged} ` +
          "Its results are in the store; run again to have them in status and sql.\n"
      )
    if (result.status === "succeeded") return unlogged === null ? 0 : 1
    say(failureText(result.failures, { args, store: parsed.text("store"), seconds }).trimEnd())
    return result.failures.every((failure) => failure.badInput) ? 2 : 1
  }
}

/** The curves of a run in a folder, from now on. Loaded on demand: few runs ask for them. */
const curvesOf = Effect.fnUntraced(function* (graph: Graph, folder: string) {
  const { liveCurves } = yield* Effect.promise(() => import("../../exporting/tensorboard/live-curves.ts"))
  const curves = yield* liveCurves({
    folder,
    tablesOf: (node) => Object.values(graph.byId.get(node)?.stage.output.tables ?? {}),
    notice: say
  })
  say(`Curves as they come: tensorboard --logdir ${folder}`)
  return curves
})

/** Spans of a run, for whom the variables of OpenTelemetry name. */
const spansOf = Effect.gen(function* () {
  const { spanExporter } = yield* Effect.promise(() => import("../../exporting/spans/exporter.ts"))
  const { runSpans } = yield* Effect.promise(() => import("../../exporting/spans/run-spans.ts"))
  const exporter = yield* spanExporter(say)
  if (exporter === null) return null
  const close = Effect.map(exporter.close, (problem) => {
    if (problem !== null) say(`Not all spans of this run arrived: ${problem}. Its results are complete.`)
  })
  return { watch: runSpans(exporter.tracer), close }
})
