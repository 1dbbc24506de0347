/** What a view is: it is named by the part of the address after `#/`, shows something, and hears of changes in the store. */

import { type Query, queryText } from "./server.ts"

/** Where in the page one is: `#/run?run=...` is the view `run` with its pairs. */
export interface Place {
  readonly view: string
  readonly query: URLSearchParams
  /** Ends when another view is shown. */
  readonly signal: AbortSignal
}

export interface Shown {
  readonly title: string
  readonly content: ReadonlyArray<Node | string>
  /** Is told which runs have changed. */
  readonly changed?: (runs: ReadonlySet<string>) => void
  /** Is told in which runs nodes that are being computed have made more numbers. */
  readonly grown?: (runs: ReadonlySet<string>) => void
}

export type View = (place: Place) => Promise<Shown>

/** The address of a view. */
export const href = (view: string, query: Query = []): string => `#/${view}${queryText(query)}`

/** Changes the pairs of the address; null takes one out. The view is shown anew. */
export const go = (place: Place, changes: Readonly<Record<string, string | ReadonlyArray<string> | null>>): void => {
  const kept = [...place.query].filter(([name]) => !Object.hasOwn(changes, name))
  const added = Object.entries(changes).flatMap(([name, values]) =>
    (values === null ? [] : typeof values === "string" ? [values] : values).map((value) => [name, value] as const)
  )
  location.hash = href(place.view, [...kept, ...added])
}
