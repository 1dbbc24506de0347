/**
 * What a person sees while a study runs. In a terminal: one line a running stage with bar, rate, time left and live numbers,
 * redrawn in place. Piped: plain lines, one when a node starts or ends and one every so often in between. With `--json`: every
 * happening as a line.
 */

import type { LiveMetrics } from "../../dag/Progress.ts"
import type { Happening } from "../../dag/running/Executor.ts"
import { duration } from "../../text/duration.ts"
import { plural } from "../../text/plural.ts"
import { visible } from "../../text/visible.ts"
import { canRedraw, hasColours, redrawn, type Screen } from "./terminal.ts"

/** Is told everything that happens in a run and shows what people want to see of it. */
export interface RunDisplay {
  readonly watch: (happening: Happening) => void
  readonly close: () => void
}

interface Running {
  readonly label: string
  readonly since: number
  done: number
  total: number
  /** Where this process found the stage, so that a resumed one shows an honest rate. */
  firstDone: number | null
  firstAt: number
  metrics: LiveMetrics
  spoke: number
}

const PLAIN_EVERY_MS = 15_000
const REDRAW_MS = 200
/** Of so many stages at work each has its line: a cluster has more than a terminal. */
const MOST_LINES = 16

/** Every happening as a line of JSON, with its time. */
export const jsonDisplay = (write: (line: string) => void): RunDisplay => ({
  watch: (happening) => write(`${JSON.stringify({ time: new Date().toISOString(), ...happening })}\n`),
  close: () => {}
})

/** For people: redrawn in place where `out` is a terminal, plain lines elsewhere. */
export const liveDisplay = (out: Screen): RunDisplay => {
  const terminal = canRedraw(out)
  const bottom = redrawn(out)
  const labels = new Map<string, string>()
  const running = new Map<string, Running>()
  let finished = 0
  let cached = 0
  let last = 0

  const colours = hasColours(out)
  const paint = (code: string, text: string) => (colours ? `\u001B[${code}m${text}\u001B[0m` : text)
  // Labels, notes and errors come from outside: only `mark`, which is ours, may hold codes.
  const say = (line: string, mark = "") => {
    bottom.erase()
    out.write(`${mark}${visible(line)}\n`)
    draw(true)
  }
  const draw = (now = false) => {
    if (!terminal || (!now && performance.now() - last < REDRAW_MS)) return
    last = performance.now()
    const lines = [...running.values()].slice(0, MOST_LINES).map(progressLine)
    if (running.size > MOST_LINES) lines.push(`and ${running.size - MOST_LINES} more at work`)
    if (running.size > 0)
      lines.push(`${finished + cached} of ${plural(labels.size, "node")} done${cached > 0 ? `, ${cached} from cache` : ""}`)
    bottom.show(lines)
  }
  const timer = terminal ? setInterval(() => draw(), 500) : null
  timer?.unref()
  const labelOf = (node: string) => labels.get(node) ?? node

  const watch = (happening: Happening): void => {
    switch (happening.event) {
      case "node-planned":
        labels.set(happening.node, happening.label)
        break
      case "node-started":
        running.set(happening.node, {
          label: labelOf(happening.node),
          since: performance.now(),
          done: 0,
          total: 0,
          firstDone: null,
          firstAt: 0,
          metrics: {},
          spoke: performance.now()
        })
        if (!terminal) say(`start   ${labelOf(happening.node)}`)
        break
      case "progress": {
        const stage = running.get(happening.node)
        if (stage === undefined) break
        if (stage.firstDone === null) {
          stage.firstDone = happening.done
          stage.firstAt = performance.now()
        }
        Object.assign(stage, { done: happening.done, total: happening.total, metrics: happening.metrics })
        if (!terminal && performance.now() - stage.spoke > PLAIN_EVERY_MS) {
          stage.spoke = performance.now()
          say(`        ${progressLine(stage)}`)
        }
        draw()
        break
      }
      case "note":
        if (happening.line !== "") say(`        ${labelOf(happening.node)}: ${happening.line}`)
        break
      case "node-finished": {
        const stage = running.get(happening.node)
        running.delete(happening.node)
        if (happening.cached) {
          cached++
          draw()
          break
        }
        finished++
        const metrics = stage === undefined ? "" : metricWords(stage.metrics)
        const { queued = 0, seconds } = happening
        const after = queued < 1 ? "" : `, after ${duration(queued)} in the queue`
        const done = `    ${labelOf(happening.node)}  ${duration(seconds)}${after}`
        say(metrics === "" ? done : `${done}  ${metrics}`, paint("32", "done"))
        break
      }
      case "node-failed":
        running.delete(happening.node)
        say(`  ${labelOf(happening.node)}: ${happening.error.split("\n")[0]}`, paint("31", "failed"))
        break
      case "node-stopped":
        running.delete(happening.node)
        say(`stopped ${labelOf(happening.node)}: its state is saved`)
        break
      case "node-skipped":
        say(`skipped ${labelOf(happening.node)}: needs ${happening.because}`)
        break
      case "waived":
        say(`        ${labelOf(happening.node)}: taken as unchanged although ${happening.detail} changed`)
        break
      case "nondeterminism":
        say(`  ${labelOf(happening.node)}: ${happening.detail}`, paint("31", "nondeterministic"))
        break
      case "rows":
      case "run-started":
      case "run-finished":
        break
    }
  }
  return {
    watch,
    close: () => {
      if (timer !== null) clearInterval(timer)
      bottom.erase()
    }
  }
}

const BAR = 20

const progressLine = (stage: Running): string => {
  const share = stage.total === 0 ? 0 : stage.done / stage.total
  const filled = Math.round(share * BAR)
  const bar = `${"█".repeat(filled)}${"░".repeat(BAR - filled)}`
  const seconds = (performance.now() - stage.firstAt) / 1000
  const rate = stage.firstDone === null || seconds <= 0 ? 0 : (stage.done - stage.firstDone) / seconds
  const left = rate > 0 ? ` ${duration((stage.total - stage.done) / rate)} left` : ""
  const speed = rate === 0 ? "" : rate >= 10 ? ` ${rate.toFixed(0)}/s` : ` ${rate.toFixed(1)}/s`
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `${stage.label.padEnd(28)} ${bar} ${percent} %${speed}${left}  ${metricWords(stage.metrics)}`
}

const metricWords = (metrics: LiveMetrics): string =>
  Object.entries(metrics)
    .map(([name, value]) => `${name} ${numberWords(value)}`)
    .join("  ")

const numberWords = (value: number): string =>
  Number.isInteger(value)
    ? Math.abs(value) >= 1e5
      ? `${(value / 1e6).toFixed(2)}M`
      : String(value)
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : value.toPrecision(3)
