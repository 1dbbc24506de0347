/** An axis of a panel: its title, its labels and how far it goes. */

export interface Axis {
  readonly title: string
  /** d3 format of the labels. */
  readonly format?: string
  /** Differences of shares as points, +10 for 0.1. */
  readonly points?: boolean
  readonly domain?: readonly [number, number]
  /** What its values can be: no interval is drawn beyond. Shares (a format in %) lie between 0 and 1. */
  readonly bounds?: readonly [number, number]
  readonly log?: boolean
  /** No labels between whole numbers. */
  readonly whole?: boolean
  /** Names of the places 0, 1, ... of a trend's axis. */
  readonly categories?: ReadonlyArray<string>
}

/** Where an axis of shares ends: a round share at or above the largest one. */
export const ceiling = (share: number): number => Math.min(1, Math.ceil(share * 10) / 10)

/** An end of an interval, held within what an axis can show; null where there is none. */
export const within = ({ bounds, format }: Axis, value: number | null): number | null => {
  const [least, most] = bounds ?? (format?.endsWith("%") === true ? [0, 1] : [-Infinity, Infinity])
  return value === null || Number.isNaN(value) ? null : Math.min(most, Math.max(least, value))
}
