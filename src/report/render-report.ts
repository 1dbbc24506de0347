import { Effect } from "effect"

import { resultsOf } from "./results.ts"
import type { RunRecord } from "./RunRecord.ts"

/** The whole report as one HTML file. */
export const renderReport = Effect.fnUntraced(function* (record: RunRecord, description: string) {
  const results = yield* resultsOf(record)
  return `<!doctype html><title>${record.study}</title><p>${description}</p><p>${results.length}</p>`
})
