/** Asking the server: each question by its path, each answer of a type in wire.ts. */

import type { Answer, CompletionDetail, CompletionPage, Failure, Measure, Report, RunDetail, Runs } from "../wire.ts"

/** What the answer to each path is. */
interface Answers {
  readonly runs: Runs
  readonly run: RunDetail
  readonly measures: ReadonlyArray<Measure>
  readonly curves: Answer
  readonly formats: Answer
  readonly completions: CompletionPage
  readonly completion: CompletionDetail
  readonly reports: ReadonlyArray<Report>
}

/** Pairs of names and values; a name may have several. */
export type Query = ReadonlyArray<readonly [name: string, value: string]>

/** `?run=a&node=b`; empty for no pairs. */
export const queryText = (query: Query): string => {
  const search = new URLSearchParams()
  for (const [name, value] of query) search.append(name, value)
  const text = search.toString()
  return text === "" ? "" : `?${text}`
}

const answerOf = async (response: Response): Promise<unknown> => {
  if (response.headers.get("content-type")?.startsWith("application/json") !== true)
    throw new Error((await response.text()).trim() || `The server answered with status ${response.status}.`)
  const body: unknown = await response.json()
  if (!response.ok) throw new Error((body as Failure).problem)
  return body
}

const reach = (path: string, init: RequestInit): Promise<Response> =>
  fetch(path, init).catch((cause: unknown) => {
    if (init.signal?.aborted === true) throw cause
    throw new Error("The server does not answer: pipeline ui has ended, or is not reached from here.")
  })

/** Asks for one of the answers. */
export const ask = async <K extends keyof Answers>(what: K, query: Query = [], signal?: AbortSignal): Promise<Answers[K]> =>
  // The server's answers are of these types: both ends are checked against them.
  (await answerOf(await reach(`/api/${what}${queryText(query)}`, signal === undefined ? {} : { signal }))) as Answers[K]

/** Runs SQL; aborting stops the query. */
export const askSql = async (sql: string, signal: AbortSignal): Promise<Answer> =>
  (await answerOf(
    await reach("/api/sql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sql }),
      signal
    })
  )) as Answer
