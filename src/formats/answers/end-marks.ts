/**
 * Marks with which a tokenizer ends a text, `</s>`, `<|endoftext|>`, `<eos>`: they are tokens of their own, and no part of an
 * answer before them.
 */

const MARK =
  String.raw`(?:<\/s>|<(?:eos|pad|eot|end_of_turn|end_of_text)>|\[(?:EOS|PAD)\]|` +
  String.raw`<[|｜](?!end_of_box)[\w▁-]{1,40}[|｜]>)`
const MARKS = new RegExp(String.raw`(?:\s{0,8}${MARK}){1,200}\s*$`)

/** A text without the marks that it ends in. */
export const withoutEndMarks = (text: string): string => (/[>\]]\s*$/.test(text.slice(-60)) ? text.replace(MARKS, "") : text)
