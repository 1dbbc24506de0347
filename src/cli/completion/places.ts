/**
 * What stands where on a command line, read from a command's own usage line: `pipeline report <study|run>... [flags]` takes
 * studies and runs, any number of them. A new command is completed without a word about it anywhere else.
 */

/** A place on the command line: words that stand there as they are, and kinds of things. */
export interface Place {
  readonly words: ReadonlyArray<string>
  readonly kinds: ReadonlySet<Kind>
}

const KINDS = [
  "study",
  "run",
  "node",
  "stage",
  "step",
  "setting",
  "dataset",
  "command",
  "topic",
  "format",
  "file",
  "folder"
] as const
export type Kind = (typeof KINDS)[number]

/** How usage lines and flags name the kinds, in any case. */
const NAMED: ReadonlyArray<readonly [RegExp, Kind]> = [
  [/^stage\.param/, "setting"],
  [/^stage\b/, "stage"],
  [/^study\b/, "study"],
  [/^run\b/, "run"],
  [/^node\b/, "node"],
  [/^step\b/, "step"],
  [/^dataset/, "dataset"],
  [/^command\b/, "command"],
  [/^topic\b/, "topic"],
  [/^format\b/, "format"],
  [/^file\b/, "file"],
  [/^(?:dir|folder|store)\b/, "folder"]
]

/** What may stand for a name such as `<study|run>`, `DIR`, `list|check`. Small words outside of brackets mean themselves. */
export const placeOf = (name: string): Place => {
  const alternatives = name
    .replaceAll(/[<>[\]"]|\.\.\./g, "")
    .split("|")
    .map((word) => word.trim())
  const kindOf = (word: string) => NAMED.find(([pattern]) => pattern.test(word.toLowerCase()))?.[1]
  const isLiteral = !/[<[]/.test(name)
  return {
    words: isLiteral ? alternatives.filter((word) => /^[a-z][a-z-]*$/.test(word)) : [],
    kinds: new Set(alternatives.flatMap((word) => (isLiteral && /^[a-z]/.test(word) ? [] : (kindOf(word) ?? []))))
  }
}

/** The places behind a command's name, in order, and whether the last of them is repeated. */
export const placesOf = (
  command: string,
  usage: string
): { readonly places: ReadonlyArray<Place>; readonly repeats: boolean } => {
  // What follows several blanks is a remark.
  const [line = ""] = usage
    .replace(`pipeline ${command}`, "")
    .trim()
    .split(/\s{3,}/)
  const names = pieces(line).filter((piece) => !/^\[(?:-|flags)/.test(piece) && piece !== "...")
  return { places: names.map(placeOf), repeats: /\.\.\./.test(line.replaceAll(/\[-[^\]]*\]/g, "")) }
}

/** Blanks part a line, but not inside of brackets and quotes. */
const pieces = (line: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let depth = 0
  let quoted = false
  let piece = ""
  for (const c of line) {
    if (c === '"') quoted = !quoted
    else if (!quoted && /[<[]/.test(c)) depth++
    else if (!quoted && /[>\]]/.test(c)) depth--
    if (c !== " " || depth > 0 || quoted) piece += c
    else if (piece !== "") {
      found.push(piece)
      piece = ""
    }
  }
  return piece === "" ? found : [...found, piece]
}
