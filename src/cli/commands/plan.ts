/**
 * `pipeline plan <study>`: what a run would do and why, and with `--cost` about how long it takes and how much it writes;
 * computing nothing and leaving nothing behind.
 */

import * as os from "node:os"

import * as Effect from "effect/Effect"

import { type Beginning, beginningAfter, beginningOf, shorterNodes } from "../../dag/foresight/continuation.ts"
import { forecast, type Forecast } from "../../dag/foresight/forecast.ts"
import { foreseen } from "../../dag/foresight/foreseen.ts"
import { spentIn } from "../../dag/foresight/spent.ts"
import { wiredInputs, wiredNodes } from "../../dag/graph.ts"
import { plan as planGraph, type Planned, type Reason } from "../../dag/Planner.ts"
import { append } from "../../lists/large.ts"
import type { ClaimAhead } from "../../report/claims-ahead.ts"
import { claimName, controlWords } from "../../report/claims/words.ts"
import { Store } from "../../store/objects/Store.ts"
import { duration } from "../../text/duration.ts"
import { plural } from "../../text/plural.ts"
import { print } from "../output.ts"
import { basisLines, costCells, costJson, totalJson, totalWords } from "../printing/plan-costs.ts"
import { changeLines, type Context, reasonWords } from "../printing/plan-reasons.ts"
import { shortDigest, textTable, timeWords } from "../printing/text-table.ts"
import { chooseEngine, runFlags, runNumbers } from "../run-flags.ts"
import { newOrExistingStore } from "../store-folder.ts"
import { assumedStages, chooseStudy, studyFlags, studyHelp } from "../studies.ts"
import type { Command, Flags } from "../usage.ts"

/** Those of a run too, so that a command line needs one word changed; what only matters while running is checked and left. */
const flags = {
  ...runFlags,
  why: { type: "boolean", description: "for every node that must run: each changed component, old value and new" },
  cost: {
    type: "boolean",
    description: "about how many minutes and bytes a run would take, from what earlier results of each stage took"
  },
  json: { type: "boolean", description: "the plan as JSON: a list of nodes; with --cost { nodes, cost }" }
} satisfies Flags

export const command: Command = {
  name: "plan",
  summary: "What a run would do, and why. Computes nothing.",
  usage: "pipeline plan <study> [flags]      takes every flag of pipeline run, a study's own included",
  flags: { ...flags, ...studyFlags(null) },
  takesStudy: true,
  more: studyHelp,
  run: async (args) => {
    const { parsed, graph, ahead } = await chooseStudy("plan", flags, args)
    const { threads } = runNumbers(parsed)
    const engine = await chooseEngine(parsed)
    const root = newOrExistingStore(parsed)
    const present = new Map<string, string>()

    const program = Effect.gen(function* () {
      const store = yield* Store
      const planned = yield* planGraph(graph, {
        numerics: { engine: engine.numericsClass },
        assumeUnchanged: assumedStages(parsed, graph),
        keepText: (digest, text) => void present.set(digest, text)
      })
      const labelOf = (id: string) => graph.byId.get(id)?.label ?? id
      const codeText = (digest: string) => present.get(digest) ?? store.codeText(digest)
      const wired = wiredNodes(graph)
      const artifacts = new Map(
        planned.flatMap(({ node, decision }) =>
          decision._tag === "cached" ? [[node.id, decision.action.output.digest] as const] : []
        )
      )
      const shorter = shorterNodes(graph)
      const explained = yield* Effect.forEach(planned, ({ node, decision }) =>
        Effect.gen(function* () {
          const context: Context = { node, labelOf, codeText }
          if (decision._tag === "cached") return { node, decision, context, begins: null, remarks: [] }
          const said = yield* node.stage.remarks(node.params, wiredInputs(node, wired))
          const recorded = decision._tag === "run" ? yield* beginningOf(node, decision.components) : null
          const before = shorter.get(node.id)
          // One that is recorded is found in the store.
          const waits = before !== undefined && !artifacts.has(before.node.id) && before.extent.shared > (recorded?.shared ?? 0)
          const begins = waits ? beginningAfter(node, before) : recorded
          const seen = yield* foreseen(node, wired, (input) => Effect.succeed(artifacts.get(node.inputs[input]!) ?? null))
          return { node, decision, context, begins, remarks: [...new Set([...said, ...seen, ...(begins?.passedOver ?? [])])] }
        })
      )
      if (!parsed.is("cost")) return { explained, costs: null }
      const { name, mode, isa } = engine
      const recorded = {
        actions: yield* store.actions,
        spent: spentIn(root),
        left: new Map(explained.map(({ node, begins }) => [node.id, begins?.left ?? 1])),
        host: os.hostname(),
        sameEngine: (other: Readonly<Record<string, unknown>>) =>
          other["name"] === name && other["mode"] === mode && other["isa"] === isa
      }
      return { explained, costs: forecast(graph, planned, recorded, threads) }
    })
    const { explained, costs } = await Effect.runPromise(Effect.provide(program, Store.reading(root)))

    const text = parsed.is("json")
      ? JSON.stringify(asJson(explained, costs), null, 1)
      : [asTable(explained, { why: parsed.is("why"), costs }), ...boundClaims(ahead)].join("\n\n")
    print(`${text}\n`)
    return 0
  }
}

/** What the study's runs will be judged by, said before they are made, and what a run as it was chosen would lack for it. */
const boundClaims = (claims: ReadonlyArray<ClaimAhead>): ReadonlyArray<string> => {
  if (claims.length === 0) return []
  const lines = claims.map(({ claim, lacks }) =>
    [
      `${claimName(claim)} ${claim.statement}`,
      `${claim.criterion} At least ${claim.seeds} seeds.`,
      controlWords(claim),
      ...lacks.map((lack) => `With what was chosen: ${lack}`)
    ].join("\n   ")
  )
  return [`Claims bound before the run\n${lines.join("\n")}`]
}

interface Explained extends Planned {
  /** What its stage has to say before it runs. */
  readonly remarks: ReadonlyArray<string>
  readonly context: Context
  /** From what it would go on; of nodes that would run now. */
  readonly begins: Beginning | null
}

/** Why a node runs, and from what it goes on. */
const reasonsOf = ({ decision, context, begins }: Explained): string =>
  [reasonWords(decision, context), begins?.words ?? ""].filter((words) => words !== "").join("; ")

interface Wanted {
  readonly why: boolean
  readonly costs: Forecast | null
}

const asTable = (planned: ReadonlyArray<Explained>, { why, costs }: Wanted): string => {
  const rows = planned.map((entry) => [
    entry.node.label,
    entry.decision._tag,
    ...(costs === null ? [] : costCells(costs.nodes.get(entry.node.id))),
    reasonsOf(entry)
  ])
  const columns = costs === null ? ["node", "state", "reason"] : ["node", "state", "time", "size", "reason"]
  const sections = [textTable(columns, rows, { right: costs === null ? [] : [2, 3] })]
  const told = new Set<string>()
  const remarks = planned.flatMap(({ node, remarks }) => remarks.map((remark) => `${node.label}: ${remark}`))
  if (remarks.length > 0) sections.push(remarks.join("\n"))
  if (why) for (const entry of planned) append(sections, explanation(entry, told))
  const labels = new Map(planned.map(({ node }) => [node.id, node.label]))
  const labelOf = (id: string) => labels.get(id) ?? id
  if (costs !== null && costs.nodes.size > 0)
    sections.push(`What the estimates rest on\n${basisLines(costs, labelOf).join("\n")}`)
  sections.push(costs === null ? summary(planned) : `${summary(planned)}\n${totalWords(costs)}`)
  return sections.join("\n\n")
}

/** A change of code that several nodes share is shown in full once; `told` remembers which were. */
const explanation = ({ node, decision, context }: Explained, told: Set<string>): ReadonlyArray<string> => {
  const reason = reasonOf(decision)
  if (reason?._tag !== "changed") return []
  const { since, changes } = reason
  const nearest = `action ${shortDigest(since.key)} of ${timeWords(since.finishedAt)}, which took ${duration(since.seconds)}`
  const lines = changes.flatMap((change) => {
    const [headline = "", ...rest] = changeLines(change, context)
    const text = [headline, ...rest].join("\n")
    if (rest.length > 0 && told.has(text)) return [`${headline} (as above)`]
    told.add(text)
    return [headline, ...rest]
  })
  return [`${node.label}: compared with ${nearest}\n${lines.map((line) => `  ${line}`).join("\n")}`]
}

const reasonOf = (decision: Planned["decision"]): Reason | null =>
  decision._tag === "run" ? decision.reason : decision._tag === "blocked" ? decision.certain : null

const summary = (planned: ReadonlyArray<Planned>): string => {
  const count = (tag: Planned["decision"]["_tag"]) => planned.filter(({ decision }) => decision._tag === tag).length
  const [cached, run, blocked, unread] = [count("cached"), count("run"), count("blocked"), count("unread")]
  if (run + blocked + unread === 0) return `${plural(cached, "node")}, all cached: a run computes nothing.`
  const certain = planned.filter(({ decision }) => decision._tag === "blocked" && decision.certain !== null).length
  const open = blocked - certain
  const words = [
    `${cached} cached`,
    `${run} to run now`,
    ...(unread > 0 ? [`${unread} whose results cannot be read`] : []),
    ...(certain > 0 ? [`${certain} to run after them`] : []),
    ...(open > 0 ? [`${open} that may be cached, depending on what those before them give`] : [])
  ]
  return `${plural(planned.length, "node")}: ${words.join(", ")}.`
}

const asJson = (planned: ReadonlyArray<Explained>, costs: Forecast | null) => {
  if (costs === null) return planned.map(nodeJson)
  const nodes = planned.map((entry) => ({ ...nodeJson(entry), cost: costJson(costs.nodes.get(entry.node.id)) }))
  return { nodes, cost: totalJson(costs) }
}

const nodeJson = (entry: Explained) => {
  const { node, decision, begins, remarks } = entry
  const reason = reasonOf(decision)
  const changed = reason?._tag === "changed" ? reason : null
  return {
    node: node.id,
    label: node.label,
    stage: node.stage.name,
    params: decision._tag === "cached" ? decision.action.params : node.params,
    inputs: node.inputs,
    state: decision._tag,
    reason: reasonsOf(entry),
    continues: begins?.continuation ?? null,
    remarks,
    key: decision._tag === "blocked" ? null : decision.key,
    artifact: decision._tag === "cached" ? decision.action.output.digest : null,
    waitsFor: decision._tag === "blocked" ? decision.on : [],
    willRun: decision._tag === "run" || (decision._tag === "blocked" && decision.certain !== null),
    comparedWith: changed?.since.key ?? null,
    changes: changed?.changes ?? (decision._tag === "cached" ? decision.waived : [])
  }
}
