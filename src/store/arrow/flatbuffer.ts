/**
 * Just enough of the FlatBuffers encoding to read Arrow's metadata. Reads are bounds-checked by `DataView`: a position that makes
 * no sense is a `RangeError`, never a wrong value from outside the buffer.
 *
 * A table starts with the (signed, backward) distance to its vtable; the vtable holds the position of each field, 0 when it is
 * absent. Vectors, strings and sub-tables are referred to by their forward distance.
 */
export class FlatTable {
  private readonly data: DataView
  private readonly position: number

  constructor(data: DataView, position: number) {
    this.data = data
    this.position = position
  }

  /** The root table of a buffer that starts at `position`. */
  static root(data: DataView, position = 0): FlatTable {
    return new FlatTable(data, position + data.getUint32(position, true))
  }

  private field(index: number): number | undefined {
    const vtable = this.position - this.data.getInt32(this.position, true)
    const entry = 4 + 2 * index
    if (entry >= this.data.getUint16(vtable, true)) return undefined
    const offset = this.data.getUint16(vtable + entry, true)
    return offset === 0 ? undefined : this.position + offset
  }

  private target(index: number): number | undefined {
    const at = this.field(index)
    return at === undefined ? undefined : at + this.data.getUint32(at, true)
  }

  uint8(index: number, otherwise: number): number {
    const at = this.field(index)
    return at === undefined ? otherwise : this.data.getUint8(at)
  }

  int16(index: number, otherwise: number): number {
    const at = this.field(index)
    return at === undefined ? otherwise : this.data.getInt16(at, true)
  }

  int32(index: number, otherwise: number): number {
    const at = this.field(index)
    return at === undefined ? otherwise : this.data.getInt32(at, true)
  }

  int64(index: number, otherwise: number): number {
    const at = this.field(index)
    return at === undefined ? otherwise : Number(this.data.getBigInt64(at, true))
  }

  has(index: number): boolean {
    return this.field(index) !== undefined
  }

  table(index: number): FlatTable | undefined {
    const at = this.target(index)
    return at === undefined ? undefined : new FlatTable(this.data, at)
  }

  text(index: number): string {
    const at = this.target(index)
    if (at === undefined) return ""
    const length = this.data.getUint32(at, true)
    if (at + 4 + length > this.data.byteLength) throw new RangeError("a string runs past the end")
    return new TextDecoder().decode(new Uint8Array(this.data.buffer, this.data.byteOffset + at + 4, length))
  }

  tables(index: number): ReadonlyArray<FlatTable> {
    return this.vector(index, 4, (at) => new FlatTable(this.data, at + this.data.getUint32(at, true)))
  }

  /** A vector of structs of `size` bytes; `read` gets a view on each. */
  structs<A>(index: number, size: number, read: (struct: DataView) => A): ReadonlyArray<A> {
    return this.vector(index, size, (at) => read(new DataView(this.data.buffer, this.data.byteOffset + at, size)))
  }

  private vector<A>(index: number, size: number, read: (at: number) => A): ReadonlyArray<A> {
    const at = this.target(index)
    if (at === undefined) return []
    const length = this.data.getUint32(at, true)
    if (at + 4 + length * size > this.data.byteLength) throw new RangeError("a vector runs past the end")
    return Array.from({ length }, (_, i) => read(at + 4 + i * size))
  }
}
