/**
 * Reads Arrow IPC files by range: the footer, the header of each batch, and then only the buffers of the columns that are wanted.
 *
 * Nothing in a file is trusted. Sizes, counts, positions, offsets and UTF-8 are checked before a value is handed on, so that a
 * truncated, foreign or corrupted file is an `ArrowFileCorrupt` that names the file, and never a wrong pointer in DuckDB or an
 * engine. Changed numbers inside a sound layout cannot be seen here; that is what the object's digest is for.
 *
 * Format: https://arrow.apache.org/docs/format/Columnar.html (version V5, uncompressed, no dictionaries).
 */

import { isUtf8 } from "node:buffer"
import { fstatSync } from "node:fs"

import { errorCode } from "../../text/error-text.ts"
import { closeFile, readFrom } from "../disk/calls.ts"
import { OutOfPlace, openRegular } from "../disk/inside.ts"
import { itemType, type ColumnType } from "../schema/Column.ts"
import { isNumberType, numberLayouts, type ColumnData, type NumberArray } from "../schema/ColumnData.ts"
import { readField, type ArrowField } from "./arrow-fields.ts"
import { FlatTable } from "./flatbuffer.ts"
import { ArrowFileCorrupt } from "./TableErrors.ts"

interface Range {
  readonly offset: number
  readonly length: number
}
interface Node {
  readonly length: number
  readonly nullCount: number
}
export interface ArrowBatch {
  readonly rows: number
  /** Where the batch's buffers start in the file. */
  readonly body: number
  readonly nodes: ReadonlyArray<Node>
  readonly buffers: ReadonlyArray<Range>
}

const magic = "ARROW1"
const messageIsRecordBatch = 3

/** An open file. Close it; `ColumnData` that was read stays valid. */
export class ArrowFile {
  readonly file: string
  readonly size: number
  readonly fields: ReadonlyArray<ArrowField>
  readonly batches: ReadonlyArray<ArrowBatch>
  readonly rows: number
  private descriptor: number

  /** Opens a file and checks its layout. Throws `ArrowFileCorrupt`, and what the system says where it cannot be read. */
  constructor(file: string) {
    this.file = file
    this.descriptor = this.open()
    try {
      this.size = fstatSync(this.descriptor).size
      const { fields, blocks, end } = this.readFooter()
      this.fields = fields
      this.batches = blocks.map((block, i) => this.readBatch(block, i, end))
      this.rows = this.batches.reduce((rows, batch) => rows + batch.rows, 0)
    } catch (cause) {
      closeFile(this.descriptor)
      throw cause instanceof RangeError ? this.corrupt(`its metadata contradicts itself (${cause.message})`) : cause
    }
  }

  close(): void {
    closeFile(this.descriptor)
  }

  /** Opens a closed file again, without reading its layout anew. */
  reopen(): void {
    this.descriptor = this.open()
    const { size } = fstatSync(this.descriptor)
    if (size === this.size) return
    this.close()
    throw this.corrupt(`it had ${this.size} bytes when it was opened and has ${size} now`)
  }

  private open(): number {
    try {
      return openRegular(this.file)
    } catch (cause) {
      if (cause instanceof OutOfPlace) throw this.corrupt(`it ${cause.problem}`)
      throw errorCode(cause) === "ENOENT" ? this.corrupt("it does not exist") : cause
    }
  }

  corrupt(problem: string): ArrowFileCorrupt {
    return new ArrowFileCorrupt({ file: this.file, problem })
  }

  private read(position: number, length: number): Uint8Array<ArrayBuffer> {
    // Asked for before memory is taken for it: a damaged file may claim any length.
    if (position + length > this.size) throw this.corrupt(`it ends at byte ${this.size}, inside a buffer`)
    const bytes = new Uint8Array(length)
    const got = readFrom(this.descriptor, this.file, bytes, position)
    if (got < length) throw this.corrupt(`it ends at byte ${position + got}, inside a buffer`)
    return bytes
  }

  private readFooter() {
    // Magic and padding (8), footer length (4), magic (6).
    if (this.size < 18) throw this.corrupt(`it has ${this.size} bytes, too few for an Arrow file`)
    const tail = Buffer.from(this.read(this.size - 10, 10).buffer)
    if (Buffer.from(this.read(0, 6)).toString("latin1") !== magic) throw this.corrupt("it does not start as an Arrow file")
    if (tail.toString("latin1", 4) !== magic)
      throw this.corrupt("it does not end as an Arrow file: it was cut short or is something else")
    const length = tail.readInt32LE(0)
    const end = this.size - 10 - length
    if (length <= 0 || end < 8) throw this.corrupt(`it gives its footer ${length} bytes`)
    const footer = FlatTable.root(new DataView(this.read(end, length).buffer))
    const schema = footer.table(1)
    if (schema === undefined) throw this.corrupt("it has no schema")
    if (footer.structs(2, 24, () => 0).length > 0) throw this.corrupt("it has dictionaries, which no table here uses")
    let node = 0
    let buffer = 0
    const fields = schema.tables(1).map((table) => {
      const field = readField(table, node, buffer)
      if (typeof field === "string") throw this.corrupt(field)
      node += field.nodes
      buffer += field.buffers
      return field
    })
    const blocks = footer.structs(3, 24, (block) => ({
      offset: Number(block.getBigInt64(0, true)),
      metadata: block.getInt32(8, true),
      body: Number(block.getBigInt64(16, true))
    }))
    return { fields, blocks, end }
  }

  private readBatch(block: { offset: number; metadata: number; body: number }, index: number, end: number): ArrowBatch {
    const { offset, metadata, body } = block
    const wrong = (problem: string) => this.corrupt(`batch ${index} ${problem}`)
    if (offset < 8 || metadata < 8 || body < 0 || offset + metadata + body > end) throw wrong("lies outside the file")
    const header = new DataView(this.read(offset, metadata).buffer)
    const message = FlatTable.root(header, header.getInt32(0, true) === -1 ? 8 : 4)
    const batch = message.table(2)
    if (message.uint8(1, 0) !== messageIsRecordBatch || batch === undefined) throw wrong("has no record batch header")
    if (batch.has(3)) throw wrong("is compressed")
    const rows = batch.int64(0, 0)
    const pair = (struct: DataView) => [Number(struct.getBigInt64(0, true)), Number(struct.getBigInt64(8, true))] as const
    const nodes = batch.structs(1, 16, pair).map(([length, nullCount]) => ({ length, nullCount }))
    const buffers = batch.structs(2, 16, pair).map(([offset, length]) => ({ offset, length }))
    const last = this.fields.at(-1)
    if (rows < 0 || rows > 2 ** 31 - 1) throw wrong(`has ${rows} rows`)
    if (nodes.length !== (last === undefined ? 0 : last.firstNode + last.nodes)) throw wrong(`has ${nodes.length} nodes`)
    if (buffers.length !== (last === undefined ? 0 : last.firstBuffer + last.buffers))
      throw wrong(`has ${buffers.length} buffers`)
    for (const { offset, length } of buffers)
      if (offset < 0 || length < 0 || offset + length > body)
        throw wrong(`has a buffer at ${offset} of ${length} bytes in ${body}`)
    for (const { length, nullCount } of nodes)
      if (length < 0 || nullCount < 0 || nullCount > length) throw wrong(`has a column with ${nullCount} nulls in ${length} rows`)
    for (const field of this.fields) {
      const node = nodes[field.firstNode]!
      if (node.length !== rows) throw wrong(`has ${rows} rows, but column ${field.name} has ${node.length}`)
      if (!field.nullable && node.nullCount > 0) throw wrong(`has nulls in column ${field.name}, which cannot be null`)
    }
    return { rows, body: offset + metadata, nodes, buffers }
  }

  /** One column of one batch. Throws `ArrowFileCorrupt`. */
  readColumn(batch: ArrowBatch, field: ArrowField): ColumnData {
    return this.readArray(batch, field.name, field.type, field.firstNode, field.firstBuffer)
  }

  /** The offsets of a list column in one batch, `[rows + 1]` from 0, without its items. Throws `ArrowFileCorrupt`. */
  readOffsets(batch: ArrowBatch, { name, type, firstNode, firstBuffer }: ArrowField): Int32Array | BigInt64Array {
    return this.offsetsOf(batch, name, type, firstNode, firstBuffer)
  }

  /** Items `from` to `to` of a column of number lists in one batch, as its offsets count them. */
  readItems(batch: ArrowBatch, { name, type, firstBuffer }: ArrowField, from: number, to: number): NumberArray {
    const item = itemType(type)
    if (item === undefined || !isNumberType(item)) throw this.corrupt(`column ${name} is no list of numbers`)
    const { bytes, view } = numberLayouts[item]
    const range = batch.buffers[firstBuffer + 3]!
    if (range.length < to * bytes) throw this.corrupt(`column ${name} needs ${to * bytes} bytes and has ${range.length}`)
    return view(this.read(batch.body + range.offset + from * bytes, (to - from) * bytes).buffer, 0, to - from)
  }

  /** Reads the first `bytes` of a buffer of a batch. */
  private load(batch: ArrowBatch, name: string, buffer: number, bytes: number): Uint8Array<ArrayBuffer> {
    const range = batch.buffers[buffer]!
    if (range.length < bytes) throw this.corrupt(`column ${name} needs ${bytes} bytes and has ${range.length}`)
    return this.read(batch.body + range.offset, bytes)
  }

  private offsetsOf(batch: ArrowBatch, name: string, type: ColumnType, node: number, buffer: number): Int32Array | BigInt64Array {
    const { length } = batch.nodes[node]!
    const wide = type === "largeBinary"
    // A writer may leave out the offsets of an array without rows.
    const stored = length === 0 ? new Uint8Array(wide ? 8 : 4) : this.load(batch, name, buffer + 1, (length + 1) * (wide ? 8 : 4))
    const offsets = wide ? new BigInt64Array(stored.buffer) : new Int32Array(stored.buffer)
    const available = itemType(type) === undefined ? batch.buffers[buffer + 2]!.length : batch.nodes[node + 1]!.length
    let previous = 0
    for (let i = 0; i <= length; i++) {
      const offset = Number(offsets[i])
      if (offset < previous || offset > available || (i === 0 && offset !== 0))
        throw this.corrupt(`column ${name} has offsets that go from ${previous} to ${offset} at row ${i}, in ${available}`)
      previous = offset
    }
    return offsets
  }

  private readArray(batch: ArrowBatch, name: string, type: ColumnType, node: number, buffer: number): ColumnData {
    const { length, nullCount } = batch.nodes[node]!
    const wrong = (problem: string) => this.corrupt(`column ${name} ${problem}`)
    const load = (index: number, bytes: number) => this.load(batch, name, buffer + index, bytes)
    const validity = nullCount > 0 ? load(0, (length + 7) >>> 3) : undefined
    if (isNumberType(type)) {
      const { bytes, view } = numberLayouts[type]
      const values = view(load(1, length * bytes).buffer, 0, length)
      return { length, nullCount, validity, offsets: undefined, values, child: undefined }
    }
    if (type === "bool") {
      return { length, nullCount, validity, offsets: undefined, values: load(1, (length + 7) >>> 3), child: undefined }
    }
    const offsets = this.offsetsOf(batch, name, type, node, buffer)
    const item = itemType(type)
    if (item !== undefined) {
      const child = this.readArray(batch, name, item, node + 1, buffer + 2)
      if (child.nullCount > 0) throw wrong("has nulls inside its lists")
      return { length, nullCount, validity, offsets, values: new Uint8Array(0), child }
    }
    const values = load(2, Number(offsets[length]))
    if (type === "utf8") {
      if (!isUtf8(values)) throw wrong("holds text that is not UTF-8")
      for (let i = 1; i < length; i++)
        if ((values[Number(offsets[i])]! & 0xc0) === 0x80) throw wrong(`has an offset inside a character at row ${i}`)
    }
    return { length, nullCount, validity, offsets, values, child: undefined }
  }
}
