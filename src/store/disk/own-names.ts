/**
 * Which names a store gives, folder by folder. Desktops, sync programs, network disks and people put files of their own among
 * them (`.DS_Store`, `Thumbs.db`, `.nfs0001`, a copy of a record): what has none of these names is foreign. It is read by
 * nothing, stands in the way of nothing, and nothing removes it, nor the folders that it lies in.
 */

import * as fs from "node:fs"

import { lookAt, looking } from "./calls.ts"
import { inside, namesInside } from "./inside.ts"

const DIGEST = "[0-9a-f]{64}"
const TOKEN = "[0-9a-f]{32}"
/** Files on their way to their own name, as `temporaryName` and the protocols of presence/ call them. */
const TEMPORARY = `tmp-(?:\\d+-[0-9a-f]{12}|${TOKEN})`
const RUN = ".+-\\d{8}-\\d{6}-[0-9a-f]{3,}"
const REPORT = ".+-[0-9a-f]{16}\\.html"
/** What makes a checkpoint whole, in the folder of a holder. */
export const CHECKPOINT = "checkpoint.json"

/** Where rows gather, in the folder of a holder. */
export const OUTPUT = "output"

/** Rows of numbers for whoever watches, in the folder of a holder. */
export const LIVE_ROWS = "rows.jsonl"

/** What the folder of a holder has, and in stores of earlier programs that of the action. */
const ATTEMPT = "log|output|commit|rows\\.jsonl|checkpoint\\.json|state-\\d+|request[^/]*\\.json"

/** The folders of every store, if they are there. */
export const TOP_FOLDERS = [
  "objects",
  "actions",
  "attempts",
  "observations",
  "code",
  "runs",
  "reports",
  "presence",
  "cluster",
  "trash"
] as const

/** What `setAside` may have called a thing that it moved: by its name, and a number where that was taken. */
const SET_ASIDE =
  `(?:${DIGEST}(?:\\.jsonl?|\\.txt)?|${RUN}(?:-events\\.jsonl)?|.+-events\\.jsonl|${REPORT}|lease-[0-9a-f]{12}-${TOKEN}|` +
  `checkpoint\\.json|[0-9a-f]{2}|${TOKEN}|sha256|${TOP_FOLDERS.join("|")})(?:\\.\\d+)?`

/** By the folder: the names in it. Below a folder that is not listed, everything belongs to that folder. */
const NAMES: ReadonlyArray<readonly [folder: RegExp, names: RegExp]> = (
  [
    ["", `${TOP_FOLDERS.join("|")}|damaged(?:\\.\\d+)?`],
    ["objects", "sha256"],
    ["objects/sha256", "[0-9a-f]{2}"],
    ["objects/sha256/[^/]+", `${DIGEST}(?:\\.claim)?|${TEMPORARY}`],
    ["actions", `${DIGEST}\\.json(?:\\.claim)?|${TEMPORARY}`],
    ["attempts", DIGEST],
    ["attempts/[^/]+", `lease\\.json|${TOKEN}|${ATTEMPT}|${TEMPORARY}`],
    [`attempts/[^/]+/${TOKEN}`, `${ATTEMPT}|${TEMPORARY}`],
    [`attempts/[^/]+/(?:${TOKEN}/)?output`, `[A-Za-z]\\w*\\.\\d+\\.(?:${DIGEST}\\.arrow|partial)|${TEMPORARY}`],
    [`attempts/[^/]+/(?:${TOKEN}/)?state-\\d+`, "\\w.*\\.bin"],
    ["observations", `${DIGEST}\\.jsonl(?:\\.claim)?|${TEMPORARY}`],
    ["code", `${DIGEST}\\.txt|${TEMPORARY}`],
    ["runs", RUN],
    ["runs/[^/]+", `events\\.jsonl|${TEMPORARY}`],
    ["reports", `${REPORT}|${TEMPORARY}`],
    ["presence", `(?:run|attempt|gc)-${TOKEN}\\.json|${TOKEN}\\.beat|${TEMPORARY}`],
    ["cluster", TOKEN],
    [
      `cluster/${TOKEN}`,
      `(?:batch|task\\.\\d+|ending-${DIGEST})\\.json|script|probe\\.\\w+|(?:stop|log)\\.\\d+|news\\.\\d+\\.jsonl|${TEMPORARY}`
    ],
    ["trash", `(?:back-|rubbish-)?${TOKEN}`],
    // Names that led to a thing, one after the other: see Sweep.ts.
    ["trash/[^/]+", `(?:${TOP_FOLDERS.join("|")}|damaged)!.+`],
    ["damaged", SET_ASIDE]
  ] as const
).map(([folder, names]) => [new RegExp(`^(?:${folder})$`), new RegExp(`^(?:${names})$`, "s")])

const namesOf = (folder: ReadonlyArray<string>): RegExp | undefined => {
  const at = folder.join("/")
  return NAMES.find(([pattern]) => pattern.test(at))?.[1]
}

/** Whether a thing has a name that the store gives in its folder. `names`: all that lead to it. */
export const isOwn = (names: ReadonlyArray<string>): boolean => namesOf(names.slice(0, -1))?.test(names.at(-1)!) ?? true

/** Whether what has this name can only be a file: another thing there is nobody's. Of the rest of a store others tell. */
export const isFileOnly = (names: ReadonlyArray<string>): boolean =>
  names[0] === "presence" ? names.length === 2 : names[0] === "attempts" && names.at(-1) === "log"

/** Whether foreign things in this folder can be told from the store's own. */
export const tellsApart = (folder: ReadonlyArray<string>): boolean => namesOf(folder) !== undefined

/** Whether it is a file on its way to its own name. */
export const isTemporaryName = (name: string): boolean => TEMPORARY_NAME.test(name)
const TEMPORARY_NAME = new RegExp(`^(?:${TEMPORARY}|.*\\.claim)$`)

/** `namesInside` without what is foreign there. */
export const ownNamesInside = (root: string, folder: ReadonlyArray<string>): ReadonlyArray<string> =>
  ownAmong(namesInside(root, ...folder), folder)

const ownAmong = (names: ReadonlyArray<string>, folder: ReadonlyArray<string>): ReadonlyArray<string> => {
  const own = namesOf(folder)
  return own === undefined ? names : names.filter((name) => own.test(name))
}

/**
 * What to remove so that of this nothing is left but foreign things, with the folders above them: itself where there are none.
 * Each by the names that lead to it.
 */
export const ownParts = (root: string, names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  if (!tellsApart(names)) return [names]
  const at = inside(root, ...names)
  if (lookAt(at)?.isDirectory() !== true) return [names]
  const parts = looking(at, () => fs.readdirSync(at)).map((name) => ({
    whole: isOwn([...names, name]) ? [...names, name].join("/") : null,
    parts: isOwn([...names, name]) ? ownParts(root, [...names, name]) : []
  }))
  const isWhole = parts.every(
    ({ whole, parts: [first, ...more] }) => whole !== null && more.length === 0 && first?.join("/") === whole
  )
  return isWhole ? [names] : parts.flatMap((part) => part.parts)
}
