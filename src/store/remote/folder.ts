/** A folder as a backend: a store on this machine, or on a disk that several share. */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { errorCode, errorText } from "../../text/error-text.ts"
import { systemProblem } from "../../text/system-problem.ts"
import { closeFile, discard, lookAt, moveInPlace, readFrom, replaceFile, syncFile, temporaryName } from "../disk/calls.ts"
import { waiting } from "../disk/durable.ts"
import { sha256OfBytes, sha256OfFile } from "../disk/file-digest.ts"
import { inside, namesInside, openRegular, readRegular } from "../disk/inside.ts"
import { makeFolder } from "../disk/make-folder.ts"
import { isOwn, isTemporaryName } from "../disk/own-names.ts"
import { underClaim, writingNew } from "../disk/publish.ts"
import { type Backend, type Content, type Entry, type Found, type Range, RemoteFailed, type Written } from "./Backend.ts"

/** The files of the store at `root`. What is foreign in it is not listed. */
export const folderBackend = (root: string): Backend => {
  const at = (name: string) => inside(root, ...name.split("/"))
  const attempt = <A>(what: () => A) => Effect.try({ try: what, catch: (cause) => failed(root, cause) })
  return {
    url: root,
    folder: root,
    read: (name, range) => attempt(() => read(at(name), range)),
    stat: (name) =>
      attempt(() => {
        const found = lookAt(at(name))
        return found?.isFile() === true ? found.size : null
      }),
    list: (folder) => attempt(() => filesBelow(root, folder.split("/"))),
    put: (name, content) => attempt(() => put(at(name), content)),
    create: (name, bytes) =>
      attempt((): Written => (waiting(writingNew(at(name), bytes)) ? { tag: sha256OfBytes(bytes) } : "refused")),
    replace: (name, bytes, tag) =>
      attempt((): Written => {
        const file = at(name)
        return underClaim(file, () => {
          if (read(file)?.tag !== tag) return "refused"
          replaceFile(file, bytes)
          return { tag: sha256OfBytes(bytes) }
        })
      })
  }
}

const failed = (root: string, cause: unknown): RemoteFailed =>
  cause instanceof RemoteFailed
    ? cause
    : new RemoteFailed({
        url: root,
        problem: systemProblem(cause) ?? `${errorText(cause)}.`,
        passing: false,
        badInput: systemProblem(cause) === null
      })

const read = (file: string, range?: Range): Found | null => {
  try {
    const bytes = range === undefined ? readRegular(file) : part(file, range)
    return { bytes, tag: sha256OfBytes(bytes) }
  } catch (cause) {
    if (errorCode(cause) === "ENOENT") return null
    throw cause
  }
}

const part = (file: string, { from, to }: Range): Buffer => {
  const handle = openRegular(file)
  try {
    const bytes = Buffer.allocUnsafe(to - from)
    return bytes.subarray(0, readFrom(handle, file, bytes, from))
  } finally {
    closeFile(handle)
  }
}

const put = (file: string, content: Content): void => {
  makeFolder(path.dirname(file))
  if (content instanceof Uint8Array) return replaceFile(file, content)
  const temporary = temporaryName(path.dirname(file))
  try {
    if (content.mayGo === true) moveOrCopy(content.file, temporary)
    else fs.copyFileSync(content.file, temporary, fs.constants.COPYFILE_FICLONE)
    if (sha256OfFile(temporary) !== content.sha256) throw new Error(`${content.file} is not what its name says`)
    fs.chmodSync(temporary, 0o444)
    syncFile(temporary)
  } catch (cause) {
    discard(temporary)
    throw cause
  }
  moveInPlace(temporary, file)
  syncFile(path.dirname(file))
}

const moveOrCopy = (from: string, to: string): void => {
  try {
    fs.renameSync(from, to)
  } catch (cause) {
    if (errorCode(cause) !== "EXDEV") throw cause
    fs.copyFileSync(from, to)
    discard(from)
  }
}

const filesBelow = (root: string, names: ReadonlyArray<string>): ReadonlyArray<Entry> =>
  namesInside(root, ...names).flatMap((name) => {
    const all = [...names, name]
    if (isTemporaryName(name) || !isOwn(all)) return []
    const found = lookAt(inside(root, ...all))
    if (found?.isDirectory() === true) return filesBelow(root, all)
    return found?.isFile() === true ? [{ name: all.join("/"), size: found.size }] : []
  })
