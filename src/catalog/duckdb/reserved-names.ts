/**
 * Names of the catalog that SQL reserves for itself: the table `overlaps`, the column `table`. In a query they would have to be
 * in quotes. A query that cannot be parsed is tried again with such names in quotes, one after the other, each time the last one
 * that stands at or before the place where the parser gave up: no knowledge of the grammar is needed, and a query that can be
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

/** No query has more of them; each is one more look by the parser. */
const MOST = 64

/** The query with reserved names in quotes where that is needed, or undefined where quotes do not help. */
export const quoteReservedNames = async (
  sql: string,
  names: ReadonlySet<string>,
  problemOf: ParseProblem
): Promise<string | undefined> => {
  let text = sql
  for (let tries = 0; tries < MOST; tries++) {
    const at = await problemOf(text)
    if (at === undefined) return text
    const word = bareWords(text, names).findLast(({ from }) => from <= at)
    if (word === undefined) return undefined
    text = `${text.slice(0, word.from)}"${text.slice(word.from, word.to)}"${text.slice(word.to)}`
  }
  return undefined
}
