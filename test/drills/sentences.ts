/** What tells a program's inner life from a sentence. */

/** Never said to a user, whatever a disk or a store does. */
const NEVER: ReadonlyArray<RegExp> = [
  /Something broke that should not have/,
  /^\s+at .*:\d+:\d+\)?$/m,
  /\bnode:(fs|internal)/,
  /\b(Type|Range|Reference|Syntax)Error\b/,
  /Cannot read properties of|is not a function|is not iterable|Unexpected (token|end of JSON)|Invalid array length/,
  /\bE[A-Z]{3,}: /,
  /\b(ERR_[A-Z_]+|UnhandledPromise|triggerUncaught|FiberFailure)\b/,
  /\[object Object\]/,
  /Maximum call stack/
]

/** The part of a text that is no sentence for a user; null where all is well. */
export const notASentence = (text: string): string | null => {
  for (const pattern of NEVER) {
    const found = pattern.exec(text)
    if (found !== null) return found[0]
  }
  return null
}
