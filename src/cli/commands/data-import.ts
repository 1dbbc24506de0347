/** `pipeline data import`: brings datasets into the data folder, from the hub, a URL or files. */

import { COMMAND } from "../../dag/repository.ts"
import { useProxies } from "../../datasets/fetch/download.ts"
import { importDataset, type Imported, type ImportProgress } from "../../datasets/fetch/import.ts"
import { importFolder } from "../../datasets/locate/locate.ts"
import { plural } from "../../text/plural.ts"
import { namedDatasets, nameList } from "../dataset-arguments.ts"
import { print, say } from "../output.ts"
import { canRedraw, type Redrawn, redrawn } from "../printing/terminal.ts"
import { bytesWords, shortDigest, textTable } from "../printing/text-table.ts"
import { type Command, type Flags, parse, UsageError } from "../usage.ts"

const flags = {
  data: {
    type: "string",
    value: "DIR",
    description: "the data folder to import into (default: $ECHO_CHAMBER_DATA, else ./data)"
  },
  from: {
    type: "string",
    value: "FILE|FOLDER|URL",
    description: "where the files are (default: the Hugging Face hub, or $HF_ENDPOINT; with $HF_TOKEN for gated datasets)"
  },
  revision: { type: "string", value: "NAME", description: "branch, tag or commit of the hub's repository (default main)" },
  json: { type: "boolean", description: "as JSON" }
} satisfies Flags

export const command: Command = {
  name: "data import",
  summary:
    "Copies or downloads datasets into the data folder, checked by size, digest and shape. " +
    "An interrupted download goes on where it stopped.",
  usage: "pipeline data import DATASET:SPLIT ... [--from FILE|FOLDER|URL]",
  flags,
  run: async (args) => {
    const parsed = parse("data import", flags, args, { min: 1, max: 100, words: "names of datasets, as in gsm8k:train" })
    const chosen = namedDatasets(parsed.positionals)
    const bare = parsed.positionals.find((word) => !word.includes(":"))
    if (bare !== undefined && namedDatasets([bare]).length > 1)
      throw new UsageError({ problem: `Which of ${nameList(namedDatasets([bare]))}? Name the splits.` })
    const from = parsed.text("from")
    if (from !== undefined && chosen.length > 1 && /^https?:/.test(from))
      throw new UsageError({ problem: `--from ${from} is one file, and ${nameList(chosen)} are several.` })
    const to = importFolder(parsed.text("data"))
    const revision = parsed.text("revision")
    useProxies()
    const imported: Array<Imported> = []
    const bottom = redrawn(process.stderr)
    for (const name of chosen) {
      const options = { to, ...(from === undefined ? {} : { from }), ...(revision === undefined ? {} : { revision }) }
      imported.push(await importDataset(name, { ...options, progress: reporter(bottom) }))
      bottom.erase()
      if (!parsed.is("json")) print(`${asText(imported.at(-1)!, parsed.text("data") === undefined ? "" : ` --data ${to}`)}\n`)
    }
    if (parsed.is("json")) print(`${JSON.stringify(imported, null, 1)}\n`)
    return 0
  }
}

const asText = ({ name, licence, folder, commit, files }: Imported, where: string): string => {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  const at = commit === null ? "" : ` (commit ${shortDigest(commit)})`
  return [
    `${name}: ${plural(files.length, "file")}, ${bytesWords(bytes)}, in ${folder}${at}; licence: ${licence}`,
    textTable(
      [],
      files.map((file) => [file.how, file.name, bytesWords(file.bytes), shortDigest(file.sha256)])
    ),
    `What is in it: ${COMMAND} data check ${name}${where}`
  ].join("\n")
}

/** One line that is written over on a terminal; a line a file elsewhere. */
const reporter = (bottom: Redrawn) => {
  let last = -1
  let time = 0
  return ({ name, file, files, bytes, total }: ImportProgress): void => {
    const words = `${file + 1}/${files} ${name}: ${bytesWords(bytes)}${total === null ? "" : ` of ${bytesWords(total)}`}`
    const now = performance.now()
    if (canRedraw(process.stderr)) {
      if (now - time < 100) return
      bottom.show([words])
      time = now
    } else if (file !== last) say(`${name}${total === null ? "" : ` (${bytesWords(total)})`}`)
    last = file
  }
}
