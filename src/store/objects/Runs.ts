/**
 * The event log of a run: append-only, one writer, one JSON object a line. It is the truth about runs; volatile facts (time,
 * host, run id) live here and never in an artifact. A torn last line, left by a killed process, is dropped on reading.
 */

import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

export type RunEvent =
  | {
      readonly event: "run-started"
      readonly run: string
      readonly study: string
      readonly settings: Readonly<Record<string, unknown>>
      readonly command: ReadonlyArray<string>
      readonly host: string
      readonly pid: number
      /** Start of the process, against reuse of its id; see `startOf` in Lease.ts. */
      readonly processStarted: string | null
      readonly engine: string
    }
  | {
      readonly event: "node-planned"
      readonly node: string
      readonly label: string
      readonly stage: string
      readonly params: Readonly<Record<string, unknown>>
      readonly inputs: Readonly<Record<string, string>>
    }
  | { readonly event: "node-started"; readonly node: string; readonly key: string }
  | {
      readonly event: "node-finished"
      readonly node: string
      readonly key: string
      readonly artifact: string
      readonly cached: boolean
      readonly seconds: number
    }
  | {
      readonly event: "node-failed"
      readonly node: string
      readonly error: string
      /** Places of our code that led to it, innermost first; logs of before this was kept lack it. */
      readonly at?: ReadonlyArray<string>
      readonly log: string | null
    }
  | { readonly event: "node-stopped"; readonly node: string }
  | { readonly event: "node-skipped"; readonly node: string; readonly because: string }
  | { readonly event: "nondeterminism"; readonly node: string; readonly detail: string }
  | { readonly event: "waived"; readonly node: string; readonly detail: string }
  | { readonly event: "run-finished"; readonly status: "succeeded" | "failed" | "interrupted"; readonly seconds: number }

export type LoggedEvent = RunEvent & { readonly time: string }

export interface RunLog {
  readonly run: string
  readonly append: (event: RunEvent) => void
  readonly close: () => void
}

const runsDirectory = (root: string) => path.join(root, "runs")
/**
 * The log of a run.
 *
 * @internal Tests damage it.
 */
export const eventsFile = (root: string, run: string): string => path.join(runsDirectory(root), run, "events.jsonl")

/**
 * `scale-sweep-20261122-004512-2f73fa2`: sorts by time inside a study. The last part is the
 * milliseconds (3 digits) and chance (4).
 */
export const newRunId = (study: string, now: Date): string => {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").split("T")
  const milliseconds = now.getUTCMilliseconds().toString(16).padStart(3, "0")
  return `${study}-${date}-${time}-${milliseconds}${randomBytes(2).toString("hex")}`
}

/** Begins the log of a run, or goes on with it. Each event is in the file when `append` returns. */
export const openRunLog = (root: string, run: string): RunLog => {
  const file = eventsFile(root, run)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const handle = fs.openSync(file, "a")
  return {
    run,
    append: (event) => void fs.writeSync(handle, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`),
    close: () => fs.closeSync(handle)
  }
}

/** Every whole event of a run, in order. */
export const readRun = (root: string, run: string): Array<LoggedEvent> => {
  const lines = fs.readFileSync(eventsFile(root, run), "utf8").split("\n")
  const events: Array<LoggedEvent> = []
  for (const [i, line] of lines.entries()) {
    if (line === "") continue
    try {
      events.push(JSON.parse(line) as LoggedEvent)
    } catch (cause) {
      // Only the last line may be torn.
      if (i < lines.length - 1 && lines.slice(i + 1).some((rest) => rest !== "")) throw cause
    }
  }
  return events
}

/** Run ids, oldest first. */
export const listRuns = (root: string): Array<string> => {
  const directory = runsDirectory(root)
  if (!fs.existsSync(directory)) return []
  const started = (run: string) => run.split("-").slice(-3).join("-")
  return fs
    .readdirSync(directory)
    .filter((run) => fs.existsSync(eventsFile(root, run)))
    .toSorted((a, b) => (started(a) < started(b) ? -1 : 1))
}
