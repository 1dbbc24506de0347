/** What was thrown, as words: whatever it is. */

import { systemCode, systemFault } from "./system-problem.ts"

/** `ENOENT` of a system error; of any other its code, where it has one, or nothing. */
export const errorCode = (cause: unknown): string =>
  systemCode(cause) ??
  (typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : "")

/** What an error says, whatever was thrown: of a system error what could not be done to which file, and why. */
export const errorText = (cause: unknown): string =>
  systemFault(cause) ?? (cause instanceof Error ? cause.message : String(cause))
