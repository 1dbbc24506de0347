/** An axis of a panel: its title, its labels and how far it goes. */

export interface Axis {
  readonly title: string
  /** d3 format of the labels. */
  readonly format?: string
  readonly domain?: readonly [number, number]
  readonly log?: boolean
  /** No labels between whole numbers. */
  readonly whole?: boolean
  /** Names of the places 0, 1, ... of a trend's axis. */
  readonly categories?: ReadonlyArray<string>
}

/** Where an axis of shares ends: a round share at or above the largest one. */
export const ceiling = (share: number): number => Math.min(1, Math.ceil(share * 10) / 10)
