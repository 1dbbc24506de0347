/** Elements of the page, made in one call each. Text is always text: nothing from a store becomes markup. */

type Listener = (event: Event) => void
type Attributes = Readonly<Record<string, string | number | boolean | Listener | null | undefined>>
type Child = Node | string | null

const fill = (element: Element, attributes: Attributes, children: ReadonlyArray<Child>): void => {
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "function") element.addEventListener(name, value)
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value))
  for (const child of children) if (child !== null) element.append(child)
}

/** An element of HTML; attributes that are functions listen to the event of that name. */
export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: ReadonlyArray<Child> = []
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag)
  fill(element, attributes, children)
  return element
}

/** An element of SVG. */
export const svg = <K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  children: ReadonlyArray<Child> = []
): SVGElementTagNameMap[K] => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag)
  fill(element, attributes, children)
  return element
}

/** Puts new content in an element's place; what had the keyboard's focus keeps it, known by its id. */
export const replace = (element: Element, children: ReadonlyArray<Child>): void => {
  const focused = element.contains(document.activeElement) ? document.activeElement?.id : undefined
  element.replaceChildren()
  fill(element, {}, children)
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true })
}

/** A choice among texts, with its label. */
export const choice = (
  label: string,
  options: ReadonlyArray<readonly [value: string, text: string]>,
  chosen: string,
  change: (value: string) => void
): HTMLLabelElement => {
  const select = h(
    "select",
    { change: () => change(select.value) },
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, [text]))
  )
  return h("label", {}, [label, " ", select])
}

/** Lines about what is missing from what is shown. */
export const warnings = (lines: ReadonlyArray<string>): HTMLElement | null =>
  lines.length === 0
    ? null
    : h(
        "div",
        { class: "warning", role: "note" },
        lines.map((line) => h("p", {}, [line]))
      )

/** `2026-11-30 04:00`, in UTC as everywhere else. */
export const time = (iso: string): string => iso.slice(0, 16).replace("T", " ")

/** A run as it is chosen: study and time; of two that began in the same minute also what their ids end in. */
export const runWords = (runs: ReadonlyArray<Started>) => {
  const words = ({ study, startedAt }: Started) => `${study}, ${time(startedAt)}`
  const named = Map.groupBy(runs, words)
  return (run: Started): string =>
    named.get(words(run))!.length > 1 ? `${words(run)}, ${run.run.split("-").at(-1)}` : words(run)
}

interface Started {
  readonly run: string
  readonly study: string
  readonly startedAt: string
}

/** How each state is marked besides its colour. */
const MARKS: Readonly<Record<string, string>> = {
  succeeded: "✓",
  done: "✓",
  cached: "✓",
  running: "▶",
  waiting: "…",
  failed: "✗",
  died: "✗",
  skipped: "–"
}

/** A state as a word with its mark. */
export const state = (name: string): HTMLElement =>
  h("span", { class: `state ${stateClass(name)}` }, [h("span", { "aria-hidden": "true" }, [`${markOf(name)} `]), name])

export const markOf = (name: string): string => MARKS[name] ?? "■"

export const stateClass = (name: string): string => `is-${name.replaceAll(" ", "-")}`
