/** LayerNorm on a simulated GPU: the bits of the native engine, in every order of threads. */

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

import koffi from "koffi"
import { afterAll, describe, expect, it } from "vitest"

import { machineIsas } from "../../../src/engine/cpu.ts"
import { type Activation, layernormBackward, layernormForward } from "../../../src/engine/cuda/kernels.ts"
import { compileKernels } from "../native/kernel-library.ts"
import { download, fromBf16, numbers, ORDERS, simulate, simulated, toBf16, upload } from "./simulation.ts"

const directory = mkdtempSync(join(tmpdir(), "engine-cuda-native-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

interface Size {
  readonly rows: number
  readonly width: number
  readonly stride: number
}
interface Inputs {
  readonly x: Float32Array
  readonly dy: Float32Array
  readonly dx: Float32Array
}
interface Results {
  readonly y: Float32Array
  readonly rstd: Float32Array
  readonly dx: Float32Array
}

/** Rows that end between, at and far from multiples of sixteen; fewer rows than a block has, and more. */
const sizes: ReadonlyArray<Size> = [
  { rows: 1, width: 1, stride: 1 },
  { rows: 7, width: 37, stride: 48 },
  { rows: 8, width: 64, stride: 64 },
  { rows: 19, width: 150, stride: 160 }
]

const inputsOf = ({ rows, stride }: Size): Inputs => ({
  x: numbers(rows * stride, 1, 3),
  dy: numbers(rows * stride, 2),
  dx: numbers(rows * stride, 3)
})

/** The forward pass, then the backward pass from what it kept; padding is 7 everywhere before. */
const onNative = (activation: Activation, { rows, stride, width }: Size, { dx, dy, x }: Inputs): Results => {
  const kept = (values: Float32Array) => (activation === "bf16" ? fromBf16(toBf16(values)) : values)
  const [full, rstd, gradient] = [new Float32Array(x.length).fill(7), new Float32Array(rows), dx.slice()]
  native.forward(x, full, rstd, rows, width, stride)
  const y = kept(full)
  native.backward(y, rstd, kept(dy), gradient, rows, width, stride)
  return { y, rstd, dx: gradient }
}

const onDevice = (activation: Activation, size: Size, { dx, dy, x }: Inputs): Results => {
  const device = gpu.open()
  const wide = activation === "f32"
  const keep = (values: Float32Array) => upload(device, wide ? values : toBf16(values))
  const memory = {
    x: upload(device, x),
    y: keep(new Float32Array(x.length).fill(7)),
    rstd: device.allocate(4 * size.rows),
    dy: keep(dy),
    dx: upload(device, dx)
  }
  layernormForward(device, activation, { ...size, ...memory })
  layernormBackward(device, activation, { ...size, ...memory })
  const y = wide
    ? download(device, memory.y, new Float32Array(x.length))
    : fromBf16(download(device, memory.y, new Uint16Array(x.length)))
  const results = {
    y,
    rstd: download(device, memory.rstd, new Float32Array(size.rows)),
    dx: download(device, memory.dx, new Float32Array(x.length))
  }
  Object.values(memory).forEach(device.release)
  device.close()
  return results
}

const library = simulated ? koffi.load(compileKernels(machineIsas()[0]!, directory, ["-O1"])) : undefined
const gpu = simulated ? simulate() : (undefined as never)
const native = {
  forward: library?.func("void layernorm_forward(float *x, _Inout_ float *y, _Inout_ float *r, size_t n, size_t w, size_t s)"),
  backward: library?.func(
    "void layernorm_backward(float *y, float *r, float *dy, _Inout_ float *dx, size_t n, size_t w, size_t s)"
  )
} as unknown as Readonly<Record<"forward" | "backward", (...args: ReadonlyArray<unknown>) => void>>

describe.skipIf(!simulated)("layernorm on a simulated GPU (skipped without a C++ compiler)", () => {
  for (const activation of ["f32", "bf16"] as const)
    for (const size of sizes)
      it(`${activation}, ${size.rows} rows of ${size.width}: gives the native engine's bits in every order of threads`, () => {
        const inputs = inputsOf(size)
        const expected = onNative(activation, size, inputs)
        for (const order of ORDERS) {
          gpu.setOrder(order)
          expect(onDevice(activation, size, inputs)).toEqual(expected)
        }
      })

  it("a row is the same bits among other rows", () => {
    const { stride, width } = sizes[3]!
    const inputs = inputsOf(sizes[3]!)
    const whole = onDevice("bf16", sizes[3]!, inputs)
    const from = (values: Float32Array) => values.slice(5 * stride, 8 * stride)
    const alone = onDevice("bf16", { rows: 3, width, stride }, { x: from(inputs.x), dy: from(inputs.dy), dx: from(inputs.dx) })
    expect(alone).toEqual({ y: from(whole.y), rstd: whole.rstd.slice(5, 8), dx: from(whole.dx) })
  })
})
