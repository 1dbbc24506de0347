/**
 * What the jobs of a study cost a cluster's controller, its file server and the driver: `node bin/bench.mjs cluster [--jobs n]
 * [--places n]`. The driver is the real one; the cluster is that of the tests, in virtual time, with a node lost every 500 hours
 * of a job, a preemption every 50, and half an hour without the controller.
 */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { chance, courseOf } from "../test/cluster/simulated.ts"

const { values: flags } = parseArgs({
  options: { jobs: { type: "string", default: "1000" }, places: { type: "string", default: "200" } }
})

const root = mkdtempSync(join(tmpdir(), "bench-cluster-"))
const before = process.cpuUsage()
try {
  const course = courseOf(
    root,
    {
      actions: Number(flags.jobs),
      slots: Number(flags.places),
      lossHours: 500,
      preemptionsPerHour: 0.02,
      splitBrains: 0.1,
      lostAnswers: 0.02,
      late: 30,
      outage: [7200, 9000],
      requeues: false,
      remembered: 300
    },
    chance(7)
  )
  const { user, system } = process.cpuUsage(before)
  const rows: ReadonlyArray<readonly [string, number]> = [
    ["jobs that have their result", course.committed],
    ["hours", course.hours],
    ["submissions", course.submissions],
    ["looks at the queue", course.looks],
    ["lines of a look", course.lines / course.looks],
    ["work done again, %", 100 * course.wasted],
    ["seconds of CPU, the simulated cluster included", (user + system) / 1e6],
    ["memory, MB", process.memoryUsage().rss / 1e6]
  ]
  for (const [called, value] of rows) console.log(`${called.padEnd(50)}${value.toFixed(2).padStart(12)}`)
} finally {
  rmSync(root, { recursive: true, force: true })
}
