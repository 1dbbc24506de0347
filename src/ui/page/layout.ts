/**
 * Where the nodes of a graph stand: in columns by how far they are from the start, each column in an order that keeps nodes near
 * what they read; and what stands in their boxes. Pure, and quick enough for thousands of nodes: two sweeps over the columns.
 */

export interface Laid {
  readonly id: string
  readonly column: number
  readonly row: number
}

interface Wired {
  readonly id: string
  readonly inputs: Readonly<Record<string, string>>
}

/** The nodes with their places. Inputs that are not among the nodes count for nothing. */
export const layout = (nodes: ReadonlyArray<Wired>): ReadonlyArray<Laid> => {
  const inputs = new Map(nodes.map(({ id, inputs }) => [id, [...new Set(Object.values(inputs))]]))
  const known = (id: string): ReadonlyArray<string> => (inputs.get(id) ?? []).filter((input) => inputs.has(input))
  const behind: Array<Array<string>> = []
  for (const [id, column] of depths([...inputs.keys()], known)) (behind[column] ??= []).push(id)
  const columns = behind.filter((column) => column !== undefined)
  const place = new Map<string, number>()
  const keep = (column: ReadonlyArray<string>) => {
    for (const [row, id] of column.entries()) place.set(id, row)
  }
  for (const column of columns) keep(column)
  const needed = new Map<string, Array<string>>()
  for (const id of inputs.keys()) for (const input of known(id)) needed.set(input, [...(needed.get(input) ?? []), id])
  const order = (near: (id: string) => ReadonlyArray<string>) => (column: Array<string>, at: number) => {
    const middle = new Map(column.map((id) => [id, meanOf(near(id).map((other) => place.get(other)!)) ?? place.get(id)!]))
    const sorted = column.toSorted((a, b) => middle.get(a)! - middle.get(b)!)
    columns[at] = sorted
    keep(sorted)
  }
  columns.forEach(order(known))
  columns.toReversed().forEach((column, i) => order((id) => needed.get(id) ?? [])(column, columns.length - 1 - i))
  columns.forEach(order(known))
  return columns.flatMap((column, at) => column.map((id, row) => ({ id, column: at, row })))
}

const meanOf = (numbers: ReadonlyArray<number>): number | null =>
  numbers.length === 0 ? null : numbers.reduce((sum, number) => sum + number, 0) / numbers.length

/** How many steps each node is from one that reads nothing. A circle, which no run has, ends where it is met again. */
const depths = (ids: ReadonlyArray<string>, inputs: (id: string) => ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const depth = new Map<string, number>()
  const depthOf = (id: string): number => {
    const known = depth.get(id)
    if (known !== undefined) return known
    depth.set(id, 0)
    const found = inputs(id).reduce((most, input) => Math.max(most, depthOf(input) + 1), 0)
    depth.set(id, found)
    return found
  }
  for (const id of ids) depthOf(id)
  return depth
}

/** Characters of a line that fit in a box. */
const FITS = 26

/** A label in two lines: its stage, and what sets the node apart. */
export interface ShortLabel {
  readonly stage: string
  readonly rest: string
}

/**
 * Labels short enough for a box: words that all nodes of a stage share are left out, and of what is too long the end stays, where
 * the seed is.
 */
export const shortLabels = (labels: ReadonlyArray<string>): ReadonlyArray<ShortLabel> => {
  const words = labels.map((label) => label.split(" "))
  const stages = Map.groupBy(words, ([stage]) => stage)
  const shared = new Map(
    [...stages].map(([stage, [first = [], ...others]]) => {
      const same = first.filter((word) => others.every((other) => other.includes(word)))
      return [stage, others.length === 0 ? new Set<string>() : new Set(same)] as const
    })
  )
  return words.map(([stage = "", ...rest]) => ({
    stage: fitting(stage),
    rest: fitting(rest.filter((word) => !shared.get(stage)!.has(word)).join(" "))
  }))
}

/** Left out is what lies in the middle. */
const fitting = (text: string): string => {
  if (text.length <= FITS) return text
  const end = Math.min(text.length - text.lastIndexOf(" ") - 1, FITS >> 1)
  return `${text.slice(0, FITS - end - 1).trimEnd()}…${text.slice(text.length - end)}`
}
