/**
 * Names of the catalog that SQL reserves for itself: the table `overlaps`, the column `table`. In a query they would have to be
 * in quotes. A query that cannot be parsed is tried again with such names in quotes, one after the other, each time one that
 * stands at or shortly before the place where the parser gave up: no knowledge of the grammar is needed, and a query that can be
 * parsed is never touched.
 */

/** Where the parser gave up, in characters; undefined when it did not. */
export type ParseProblem = (sql: string) => Promise<number | undefined>

interface Word {
  readonly from: number
  readonly to: number
}

/** What is no bare word: comments, texts, names in quotes, dollar quotes. */
const PASSAGES = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|[\p{L}_][\p{L}\p{N}_$]*/gu

/** Places in a query where one of the names stands as a bare word. Names are lower case. */
const bareWords = (sql: string, names: ReadonlySet<string>): ReadonlyArray<Word> =>
  [...sql.matchAll(PASSAGES)].flatMap((match) =>
    names.has(match[0].toLowerCase()) ? [{ from: match.index, to: match.index + match[0].length }] : []
  )

/** Looks by the parser, in all, and of these words for one place. */
const MOST_LOOKS = 100
const MOST_WORDS = 3

/** The query with reserved names in quotes where that is needed, or undefined where quotes do not help. */
export const quoteReservedNames = async (
  sql: string,
  names: ReadonlySet<string>,
  problemOf: ParseProblem
): Promise<string | undefined> => {
  let looks = 0
  /** `before`: where the parser gave up without the last quotes, which have to take it further. */
  const solve = async (text: string, before: number): Promise<string | undefined> => {
    if (++looks > MOST_LOOKS) return undefined
    const at = await problemOf(text)
    if (at === undefined) return text
    if (at <= before) return undefined
    const words = bareWords(text, names).filter(({ from }) => from <= at)
    for (const { from, to } of words.slice(-MOST_WORDS).toReversed()) {
      const solved = await solve(`${text.slice(0, from)}"${text.slice(from, to)}"${text.slice(to)}`, at)
      if (solved !== undefined) return solved
    }
    return undefined
  }
  return solve(sql, -1)
}
