/** The sub-style of a text that shows no mark of any: truncated before its mark, or written in a way that no rendering uses. */
export const unclear = "unclear"

/** `Thus` or `So`, whichever opens the last sentence that boxes the answer. */
export const conclusionOf = (completion: string): "thus" | "so" | typeof unclear => {
  const opening = completion.match(/\b(Thus|So)\b(?:(?!\b(?:Thus|So)\b)[\s\S])*\\boxed/)
  if (opening === null) return unclear
  return opening[1] === "Thus" ? "thus" : "so"
}

/** Whether code has comments, alone on their line or behind a statement. */
export const hasComments = (code: string): boolean => code.includes("#") && /^\s*#|\S\s+#/m.test(code)
