/**
 * Gzip (RFC 1952), member by member: the checksum and the length of each, and of its header where it has one, are verified.
 *
 * Not by node:zlib's own gunzip: at a zero behind a member it ends, and whatever stands behind the zero is lost without a word.
 * Here zeros between members and behind the last are what they are to gzip itself, padding. Anything else there is refused.
 */

import { crc32, createInflateRaw, inflateRawSync } from "node:zlib"

import type { ByteQueue } from "./ByteQueue.ts"
import { CHUNK, type Container, toItsEnd } from "./containers.ts"

/** The unpacked bytes of all members. */
export async function* gunzipped(bytes: ByteQueue, container: Container): AsyncGenerator<Uint8Array> {
  for (let member = 1; ; member++) {
    if (member > 1) await skipZeros(bytes)
    const magic = await bytes.peek(2)
    if (magic.length === 0 && member > 1) return
    if (magic[0] !== 0x1f || (magic.length > 1 && magic[1] !== 0x8b)) throw await container.foreign(bytes, member)
    yield* toItsEnd(unpackedMember(bytes, container, member))
  }
}

const skipZeros = async (bytes: ByteQueue): Promise<void> => {
  for (let some = await bytes.some(); some !== null; some = await bytes.some()) {
    const end = some.findIndex((byte) => byte !== 0)
    if (end < 0) continue
    bytes.giveBack(some.subarray(end))
    return
  }
}

async function* unpackedMember(bytes: ByteQueue, container: Container, member: number): AsyncGenerator<Uint8Array> {
  await passHeader(bytes, container, member)
  let checksum = 0
  let length = 0
  for await (const chunk of inflated(bytes, container, member)) {
    checksum = crc32(chunk, checksum)
    length += chunk.length
    yield chunk
  }
  const trailer = await bytes.take(8)
  if (trailer === null) throw container.endsEarly(member)
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== checksum) throw container.damaged(member, "its checksum is another than it states")
  if (view.getUint32(4, true) !== length % 2 ** 32) throw container.damaged(member, "its length is another than it states")
}

/** Name and comment of a member end within this; no writer puts more there. */
const LONGEST_TEXT = 1 << 16

const passHeader = async (bytes: ByteQueue, container: Container, member: number): Promise<void> => {
  let checksum = 0
  const take = async (count: number): Promise<Uint8Array> => {
    const part = await bytes.take(count)
    if (part === null) throw container.endsEarly(member)
    checksum = crc32(part, checksum)
    return part
  }
  const fixed = await take(10)
  const [method, flags] = [fixed[2]!, fixed[3]!]
  if (method !== 8 || (flags & 0xe0) !== 0) throw container.damaged(member, "its header is of no known kind")
  if ((flags & 4) !== 0) {
    const size = await take(2)
    await take(size[0]! + size[1]! * 256)
  }
  for (const text of [8, 16])
    if ((flags & text) !== 0)
      for (let length = 0; (await take(1))[0] !== 0; length++)
        if (length > LONGEST_TEXT) throw container.damaged(member, "its header does not end")
  if ((flags & 2) === 0) return
  const expected = checksum % 2 ** 16
  const stated = await take(2)
  if (stated[0]! + stated[1]! * 256 !== expected) throw container.damaged(member, "the checksum of its header is another")
}

/** Unpacked, a member of this size or less may be inflated in one go. */
const SMALL = 1 << 20

/** The deflated bytes that come next, inflated. Takes no byte more than these. */
async function* inflated(bytes: ByteQueue, container: Container, member: number): AsyncGenerator<Uint8Array> {
  // A stream for each of very many small members would take longer than what it inflates.
  const small = member === 1 ? null : inflatedAtOnce(bytes.atHand())
  if (small !== null) {
    bytes.skip(small.taken)
    yield small.bytes
    return
  }
  const inflate = createInflateRaw({ chunkSize: CHUNK })
  const over = new Promise<void>((resolve) => inflate.once("close", resolve))
  let given = 0
  let last: Uint8Array = new Uint8Array(0)
  const feed = async (): Promise<void> => {
    // What it leaves of a chunk is what comes behind the deflated bytes.
    while (inflate.bytesWritten === given && !inflate.destroyed) {
      const chunk = await bytes.some()
      if (chunk === null) return void inflate.end()
      last = chunk
      given += chunk.length
      await Promise.race([new Promise<void>((resolve) => inflate.write(chunk, () => resolve())), over])
    }
  }
  const feeding = feed().catch((error: Error) => void inflate.destroy(error))
  try {
    yield* inflate
  } catch (error) {
    throw container.fault(error, member)
  } finally {
    inflate.destroy()
  }
  await feeding
  bytes.giveBack(last.subarray(last.length - (given - inflate.bytesWritten)))
}

const inflatedAtOnce = (bytes: Uint8Array): { readonly bytes: Uint8Array; readonly taken: number } | null => {
  try {
    // `info` makes it tell how much it took, which its type does not know of.
    const found = inflateRawSync(bytes, { info: true, maxOutputLength: SMALL }) as unknown as {
      readonly buffer: Uint8Array
      readonly engine: { readonly bytesWritten: number }
    }
    return { bytes: found.buffer, taken: found.engine.bytesWritten }
  } catch {
    return null
  }
}
