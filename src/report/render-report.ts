/**
 * The report of a run: one HTML file with everything in it. It loads nothing, needs no script, and the same run gives the same
 * bytes.
 */

import * as Effect from "effect/Effect"

import { duration } from "../text/duration.ts"
import type { Claim } from "./claims/Claim.ts"
import { type RunRecord, runsOf } from "./data/RunRecord.ts"
import { readStudy, type StudyData } from "./data/study-data.ts"
import { figureGroups } from "./figures/figure-groups.ts"
import { judgeStudy } from "./judge-study.ts"
import { readJudgedMethods } from "./judged-methods.ts"
import { readLeftOut } from "./left-out.ts"
import { escapeHtml, Html, html, nothing } from "./page/html.ts"
import { plainNumber } from "./page/numbers.ts"
import { style } from "./page/style.ts"
import { attributionTable } from "./sections/attribution-table.ts"
import { claimsSection } from "./sections/claims-section.ts"
import { completionsSection } from "./sections/completions-section.ts"
import { coverageSection } from "./sections/coverage-section.ts"
import { figureSection } from "./sections/figure-section.ts"
import { leftOutSection } from "./sections/left-out-section.ts"
import { methodsSection } from "./sections/methods-section.ts"
import { predictorsSection } from "./sections/predictors-section.ts"
import { resultsSection } from "./sections/results-section.ts"
import { runSection } from "./sections/run-section.ts"
import { tiltSection } from "./sections/tilt-section.ts"

/** The HTML of a run's report. `description` is what the study is, in a sentence; `claims` are those of its own file. */
export const renderReport = Effect.fnUntraced(function* (record: RunRecord, description: string, claims: ReadonlyArray<Claim>) {
  const data = yield* readStudy(record, description)
  const leftOut = yield* readLeftOut(record)
  const judgedMethods = yield* readJudgedMethods(record, data.costs)
  const judged = yield* judgeStudy(record, claims, data)
  const groups = figureGroups(data, judged)
  const sections: Array<Html> = []
  for (const { id, title, figures } of groups) {
    const drawn: Array<Html> = []
    for (const figure of figures) {
      drawn.push(yield* figureSection(figure))
      if (figure.id === "pass-at-k") drawn.push(coverageSection(data))
    }
    if (id === "attribution") drawn.push(attributionTable(data), methodsSection(judgedMethods))
    if (id === "reinforcement") drawn.push(tiltSection(data), predictorsSection(data))
    sections.push(
      html`<section id="${id}">
        <h2>${title}</h2>
        ${drawn}
      </section> `
    )
  }
  const links = [
    ...(claims.length === 0 ? [] : [["claims", "Claims"]]),
    ["results", "Results"],
    ...groups.map(({ id, title }) => [id, title]),
    ["completions", "Completions"],
    ["left-out", "Left out and cut"],
    ["run", "Nodes and costs"],
    ["commands", "To go on"]
  ] as const
  const main = [
    claimsSection(judged, record),
    resultsSection(data),
    ...sections,
    completionsSection(data),
    leftOutSection(leftOut),
    runSection(data)
  ]
  const body = html`<header>
      <h1>${record.study}</h1>
      <p class="lead">${description}</p>
      ${facts(data)} ${troubles(data)}
      <nav>${links.map(([id, title]) => html`<a href="#${id!}">${title!}</a> `)}</nav>
    </header>
    <main>${main}</main>`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(record.study)}: report of a run</title>
<style>${style}</style>
</head>
<body>
${body.text}
</body>
</html>
`
})

const facts = ({ record, costs }: StudyData): Html => {
  const runs = runsOf(record)
  const finished = record.nodes.filter(({ outcome }) => outcome.state === "finished").length
  const sum = (of: ReadonlyArray<number | null>) => duration(of.reduce<number>((all, each) => all + (each ?? 0), 0))
  const took =
    `${sum(costs.map(({ seconds }) => seconds))} of computing, one node after another ` +
    `(${sum(costs.map(({ cpuSeconds }) => cpuSeconds))} of CPU time)`
  const rows: ReadonlyArray<readonly [string, string]> = [
    // Of several runs, each with its own settings.
    ...runs.flatMap(({ run, startedAt, status, settings }): ReadonlyArray<readonly [string, string]> => [
      ["Run", `${run}, ${startedAt.slice(0, 16).replace("T", " ")} UTC, ${status}`],
      ["Settings", settingWords(settings)]
    ]),
    [
      "Nodes",
      `${plainNumber(record.nodes.length)}, ${finished === record.nodes.length ? "all" : plainNumber(finished)} finished`
    ],
    ["Took", took],
    ["Engine", record.engine]
  ]
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`
    )}
  </dl>`
}

const settingWords = (settings: RunRecord["settings"]): string =>
  Object.keys(settings).length === 0
    ? "the study's defaults"
    : Object.entries(settings)
        .map(([name, value]) => `${name} = ${typeof value === "string" ? value : JSON.stringify(value)}`)
        .join(", ")

const troubles = ({ problems }: StudyData): Html =>
  problems.length === 0
    ? nothing
    : html`<div class="problems">
        <p><strong>This report is not complete.</strong></p>
        <ul>
          ${problems.map((problem) => html`<li>${problem}</li> `)}
        </ul>
      </div>`
