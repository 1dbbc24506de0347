/** Claims, one after another: what is claimed, what would count, what this run shows. The study's own first, then the paper's. */

import { maximumOf } from "../../lists/large.ts"
import { type Claim, type Verdict, verdictOf } from "../claims/Claim.ts"
import { claims } from "../claims/registry.ts"
import { judge, type Judged } from "../claims/study-claims.ts"
import type { StudyData } from "../data/study-data.ts"
import { Html, html, nothing } from "../page/html.ts"

const CLASS: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  "does not hold": "fails",
  "holds in part": "part",
  "cannot be judged": "open"
}

/** The claims that the study's own file makes; nothing where it makes none. */
export const studyClaimsSection = (data: StudyData, own: ReadonlyArray<Claim>): Html => {
  if (own.length === 0) return nothing
  const judged = own.map((claim) => judge(claim, data))
  return html`<section id="study-claims">
    <h2>The study's own claims in this run</h2>
    <p class="note">
      Claims that the study's file makes, each with the criterion that it set. A comparison that is too close to tell counts
      neither way.
    </p>
    ${judged.filter(({ findings }) => findings.length > 0).map(({ claim, findings }) => claimHtml(claim, findings))}
    ${openClaims(judged)}
  </section> `
}

/** The paper's claims, in every report. */
export const claimsSection = (data: StudyData): Html => {
  const seeds = maximumOf(
    data.cells.map((cell) => cell.members.length),
    0
  )
  const repetition =
    seeds < 2 ? "its single seed, which says nothing about how much would change with another" : `its ${seeds} seeds`
  const judged = claims.map((claim) => ({ claim, findings: claim.findings(data), problem: null }))
  return html`<section id="claims">
    <h2>The paper's claims in this run</h2>
    <p class="note">
      Each claim of “Echo Chamber” (arXiv 2504.07912) that a run of this kind can speak to, as a criterion in numbers. A
      comparison that is too close to tell counts neither way. A verdict is about this run alone: its mixture, its scales, and
      ${repetition}.
    </p>
    ${judged.filter(({ findings }) => findings.length > 0).map(({ claim, findings }) => claimHtml(claim, findings))}
    ${openClaims(judged)}
  </section> `
}

/** Claims without a comparison: what each needs, or what went wrong in it. */
const openClaims = (judged: ReadonlyArray<Judged>): ReadonlyArray<Html> => {
  const open = judged.filter(({ findings }) => findings.length === 0)
  const why = ({ claim, problem }: Judged) => (problem === null ? `Needs ${claim.needs}.` : `Its own code failed: ${problem}`)
  return open.length === 0
    ? []
    : [
        html`<h3>Cannot be judged from this run</h3>
          <ul class="note">
            ${open.map((each) => html`<li><strong>${each.claim.id}</strong> ${each.claim.statement} ${why(each)}</li> `)}
          </ul>`
      ]
}

const claimHtml = (claim: Claim, findings: ReturnType<Claim["findings"]>): Html => {
  const verdict = verdictOf(findings)
  const mark = (holds: boolean | null) =>
    holds === null
      ? html`<span class="open">too close to tell:</span>`
      : new Html(holds ? '<span class="holds">✓</span>' : '<span class="fails">✗</span>')
  return html`<div class="claim">
    <p><strong>${claim.id}. ${claim.statement}</strong> <span class="verdict ${CLASS[verdict]}">${verdict}</span></p>
    <p class="caption">${claim.criterion}</p>
    <ul>
      ${findings.map(({ where, numbers, holds }) => html`<li>${mark(holds)} ${where === "" ? "" : `${where}: `}${numbers}</li> `)}
    </ul>
  </div> `
}
