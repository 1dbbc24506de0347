/** Where the numbers come from: every node with its artifact, what it cost, and the commands to go on with. */

import { plural } from "../../text/plural.ts"
import { whatBecameOf } from "../data/results.ts"
import { artifactOf, runsOf } from "../data/RunRecord.ts"
import type { StudyData } from "../data/study-data.ts"
import { pipelineCommand, runCommand, sqlCommand, sqlList } from "../page/commands.ts"
import { html, type Html, table } from "../page/html.ts"
import { byteWords, MISSING, plainNumber } from "../page/numbers.ts"

/** A row a node, what did not finish and why, and commands that go on from here. */
export const runSection = ({ record, costs, cells }: StudyData): Html => {
  const total = (pick: (row: (typeof costs)[number]) => number | null) => costs.reduce((sum, row) => sum + (pick(row) ?? 0), 0)
  const rows = costs.map(({ node, seconds, cpuSeconds, bytes, rows, engine }) => [
    html`<span id="node-${node.id}">${node.label}</span>`,
    html`<code>${node.outcome.state === "finished" ? node.outcome.key.slice(0, 12) : MISSING}</code>`,
    html`<code>${artifactOf(node)?.slice(0, 12) ?? node.outcome.state}</code>`,
    seconds === null ? MISSING : plainNumber(seconds),
    cpuSeconds === null ? MISSING : plainNumber(cpuSeconds),
    rows === null ? MISSING : rows.toLocaleString("en-US"),
    bytes === null ? MISSING : byteWords(bytes),
    engine === "" ? MISSING : engine
  ])
  const columns = [
    { title: "node" },
    { title: "action" },
    { title: "artifact" },
    { title: "seconds", right: true },
    { title: "CPU seconds", right: true },
    { title: "rows", right: true },
    { title: "size", right: true },
    { title: "engine" }
  ]
  const unfinished = record.nodes.filter(({ outcome }) => outcome.state !== "finished")
  const rl = record.nodes.find(({ stage }) => stage === "rl") ?? record.nodes[0]
  const runs = runsOf(record)
  const ids = sqlList(runs.map(({ run }) => run))
  const commands = [
    ...runs.map(runCommand),
    ...[...new Set(runs.map(({ study }) => study))].map((study) => pipelineCommand(record, "plan", study, "--why")),
    ...(rl === undefined ? [] : [pipelineCommand(record, "show", rl.id)]),
    ...(cells.some(({ members }) => members.some((member) => member.rl !== null))
      ? [
          sqlCommand(
            record,
            `select scale, algorithm, format, avg(correct::int) as accuracy, count(*) as completions ` +
              `from rollouts where run in (${ids}) group by all order by all`
          )
        ]
      : []),
    sqlCommand(record, `select * from nodes where run in (${ids})`)
  ]
  return html`<section id="run">
    <h2>Where the numbers come from</h2>
    <p>
      ${plural(record.nodes.length, "node")}, ${plainNumber(total((row) => row.seconds))} seconds of computing
      (${plainNumber(total((row) => row.cpuSeconds))} CPU seconds), ${byteWords(total((row) => row.bytes))}. A node found in the
      cache shows what it cost when it was computed. Later runs with the same results share this page, so it names the first.
    </p>
    ${table(columns, rows)}
    ${
      unfinished.length > 0
        ? html`<h3>Not finished</h3>
            <ul>
              ${unfinished.map((node) => html`<li>${whatBecameOf(node)}</li> `)}
            </ul>`
        : html``
    }
    <h3 id="commands">To go on</h3>
    <pre>${commands.join("\n")}</pre>
  </section> `
}
