/**
 * TensorBoard's event files, byte by byte: records of TensorFlow's format, each with its length and two checksums, in each
 * one message `Event`. What curves need of the format fits on this page, and no kept package on npm was found that writes it.
 *
 * Records: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 * Messages: tensorboard/compat/proto/event.proto and summary.proto in https://github.com/tensorflow/tensorboard
 * Their encoding: https://protobuf.dev/programming-guides/encoding/
 */

/** CRC-32C (Castagnoli), bit-reflected, a byte at a time. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

/**
 * The CRC-32C of bytes.
 *
 * @internal Records hold it masked.
 */
export const crc32c = (bytes: Uint8Array): number => {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 255]!
  return (crc ^ 0xffffffff) >>> 0
}

/** As records have it: turned by 15 bits and moved, so that a checksum of what holds checksums means something. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

const record = (message: Buffer): Buffer => {
  const head = Buffer.alloc(12)
  head.writeBigUInt64LE(BigInt(message.length))
  head.writeUInt32LE(masked(crc32c(head.subarray(0, 8))), 8)
  const foot = Buffer.alloc(4)
  foot.writeUInt32LE(masked(crc32c(message)))
  return Buffer.concat([head, message, foot])
}

const varint = (value: number): Buffer => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

/** Wire types of fields. */
const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5]
const key = (field: number, type: number): Buffer => varint((field << 3) | type)

const whole = (field: number, value: number): Buffer => Buffer.concat([key(field, VARINT), varint(value)])
const message = (field: number, bytes: Buffer): Buffer => Buffer.concat([key(field, LENGTH), varint(bytes.length), bytes])
const text = (field: number, value: string): Buffer => message(field, Buffer.from(value))
const float64 = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([key(field, FIXED64), bytes])
}
const float32 = (field: number, value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([key(field, FIXED32), bytes])
}

/** An `Event`: wall_time = 1, step = 2, and one of file_version = 3, summary = 5, session_log = 7. */
const event = (seconds: number, step: number, what: Buffer): Buffer =>
  record(Buffer.concat([float64(1, seconds), whole(2, step), what]))

/**
 * What a file begins with: the version, and a `SessionLog` with status = 1, START, by which a TensorBoard that is looking forgets
 * what earlier files of the folder had. `seconds`: since 1970.
 */
export const beginning = (seconds: number): Buffer =>
  Buffer.concat([event(seconds, 0, text(3, "brain.Event:2")), event(seconds, 0, message(7, whole(1, 1)))])

/** Values at a step, by their tags: a `Summary` of `Value`s = 1, each with tag = 1 and simple_value = 2. */
export const scalars = (seconds: number, step: number, values: ReadonlyArray<readonly [tag: string, value: number]>): Buffer =>
  event(
    seconds,
    step,
    message(5, Buffer.concat(values.map(([tag, value]) => message(1, Buffer.concat([text(1, tag), float32(2, value)])))))
  )
