/** The page: which view is shown, and what changes while it is. */

import type { Changed } from "../wire.ts"
import { completionView, completionsView } from "./completions.ts"
import { curvesView, formatsView } from "./curves.ts"
import { h, replace } from "./dom.ts"
import { runView } from "./run.ts"
import { reportsView, runsView } from "./runs.ts"
import { sqlView } from "./sql.ts"
import { href, type Shown, type View } from "./view.ts"

/** Those that the bar at the top leads to. */
const TOP: ReadonlyArray<readonly [name: string, text: string]> = [
  ["runs", "Runs"],
  ["curves", "Curves"],
  ["formats", "Formats"],
  ["completions", "Completions"],
  ["sql", "SQL"],
  ["reports", "Reports"]
]

const VIEWS: Readonly<Record<string, { readonly view: View; readonly top: string }>> = {
  runs: { view: runsView, top: "runs" },
  run: { view: runView, top: "runs" },
  curves: { view: curvesView, top: "curves" },
  formats: { view: formatsView, top: "formats" },
  completions: { view: completionsView, top: "completions" },
  completion: { view: completionView, top: "completions" },
  sql: { view: sqlView, top: "sql" },
  reports: { view: reportsView, top: "reports" }
}

const main = document.getElementById("main")!
const bar = document.getElementById("views")!
const live = document.getElementById("live")!

let shown: Shown | null = null
let leave = new AbortController()

const show = async (first: boolean): Promise<void> => {
  leave.abort()
  leave = new AbortController()
  const { signal } = leave
  const [name = "", search = ""] = location.hash.replace(/^#\/?/, "").split("?")
  const known = Object.hasOwn(VIEWS, name) ? name : "runs"
  const { view, top } = VIEWS[known]!
  replace(
    bar,
    TOP.map(([to, text]) => h("a", { href: href(to), id: `view-${to}`, "aria-current": to === top ? "page" : null }, [text]))
  )
  main.setAttribute("aria-busy", "true")
  try {
    const made = await view({ view: known, query: new URLSearchParams(search), signal })
    if (signal.aborted) return
    put(made, first)
  } catch (cause) {
    if (signal.aborted) return
    const problem = cause instanceof Error ? cause.message : String(cause)
    put({ title: "This cannot be shown", content: [h("pre", { class: "warning", role: "alert" }, [problem])] }, first)
  }
}

const put = (made: Shown, first: boolean): void => {
  const sameTitle = document.title === `${made.title} · Echo Chamber`
  document.title = `${made.title} · Echo Chamber`
  shown = made
  main.removeAttribute("aria-busy")
  replace(main, [h("h1", {}, [made.title]), ...made.content])
  // Who listens to the page hears of another view; a filter that was changed keeps the focus where it was.
  if (!first && !sameTitle) {
    main.focus({ preventScroll: true })
    scrollTo(0, 0)
  }
}

const listen = (): void => {
  const source = new EventSource("/api/live")
  source.addEventListener("open", () => {
    live.textContent = "live"
    live.className = "on"
  })
  source.addEventListener("error", () => {
    live.textContent = "not connected"
    live.className = "off"
  })
  source.addEventListener("message", ({ data }) => {
    const { runs, grown }: Changed = JSON.parse(String(data))
    if (runs.length > 0) shown?.changed?.(new Set(runs))
    if (grown.length > 0) shown?.grown?.(new Set(grown))
  })
}

addEventListener("hashchange", () => void show(false))
await show(true)
listen()
