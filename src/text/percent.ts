/** Shares as people read them. */

/** `25 %`, `0.227 %`: three digits, and never 0 % of what is there. */
export const percentWords = (share: number): string => `${Number((100 * share).toPrecision(3))} %`
