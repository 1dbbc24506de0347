/**
 * Why a node must run, in words: each component of its key that differs from the nearest earlier action, old value and new.
 * Params are values (one that is absent has its default), code is the first tokens that differ, inputs are the nodes that made
 * them.
 */

import type { GraphNode } from "../../dag/graph.ts"
import type { Change, Planned, Reason } from "../../dag/Planner.ts"
import { plural } from "../../text/plural.ts"
import { listed, shortDigest, valueWords } from "./text-table.ts"

export interface Context {
  readonly node: GraphNode
  readonly labelOf: (id: string) => string
  /** The text behind a code digest: of the code as it is, or as the store kept it. */
  readonly codeText: (digest: string) => string | null
}

/** The reason in one line, for the table. */
export const reasonWords = (decision: Planned["decision"], context: Context): string => {
  switch (decision._tag) {
    case "cached":
      return decision.waived.length === 0 ? "" : `taken as unchanged although ${decision.waived.map(nameOf).join(", ")} changed`
    case "blocked":
      return (
        `waits for ${decision.on.map(context.labelOf).join(", ")}` +
        (decision.certain === null ? "" : `; ${because(decision.certain, context)}`)
      )
    case "run":
      return because(decision.reason, context)
    case "unread":
      return decision.problem
  }
}

const because = (reason: Reason, { node }: Context): string => {
  switch (reason._tag) {
    case "never ran":
      return "never ran"
    case "result missing":
      return reason.problem
    case "changed":
      return `changed: ${listed(
        reason.changes.map((change) => shortly(change, node)),
        4
      )}`
  }
}

/** Of a param with its values, of which the table has room for short ones. */
const shortly = (change: Change, node: GraphNode): string => {
  const [kind, name] = split(change.component)
  if (kind !== "param") return nameOf(change)
  const values = `${paramWords(name, change.before, node)} -> ${paramWords(name, change.after, node)}`
  return values.length <= LONGEST_VALUES ? `${name} ${values}` : name
}

const LONGEST_VALUES = 40

/** A component as a person calls it: `kl`, `src/rl/grpo.ts`, `input corpus`, `effect`. */
const nameOf = ({ component }: Change): string => {
  const [kind, name] = split(component)
  if (kind === "param" || kind === "code") return name
  if (kind === "numerics") return name
  return name === "" ? kind : `${kind} ${name}`
}

const split = (component: string): readonly [string, string] => {
  const at = component.indexOf(":")
  return at < 0 ? [component, ""] : [component.slice(0, at), component.slice(at + 1)]
}

const DIGEST = /^[0-9a-f]{64}$/

/** One change, fully: a headline and, for code, the first piece that differs. */
export const changeLines = (change: Change, context: Context): ReadonlyArray<string> => {
  const [kind, name] = split(change.component)
  const { before, after } = change
  switch (kind) {
    case "param":
      return [`param ${name}: ${paramWords(name, before, context.node)} -> ${paramWords(name, after, context.node)}`]
    case "code":
      if (DIGEST.test(before ?? after ?? "")) return moduleLines(name, before, after, context.codeText)
      return [`package ${name}: ${before ?? "not used"} -> ${after ?? "not used"}`]
    case "input": {
      const from = context.node.inputs[name]
      const maker = from === undefined ? "" : `, made by ${context.labelOf(from)}`
      return [`input ${name}: ${digestWords(before)} -> ${digestWords(after)}${maker}`]
    }
    case "file":
      return [`file ${name}: ${digestWords(before)} -> ${digestWords(after)}`]
    case "numerics":
      return [`numerics ${name}: ${before ?? "none"} -> ${after ?? "none"}`]
    default:
      return [`${change.component}: ${before ?? "absent"} -> ${after ?? "absent"}`]
  }
}

/** Absent in a key means "at its default". */
const paramWords = (name: string, json: string | null, node: GraphNode): string => {
  if (json !== null) return valueWords(JSON.parse(json))
  const declared = node.stage.params[name]
  if (declared === undefined) return "(no such parameter)"
  return declared.optional ? `${valueWords(declared.fallback)} (default)` : "(not given)"
}

const digestWords = (digest: string | null): string => (digest === null ? "none" : shortDigest(digest))

const moduleLines = (
  name: string,
  before: string | null,
  after: string | null,
  codeText: Context["codeText"]
): ReadonlyArray<string> => {
  if (before === null) return [`code ${name}: new`]
  if (after === null) return [`code ${name}: no longer used`]
  const old = codeText(before)
  const now = codeText(after)
  if (old === null || now === null) return [`code ${name}: changed (its text of before was not kept)`]
  const difference = firstDifference(old.split("\n"), now.split("\n"))
  return [
    `code ${name}`,
    `    - ${difference.before}`,
    `    + ${difference.after}`,
    ...(difference.more > 0 ? [`    (up to ${plural(difference.more, "more token")})`] : [])
  ]
}

const CONTEXT = 6
const SHOWN = 12

/**
 * The first stretch in which two lists of tokens differ, with a few equal tokens on both sides; `more` counts the tokens from
 * there to the last difference.
 *
 * @internal the tests hold the cases of its arithmetic
 */
export const firstDifference = (
  old: ReadonlyArray<string>,
  now: ReadonlyArray<string>
): { readonly before: string; readonly after: string; readonly more: number } => {
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++
  const piece = (tokens: ReadonlyArray<string>): string => {
    const changed = tokens.slice(start, tokens.length - end)
    const lead = tokens.slice(Math.max(0, start - CONTEXT), start)
    const tail = changed.length > SHOWN ? ["…"] : tokens.slice(tokens.length - end, tokens.length - end + CONTEXT)
    return [...lead, ...changed.slice(0, SHOWN), ...tail].join(" ")
  }
  const changed = Math.max(old.length, now.length) - start - end
  return { before: piece(old), after: piece(now), more: Math.max(0, changed - SHOWN) }
}
