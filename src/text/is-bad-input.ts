/**
 * Whether an error means "what you gave me is wrong": its class says so by a property `badInput`. The command
 * line answers with exit code 2.
 */
export const isBadInput = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "badInput" in error && error.badInput === true
