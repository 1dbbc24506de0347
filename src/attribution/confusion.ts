/** How a method confuses sources: what it names where the truth is known. */

/** A row of the table `confusion`, less its method. */
interface ConfusionRow {
  readonly actual: string
  readonly predicted: string
  /** Of the actual source's documents; 0 where there are none. */
  readonly share: number
  readonly documents: number
}

/**
 * A row for each source and each class that a method can name, from the documents' true sources (indices into `sources`) and the
 * classes named for them (indices into `classes`).
 */
export const confusionRows = (
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  { sources, classes }: { readonly sources: ReadonlyArray<string>; readonly classes: ReadonlyArray<string> }
): ReadonlyArray<ConfusionRow> =>
  sources.flatMap((source, s) => {
    const named = Array.from(predicted).filter((_, document) => actual[document] === s)
    return classes.map((name, c) => ({
      actual: source,
      predicted: name,
      share: named.length === 0 ? 0 : named.filter((label) => label === c).length / named.length,
      documents: named.length
    }))
  })
