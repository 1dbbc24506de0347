import type { Estimate } from "../data/policy-estimates.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
/**
 * A claim of the paper as a test on this run: a criterion in numbers, the comparisons of the run that speak to it, and a verdict.
 *
 * A verdict is about this run: its mixtures, scales and number of seeds. A claim that needs what the run does not have is not judged, and
 * says what it needs.
 */
import { cellName } from "../data/varying-params.ts"

/** One comparison within the run. */
export interface Finding {
  /** The cells compared. */
  readonly where: string
  readonly numbers: string
  /** Null where the numbers are too uncertain to tell. */
  readonly holds: boolean | null
}

export interface Claim {
  /** `C1`. */
  readonly id: string
  readonly statement: string
  readonly criterion: string
  /** What a run must have for the claim to be judged. */
  readonly needs: string
  readonly findings: (data: StudyData) => ReadonlyArray<Finding>
}

export type Verdict = "holds" | "does not hold" | "holds in part" | "cannot be judged"

/** Of the comparisons that can tell. */
export const verdictOf = (findings: ReadonlyArray<Finding>): Verdict => {
  const holding = findings.filter(({ holds }) => holds === true).length
  const failing = findings.filter(({ holds }) => holds === false).length
  if (holding + failing === 0) return "cannot be judged"
  return failing === 0 ? "holds" : holding === 0 ? "does not hold" : "holds in part"
}

/** A cell with numbers on both sides of RL. */
export type Trained = CellData & {
  readonly before: NonNullable<CellData["before"]>
  readonly after: NonNullable<CellData["after"]>
}

export const trainedCells = ({ cells }: StudyData): ReadonlyArray<Trained> =>
  cells.filter((cell): cell is Trained => cell.before !== null && cell.after !== null)

/** Cells that differ in the dimension alone, in the order of the study; groups of at least two. */
export const varying = <C extends CellData>(
  cells: ReadonlyArray<C>,
  dimension: string
): ReadonlyArray<{ readonly where: string; readonly cells: ReadonlyArray<C> }> => {
  const others = (cell: C) => cell.dimensions.filter(({ name }) => name !== dimension)
  const having = cells.filter((cell) => cell.dimensions.some(({ name }) => name === dimension))
  return [...Map.groupBy(having, (cell) => JSON.stringify(others(cell))).values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ where: cellName({ dimensions: others(group[0]!) }), cells: group }))
}

/** The largest of a map of estimates, above a least share where `among` gives shares. */
export const largest = (
  values: ReadonlyMap<string, Estimate>,
  among?: ReadonlyMap<string, Estimate>,
  least = 0.02
): string | null => {
  const [first] = [...values]
    .filter(([name]) => name !== "invalid" && (among === undefined || (among.get(name)?.value ?? 0) >= least))
    .toSorted(([a, x], [b, y]) => y.value - x.value || (a < b ? -1 : 1))
  return first?.[0] ?? null
}

export interface Change {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** The difference of two estimates with a 95 % interval, as if they were independent. */
export const difference = (of: Estimate, from: Estimate): Change => {
  const value = of.value - from.value
  const half = Math.hypot(of.high - of.low, from.high - from.low) / 2
  return { value, low: value - half, high: value + half }
}

/** Whether the change is above 0: true or false where its interval says so, null where it holds 0 or is unknown. */
export const isPositive = ({ low, high }: Change): boolean | null => (low > 0 ? true : high < 0 ? false : null)

/** All of them: false as soon as one is, null where none is false but some cannot be told. */
export const all = (...tests: ReadonlyArray<boolean | null>): boolean | null =>
  tests.includes(false) ? false : tests.includes(null) ? null : true

/**
 * After minus before with a 95 % interval: paired by problem where the study compared the two, else from the two intervals as if they
 * were independent, which is wider.
 */
export const changeOf = (cell: Trained, metric: "pass@1" | "pass@k" | "majority@k", k: number): Change | null => {
  const pick = (side: "before" | "after") =>
    metric === "pass@1" ? cell[side].pass1 : (metric === "pass@k" ? cell[side].passAtK : cell[side].majorityAtK).get(k)
  const [before, after] = [pick("before"), pick("after")]
  if (before == null || after == null) return null
  const decoding = metric === "pass@1" ? "greedy" : "sampled"
  const paired = cell.differences.find(
    (row) => row.metric === metric && row.k === k && row.decoding === decoding && row.slice === "all"
  )
  if (cell.members.length === 1 && paired?.low != null && paired.high != null)
    return { value: paired.difference, low: paired.low, high: paired.high }
  const change = difference(after, before)
  return Number.isNaN(change.low) ? null : change
}

/** The largest k with an estimate on both sides. */
export const largestK = (cell: Trained): number =>
  Math.max(0, ...[...cell.after.passAtK.keys()].filter((k) => cell.before.passAtK.has(k)))

/** `+12.3 points [+8.1, +16.4]`. */
export const points = ({ value, low, high }: Change): string => {
  const signed = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(share * 100).toFixed(1)}`
  return `${signed(value)} points [${signed(low)}, ${signed(high)}]`
}
