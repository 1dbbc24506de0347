/** Counts as people read them. */

/** `1,234,567`. */
export const countWords = (value: number): string => value.toLocaleString("en-US", { maximumFractionDigits: 0 })

/** `1 node`, `3 nodes`, `1,234 nodes`. */
export const plural = (count: number, noun: string): string => `${countWords(count)} ${noun}${count === 1 ? "" : "s"}`
