/** The paper's claims, one after another: what is claimed, what would count, what this run shows. */
import { type Claim, type Verdict, verdictOf } from "../claims/Claim.ts"
import { claims } from "../claims/registry.ts"
import type { StudyData } from "../data/study-data.ts"
import { Html, html } from "../page/html.ts"

const CLASS: Readonly<Record<Verdict, string>> = {
  holds: "holds",
  "does not hold": "fails",
  "holds in part": "part",
  "cannot be judged": "open"
}

export const claimsSection = (data: StudyData): Html => {
  const seeds = Math.max(0, ...data.cells.map((cell) => cell.members.length))
  const judged = claims.map((claim) => ({ claim, findings: claim.findings(data) }))
  const open = judged.filter(({ findings }) => findings.length === 0)
  return html`<section id="claims">
    <h2>The paper's claims in this run</h2>
    <p class="note">
      Each claim of “Echo Chamber” (arXiv 2504.07912) that a run of this kind can speak to, as a criterion in numbers. A
      comparison that is too close to tell counts neither way. A verdict is about this run alone: its mixture, its
      scales${seeds < 2 ? ", and its single seed, which says nothing about how much would change with another" : `, and its ${seeds} seeds`}.
    </p>
    ${judged.filter(({ findings }) => findings.length > 0).map(({ claim, findings }) => claimHtml(claim, findings))}
    ${
      open.length === 0
        ? []
        : [
            html`<h3>Cannot be judged from this run</h3>
              <ul class="note">
                ${open.map(({ claim }) => html`<li><strong>${claim.id}</strong> ${claim.statement} Needs ${claim.needs}.</li> `)}
              </ul>`
          ]
    }
  </section> `
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
