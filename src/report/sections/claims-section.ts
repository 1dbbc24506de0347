/**
 * The scoreboard of the study's claims, and each claim by itself: what would count, what the seeds say, what its control says.
 */

import type { Claim } from "../claims/Claim.ts"
import type { JudgedClaim, JudgedPart, Verdict } from "../claims/verdict.ts"
import { askedWords, pWords, seenWords } from "../claims/words.ts"
import { type Html, html, nothing, table } from "../page/html.ts"

const CLASS: Readonly<Record<Verdict, string>> = {
  supported: "holds",
  refuted: "fails",
  inconclusive: "open",
  "not applicable": "open"
}

/** The claims that the study's file binds; nothing where it binds none. */
export const claimsSection = (judged: ReadonlyArray<JudgedClaim>): Html => {
  if (judged.length === 0) return nothing
  const count = (verdict: Verdict) => judged.filter((each) => each.verdict === verdict).length
  const counts = (["supported", "refuted", "inconclusive", "not applicable"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`)
  return html`<section id="claims">
    <h2>Claims</h2>
    <p class="note">
      ${counts.join(", ")}. Bound in the study's file before the run, each with what would count. The unit is the seed: arms of
      one seed count once, as their mean. Intervals are of 95 %; verdicts hold for all claims together (Holm, 5 %).
    </p>
    ${table([{ title: "claim" }, { title: "verdict" }, { title: "seen" }, { title: "control" }], judged.map(scoreRow))}
    ${judged.map(claimHtml)}
  </section> `
}

/** Claims of two studies may have one id. */
const anchorOf = ({ id, study }: Claim): string => `claim-${study === undefined ? "" : `${study}-`}${id}`

const scoreRow = ({ claim, verdict, parts, controls }: JudgedClaim): ReadonlyArray<Html | string> => {
  const seen = (of: ReadonlyArray<JudgedPart>) =>
    of.length === 0 ? "none" : html`${of.map((part) => html`<div>${seenWords(part)}</div> `)}`
  return [
    html`<a href="#${anchorOf(claim)}">${claim.id}</a> ${claim.statement}`,
    html`<span class="verdict ${CLASS[verdict]}">${verdict}</span>`,
    seen(parts),
    seen(controls)
  ]
}

const claimHtml = ({ claim, verdict, why, parts, controls, told, p, level }: JudgedClaim): Html => {
  const tested = Number.isNaN(p) ? "" : `${pWords(p)}, held against ${level.toFixed(4)} (Holm).`
  const nodes = [...new Set([...parts, ...controls].flatMap(({ part }) => part.observations.flatMap((each) => each.nodes)))]
  return html`<div class="claim" id="${anchorOf(claim)}">
    <p><strong>${claim.id}. ${claim.statement}</strong> <span class="verdict ${CLASS[verdict]}">${verdict}</span> ${why()}</p>
    <p class="caption">${claim.criterion} At least ${claim.seeds} seeds. ${tested}</p>
    <ul>
      ${[...parts, ...controls, ...told].map(partHtml)}
    </ul>
    ${nodes.length === 0 ? nothing : nodesHtml(nodes)}
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
  unit === "nats" ? value.toFixed(3) : unit === "seeds" ? (value > 0.5 ? "yes" : "no") : (value * 100).toFixed(1)

/** The evaluations that were compared, as a query that can be typed. */
const nodesHtml = (nodes: ReadonlyArray<string>): Html => {
  const query =
    "select node, metric, k, decoding, value, low, high from evaluations where latest and slice = 'all' and node in " +
    `(${nodes.map((node) => `'${node}'`).join(", ")})`
  return html`<details>
    <summary>${nodes.length} evaluations behind it</summary>
    <p class="caption"><code>pnpm pipeline sql "${query}"</code></p>
  </details>`
}
