/** Whether a run elsewhere lives is told from two looks of two commands, with time between them. */

import * as fs from "node:fs"
import * as path from "node:path"

import { expect, it } from "vitest"

import { type Machine, thisMachine } from "../../../src/store/presence/machine.ts"
import { driverOf, enter, tokenOfRun } from "../../../src/store/presence/Presence.ts"
import { atOnce } from "../../../src/store/presence/steps.ts"
import { ownCache } from "../own-cache.ts"
import { temporaryFolder } from "../temporary-folder.ts"

const cache = ownCache()

const RUN = "study-20260101-000000-aaaa"
const elsewhere: Machine = {
  ...thisMachine(),
  self: { pid: 7, started: "1", host: "far", boot: "another", namespace: "another" }
}
const look = (root: string) => driverOf(root, thisMachine(), RUN)

/** As if that much time had gone by since the beats were noted. */
const later = (milliseconds: number): void => {
  const [name = ""] = fs.readdirSync(path.join(cache(), "beats"))
  const file = path.join(cache(), "beats", name)
  const notes = JSON.parse(fs.readFileSync(file, "utf8")) as { boot: string; beats: Record<string, [string, number, boolean]> }
  for (const beat of Object.values(notes.beats)) beat[1] -= milliseconds
  fs.writeFileSync(file, JSON.stringify(notes))
}

it("one that beats between two looks lives, however often it is looked at", () => {
  const root = temporaryFolder()
  const holder = atOnce(enter(root, elsewhere, "run", tokenOfRun(RUN)))
  expect(look(root)).toBe("unsure")
  expect(look(root)).toBe("unsure")
  holder.beat()
  expect([look(root), look(root)]).toEqual(["here", "here"])
})

it("one that has not beaten for the silence is gone, and is back when it beats again", () => {
  const root = temporaryFolder()
  const holder = atOnce(enter(root, elsewhere, "run", tokenOfRun(RUN)))
  holder.beat()
  expect(look(root)).toBe("unsure")
  later(thisMachine().silence / 2)
  expect(look(root)).toBe("unsure")
  later(thisMachine().silence)
  expect([look(root), look(root)]).toEqual(["gone", "gone"])
  holder.beat()
  expect(look(root)).toBe("here")
})

it("cannot be told from notes of an earlier start of the machine, of another store, or that are torn", () => {
  const root = temporaryFolder()
  atOnce(enter(root, elsewhere, "run", tokenOfRun(RUN))).beat()
  look(root)
  later(thisMachine().silence * 2)
  const [name = ""] = fs.readdirSync(path.join(cache(), "beats"))
  const file = path.join(cache(), "beats", name)
  const text = fs.readFileSync(file, "utf8")
  for (const damaged of [text.replace(thisMachine().self.boot!, "yesterday"), text.slice(0, -5), "null", '{"beats":{"a":1}}']) {
    fs.writeFileSync(file, damaged)
    expect(look(root)).toBe("unsure")
  }
  fs.writeFileSync(file, text)
  expect(look(root)).toBe("gone")
})
