/** `pipeline help [command|topic]`: what `--help` prints, and what is to be said of more than one command. */

import { didYouMean } from "../../text/near.ts"
import { commandsPage } from "../help/commands-page.ts"
import { type Topic, topics, topicText } from "../help/topics.ts"
import { print } from "../output.ts"
import { brokenAt } from "../printing/text-table.ts"
import { columns, type Command, type Commands, type Flags, helpText, ledTo, NotFound, parse, UsageError } from "../usage.ts"

const flags = {
  markdown: { type: "boolean", description: "every command as one page of Markdown: docs/cli.md" }
} satisfies Flags

/** The command, given all of them. */
export const commandOver = (commands: Commands): Command => ({
  name: "help",
  summary: "Help on a command, or on a topic: stores, settings, how runs go on, exit codes, the environment, and more.",
  usage: "pipeline help [command|topic]...",
  flags,
  run: async (args) => {
    const parsed = parse("help", flags, args, { min: 0, max: 8, words: "a command or a topic" })
    const [name, ...rest] = parsed.positionals
    if (parsed.is("markdown")) {
      if (name !== undefined) throw new UsageError({ problem: `--markdown is of all commands: leave out "${name}".` })
      print(await commandsPage(commands, topics()))
    } else print(name === undefined ? overview(commands) : await helpOn(commands, name, rest))
    return 0
  }
})

/** As wide as the summaries above it. */
const LINE = 110

/** What `pipeline` alone prints. */
const overview = (commands: Commands): string => {
  const short = topics().filter(({ isShort }) => isShort)
  const long = topics().flatMap(({ isShort, name }) => (isShort ? [] : [name]))
  return [
    "Echo Chamber: how reinforcement learning amplifies what pretraining put into a language model.",
    "  pipeline <command> [flags]",
    columns(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    "Topics, each by pipeline help TOPIC:",
    columns(short.map(({ name, title }) => [name, title])),
    brokenAt(`Whole pages likewise: ${long.join(", ")}.`, LINE).join("\n"),
    "Start with: pipeline run smoke      Help on one: pipeline run --help\n"
  ].join("\n\n")
}

const helpOn = async (commands: Commands, name: string, rest: ReadonlyArray<string>): Promise<string> => {
  const page = topics().find((topic) => topic.name === name || `${topic.name}.md` === name)
  if (Object.hasOwn(commands, name)) {
    const { command, rest: behind } = await ledTo((await commands[name]!.load()).command, rest)
    if (command.more === undefined && behind.length > 0)
      throw new UsageError({
        problem: `pipeline help ${command.name}: what is "${behind[0]}"? There is no more to say of ${command.name}.`
      })
    const also =
      page === undefined || command.name !== name ? "" : `\nThere is a page of that name too: pipeline help ${name}.md\n`
    return `${helpText(command, (await command.more?.(behind)) ?? "")}${also}`
  }
  if (page === undefined) throw unknown(name, commands, topics())
  if (rest.length > 0) throw new UsageError({ problem: `pipeline help takes one topic; what is "${rest[0]}"?` })
  return topicText(page)
}

const unknown = (name: string, commands: Commands, known: ReadonlyArray<Topic>): NotFound => {
  const names = [...Object.keys(commands), ...known.map((topic) => topic.name)]
  return new NotFound({
    problem: `There is no command and no topic "${name}".${didYouMean(name, names)} "pipeline help" lists them.`
  })
}
