/**
 * Is every stored thing what its name says? Each object against its digest, each table by opening it; each action record, run
 * log, observation and code text against the digest of itself that it carries or is called by; and each against the others, so
 * that what was lost is named as well. Finds; changes nothing.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { errorText } from "../../text/error-text.ts"
import { ArrowFile } from "../arrow/ArrowFile.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, LARGEST_TEXT, namesInside, readText, tooLarge } from "../disk/inside.ts"
import { isWhole } from "../disk/signed-text.ts"
import { readCode } from "../objects/code-texts.ts"
import { canonicalJson, digestOf } from "../objects/digest.ts"
import { readObservations } from "../objects/observations.ts"
import { type ActionRecord, damagedBy, isDigest, objectsOf } from "../objects/records.ts"
import { listRuns, readRun } from "../objects/Runs.ts"
import type { Inventory } from "./inventory.ts"
import { damagedCheckpoints } from "./verify-attempts.ts"

export interface Damage {
  readonly file: string
  readonly problem: string
  /** Keys of the actions whose results are affected. */
  readonly actions: ReadonlyArray<string>
  /** Names below the store of the file to set aside; null where it is missing. */
  readonly names: ReadonlyArray<string> | null
  /** What mends it beyond setting it aside. */
  readonly sort: "result" | "record" | "log" | "observation" | "code" | "report" | "attempt"
}

/** What was found, and how much was looked at. */
export interface Verification {
  readonly damages: ReadonlyArray<Damage>
  /** What is missing without harm to any result, a sentence each. */
  readonly notes: ReadonlyArray<string>
  readonly objects: number
  readonly bytes: number
  readonly actions: number
  readonly tables: number
  readonly runs: number
}

/** Checks everything in `stock`. `watch` is told how many of its objects are done. Damage is in the result and never thrown. */
export const verifyStore = (
  root: string,
  stock: Inventory,
  watch: (done: number, total: number) => void = () => {}
): Verification => {
  const objects = damagedObjects(root, stock, watch)
  const { tables, damages } = damagedTables(root, stock, objects)
  const lost = lostCode(stock)
  return {
    damages: [
      ...objects.values(),
      ...damages,
      ...damagedRecords(root, stock, objects),
      ...damagedObservations(root, stock),
      ...damagedLogs(root),
      ...lostRecords(root, stock),
      ...damagedCode(root, stock),
      ...damagedReports(root),
      ...damagedAttempts(root)
    ],
    notes: lost.length === 0 ? [] : [`The code texts of ${lost.join(", ")} are missing: a plan cannot show what changed there.`],
    objects: stock.objects.size,
    bytes: [...stock.objects.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    actions: stock.actions.length,
    tables,
    runs: runsIn(root).length
  }
}

const objectNames = (digest: string): ReadonlyArray<string> => ["objects", "sha256", digest.slice(0, 2), digest]

/** What is wrong with a file as words; null: nothing. */
const problemOf = (look: () => string | null): string | null => {
  try {
    return look()
  } catch (cause) {
    return damagedBy("", cause).problem
  }
}

/** Damaged and missing objects by digest. */
const damagedObjects = (
  root: string,
  stock: Inventory,
  watch: (done: number, total: number) => void
): ReadonlyMap<string, Damage> => {
  const users = usersOf(stock.actions)
  const sizes = sizesIn(stock.actions)
  const bad = new Map<string, Damage>()
  let done = 0
  for (const [digest, { file, bytes }] of stock.objects) {
    const names = path.relative(root, file).split(path.sep)
    const problem =
      names[2] === digest.slice(0, 2)
        ? problemOf(() => contentsProblem(digest, file, bytes, sizes.get(digest)))
        : "lies in the wrong folder"
    if (problem !== null) bad.set(digest, { file, problem, actions: users.get(digest) ?? [], names, sort: "result" })
    watch(++done, stock.objects.size)
  }
  for (const [digest, actions] of users)
    if (!stock.objects.has(digest))
      bad.set(digest, {
        file: path.join(root, ...objectNames(digest)),
        problem: "is missing",
        actions,
        names: null,
        sort: "result"
      })
  return bad
}

/** `known`: the size that records give it. One that is another is not read to its end, which may be a terabyte away. */
const contentsProblem = (digest: string, file: string, bytes: number, known: Known | undefined): string | null => {
  if (known === "manifest" && bytes > LARGEST_TEXT) return tooLarge(bytes)
  if (typeof known === "number" && bytes !== known && fs.lstatSync(file).isFile()) return `has ${bytes} bytes instead of ${known}`
  return sha256OfFile(file) === digest ? null : "does not have the contents its name says"
}

type Known = number | "manifest"

const sizesIn = (actions: ReadonlyArray<ActionRecord>): ReadonlyMap<string, Known> => {
  const sizes = new Map<string, Known>()
  for (const { output } of actions) {
    sizes.set(output.digest, "manifest")
    for (const { file, bytes } of [...Object.values(output.tables), ...Object.values(output.documents)]) sizes.set(file, bytes)
  }
  return sizes
}

/** Keys of the actions that each object belongs to. */
const usersOf = (actions: ReadonlyArray<ActionRecord>): ReadonlyMap<string, ReadonlyArray<string>> => {
  const users = new Map<string, Array<string>>()
  for (const action of actions)
    for (const digest of new Set(objectsOf(action))) {
      const keys = users.get(digest)
      if (keys === undefined) users.set(digest, [action.key])
      else keys.push(action.key)
    }
  return users
}

/** Tables whose contents are what their name says, and which are no table all the same. */
const damagedTables = (root: string, stock: Inventory, bad: ReadonlyMap<string, Damage>) => {
  const users = usersOf(stock.actions)
  const opened = new Set<string>()
  const damages: Array<Damage> = []
  for (const action of stock.actions)
    for (const { file, rows } of Object.values(action.output.tables)) {
      if (bad.has(file) || opened.has(file)) continue
      opened.add(file)
      const at = path.join(root, ...objectNames(file))
      const problem = tableProblem(at, rows)
      if (problem !== null)
        damages.push({ file: at, problem, actions: users.get(file) ?? [], names: objectNames(file), sort: "result" })
    }
  return { tables: opened.size, damages }
}

const tableProblem = (file: string, rows: number): string | null => {
  try {
    const arrow = new ArrowFile(file)
    arrow.close()
    return arrow.rows === rows ? null : `holds ${arrow.rows} rows where its manifest says ${rows}`
  } catch (cause) {
    return errorText(cause)
  }
}

/** Records that are damaged in themselves, do not follow from their components or disagree with their manifest. */
const damagedRecords = (root: string, stock: Inventory, bad: ReadonlyMap<string, Damage>): ReadonlyArray<Damage> => [
  ...stock.unreadable.map(({ file, problem }): Damage => {
    const names = path.relative(root, file).split(path.sep)
    const key = names.at(-1)!.slice(0, -".json".length)
    return { file, problem, actions: isDigest(key) ? [key] : [], names, sort: "record" }
  }),
  ...stock.actions.flatMap((action): ReadonlyArray<Damage> => {
    const names = ["actions", `${action.key}.json`]
    const problem = problemOf(() => recordProblem(root, action, bad))
    return problem === null ? [] : [{ file: path.join(root, ...names), problem, actions: [action.key], names, sort: "record" }]
  })
]

const recordProblem = (root: string, action: ActionRecord, bad: ReadonlyMap<string, Damage>): string | null => {
  const { output } = action
  if (digestOf(action.components.flatMap(({ name, value }) => [name, value])) !== action.key)
    return "does not follow from the components it lists"
  if (bad.has(output.digest)) return null
  const manifest = canonicalJson({ kind: output.kind, tables: output.tables, documents: output.documents })
  return readText(inside(root, ...objectNames(output.digest))) === manifest ? null : "disagrees with the manifest of its artifact"
}

/** Observations that are damaged, and those that every record has and one lost. */
const damagedObservations = (root: string, stock: Inventory): ReadonlyArray<Damage> => {
  const keys = namesInside(root, "observations").map((name) => name.replace(/\.jsonl$/, ""))
  const damage = (key: string, problem: string, present: boolean): Damage => {
    const names = ["observations", `${key}.jsonl`]
    return { file: path.join(root, ...names), problem, actions: [], names: present ? names : null, sort: "observation" }
  }
  return [
    ...keys.filter(isDigest).flatMap((key) => {
      const problem = problemOf(() => (readObservations(root, key), null))
      return problem === null ? [] : [damage(key, problem, true)]
    }),
    ...stock.actions.filter(({ key }) => !keys.includes(key)).map(({ key }) => damage(key, "is missing", false))
  ]
}

const runsIn = (root: string): ReadonlyArray<string> => namesInside(root, "runs")

const damagedLogs = (root: string): ReadonlyArray<Damage> => {
  const withLog = new Set(listRuns(root))
  return runsIn(root).flatMap((run): ReadonlyArray<Damage> => {
    const names = ["runs", run, "events.jsonl"]
    const { damage } = readRun(root, run)
    const file = path.join(root, ...names)
    if (damage === null) return []
    const there = fs.lstatSync(path.join(root, "runs", run)).isDirectory() ? (withLog.has(run) ? names : null) : ["runs", run]
    return [{ file, problem: damage, actions: [], names: there, sort: "log" }]
  })
}

/** Records that a run's log speaks of, that were not let go and are not there. */
const lostRecords = (root: string, stock: Inventory): ReadonlyArray<Damage> => {
  const there = new Set(stock.actions.map(({ key }) => key))
  for (const { file } of stock.unreadable) there.add(path.basename(file).slice(0, -".json".length))
  const finished = new Set<string>()
  for (const run of listRuns(root))
    for (const event of readRun(root, run).events)
      if (event.event === "node-finished" && isDigest(event.key)) finished.add(event.key)
  return [...finished].flatMap((key): ReadonlyArray<Damage> => {
    if (there.has(key)) return []
    // Of stores from before it was noted, nothing can be said.
    const known = problemOf(() =>
      readObservations(root, key)?.sealed === true && !readObservations(root, key)!.letGo ? "lost" : null
    )
    if (known === null) return []
    return [
      { file: path.join(root, "actions", `${key}.json`), problem: "is missing", actions: [key], names: null, sort: "record" }
    ]
  })
}

const damagedCode = (root: string, stock: Inventory): ReadonlyArray<Damage> =>
  [...stock.code].flatMap(([digest, { file }]): ReadonlyArray<Damage> => {
    const names = path.relative(root, file).split(path.sep)
    const problem = isDigest(digest) ? problemOf(() => (readCode(root, digest), null)) : "is not called by a digest"
    return problem === null ? [] : [{ file, problem, actions: [], names, sort: "code" }]
  })

const damagedReports = (root: string): ReadonlyArray<Damage> =>
  namesInside(root, "reports")
    .filter((name) => name.endsWith(".html") && !isWhole(path.join(root, "reports", name)))
    .map((name) => {
      const names = ["reports", name]
      return { file: path.join(root, ...names), problem: "is not as it was written", actions: [], names, sort: "report" }
    })

const damagedAttempts = (root: string): ReadonlyArray<Damage> =>
  damagedCheckpoints(root).map(({ names, problem }) => ({
    file: path.join(root, ...names),
    problem,
    actions: [],
    names,
    sort: "attempt"
  }))

/** Code texts that keys speak of and that are gone: only an explanation is poorer. */
const lostCode = (stock: Inventory): ReadonlyArray<string> => {
  const spoken = new Map<string, string>()
  for (const { components } of stock.actions)
    for (const { name, value } of components) if (name.startsWith("code:") && isDigest(value)) spoken.set(value, name.slice(5))
  return [...spoken].flatMap(([digest, name]) => (stock.code.has(digest) ? [] : [name]))
}
