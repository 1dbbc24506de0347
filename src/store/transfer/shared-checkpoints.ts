/**
 * Checkpoints of a store that machines share through a bucket: each holder's newest one is there too, so that another machine
 * goes on from it. A holder has two places and writes them in turn, so that one is whole at any time and nothing gathers; an
 * index that is written last says which it is, with the digest of each file.
 *
 *   attempts/<key>/<token>/shared.json              the index
 *   attempts/<key>/<token>/<0 or 1>/<file>          state
 *   attempts/<key>/<token>/output/<file>            rows, under names that tell their contents
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Schema from "effect/Schema"

import { discard, replaceFile } from "../disk/calls.ts"
import { sha256OfFile } from "../disk/file-digest.ts"
import { inside, makeInside, namesInside, readText } from "../disk/inside.ts"
import { CHECKPOINT, isOwn, OUTPUT } from "../disk/own-names.ts"
import { parseObject, seal, Unsound, unseal } from "../disk/sealed.ts"
import type { Blocking } from "../remote/Blocking.ts"
import { behindStore } from "../remote/mirror.ts"

const Index = Schema.Struct({
  step: Schema.Natural,
  /** The text of the checkpoint's own file. */
  checkpoint: Schema.String,
  files: Schema.Array(
    Schema.Struct({
      /** Its name in the bucket, below the holder's. */
      name: Schema.String,
      /** Names that lead to it in the holder's folder. */
      at: Schema.Array(Schema.String),
      size: Schema.Natural,
      sha256: Schema.String
    })
  )
})
type Index = typeof Index.Type

const INDEX = "shared.json"
const nothing = new Uint8Array()

/** What shares the checkpoints of one holder; null where the store is only here. */
export const sharing = (root: string, key: string, token: string) => {
  const remote = behindStore(root)
  if (remote === null) return null
  const below = (name: string) => `attempts/${key}/${token}/${name}`
  const sent = new Map<string, string>()
  let turn = 0
  return {
    /** Sends the checkpoint that lies in the holder's folder. Throws `RemoteFailed`. */
    save: () => {
      const index = indexOf(root, key, token, (turn = 1 - turn))
      for (const { name, at, size, sha256 } of index.files) {
        if (sent.get(name) === sha256) continue
        const file = inside(root, "attempts", key, token, ...at)
        // What is in this place has the size of what comes: it would be taken for that.
        if (at[0] !== OUTPUT) remote.put(below(name), nothing)
        remote.send([{ name: below(name), file, size, sha256 }])
        sent.set(name, sha256)
      }
      remote.put(below(INDEX), Buffer.from(seal(JSON.stringify(index))))
    },
    /** Leaves nothing of size there: the action is done. */
    end: () => {
      if (sent.size === 0) return
      for (const name of [INDEX, ...sent.keys()]) remote.put(below(name), nothing)
    }
  }
}

const indexOf = (root: string, key: string, token: string, turn: number): Index => {
  const folder = (...names: ReadonlyArray<string>) => inside(root, "attempts", key, token, ...names)
  const checkpoint = readText(folder(CHECKPOINT))
  const { step } = parseObject(checkpoint)
  const states = namesInside(root, "attempts", key, token).filter((name) => name === `state-${String(step)}`)
  const places = [...states, OUTPUT].flatMap((place) =>
    namesInside(root, "attempts", key, token, place)
      .filter((name) => name.endsWith(".bin") || name.endsWith(".arrow"))
      .map((name) => [place, name] as const)
  )
  const files = places.map(([place, name]) => {
    const file = folder(place, name)
    return {
      name: `${place === OUTPUT ? place : turn}/${name}`,
      at: [place, name],
      size: fs.statSync(file).size,
      sha256: sha256OfFile(file)
    }
  })
  return { step: Number(step), checkpoint, files }
}

/**
 * Brings the newest checkpoint of holders on other machines here, into a folder of that holder, where it is newer than `newest`.
 * One that is not whole is left, and told of.
 */
export const bringShared = (root: string, key: string, newest: number, warn: (line: string) => void): void => {
  const remote = behindStore(root)
  if (remote === null) return
  const holders = remote.list(`attempts/${key}`).flatMap(({ name, size }) => {
    const [, , token = "", file] = name.split("/")
    return file === INDEX && size > 0 && isOwn(["attempts", key, token]) ? [token] : []
  })
  const found = remote.readAll(holders.map((token) => `attempts/${key}/${token}/${INDEX}`))
  const indices = holders.flatMap((token, i) => {
    const index = readIndex(Buffer.from(found[i]?.bytes ?? nothing).toString("utf8"))
    return index === null || index.step <= newest ? [] : [{ token, index }]
  })
  for (const { token, index } of indices.toSorted((a, b) => b.index.step - a.index.step))
    if (bring(remote, root, key, token, index)) return
    else warn(`The checkpoint of ${token} in ${remote.url} is not whole; it is left out.`)
}

const readIndex = (text: string): Index | null => {
  try {
    const index = unseal(text)
    return Schema.is(Index)(index) ? index : null
  } catch (cause) {
    if (cause instanceof Unsound) return null
    throw cause
  }
}

const bring = (remote: Blocking, root: string, key: string, token: string, { checkpoint, files }: Index): boolean => {
  const own = ["attempts", key, token]
  if (!files.every(({ at }) => at.every((_, depth) => isOwn([...own, ...at.slice(0, depth + 1)])))) return false
  const folder = makeInside(root, ...own)
  const wanted = files.map(({ name, at, size, sha256 }) => {
    makeInside(root, ...own, ...at.slice(0, -1))
    const file = inside(root, ...own, ...at)
    discard(file)
    return { name: `${own.join("/")}/${name}`, size, sha256, file }
  })
  if (!remote.fetch(wanted).every((how) => how === "fetched")) return false
  replaceFile(path.join(folder, CHECKPOINT), checkpoint)
  return true
}
