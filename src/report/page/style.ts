/** The report's style sheet: one column of text, figures that flow, light and dark by the reader's setting, plain on paper. */
export const style = `
:root {
  color-scheme: light dark; --ink: #1d2125; --soft: #5b636b; --paper: #ffffff; --line: #dfe3e6;
  --tint: #f5f7f8; --good: #1a7f4b; --bad: #b3402a; --part: #9a6a00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7ea; --soft: #9aa3ab; --paper: #15181b; --line: #32383d; --tint: #1d2226; --good: #5fc794;
    --bad: #f08b73; --part: #e0b04c;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 66rem; background: var(--paper);
  color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.3rem; margin: 3rem 0 .8rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .3rem; }
h4 { font-size: .85rem; font-weight: 600; margin: 0 0 .1rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; max-width: 46rem; }
.lead { font-size: 1.15rem; color: var(--soft); margin: 0 0 1rem; }
.caption, .note { color: var(--soft); font-size: .9rem; }
.missing { color: var(--soft); font-style: italic; }
a { color: inherit; }
nav { font-size: .9rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 1.2rem 0 0; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; font-size: .9rem; margin: 1rem 0; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td {
  text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; white-space: nowrap;
}
th { color: var(--soft); font-weight: 500; } td.wrap, th.wrap { white-space: normal; min-width: 14rem; }
.right { text-align: right; }
.winner { font-weight: 650; }
.margin { color: var(--soft); font-size: .85em; }
.legend {
  display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .85rem; margin: .4rem 0 .6rem; padding: 0;
  list-style: none;
}
.legend svg { vertical-align: -.1em; margin-right: .4em; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); gap: 1rem 1.2rem; }
.panel { min-width: 0; break-inside: avoid; } .panel svg { max-width: 100%; height: auto; display: block; }
.claim { border-left: 3px solid var(--line); padding: .1rem 0 .1rem 1rem; margin: 1.2rem 0; break-inside: avoid; }
.claim p { margin: .25rem 0; }
.claim ul { margin: .4rem 0; padding-left: 1.1rem; font-size: .9rem; }
.claim pre { max-height: 9rem; overflow-y: auto; } .claim details { margin: .4rem 0; font-size: .9rem; }
#claims td:first-child { white-space: normal; min-width: 15rem; }
.verdict { font-weight: 650; white-space: nowrap; }
.holds { color: var(--good); } .fails { color: var(--bad); } .part { color: var(--part); } .open { color: var(--soft); }
.pair {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: .8rem;
  margin: .5rem 0 1.4rem; break-inside: avoid;
}
pre, code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .82rem; }
pre {
  background: var(--tint); border: 1px solid var(--line); border-radius: 4px; padding: .7rem .8rem;
  margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; line-height: 1.45;
}
details { margin: 1rem 0; } summary { cursor: pointer; }
.problems { border: 1px solid var(--bad); border-radius: 4px; padding: .4rem 1rem; margin: 1rem 0; font-size: .92rem; }
@media (max-width: 40rem) {
  body { padding: 1.2rem .9rem 3rem; }
  h1 { font-size: 1.5rem; }
  dl.facts { grid-template-columns: 1fr; }
  dl.facts dd { margin-bottom: .4rem; }
  .panels { grid-template-columns: 1fr; }
}
@media print {
  :root {
    --ink: #000; --soft: #444; --paper: #fff; --line: #ccc; --tint: #f6f6f6; --good: #14633a; --bad: #8d2f1d;
    --part: #6d4b00;
  }
  body { font-size: 10.5pt; max-width: none; padding: 0; }
  nav { display: none; }
  .panels { grid-template-columns: repeat(3, 1fr); }
  h2, h3 { break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  .scroll { overflow: visible; }
  table { font-size: 7.5pt; }
  th, td { padding: .2rem .45rem .2rem 0; }
  pre { font-size: 7.5pt; }
}
`
