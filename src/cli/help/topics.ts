/**
 * Topics of `pipeline help`: the pages of docs/topics, which say one thing each, and the long pages of docs. Their text stands
 * there and nowhere else.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { PACKAGE } from "../../dag/repository.ts"

export interface Topic {
  readonly name: string
  /** Of a short one what its heading says behind the name. */
  readonly title: string
  /** Written to be read in a terminal. */
  readonly isShort: boolean
  /** Path inside the repository. */
  readonly file: string
}

const topicsIn = (folder: string, isShort: boolean): ReadonlyArray<Topic> =>
  fs
    .readdirSync(path.join(PACKAGE, folder))
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .toSorted()
    .map((file) => {
      const [heading = ""] = fs.readFileSync(path.join(PACKAGE, folder, file), "utf8").split("\n", 1)
      return {
        name: file.slice(0, -3),
        title: heading.replace(isShort ? /^.*?: / : /^#+\s*/, ""),
        isShort,
        file: `${folder}/${file}`
      }
    })

/** Every topic, the short ones first. */
export const topics = (): ReadonlyArray<Topic> => [...topicsIn("docs/topics", true), ...topicsIn("docs", false)]

/** A topic as a terminal shows it: without the marks that Markdown needs and a reader does not. */
export const topicText = ({ file }: Topic): string => {
  let inCode = false
  const lines = fs
    .readFileSync(path.join(PACKAGE, file), "utf8")
    .trimEnd()
    .split("\n")
    .flatMap((line) => {
      if (line.startsWith("```")) {
        inCode = !inCode
        return []
      }
      if (inCode) return [`    ${line}`.trimEnd()]
      const heading = /^#+\s+(.*)$/.exec(line)?.[1]
      return [plain(heading === undefined ? line : heading.toUpperCase())]
    })
  return `${lines.join("\n")}\n\n${file}\n`
}

/** Links by what they say; emphasis as words. */
const plain = (line: string): string => line.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll("**", "")
