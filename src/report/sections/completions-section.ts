/** What the policies write: the same problems before and after RL. */

import { plural } from "../../text/plural.ts"
import type { ReadCompletion } from "../data/completion-data.ts"
import type { StudyData } from "../data/study-data.ts"
import { html, type Html } from "../page/html.ts"

const LONGEST = 1200

/** For each cell at most three problems, what was written before RL beside what was written after. */
export const completionsSection = ({ cells }: StudyData): Html => {
  const having = cells.filter(({ completions }) => completions.length > 0)
  return html`<section id="completions">
    <h2>What the policies write</h2>
    ${
      having.length === 0
        ? html`<p class="missing">No completions were kept.</p>`
        : html`<p class="note">
            Greedy completions of the same problems before and after RL: one that RL turned right, one that stayed right and one
            that it turned wrong, where there are such. The answer of a program is what running it gives, whatever its text says.
          </p>`
    }
    ${having.map(
      (cell) =>
        html`<h3>${cell.name}</h3>
          ${cell.completions.map(
            ({ question, gold, difficulty, before, after }) =>
              html`<p>
                  <strong>${question}</strong>
                  <span class="note">answer ${gold}${difficulty > 0 ? `, ${plural(difficulty, "operation")}` : ""}</span>
                </p>
                <div class="pair">${completion("before RL", before)}${completion("after RL", after)}</div> `
          )}`
    )}
  </section> `
}

const completion = (when: string, read: ReadCompletion | null): Html => {
  if (read === null)
    return html`<div>
      <h4>${when}</h4>
      <p class="missing">Not evaluated.</p>
    </div>`
  const verdict = read.correct ? html`<span class="holds">right</span>` : html`<span class="fails">wrong</span>`
  const answer = read.answer === null ? `no answer${read.error === null ? "" : ` (${read.error})`}` : `answer ${read.answer}`
  const text = read.text.length > LONGEST ? `${read.text.slice(0, LONGEST)} …` : read.text
  return html`<div>
    <h4>${when}: ${read.format}, ${answer}, ${verdict}</h4>
    <pre>${text}</pre>
  </div>`
}
