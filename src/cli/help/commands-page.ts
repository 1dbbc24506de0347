/** Every command as a page of Markdown (docs/cli.md), from what `--help` prints from too. */

import { brokenAt } from "../printing/text-table.ts"
import { type Command, type Commands, commonFlags, type Flags, flagName } from "../usage.ts"
import type { Topic } from "./topics.ts"

const WIDTH = 130

/** The page. `topics`: what `pipeline help` has besides the commands. */
export const commandsPage = async (commands: Commands, topics: ReadonlyArray<Topic>): Promise<string> => {
  const names = Object.keys(commands)
  const sections = await Promise.all(names.map(async (name) => sectionOf("##", (await commands[name]!.load()).command)))
  const text = [
    "# The command line",
    wrapped(
      "Every command, as `pipeline COMMAND --help` prints it. This page is made by `pnpm build:cli-page`, and a test holds it " +
        "to the commands. In a clone, `pipeline` is `pnpm pipeline`; where the package is installed, `npx pipeline`."
    ),
    tableOf(
      ["command", "what it does"],
      Object.entries(commands).map(([name, { summary }]) => [`[${name}](#pipeline-${name})`, summary])
    ),
    wrapped("What is said of all of them (`pipeline help TOPIC`):"),
    topics
      .filter(({ isShort }) => isShort)
      .map(({ name, title, file }) => `- [${name}](${file.replace(/^docs\//, "")}): ${title}`)
      .join("\n"),
    "## Flags of every command",
    flagsTable(commonFlags),
    ...sections.flat()
  ]
  return `${text.join("\n\n")}\n`
}

const sectionOf = async (mark: string, { name, summary, usage, flags, parts = {} }: Command): Promise<ReadonlyArray<string>> => {
  const own = Object.fromEntries(Object.entries(flags).filter(([flag]) => !Object.hasOwn(commonFlags, flag)))
  const inner = await Promise.all(Object.values(parts).map(async ({ load }) => sectionOf(`${mark}#`, (await load()).command)))
  return [
    `${mark} pipeline ${name}`,
    wrapped(summary),
    `\`\`\`text\n${usage}\n\`\`\``,
    ...(Object.keys(own).length === 0 ? [] : [flagsTable(own)]),
    ...inner.flat()
  ]
}

const flagsTable = (flags: Flags): string =>
  tableOf(
    ["flag", "what it does"],
    Object.entries(flags).map(([name, flag]) => [
      `\`${flagName(name, flag)}\``,
      `${flag.description}${flag.multiple === true ? " (may be repeated)" : ""}`
    ])
  )

/** As the formatter of this repository lays tables out. */
const tableOf = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")))
  const widths = head.map((_, column) => cells.reduce((widest, row) => Math.max(widest, row[column]!.length), 3))
  const lines = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`)
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`
  return lines.toSpliced(1, 0, rule).join("\n")
}

const wrapped = (text: string): string => brokenAt(text, WIDTH).join("\n")
