/** What was thrown, as words: whatever it is. */

/** `ENOENT` of a system error; empty for any other. */
export const errorCode = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string" ? cause.code : ""

/** What an error says, whatever was thrown. */
export const errorText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
