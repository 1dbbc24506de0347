/** Element types of weights in files, to and from the f32 that models here have. Bytes are little-endian, as on every machine. */

/** As a safetensors header spells them. */
export type Dtype = "F32" | "BF16" | "F16"

/** Bytes of an element. */
export const bytesOfElement = (dtype: Dtype): number => (dtype === "F32" ? 4 : 2)

/** f32 as bf16, rounded to nearest, ties to even, as PyTorch does; infinities stay, and so does what is no number. */
export const toBf16 = (bytes: Uint8Array): Uint8Array => {
  const bits = aligned(bytes, 4, (buffer, at, length) => new Uint32Array(buffer, at, length))
  const rounded = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!
    rounded[i] = (word & 0x7fffffff) > 0x7f800000 ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16
  }
  return new Uint8Array(rounded.buffer)
}

/** Weights of any of these types as f32; every value is kept exactly. */
export const toFloat32 = (bytes: Uint8Array, dtype: Dtype): Float32Array => {
  if (dtype === "F32") return aligned(bytes, 4, (buffer, at, length) => new Float32Array(buffer, at, length))
  const halves = aligned(bytes, 2, (buffer, at, length) => new Uint16Array(buffer, at, length))
  const values = new Float32Array(halves.length)
  if (dtype === "F16") {
    for (let i = 0; i < halves.length; i++) values[i] = valueOfF16(halves[i]!)
    return values
  }
  const bits = new Uint32Array(values.buffer)
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16
  return values
}

const valueOfF16 = (half: number): number => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const fraction = half & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25))
}

/** A view of the bytes as whole elements; a copy where they begin at an odd place. */
const aligned = <A>(bytes: Uint8Array, size: number, view: (buffer: ArrayBufferLike, at: number, length: number) => A): A => {
  const own = bytes.byteOffset % size === 0 ? bytes : bytes.slice()
  return view(own.buffer, own.byteOffset, Math.floor(own.byteLength / size))
}
