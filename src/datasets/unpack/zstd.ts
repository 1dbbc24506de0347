/**
 * Zstandard (RFC 8878), frame by frame: content checksums and sizes are verified, wherever a frame states them.
 *
 * Node's decoder (libzstd) verifies both, but ends without a word behind the first frame of a file, and large corpora are many
 * frames one after another. So the frames are found here, by their headers and the sizes of their blocks, and each is given to a
 * decoder of its own. fzstd, which reads all frames, verifies nothing; no other package on npm is kept up.
 */

import { pipeline, Readable } from "node:stream"
import { constants, createZstdDecompress, zstdDecompressSync } from "node:zlib"

import type { ByteQueue } from "./ByteQueue.ts"
import { CHUNK, type Container, toItsEnd } from "./containers.ts"

const FRAME = 0xfd2fb528
/** Frames for whoever packed the file, to be passed over: these and the fifteen numbers after it. */
const SKIPPABLE = 0x184d2a50
const MEBI = 2 ** 20
/** Windows of this size are taken however little memory is free: the limit of zstd itself. */
const ORDINARY_WINDOW = 128 * MEBI
const LARGEST_WINDOW_LOG = 31
const LARGEST_BLOCK = 1 << 17

const PARAMS = { params: { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW_LOG } }

/** The unpacked bytes of all frames. */
export async function* unzstd(bytes: ByteQueue, container: Container): AsyncGenerator<Uint8Array> {
  for (let frame = 1; ; frame++) {
    const head = await bytes.peek(4)
    if (head.length === 0 && frame > 1) return
    if (head.length < 4 && isBeginning(head)) throw container.endsEarly(frame)
    const magic = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true)
    if (magic - (magic % 16) === SKIPPABLE) await passSkippable(bytes, container, frame)
    else if (magic !== FRAME) throw await container.foreign(bytes, frame)
    else yield* toItsEnd(decoded(frameParts(bytes, container, frame), container, frame))
  }
}

/** Whether fewer bytes than a magic number are the beginning of one. */
const isBeginning = (head: Uint8Array): boolean =>
  [0x28, 0xb5, 0x2f].slice(0, head.length).every((byte, i) => head[i] === byte) ||
  (head[0]! >>> 4 === 5 && [0x2a, 0x4d].slice(0, head.length - 1).every((byte, i) => head[i + 1] === byte))

const passSkippable = async (bytes: ByteQueue, container: Container, frame: number): Promise<void> => {
  const header = await bytes.take(8)
  if (header === null) throw container.endsEarly(frame)
  let left = new DataView(header.buffer, header.byteOffset, 8).getUint32(4, true)
  while (left > 0) {
    const some = await bytes.some(left)
    if (some === null) throw container.endsEarly(frame)
    left -= some.length
  }
}

/** The bytes of one frame, from its magic number to its checksum. */
async function* frameParts(bytes: ByteQueue, container: Container, frame: number): AsyncGenerator<Uint8Array> {
  const take = async (count: number): Promise<Uint8Array> => {
    const part = await bytes.take(count)
    if (part === null) throw container.endsEarly(frame)
    return part
  }
  const fixed = await take(5)
  const descriptor = fixed[4]!
  if ((descriptor & 8) !== 0) throw container.damaged(frame, "its header is of no known kind")
  const single = (descriptor & 32) !== 0
  const sizes = await take((single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + [single ? 1 : 0, 2, 4, 8][descriptor >>> 6]!)
  refuseDictionary(sizes.subarray(single ? 0 : 1), descriptor & 3, container)
  const window = single ? contentSize(sizes, descriptor >>> 6) : windowSize(sizes[0]!)
  // No machine unpacks it, so that there is nothing to advise but another copy.
  if (window > 2 ** LARGEST_WINDOW_LOG)
    throw container.damaged(frame, `it asks for ${mebibytes(window)} of memory, more than Zstandard takes`)
  const problem = windowProblem(window, process.availableMemory())
  if (problem !== null) throw container.tooLarge(frame, problem)
  yield fixed
  yield sizes

  for (let last = false; !last;) {
    const header = await take(3)
    const word = header[0]! | (header[1]! << 8) | (header[2]! << 16)
    last = (word & 1) !== 0
    const kind = (word >>> 1) & 3
    const size = kind === 1 ? 1 : word >>> 3
    if (kind === 3 || size > LARGEST_BLOCK) throw container.damaged(frame, "a block of it is of no known kind")
    yield header
    yield await take(size)
  }
  if ((descriptor & 4) !== 0) yield await take(4)
}

const refuseDictionary = (sizes: Uint8Array, flag: number, container: Container): void => {
  const id = sizes.subarray(0, [0, 1, 2, 4][flag]).reduce((sum, byte, i) => sum + byte * 256 ** i, 0)
  if (id !== 0) throw container.needsDictionary(id)
}

const contentSize = (sizes: Uint8Array, flag: number): number => {
  const length = [1, 2, 4, 8][flag]!
  const value = sizes.subarray(sizes.length - length).reduce((sum, byte, i) => sum + byte * 256 ** i, 0)
  return flag === 1 ? value + 256 : value
}

const windowSize = (descriptor: number): number => {
  const base = 2 ** (10 + (descriptor >>> 3))
  return base + (base / 8) * (descriptor & 7)
}

/**
 * Why a window cannot be held in memory, or null: what was unpacked last has to be, to unpack what comes next.
 *
 * @internal Tests give it machines of other sizes.
 */
export const windowProblem = (window: number, free: number): string | null =>
  window > ORDINARY_WINDOW && window > free / 2
    ? `asks for ${mebibytes(window)} of memory, and ${mebibytes(free)} are free here`
    : null

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MEBI).toLocaleString("en")} MiB`

/** Packed, a frame of this size and of so many parts may be unpacked in one go: to 4 MiB at most. */
const SMALL = 1 << 16
const FEW_PARTS = 64

async function* decoded(parts: AsyncGenerator<Uint8Array>, container: Container, frame: number): AsyncGenerator<Uint8Array> {
  const begun: Array<Uint8Array> = []
  let size = 0
  try {
    // A stream for each of very many small frames would take longer than what it unpacks.
    while (size <= SMALL && begun.length < FEW_PARTS) {
      const next = await parts.next()
      if (next.done === true) {
        yield zstdDecompressSync(Buffer.concat(begun), PARAMS)
        return
      }
      begun.push(next.value)
      size += next.value.length
    }
    const decoder = createZstdDecompress({ chunkSize: CHUNK, ...PARAMS })
    // The error of any of them reaches the loop below through the decoder.
    pipeline(Readable.from(oneAfterOther(begun, parts)), decoder, () => {})
    yield* decoder
  } catch (error) {
    throw container.fault(error, frame)
  }
}

async function* oneAfterOther(begun: ReadonlyArray<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.concat(begun)
  yield* rest
}
