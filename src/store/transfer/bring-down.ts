/**
 * What a mirror takes from its bucket before a command looks at it: records, logs of runs, what is known of keys, code texts, and
 * objects that are small. Large ones come when they are read.
 */

import * as path from "node:path"

import { lookAt, replaceFile } from "../disk/calls.ts"
import { inside, makeInside, sizeOfRegular } from "../disk/inside.ts"
import { isOwn } from "../disk/own-names.ts"
import { Unsound } from "../disk/sealed.ts"
import { bringObjects, keepObservations, keepRecord } from "../objects/mirrored.ts"
import { actionKeys, Damaged, objectsOf, readRecord } from "../objects/records.ts"
import type { Entry } from "../remote/Backend.ts"
import type { Blocking } from "../remote/Blocking.ts"

/** Bytes of an object that costs less to bring than to ask for later. */
const SMALL = 256 * 1024
/** Names in one question: their contents are in memory together. */
const TOGETHER = 500

/** Brings down what is not here. `most`: the size of objects that come along; `tell` hears of one that is damaged there. */
export const bringDown = (remote: Blocking, root: string, tell: (line: string) => void, most = SMALL): void => {
  bringTexts(remote, root, "actions", "absent", (key, text) => keepRecord(root, key, text))
  bringTexts(remote, root, "observations", "longer", (key, text) => keepObservations(root, key, text))
  bringTexts(remote, root, "code", "absent", (digest, text) =>
    replaceFile(path.join(makeInside(root, "code"), `${digest}.txt`), text)
  )
  bringTexts(remote, root, "runs", "longer", (run, text) =>
    replaceFile(path.join(makeInside(root, "runs", run), "events.jsonl"), text)
  )
  const sizes = new Map(remote.list("objects").map(({ name, size }) => [path.basename(name), size]))
  const wanted = [...new Set(actionKeys(root).flatMap((key) => objectsIn(root, key)))].flatMap((digest) => {
    const size = sizes.get(digest)
    const file = inside(root, "objects", "sha256", digest.slice(0, 2), digest)
    return size === undefined || size > most || lookAt(file) !== undefined ? [] : [{ digest, size, file }]
  })
  for (let at = 0; at < wanted.length; at += TOGETHER) {
    const some = wanted.slice(at, at + TOGETHER)
    try {
      bringObjects(remote, some)
    } catch (cause) {
      if (!(cause instanceof Unsound)) throw cause
      tell(`An object ${cause.problem}.`)
    }
  }
}

/** Of a record that is damaged here nothing is needed. */
const objectsIn = (root: string, key: string): ReadonlyArray<string> => {
  try {
    const record = readRecord(root, key)
    return record === null ? [] : objectsOf(record)
  } catch (cause) {
    if (cause instanceof Damaged) return []
    throw cause
  }
}

/** What each thing of a folder is called by: `actions/<key>.json`, `runs/<run>/events.jsonl`. */
const subjectOf = (name: string): string => name.split("/")[1]!.replace(/\.(?:jsonl?|txt)$/, "")

const bringTexts = (
  remote: Blocking,
  root: string,
  folder: string,
  wanted: "absent" | "longer",
  keep: (subject: string, text: string) => void
): void => {
  const entries = remote.list(folder).filter(({ name, size }) => {
    const names = name.split("/")
    if (size === 0 || names.length > 3 || !names.every((_, depth) => isOwn(names.slice(0, depth + 1)))) return false
    const here = sizeOfRegular(inside(root, ...names))
    return wanted === "absent" ? here < 0 : here < size
  })
  for (let at = 0; at < entries.length; at += TOGETHER) bringSome(remote, entries.slice(at, at + TOGETHER), keep)
}

const bringSome = (remote: Blocking, entries: ReadonlyArray<Entry>, keep: (subject: string, text: string) => void): void => {
  const found = remote.readAll(entries.map(({ name }) => name))
  for (const [i, { name }] of entries.entries()) {
    const bytes = found[i]?.bytes
    if (bytes !== undefined) keep(subjectOf(name), Buffer.from(bytes).toString("utf8"))
  }
}
