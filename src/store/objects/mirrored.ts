/**
 * A store that is the mirror of a bucket (../remote/mirror.ts): what is looked up and not here comes from there, and what is
 * recorded here is recorded there first. Whoever has the record there has the result, on whatever machine.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { discard, moveInPlace, remove, replaceFile, temporaryName } from "../disk/calls.ts"
import { waiting } from "../disk/durable.ts"
import { inside, makeInside, readText } from "../disk/inside.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { writingNew } from "../disk/publish.ts"
import { Unsound } from "../disk/sealed.ts"
import { RemoteFailed } from "../remote/Backend.ts"
import type { Blocking } from "../remote/Blocking.ts"
import { joined } from "./observations.ts"
import { type ActionRecord, objectsOf, recordFile, recordIn, recordText } from "./records.ts"

const objectName = (digest: string): string => `objects/sha256/${digest.slice(0, 2)}/${digest}`
const recordName = (key: string): string => `actions/${key}.json`
const observationsName = (key: string): string => `observations/${key}.jsonl`
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8")

/** An object and where it is to be. */
export interface Wanted {
  readonly digest: string
  readonly size: number | null
  readonly file: string
}

/** Brings objects here; each of which there is none there is left out. Throws `Unsound` where one there has other contents. */
export const bringObjects = (remote: Blocking, wanted: ReadonlyArray<Wanted>): void => {
  const files = wanted.map(({ digest, size, file }) => {
    makeFolder(path.dirname(file))
    return { name: objectName(digest), size, sha256: digest, file: temporaryName(path.dirname(file)), as: file }
  })
  const fetched = remote.fetch(files.map(({ name, size, sha256, file }) => ({ name, size, sha256, file })))
  for (const [i, { file, as }] of files.entries())
    if (fetched[i] === "fetched") {
      fs.chmodSync(file, 0o444)
      moveInPlace(file, as)
    } else discard(file)
  const damaged = fetched.findIndex((how) => how === "damaged")
  if (damaged >= 0)
    throw new Unsound({
      problem: `has other contents in ${remote.url} than its name says: remove ${files[damaged]!.name} there and run again`
    })
}

/** Whether objects are there, with their sizes where these are known. What was seen once is not asked for again. */
export const presenceIn = (remote: Blocking) => {
  let known: Map<string, number> | null = null
  return (wanted: ReadonlyArray<readonly [digest: string, bytes: number | null]>): boolean => {
    const sizes = (known ??= new Map(
      remote.list("objects").map(({ name, size }) => [name.slice(name.lastIndexOf("/") + 1), size])
    ))
    const others = wanted.filter(([digest]) => !sizes.has(digest))
    if (others.length > 0) {
      const found = remote.sizes(others.map(([digest]) => objectName(digest)))
      for (const [i, [digest]] of others.entries()) {
        const size = found[i]
        if (size !== null && size !== undefined) sizes.set(digest, size)
      }
    }
    return wanted.every(([digest, bytes]) => sizes.has(digest) && (bytes === null || sizes.get(digest) === bytes))
  }
}

/** Takes the record of a key over if there is one there; one that is damaged is as none. */
export const bringRecord = (remote: Blocking, root: string, key: string): void => {
  const found = remote.read(recordName(key))
  if (found !== null) keepRecord(root, key, textOf(found.bytes))
}

/** Writes a record of the bucket here, unless there is one or it is no record of the key. */
export const keepRecord = (root: string, key: string, text: string): void => {
  if (recordOrNull(key, text) !== null) waiting(writingNew(recordFile(root, key), text))
}

const recordOrNull = (key: string, text: string): ActionRecord | null => {
  try {
    return recordIn(key, text)
  } catch (cause) {
    if (cause instanceof Unsound) return null
    throw cause
  }
}

/** Two machines that both find the record of a result that is gone may take turns. */
const TRIES = 10

/**
 * Sends a result and records it there, create-once: the record that counts, which is another machine's where that was first and
 * its result is whole. `pathOf`: where the objects are here.
 */
export const recordThere = (remote: Blocking, action: ActionRecord, pathOf: (digest: string) => string): ActionRecord => {
  const files = objectsOf(action).map((digest) => {
    const file = pathOf(digest)
    return { name: objectName(digest), file, size: fs.statSync(file).size, sha256: digest }
  })
  remote.send(files)
  const name = recordName(action.key)
  const bytes = Buffer.from(recordText(action))
  let written = remote.create(name, bytes)
  for (let tries = 0; written === "refused" && tries < TRIES; tries++) {
    const found = remote.read(name)
    if (found === null) {
      written = remote.create(name, bytes)
      continue
    }
    const theirs = recordOrNull(action.key, textOf(found.bytes))
    if (theirs !== null && remote.sizes(objectsOf(theirs).map(objectName)).every((size) => size !== null)) return theirs
    written = remote.replace(name, bytes, found.tag)
  }
  if (written === "refused")
    throw new RemoteFailed({ url: remote.url, problem: `${name} changes all the time.`, passing: true, badInput: false })
  return action
}

/** Puts the record that counts in place of any other here. */
export const adopt = (root: string, record: ActionRecord): void => {
  remove(recordFile(root, record.key))
  waiting(writingNew(recordFile(root, record.key), recordText(record)))
}

const observationsHere = (root: string, key: string): string | null => {
  try {
    return readText(inside(root, "observations", `${key}.jsonl`))
  } catch {
    return null
  }
}

/** Takes over what is known of a key there. */
export const bringObservations = (remote: Blocking, root: string, key: string): void => {
  const found = remote.read(observationsName(key))
  if (found !== null) keepObservations(root, key, textOf(found.bytes))
}

/** Joins what is known of a key there with what is known here. What is damaged there says nothing. */
export const keepObservations = (root: string, key: string, there: string): void => {
  const here = observationsHere(root, key)
  try {
    const text = joined(key, here, there)
    if (text !== here) replaceFile(path.join(makeInside(root, "observations"), `${key}.jsonl`), text)
  } catch (cause) {
    if (!(cause instanceof Unsound)) throw cause
  }
}

/** Makes known there what is known of a key here. */
export const shareObservations = (remote: Blocking, root: string, key: string): void => {
  const here = observationsHere(root, key)
  if (here === null) return
  const name = observationsName(key)
  for (let tries = 0; tries < TRIES; tries++) {
    const found = remote.read(name)
    const there = found === null ? null : textOf(found.bytes)
    const text = soundlyJoined(key, there, here)
    if (text === there) return
    const bytes = Buffer.from(text)
    const written = found === null ? remote.create(name, bytes) : remote.replace(name, bytes, found.tag)
    if (written !== "refused") return
  }
}

/** What is damaged there gives way. */
const soundlyJoined = (key: string, there: string | null, here: string): string => {
  try {
    return joined(key, there, here)
  } catch (cause) {
    if (cause instanceof Unsound) return here
    throw cause
  }
}
