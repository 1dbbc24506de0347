/** The driver as driver.ts calls it, on a simulated GPU: errors by their names, and what the simulation itself notices. */

import { describe, expect, it } from "vitest"

import {
  type Device,
  DeviceMemoryExhausted,
  DeviceUnfit,
  DriverFailed,
  NoDriver,
  openDevice
} from "../../../src/engine/cuda/driver.ts"
import { download, numbers, ORDERS, PATIENCE, simulate, simulated, upload } from "./simulation.ts"

const source = new URL("faulty.cu", import.meta.url).pathname
const THREADS = 64

const thrown = (body: () => unknown): unknown => {
  try {
    return body()
  } catch (error) {
    return error
  }
}

describe("without NVIDIA's driver", () => {
  it("says what is missing and what to do", () => {
    const error = thrown(() => openDevice("libno-such-driver.so.1"))
    expect(error).toBeInstanceOf(NoDriver)
    expect(String(error)).toMatch(/"libno-such-driver.so.1" cannot be loaded: .*\. On a machine with an NVIDIA card install its/)
  })
})

describe.skipIf(!simulated)("a simulated GPU (skipped without a C++ compiler)", { timeout: PATIENCE }, () => {
  const gpu = simulated ? simulate({ source, checked: true }) : (undefined as never)
  const run = (device: Device, kernel: string, options: { readonly blocks?: number; readonly sharedBytes?: number } = {}) => {
    const x = upload(device, numbers(THREADS, 1))
    const counter = upload(device, new Uint32Array(1))
    const parameters = [x, ...(kernel === "behind_the_end" ? [THREADS] : kernel === "fence_of_another" ? [counter] : [])]
    const { blocks = 1, sharedBytes = 1024 } = options
    device.launch({ kernel, grid: [blocks, 1, 1], threads: THREADS, sharedBytes, parameters })
    return x
  }

  it("tells what it is", () => {
    const device = gpu.open()
    expect(device).toMatchObject({ name: "simulated GPU", capability: [8, 6], sharedBytes: 101_376 })
    expect(device.memory()).toEqual({ available: 24 * 2 ** 30, total: 24 * 2 ** 30 })
  })

  it("is refused by name where it is too old for the kernels", () => {
    gpu.setCapability(75)
    const error = thrown(() => gpu.open())
    gpu.setCapability(86)
    expect(error).toBeInstanceOf(DeviceUnfit)
    expect(String(error)).toContain('The GPU "simulated GPU" has compute capability 7.5, and the CUDA kernels need 8.0 or newer')
  })

  const wrong: Readonly<Record<string, readonly [RegExp, { readonly blocks?: number; readonly sharedBytes?: number }]>> = {
    lanes_apart: [/: lanes apart: thread \d+ is in \w+ while thread \d+ of its warp is in \w+$/, {}],
    standstill: [/: standstill: thread 0 is at block_barrier and thread 32 at the end, and each waits/, {}],
    forgotten_copy: [/: thread \d+ ends while a copy of its own is under way$/, {}],
    behind_the_end: [/: illegal address: thread 0 of block 0 touches 4 bytes outside of every allocation$/, {}],
    too_much_shared: [
      /: illegal address: thread \d+ of block 0 touches 4 bytes outside of the launch's shared memory$/,
      { sharedBytes: 64 }
    ],
    fence_of_another: [/: race in device memory: .* no fence with a counter is between them/, { blocks: 2 }],
    two_writers: [/: race in device memory: .* no fence with a counter is between them/, { blocks: 2 }]
  }
  for (const [kernel, [said, options]] of Object.entries(wrong))
    it(`notices ${kernel} in every order of threads, and the context is lost`, () => {
      for (const order of ORDERS) {
        gpu.setOrder(order)
        const device = gpu.open()
        const error = thrown(() => run(device, kernel, options))
        expect(error).toEqual(new DriverFailed({ call: "cuLaunchKernel", error: "CUDA_ERROR_LAUNCH_FAILED" }))
        expect(gpu.report()).toMatch(new RegExp(`^${kernel}`))
        expect(gpu.report()).toMatch(said)
        expect(thrown(device.synchronize)).toBeInstanceOf(DriverFailed)
      }
    })

  const fibers = { "its own fibers": [], "those of the C library": ["PORTABLE_FIBERS"] }
  for (const [name, defines] of Object.entries(fibers))
    it(`runs what is right with ${name}, and shared memory is NaN`, () => {
      const own = simulate({ source, defines })
      for (const order of ORDERS) {
        own.setOrder(order)
        const device = own.open()
        const x = run(device, "right")
        expect(download(device, x, new Float32Array(THREADS))).toEqual(numbers(THREADS, 1).toReversed())
      }
    })

  it("refuses a launch that the kernel is not written for, by the driver's error", () => {
    const device = gpu.open()
    const launch = {
      kernel: "right",
      grid: [1, 1, 1],
      threads: THREADS,
      sharedBytes: 0,
      parameters: [upload(device, numbers(THREADS, 1))]
    } as const
    const failed = (call: string, error: string) => new DriverFailed({ call, error })
    expect(thrown(() => device.launch({ ...launch, kernel: "none" }))).toEqual(
      failed("cuModuleGetFunction", "CUDA_ERROR_NOT_FOUND")
    )
    expect(thrown(() => device.launch({ ...launch, threads: 32 }))).toEqual(
      failed("cuLaunchKernel", "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES")
    )
    expect(thrown(() => device.launch({ ...launch, grid: [0, 1, 1] }))).toEqual(
      failed("cuLaunchKernel", "CUDA_ERROR_INVALID_VALUE")
    )
    expect(thrown(() => device.launch({ ...launch, sharedBytes: 200_000 }))).toEqual(
      failed("cuFuncSetAttribute", "CUDA_ERROR_INVALID_VALUE")
    )
  })

  it("says how much memory is left when there is not enough, and goes on", () => {
    gpu.setMemory(3 * 2 ** 20)
    const device = gpu.open()
    const held = device.allocate(2 ** 20)
    const error = thrown(() => device.allocate(4 * 2 ** 20))
    expect(error).toBeInstanceOf(DeviceMemoryExhausted)
    expect(String(error)).toMatch(
      /out of memory: 4.0 MiB were asked for, and [12]\.\d MiB of 3.0 MiB are left\. Use a smaller model/
    )
    device.release(held)
    expect(thrown(() => device.release(held))).toEqual(
      new DriverFailed({ call: "cuMemFree_v2", error: "CUDA_ERROR_INVALID_VALUE" })
    )
    gpu.setMemory(24 * 2 ** 30)
    device.release(device.allocate(4 * 2 ** 20))
  })

  it("copies no more than there is room for", () => {
    const device = gpu.open()
    const memory = device.allocate(8)
    expect(String(thrown(() => device.write(memory, new Float32Array(3))))).toContain("12 bytes do not fit into 8 on the device")
    device.clear(memory)
    expect(download(device, memory, new Float32Array(2))).toEqual(new Float32Array(2))
  })
})
