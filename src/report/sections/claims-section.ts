/**
 * The scoreboard of the study's claims, and each claim by itself: what would count, what the seeds say, what its control says.
 */

import type { JudgedClaim, JudgedPart, Verdict } from "../claims/verdict.ts"
import { anchorsOf, askedWords, bareNumber, claimName, controlWords, pWords, seenWords } from "../claims/words.ts"
import { type RunRecord, runsOf } from "../data/RunRecord.ts"
import { sqlCommand } from "../page/commands.ts"
import { type Html, html, nothing, table } from "../page/html.ts"
import { queriesBehind } from "./claim-queries.ts"

const CLASS: Readonly<Record<Verdict, string>> = {
  supported: "holds",
  refuted: "fails",
  inconclusive: "open",
  "not applicable": "open"
}

/** The claims that the study's file binds; nothing where it binds none. */
export const claimsSection = (judged: ReadonlyArray<JudgedClaim>, record: RunRecord): Html => {
  if (judged.length === 0) return nothing
  const count = (verdict: Verdict) => judged.filter((each) => each.verdict === verdict).length
  const counts = (["supported", "refuted", "inconclusive", "not applicable"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`)
  return html`<section id="claims">
    <h2>Claims</h2>
    <p class="note">
      ${counts.join(", ")}. Bound in the study's file before the run, each with what would count. The unit is the seed: arms of
      one seed count once, as their mean. Intervals are of 95 %; verdicts hold for all claims together (Holm, 5 %), as far as
      seeds scatter like draws from a normal distribution: a rare outlier that no seed shows is not allowed for.
    </p>
    ${table([{ title: "claim" }, { title: "verdict" }, { title: "seen" }, { title: "control" }], judged.map(scoreRow))}
    ${judged.map((each) => claimHtml(each, record))}
  </section> `
}

/** Nodes that some seed of the claim was read from. */
const nodesBehind = ({ parts, controls, told }: JudgedClaim): ReadonlyArray<string> => [
  ...new Set([...parts, ...controls, ...told].flatMap(({ part }) => part.observations.flatMap(({ nodes }) => nodes)))
]

const scoreRow = (judged: JudgedClaim): ReadonlyArray<Html | string> => {
  const { claim, verdict, parts, controls } = judged
  const at = anchorsOf(claim)
  const behind = nodesBehind(judged).length > 0

  const seen = (of: ReadonlyArray<JudgedPart>) =>
    of.length === 0 ? "none" : html`${of.map((part) => html`<div>${seenWords(part)}</div> `)}`
  return [
    html`<a href="#${at.claim}">${claim.id}</a>${claim.study === undefined ? "" : ` (${claim.study})`} ${claim.statement}
      <div class="caption">
        <a href="#${at.figure}">figure</a>
        ${behind ? html`<a href="#${at.sql}">SQL</a> <a href="#${at.nodes}">nodes</a>` : nothing}
      </div>`,
    html`<span class="verdict ${CLASS[verdict]}">${verdict}</span>`,
    seen(parts),
    seen(controls)
  ]
}

const claimHtml = (judged: JudgedClaim, record: RunRecord): Html => {
  const { claim, verdict, why, parts, controls, told, p, level } = judged
  const at = anchorsOf(claim)
  const tested = Number.isNaN(p) ? "" : `${pWords(p)}, held against ${level.toFixed(4)} (Holm).`
  const nodes = nodesBehind(judged)
  const queries = queriesBehind(
    [...parts, ...controls, ...told],
    runsOf(record).map(({ run }) => run)
  )
  return html`<div class="claim" id="${at.claim}">
    <p>
      <strong>${claimName(claim)}. ${claim.statement}</strong>
      <span class="verdict ${CLASS[verdict]}">${verdict}</span> ${why()}
    </p>
    <p class="caption">${claim.criterion} At least ${claim.seeds} seeds. ${controlWords(claim)} ${tested}</p>
    <ul>
      ${[...parts, ...controls, ...told].map(partHtml)}
    </ul>
    <p class="caption"><a href="#${at.figure}">Figure, seed by seed</a></p>
    ${nodes.length === 0 ? nothing : html`${sqlHtml(at.sql, queries, record)} ${nodesHtml(at.nodes, nodes, record)}`}
  </div> `
}

const partHtml = (judged: JudgedPart): Html => {
  const { part } = judged
  const asked = part.role === "told" ? "" : ` (asked: ${askedWords(part.test, part.unit)})`
  const seeds = part.observations.map(({ seed, value }) => `${seed}: ${valueWords(value, part.unit)}`).join(", ")
  const left = part.leftOut.length === 0 ? "" : ` Left out: ${part.leftOut.join("; ")}.`
  return html`<li>
    ${part.measure}: ${seenWords(judged)}${asked}<br /><span class="caption"
      >By seed ${seeds === "" ? "none" : seeds}.${left}</span
    >
  </li> `
}

const valueWords = (value: number, unit: JudgedPart["part"]["unit"]): string =>
  unit === "seeds" ? (value > 0.5 ? "yes" : "no") : bareNumber(value, unit)

/** What prints the numbers behind it, to be copied. */
const sqlHtml = (id: string, queries: ReadonlyArray<string>, record: RunRecord): Html =>
  html`<details id="${id}" open="">
    <summary>SQL: the numbers behind it</summary>
    ${queries.map((query) => html`<pre>${sqlCommand(record, query)}</pre> `)}
  </details>`

/** The nodes it was read from, each with a link to what it cost and which artifact it made. */
const nodesHtml = (id: string, nodes: ReadonlyArray<string>, record: RunRecord): Html =>
  html`<details id="${id}">
    <summary>Nodes: the ${nodes.length} results behind it</summary>
    <ul>
      ${nodes.map((node) => {
        const known = record.byId.get(node)
        return known === undefined
          ? html`<li><code>${node}</code></li> `
          : html`<li><a href="#node-${node}">${known.label}</a> <code>${node}</code></li> `
      })}
    </ul>
  </details>`
