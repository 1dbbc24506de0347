/** One thing that `pipeline doctor` has looked at. */

/** `needed`: without it nothing runs. `lacking`: something is slower or not available. */
export interface Finding {
  readonly subject: string
  readonly state: "good" | "lacking" | "needed"
  readonly words: string
  /** What to do about it. */
  readonly remedy?: string
}
