/**
 * A figure: small panels beside one another under one title, one legend and one caption. Panels are as wide as a phone, so that a
 * figure flows to any page instead of shrinking on it.
 */

import type { TopLevelSpec } from "vega-lite"

import type { Style } from "./palette.ts"

export interface Panel {
  readonly title: string
  readonly spec: TopLevelSpec
}

export interface LegendEntry {
  readonly label: string
  readonly style: Style
  readonly mark: "line" | "area" | "open" | "dot"
}

export interface Figure {
  readonly id: string
  readonly title: string
  /** How to read it, and what it rests on. */
  readonly caption: string
  readonly legend: ReadonlyArray<LegendEntry>
  readonly panels: ReadonlyArray<Panel>
  /** Why there is nothing to see, where there are no panels. */
  readonly missing: string
}
