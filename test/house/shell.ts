/** Reads shell snippets: as much of the shell's grammar as the pages use. */

/** The commands of a snippet as their words: quotes taken off, comments left out, lines joined where a quote or `\` goes on. */
export const commandsIn = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const commands: Array<ReadonlyArray<string>> = []
  let words: Array<string> = []
  let word: string | null = null
  let quote: string | null = null
  const endWord = () => {
    if (word !== null) words.push(word)
    word = null
  }
  const endCommand = () => {
    endWord()
    if (words.length > 0) commands.push(words)
    words = []
  }
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!
    if (quote !== null) {
      if (character === quote) quote = null
      else word += character
    } else if (character === "'" || character === '"') {
      quote = character
      word ??= ""
    } else if (character === "\\" && text[i + 1] === "\n") i++
    else if (character === "#" && word === null) while (i + 1 < text.length && text[i + 1] !== "\n") i++
    else if (character === "\n" || character === ";") endCommand()
    else if (/\s/.test(character)) endWord()
    else word = (word ?? "") + character
  }
  endCommand()
  return commands
}
