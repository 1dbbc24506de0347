/**
 * What the server tells the page, as JSON: the one description of it that both ends are held to. It imports nothing, because the
 * page's files are checked for a browser and the server's for Node.
 */

/** A value in a cell: what JSON has no type for is text. */
export type Cell = string | number | boolean | null

/** Rows of a query, with what in the store could not be read and is therefore missing. */
export interface Answer {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly type: string }>
  readonly rows: ReadonlyArray<ReadonlyArray<Cell>>
  /** How many there are; more than `rows` holds where only the first are shown. */
  readonly rowCount: number
  /** Whether there are more than were counted. */
  readonly uncounted: boolean
  readonly warnings: ReadonlyArray<string>
}

export interface RunSummary {
  readonly run: string
  readonly study: string
  /** succeeded, failed, interrupted, running, died or elsewhere. */
  readonly state: string
  /** ISO time. */
  readonly startedAt: string
  readonly seconds: number
  readonly host: string
  readonly engine: string
  readonly command: string
  /** Nodes by their states. */
  readonly nodes: Readonly<Record<string, number>>
}

export interface Runs {
  readonly store: string
  /** Newest first. */
  readonly runs: ReadonlyArray<RunSummary>
  /** Logs that cannot be read, or not to their end. */
  readonly warnings: ReadonlyArray<string>
}

export interface RunNode {
  readonly id: string
  readonly label: string
  readonly stage: string
  /** done, cached, running, waiting, failed, skipped, stopped, cut off or not reached. */
  readonly state: string
  /** Why it failed, what it waits for, or how far it has got; empty where there is nothing to say. */
  readonly reason: string
  readonly seconds: number | null
  /** Input name to node. */
  readonly inputs: Readonly<Record<string, string>>
  readonly params: Readonly<Record<string, unknown>>
  readonly key: string | null
  readonly artifact: string | null
  /** The table of completions in its result, where that has one. */
  readonly completions: Completions | null
}

/** Tables of completions that can be paged through. */
export type Completions = "rollouts" | "scores"

export interface RunDetail {
  readonly summary: RunSummary
  /** Inputs stand before what needs them. */
  readonly nodes: ReadonlyArray<RunNode>
}

/** What can be drawn over steps: a number in a table. */
export interface Measure {
  readonly table: string
  readonly name: string
}

export interface Report {
  readonly name: string
  readonly study: string
  readonly bytes: number
  /** ISO time. */
  readonly writtenAt: string
}

/** An event of the stream: the runs of which something has changed; what is not named is as it was. */
export interface Changed {
  readonly runs: ReadonlyArray<string>
  /** Runs whose nodes have told more numbers, and of which nothing else may have changed. */
  readonly grown: ReadonlyArray<string>
}

/** Why a request was not answered. */
export interface Failure {
  readonly problem: string
}

/** A page of completions, with what there is to filter by. */
export interface CompletionPage {
  readonly page: Answer
  /** By format and whether right. */
  readonly counts: Answer
  readonly rowsOfPage: number
  /** Of rollouts. */
  readonly steps: { readonly first: number; readonly last: number } | null
}

/** Where a completion is found in the training data. */
export interface Attribution {
  /** What each method gives to each source. */
  readonly sources: Answer
  /** The documents that hold its longest pieces word for word. */
  readonly documents: Answer
}

/** One completion, and all that it came from. */
export interface CompletionDetail {
  readonly completion: Answer
  /** The node and those before it, each before what it reads. */
  readonly lineage: ReadonlyArray<RunNode>
  readonly attribution: Attribution | null
}
