/** What was left out or cut, so that nobody takes the numbers for more than they are. */

import type { LeftOut } from "../left-out.ts"
import { html, type Html, table } from "../page/html.ts"
import { percent } from "../page/numbers.ts"

/** Sentences node by node, and a table of completions that did not end by themselves. */
export const leftOutSection = ({ said, completions, looked }: LeftOut): Html =>
  html`<section id="left-out">
    <h2>Left out and cut</h2>
    ${
      said.length === 0
        ? html`<p>Every problem that was wanted was asked, and no document was cut.</p>`
        : html`<ul>
            ${said.map(({ label, line }) => html`<li>${label}: ${line}</li> `)}
          </ul>`
    }
    ${looked === 0 ? html`<p>Nothing was completed.</p>` : completions.length > 0 ? endless(completions) : ENDED}
  </section> `

const ENDED = html`<p>Every completion ended by itself.</p>`

const endless = (completions: LeftOut["completions"]): Html => html`
  ${table(
    [
      { title: "node" },
      { title: "completions" },
      { title: "without an end", right: true },
      { title: "cut where the context ends", right: true }
    ],
    completions.map(({ label, decoding, withoutEnd, byContext }) => [label, decoding, percent(withoutEnd), percent(byContext)])
  )}
  <p class="note">
    Percent of the completions; those of RL as a mean over its steps. The others without an end were cut at
    <code>maxNewTokens</code>.
  </p>
`
