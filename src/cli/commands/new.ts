/** `pipeline new study NAME`: a first study to change, where studies of one's own are looked for. */

import * as fs from "node:fs"
import * as path from "node:path"

import { COMMAND, PACKAGE_NAME } from "../../dag/repository.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { errorCode } from "../../text/error-text.ts"
import { didYouMean } from "../../text/near.ts"
import { print } from "../output.ts"
import { nameProblem, ownStudies, SHIPPED_STUDIES, studyFile } from "../studies.ts"
import { type Command, parse, UsageError } from "../usage.ts"

/** The study that is copied. */
const FIRST = "first-study"

/** Imports of a study of this package, and what is between their braces. */
const IMPORTS = /^import \{ (.*) \} from ["]\.\..*["]\n/gm

/** The text of such a study as one outside imports what it is made of. */
const asElsewhere = (text: string): string => {
  const plain = (name: string) => name.replace(/^type /, "").toLowerCase()
  const names = [...text.matchAll(IMPORTS)]
    .flatMap(([, between]) => between!.split(", "))
    .toSorted((a, b) => (plain(a) < plain(b) ? -1 : 1))
  const [first = ""] = text.match(IMPORTS) ?? []
  const before = text.indexOf(first)
  const after = text.slice(before).replaceAll(IMPORTS, "")
  return `${text.slice(0, before)}import {\n  ${names.join(",\n  ")}\n} from ${JSON.stringify(PACKAGE_NAME)}\n${after}`
}

export const command: Command = {
  name: "new",
  summary:
    "Writes a first study to change: a mixture, pretraining, fine-tuning, RL, evaluations and a claim. It runs as it is in a " +
    "minute or two. It goes into pipelines/, or into the folder that ECHO_CHAMBER_STUDIES names; nothing is overwritten.",
  usage: "pipeline new study NAME",
  flags: {},
  run: async (args) => {
    const parsed = parse("new", {}, args, { min: 2, max: 2, words: '"study" and a name for it' })
    const [what = "", name = ""] = parsed.positionals
    if (what !== "study")
      throw new UsageError({
        problem: `pipeline new makes no "${what}".${didYouMean(what, ["study"])} It makes a study: pipeline new study NAME.`
      })
    const wrong = name.endsWith(".ts") ? `Leave ".ts" out: the file of a study gets it.` : nameProblem(name)
    if (wrong !== null) throw new UsageError({ problem: `No study can be called "${name}". ${wrong}` })
    const known = studyFile(name)
    if (known !== undefined)
      throw new UsageError({ problem: `There is a study "${name}" already: ${known}. Choose another name.` })
    const text = fs.readFileSync(path.join(SHIPPED_STUDIES, `${FIRST}.ts`), "utf8").replaceAll(FIRST, name)
    const folder = ownStudies()
    const file = path.join(folder, `${name}.ts`)
    makeFolder(folder)
    try {
      fs.writeFileSync(file, folder === SHIPPED_STUDIES ? text : asElsewhere(text), { flag: "wx" })
    } catch (cause) {
      if (errorCode(cause) !== "EEXIST") throw cause
      throw new UsageError({ problem: `${file} is there already, and nothing is overwritten. Choose another name.` })
    }
    print(`${file}\n\nNext: ${COMMAND} plan ${name}, then ${COMMAND} run ${name}. Open the file: it says what each line does.\n`)
    return 0
  }
}
