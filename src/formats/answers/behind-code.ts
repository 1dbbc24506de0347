/**
 * What a text that holds programs says in words: behind the last of them, and behind the first. Programs are blocks between
 * fences or `<llm-code>` tags, with what they printed, and without such marks lines that are indented, define or print.
 */

const BLOCK = /```[^]*?(?:```|$)|<(llm-code(?:-output)?)>[^]*?(?:<\/\1>|$)/g
/** Lines of a program that nothing marks. */
const CODE_LINES =
  /(?:^|\n)(?:[ \t]+\S[^\n]*|(?:def|class|import|from|print|return|for|while|if)\b[^\n]*[:)\w]|#[ \t][^\n]*)(?=\n|$)/g

/** The prose behind the last program of a text, and all of it behind the first; both empty where the text ends in code. */
export const proseBehindCode = (text: string): { readonly last: string; readonly all: string } => {
  const blocks = [...text.matchAll(text.includes("```") || text.includes("<llm-code>") ? BLOCK : CODE_LINES)]
  const [first, last] = [blocks[0], blocks.at(-1)]
  if (first === undefined || last === undefined) return { last: "", all: "" }
  const ends = blocks.map((block) => block.index + block[0].length)
  return {
    last: text.slice(ends.at(-1)),
    all: ends.map((end, i) => text.slice(end, blocks[i + 1]?.index)).join("\n\n")
  }
}
