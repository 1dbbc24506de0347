/** What was thrown, as words: whatever it is. */

import { systemFault } from "./system-problem.ts"

/** `ENOENT` of a system error; empty for any other. */
export const errorCode = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** What an error says, whatever was thrown: of a system error what could not be done to which file, and why. */
export const errorText = (cause: unknown): string =>
  systemFault(cause) ?? (cause instanceof Error ? cause.message : String(cause))
