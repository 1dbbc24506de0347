/**
 * Lengths of segments, `AB \cdot CD`. Where all capitals of an answer stand in pairs, two pairs or more, and it multiplies or
 * divides them, each pair is one length, named from either end, and no product of two letters.
 */

const PAIR = String.raw`(?<![A-Za-z\\])([A-Z])([A-Z])(?![A-Za-z_'])`
const PAIRS = new RegExp(PAIR, "g")
/** `\overline{BA}`, and words and commands, which stay as they are. */
const NAMED = new RegExp(
  String.raw`\\overline\s*\{\s*([A-Z])\s*([A-Z])\s*\}|\\(?:text|operatorname|overrightarrow|vec)\s*\{[^{}]*\}|${PAIR}`,
  "g"
)
const COMMANDS = /\\(?:text|operatorname|overrightarrow|vec|overline|begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+/g
/** An angle has one corner, and is of no length: `\cos A`, `\sin \angle ABC`. */
const ANGLES = new RegExp(
  String.raw`\\?(?:(?:sin|cos|tan|cot|sec|csc)(?![A-Za-z])\s*(?:\^\s*\{?\s*\d\s*\}?\s*)?\(?\s*(?:\\angle\s*)?|angle\s*)` +
    String.raw`[A-Z]{1,3}(?![A-Za-z])`,
  "g"
)
/** Sums alone are the same whatever they are of. */
const CALCULATES = /[/^]|\\(?:cdot|times|frac)(?![A-Za-z])|[A-Z]\s*\)\s*\(|[A-Z]{2}\s+[A-Z]{2}/
/** Of other figures, and of sets. */
const FIGURES = /\\(?:perp|parallel|triangle|cong|sim|cap|cup|in)(?![A-Za-z])/
/** Products of physics: volumes and voltages, the gas constant and a temperature, resistance and what it is taken with. */
const NO_SEGMENT = /V|^(?:RT|TR|IR|RI|EI|IE|GM|MG|RC|CR|LC|CL)$/

/** A text with `\overline` over its segments, and the ends of each in one order. */
export const withSegments = (text: string): string => {
  if (!/[A-Z]\s*[A-Z]/.test(text)) return text
  const areLengths = hasLengths(text)
  return text.replaceAll(NAMED, (all, a?: string, b?: string, first?: string, last?: string) => {
    const ends = a !== undefined && b !== undefined ? [a, b] : areLengths && first && last ? [first, last] : null
    return ends === null ? all : `\\overline{${ends.toSorted().join("")}}`
  })
}

const hasLengths = (text: string): boolean => {
  if (!CALCULATES.test(text) || FIGURES.test(text)) return false
  const bare = text.replaceAll(ANGLES, " ").replaceAll(COMMANDS, " ")
  const pairs = [...new Set([...bare.matchAll(PAIRS)].map(([pair]) => pair))]
  // Of two letters in both orders: matrices.
  const ways = new Set(pairs.map((pair) => [...pair].toSorted().join("")))
  return (
    ways.size > 1 &&
    ways.size === pairs.length &&
    !/[A-Z]/.test(bare.replaceAll(PAIRS, " ")) &&
    !pairs.some((p) => NO_SEGMENT.test(p))
  )
}
