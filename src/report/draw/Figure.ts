/**
 * A figure: small panels beside one another under one title, one legend and one caption. Panels are as wide as a phone, so that a
 * figure flows to any page instead of shrinking on it.
 */

import type { TopLevelSpec } from "vega-lite"

import type { LegendEntry } from "./legend.ts"

export interface Panel {
  readonly title: string
  readonly spec: TopLevelSpec
  /** Begins a row in a figure with columns. */
  readonly first?: boolean
}

export interface Figure {
  /** Its place on the page, and the name of its files. */
  readonly id: string
  readonly title: string
  /** How to read it, and what it rests on. */
  readonly caption: string
  readonly legend: ReadonlyArray<LegendEntry>
  readonly panels: ReadonlyArray<Panel>
  /** How many stand beside one another in a file of its own; otherwise as many as are easily read. */
  readonly columns?: number
  /** Why there is nothing to see, where there are no panels. */
  readonly missing: string
  /** Ids of the nodes whose results it shows. */
  readonly nodes: ReadonlyArray<string>
  /** The claim that it shows, where it shows one. */
  readonly claim?: string
}
