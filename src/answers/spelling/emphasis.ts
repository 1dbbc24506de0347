/** Bold type in Markdown round part of an answer, `**204** minutes`, `40 + 2 = **42**`; `2**3` is a power. */

const BOLD = /(?<=^|[\s(=$])(\*{2,3})(?=[^\s*])([^*\n]{0,80}[^\s*])\1(?=$|[\s.,;:!?)%$])/g

/** A text without the stars round what is in bold type. */
export const withoutBold = (text: string): string => (text.includes("**") ? text.replaceAll(BOLD, "$2") : text)
