/**
 * Arrow files with extreme numbers where lengths, counts and positions stand: refused with a tagged error or read, never anything
 * else, and no memory is taken for what a file only claims.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import { describe, expect, it } from "vitest"

import { draws } from "../../src/random/philox.ts"
import { openTable } from "../../src/store/arrow/TableReader.ts"
import { TableWriter } from "../../src/store/arrow/TableWriter.ts"
import { Column } from "../../src/store/schema/Column.ts"
import { Table } from "../../src/store/schema/Table.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const Samples = Table.make(
  "samples",
  "",
  {
    step: Column.int32(),
    big: Column.int64(),
    loss: Column.float64(),
    flag: Column.bool(),
    text: Column.utf8(),
    blob: Column.largeBinary(),
    tokens: Column.list(Column.int32()),
    tags: Column.list(Column.utf8()),
    maybe: Column.nullable(Column.float32())
  },
  { rowsPerBatch: 4 }
)

const folder = temporaryFolder()
const file = path.join(folder, "finished")
const writer = TableWriter.open(Samples, folder)
for (let i = 0; i < 9; i++)
  writer.append({
    step: i,
    big: BigInt(i),
    loss: i / 3,
    flag: i % 2 === 0,
    text: "é".repeat(i),
    blob: new Uint8Array(i),
    tokens: [i, i],
    tags: ["a", "ä"],
    maybe: i % 3 === 0 ? null : i
  })
writer.finish(file)
const whole = fs.readFileSync(file)

/** Numbers at which arithmetic on lengths goes wrong. */
const EXTREMES = [0, 1, -1, 7, 2 ** 16, 2 ** 31 - 1, -(2 ** 31), 2 ** 24, -8, 0x7fffff00]

const readEverything = () => {
  const reader = openTable(Samples, file)
  for (const row of reader) row.tags.join()
  for (const name of Object.keys(Samples.columns)) {
    const column = reader.column(name as Table.ColumnName<typeof Samples>)
    if (typeof column.at === "function") for (let i = 0; i < column.length; i++) column.at(i)
  }
  reader.lists("tokens").read(reader.lists("tokens").lengths)
}

/** What reading these bytes ends with: a tag, or `read`. */
const outcome = (bytes: Uint8Array): string => {
  fs.writeFileSync(file, bytes)
  try {
    readEverything()
    return "read"
  } catch (cause) {
    return String(Reflect.get(Object(cause), "_tag") ?? `${String(cause)} ${(cause as Error).stack}`)
  }
}

const FINE = new Set(["read", "ArrowFileCorrupt", "TableMismatch"])

describe("an Arrow file", () => {
  it("with an extreme number at any place is refused or read, and never anything else", () => {
    const before = process.memoryUsage().rss
    let refused = 0
    // Its metadata at every place, the rest in strides.
    for (let at = 0; at + 4 <= whole.length; at += 4) {
      const bytes = Buffer.from(whole)
      const extreme = EXTREMES[(at / 4) % EXTREMES.length]!
      bytes.writeInt32LE(extreme | 0, at)
      const found = outcome(bytes)
      if (found !== "read") refused++
      expect([at, extreme, FINE.has(found) ? "fine" : found]).toEqual([at, extreme, "fine"])
    }
    expect(refused).toBeGreaterThan(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 2 ** 20)
  })

  it("with random damage of several kinds at once is refused or read, and never anything else", () => {
    for (let i = 0; i < 2000; i++) {
      const random = draws(11, "arrow-fuzz", i)
      let bytes = Buffer.from(whole)
      for (let k = 1 + random.below(4); k > 0; k--) {
        const at = random.below(Math.max(1, bytes.length - 8))
        switch (random.below(5)) {
          case 0:
            bytes[at]! ^= 1 << random.below(8)
            break
          case 1:
            bytes.writeInt32LE(EXTREMES[random.below(EXTREMES.length)]! | 0, at & ~3)
            break
          case 2:
            bytes.writeBigInt64LE(BigInt(EXTREMES[random.below(EXTREMES.length)]!) * 2n ** 31n, at & ~7)
            break
          case 3:
            bytes.copy(bytes, at, 0, random.below(64))
            break
          default:
            bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random.below(32))])
        }
      }
      const found = outcome(bytes)
      expect([i, FINE.has(found) ? "fine" : found]).toEqual([i, "fine"])
    }
  })
})
