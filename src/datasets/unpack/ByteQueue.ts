/** A stream of chunks as bytes that are asked for by number: what the parts of a container are read with. */

const NOTHING = new Uint8Array(0)

export class ByteQueue {
  private readonly chunks: AsyncIterator<Uint8Array>
  private ready: Uint8Array = NOTHING
  private ended = false

  constructor(chunks: AsyncIterator<Uint8Array>) {
    this.chunks = chunks
  }

  /** The next `count` bytes, which stay where they are; fewer where the stream ends before. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.ready.length < count && !this.ended) {
      const more = await this.chunks.next()
      if (more.done === true) this.ended = true
      else this.ready = this.ready.length === 0 ? more.value : Buffer.concat([this.ready, more.value])
    }
    return this.ready.subarray(0, count)
  }

  /** The next `count` bytes; null where the stream ends before. */
  async take(count: number): Promise<Uint8Array | null> {
    const bytes = await this.peek(count)
    if (bytes.length < count) return null
    this.skip(count)
    return bytes
  }

  /** What is at hand, one byte at least and `most` at most; null at the end of the stream. */
  async some(most = Infinity): Promise<Uint8Array | null> {
    if ((await this.peek(1)).length === 0) return null
    const bytes = this.ready.subarray(0, most)
    this.skip(bytes.length)
    return bytes
  }

  /** What is at hand without waiting for more; it stays where it is. */
  atHand(): Uint8Array {
    return this.ready
  }

  /** Takes bytes that are at hand. */
  skip(count: number): void {
    this.ready = this.ready.subarray(count)
  }

  /** Puts back the end of what was taken last. */
  giveBack(bytes: Uint8Array): void {
    if (bytes.length > 0) this.ready = this.ready.length === 0 ? bytes : Buffer.concat([bytes, this.ready])
  }

  async close(): Promise<void> {
    await this.chunks.return?.()
  }
}
