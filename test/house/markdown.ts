/** The documents of the repository: their links, headings and snippets. */

import { repositoryFiles, textOf } from "./sources.ts"

/** Every page that people read. */
export const pages = (): ReadonlyArray<string> =>
  repositoryFiles().filter((file) => file.endsWith(".md") && !file.startsWith("test/"))

export interface Snippet {
  readonly page: string
  /** Line of its first line, from 1. */
  readonly line: number
  /** What stands behind the fence: `ts`, `ts from stages/compare.ts`, `sh`; empty where there is nothing or no fence. */
  readonly info: string
  readonly text: string
}

const FENCE = /^(\s*)(```+)\s*(.*)$/

interface Page {
  readonly snippets: ReadonlyArray<Snippet>
  /** The page without its snippets, a line for each line. */
  readonly prose: ReadonlyArray<string>
}

/** Splits a page into prose and snippets: fenced blocks, and blocks that four blanks indent after an empty line. */
export const readPage = (page: string): Page => {
  const snippets: Array<Snippet> = []
  const prose: Array<string> = []
  const lines = textOf(page).split("\n")
  let inList = false
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    const fence = FENCE.exec(line)
    const first = i + 1
    if (fence !== null) {
      const [, indent, marks, info] = fence
      const text: Array<string> = []
      prose.push("")
      for (i++; i < lines.length && !lines[i]!.trim().startsWith(marks!); i++) {
        text.push(lines[i]!.slice(Math.min(indent!.length, lines[i]!.length)))
        prose.push("")
      }
      prose.push("")
      snippets.push({ page, line: first + 1, info: info!.trim(), text: text.join("\n") })
      continue
    }
    if (line.trim() !== "" && !line.startsWith(" ")) inList = /^(?:[-*]|\d+\.)\s/.test(line)
    if (/^ {4}/.test(line) && !inList && (i === 0 || lines[i - 1]!.trim() === "")) {
      const text: Array<string> = []
      for (
        ;
        i < lines.length && (/^ {4}/.test(lines[i]!) || (lines[i]!.trim() === "" && /^ {4}/.test(lines[i + 1] ?? "")));
        i++
      ) {
        text.push(lines[i]!.slice(4))
        prose.push("")
      }
      i--
      snippets.push({ page, line: first, info: "", text: text.join("\n") })
      continue
    }
    prose.push(line)
  }
  return { snippets, prose }
}

export interface Link {
  readonly page: string
  readonly line: number
  readonly target: string
}

/** Links and pictures of a page, those of code left out. */
export const linksOf = (page: string): ReadonlyArray<Link> =>
  readPage(page).prose.flatMap((line, i) => {
    const text = line.replaceAll(/`[^`]*`/g, "")
    return [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\s*\[[^\]]+\]:\s+(\S+)/g)].map(
      ([, inline, reference]) => ({
        page,
        line: i + 1,
        target: inline ?? reference!
      })
    )
  })

/** The anchors of a page's headings, as hosts of repositories make them: lower case, no punctuation, blanks as hyphens. */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const line of readPage(page).prose) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1]
    if (heading === undefined) continue
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-")
    let unique = anchor
    for (let n = 1; anchors.has(unique); n++) unique = `${anchor}-${n}`
    anchors.add(unique)
  }
  return anchors
}

/** The rows of the Markdown table below a heading, as trimmed cells, without the header. */
export const tableBelow = (page: string, heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const lines = textOf(page).split("\n")
  const at = lines.findIndex((line) => /^#+\s/.test(line) && line.replace(/^#+\s+/, "") === heading)
  if (at < 0) throw new Error(`${page} has no heading "${heading}"`)
  const start = lines.findIndex((line, i) => i > at && line.startsWith("|"))
  const rows: Array<ReadonlyArray<string>> = []
  for (let i = start; lines[i]?.startsWith("|") === true; i++)
    rows.push(
      lines[i]!.replace(/^\||\|\s*$/g, "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
    )
  return rows.slice(2)
}
