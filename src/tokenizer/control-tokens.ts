/** How control tokens are spelt. No text encodes to them, whatever it says. */

/** Ends every document and every completion. */
export const endOfTextToken = "<|endoftext|>"

/** Asks for a format: `<|tinygsm|>`. */
export const tagToken = (format: string): string => `<|${format}|>`
