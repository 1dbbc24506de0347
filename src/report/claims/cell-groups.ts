/**
 * Which cells of a run can be compared: those that differ in one param alone, in the order of its value. A cell is one policy
 * after RL beside the policy it started from, evaluated alike.
 */

import { compareNumbers, compareTexts } from "../data/ordering.ts"
import type { CellData, StudyData } from "../data/study-data.ts"
import { nameOf, paramOf, paramText } from "../data/varying-params.ts"

/** A cell with numbers on both sides of RL. */
export type Trained = CellData & {
  readonly before: NonNullable<CellData["before"]>
  readonly after: NonNullable<CellData["after"]>
}

/** The cells that a claim about RL can speak of: evaluated before and after, in the order of the study. */
export const trainedCells = ({ cells }: StudyData): ReadonlyArray<Trained> =>
  cells.filter((cell): cell is Trained => cell.before !== null && cell.after !== null)

export interface CellGroup<C extends CellData> {
  /** What the cells have in common, as in `xs ppo`. */
  readonly where: string
  readonly cells: ReadonlyArray<C>
}

/** Cells that differ in the param alone, in the order of the study; groups of at least two. */
export const varying = <C extends CellData>(cells: ReadonlyArray<C>, param: string): ReadonlyArray<CellGroup<C>> => {
  const others = (cell: C) => cell.varyingParams.filter(({ name }) => name !== param)
  const having = cells.filter((cell) => paramOf(cell, param) !== undefined)
  return [...Map.groupBy(having, (cell) => JSON.stringify(others(cell))).values()]
    .filter((group) => group.length > 1)
    .map((group) => ({ where: nameOf({ varyingParams: others(group[0]!) }), cells: group }))
}

export interface Ordered<C extends CellData> {
  /** Cells with a number, from the smallest to the largest. */
  readonly cells: ReadonlyArray<C>
  /** Ends a finding's numbers with the cells that have none: `; left out: kl null (not a number)`. Empty where all have one. */
  readonly leftOut: string
}

/**
 * Cells in the order of a param. A value that is not a number (null, "the preset's"; a name) has no place among numbers: its cell
 * is left out by name, unless `numberOf` knows the number that was in force. Equal numbers stand in the order of the values'
 * text.
 *
 * @public for the claims of studies.
 */
export const ascending = <C extends CellData>(
  cells: ReadonlyArray<C>,
  param: string,
  numberOf: (cell: C) => number | null = (cell) => numberIn(cell, param),
  why: string = "not a number"
): Ordered<C> => {
  const numbered = cells
    .map((cell) => ({ cell, number: numberOf(cell) ?? Number.NaN, text: paramText(cell, param) }))
    .toSorted((a, b) => compareNumbers(a.number, b.number) || compareTexts(a.text, b.text))
  const without = numbered.filter(({ number }) => Number.isNaN(number))
  return {
    cells: numbered.filter(({ number }) => !Number.isNaN(number)).map(({ cell }) => cell),
    leftOut: without.length === 0 ? "" : `; left out: ${without.map(({ text }) => `${param} ${text}`).join(", ")} (${why})`
  }
}

export interface Ends<C extends CellData> extends Ordered<C> {
  readonly least: C
  readonly most: C
}

/**
 * Cells in the order of a param, as `ascending` gives them, with the first and the last; null where all have one number, or none.
 */
export const ends = <C extends CellData>(
  cells: ReadonlyArray<C>,
  param: string,
  numberOf: (cell: C) => number | null = (cell) => numberIn(cell, param),
  why?: string
): Ends<C> | null => {
  const ordered = ascending(cells, param, numberOf, why)
  const [least, most] = [ordered.cells[0], ordered.cells.at(-1)]
  return least === undefined || most === undefined || numberOf(least) === numberOf(most) ? null : { ...ordered, least, most }
}

/** The value of a param where it is a number; null where it is anything else. */
export const numberIn = (cell: CellData, param: string): number | null => {
  const value = paramOf(cell, param)
  return typeof value === "number" ? value : null
}

/** Groups of cells that differ in one weight of the mixture, from its smallest to its largest. */
export const mixtures = (data: StudyData): ReadonlyArray<CellGroup<Trained> & Ordered<Trained> & { readonly name: string }> => {
  const cells = trainedCells(data)
  const names = [...new Set(cells.flatMap((cell) => cell.varyingParams.map(({ name }) => name)))].filter((name) =>
    name.includes("sources.")
  )
  return names.flatMap((name) =>
    varying(cells, name)
      .map((group) => ({ ...group, ...ascending(group.cells, name), name }))
      .filter((group) => group.cells.length > 1)
  )
}
