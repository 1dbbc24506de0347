/**
 * Cuts text into pieces that BPE never merges across: words with their leading space, single digits, runs of signs, runs of space.
 *
 * GPT-2's pattern with one change, digits one by one: `48` and `4800` then share what a model learns of `4` and `8`, and no merge
 * memorises a frequent number. White space is Unicode's White_Space property, written out because `\s` means one set in JavaScript
 * (with U+FEFF, without U+0085) and another in the Oniguruma of Hugging Face's tokenizers.
 *
 * Invariant: the pieces joined are the text, whatever the pattern (what it does not match becomes a piece as well).
 */

/** English contractions | letters | one digit | signs | trailing space but its last | space. As it stands in `tokenizer.json`. */
export const DIGITS_SINGLY =
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+|\\p{N}| ?[^\\p{White_Space}\\p{L}\\p{N}]+|\\p{White_Space}+(?!\\P{White_Space})|\\p{White_Space}+"

/** GPT-2's own, for vocabularies that were trained with it. */
export const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** Calls `use` with each piece of `text`, in order. `pattern` has the flags `gu`. */
export const forEachPiece = (text: string, pattern: RegExp, use: (piece: string) => void): void => {
  let end = 0
  pattern.lastIndex = 0
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0].length === 0) {
      pattern.lastIndex++
      continue
    }
    if (match.index > end) use(text.slice(end, match.index))
    use(match[0])
    end = match.index + match[0].length
  }
  if (end < text.length) use(text.slice(end))
}

/** A copy that shares no memory with the text it was cut from: V8's substrings keep the whole text alive. */
export const detached = (piece: string): string => (piece.length < 13 ? piece : Buffer.from(piece, "utf16le").toString("utf16le"))
