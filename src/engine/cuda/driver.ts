/**
 * A GPU through NVIDIA's driver: `libcuda`, which comes with the driver of the card and with nothing else of CUDA. Fifteen of its
 * functions make a device with memory and kernels. The tests' simulated driver (simulate/driver.cpp) has the same functions.
 *
 * Calls return when the driver has taken them on; what goes wrong inside a kernel is said by the call that waits for it.
 */

import * as Schema from "effect/Schema"
import koffi from "koffi"

import { errorText } from "../../text/error-text.ts"
import { type Capability, kernelImage } from "./image.ts"

/** There is no driver to load: no NVIDIA card, or its driver is not installed. */
export class NoDriver extends Schema.TaggedError<NoDriver>()("NoDriver", { library: Schema.String, reason: Schema.String }) {
  readonly badInput = true
  override get message() {
    return (
      `The CUDA engine needs NVIDIA's driver, but "${this.library}" cannot be loaded: ${this.reason.replace(/\.$/, "")}. ` +
      "On a machine with an NVIDIA card install its driver (nvidia-smi then answers); elsewhere take another engine."
    )
  }
}

/** A call of the driver failed; `error` is the driver's own name for it. */
export class DriverFailed extends Schema.TaggedError<DriverFailed>()("DriverFailed", {
  call: Schema.String,
  error: Schema.String
}) {
  override get message() {
    const remedy = REMEDIES[this.error] ?? "This is a fault of the engine."
    return `The GPU's driver answered ${this.call} with ${this.error}. ${remedy}`
  }
}

/** The card is too old for the kernels. */
export class DeviceUnfit extends Schema.TaggedError<DeviceUnfit>()("DeviceUnfit", {
  name: Schema.String,
  capability: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `The GPU "${this.name}" has compute capability ${this.capability}, and the CUDA kernels need 8.0 or newer ` +
      "(Ampere, 2020), whose tensor units know bf16. Take another engine."
    )
  }
}

/** The device has less memory left than was asked for. */
export class DeviceMemoryExhausted extends Schema.TaggedError<DeviceMemoryExhausted>()("DeviceMemoryExhausted", {
  bytes: Schema.Number,
  available: Schema.Number,
  total: Schema.Number
}) {
  override get message() {
    const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
    return (
      `The GPU is out of memory: ${mebibytes(this.bytes)} were asked for, and ${mebibytes(this.available)} of ` +
      `${mebibytes(this.total)} are left. Use a smaller model or a shorter context, or end what else uses the card.`
    )
  }
}

const LOST = "What this process had on the card is lost; a new process can go on from the last checkpoint."
const REMEDIES: Readonly<Record<string, string>> = {
  CUDA_ERROR_LAUNCH_FAILED: LOST,
  CUDA_ERROR_ILLEGAL_ADDRESS: LOST,
  CUDA_ERROR_ECC_UNCORRECTABLE: LOST,
  CUDA_ERROR_DEVICE_UNAVAILABLE: LOST,
  CUDA_ERROR_NO_DEVICE: "There is a driver but no card that it can use: CUDA_VISIBLE_DEVICES may hide it.",
  CUDA_ERROR_INVALID_PTX: "The driver is too old for the kernels: install a newer one.",
  CUDA_ERROR_UNSUPPORTED_PTX_VERSION: "The driver is too old for the kernels: install a newer one."
}

/** Bytes on the device. */
export interface DeviceMemory {
  readonly address: bigint
  readonly bytes: number
}

/** A parameter of a kernel: memory, a null pointer, or a 32-bit integer. */
export type Parameter = DeviceMemory | null | number

export interface Launch {
  readonly kernel: string
  /** Blocks along x, y and z. */
  readonly grid: readonly [x: number, y: number, z: number]
  /** Threads of a block. */
  readonly threads: number
  /** Bytes of shared memory of a block. */
  readonly sharedBytes: number
  readonly parameters: ReadonlyArray<Parameter>
}

export interface Device {
  readonly name: string
  readonly capability: Capability
  /** Bytes of shared memory that a block may have. */
  readonly sharedBytes: number
  readonly memory: () => { readonly available: number; readonly total: number }
  /** Throws DeviceMemoryExhausted. What is in new memory is not known. */
  readonly allocate: (bytes: number) => DeviceMemory
  readonly release: (memory: DeviceMemory) => void
  readonly clear: (memory: DeviceMemory) => void
  /** From the beginning of `memory`, as many bytes as `values` has. */
  readonly write: (memory: DeviceMemory, values: Float32Array | Uint16Array | Uint32Array) => void
  readonly read: (memory: DeviceMemory, values: Float32Array | Uint16Array | Uint32Array) => void
  readonly launch: (launch: Launch) => void
  /** Waits for what was launched; throws DriverFailed if it failed. */
  readonly synchronize: () => void
  readonly close: () => void
}

/** CUdevice_attribute and CUfunction_attribute. */
const ATTRIBUTE = { sharedOfBlock: 97, capabilityMajor: 75, capabilityMinor: 76 } as const
const MAX_DYNAMIC_SHARED = 8

/** CUresult. */
const [SUCCESS, OUT_OF_MEMORY] = [0, 2]

/** The calls whose result is a CUresult. Addresses on the device are 64-bit numbers. */
const calls = {
  cuInit: "int cuInit(uint flags)",
  cuDeviceGet: "int cuDeviceGet(int *device, int ordinal)",
  cuDeviceGetName: "int cuDeviceGetName(uint8_t *name, int size, int device)",
  cuDeviceGetAttribute: "int cuDeviceGetAttribute(int *value, int attribute, int device)",
  cuDevicePrimaryCtxRetain: "int cuDevicePrimaryCtxRetain(uint64_t *context, int device)",
  cuDevicePrimaryCtxRelease_v2: "int cuDevicePrimaryCtxRelease_v2(int device)",
  cuCtxSetCurrent: "int cuCtxSetCurrent(uint64_t context)",
  cuCtxSynchronize: "int cuCtxSynchronize()",
  cuMemGetInfo_v2: "int cuMemGetInfo_v2(uint64_t *available, uint64_t *total)",
  cuMemAlloc_v2: "int cuMemAlloc_v2(uint64_t *address, uint64_t bytes)",
  cuMemFree_v2: "int cuMemFree_v2(uint64_t address)",
  cuMemcpyHtoD_v2: "int cuMemcpyHtoD_v2(uint64_t to, const void *from, uint64_t bytes)",
  cuMemcpyDtoH_v2: "int cuMemcpyDtoH_v2(void *to, uint64_t from, uint64_t bytes)",
  cuMemsetD8_v2: "int cuMemsetD8_v2(uint64_t to, uint8_t value, uint64_t bytes)",
  cuModuleLoadData: "int cuModuleLoadData(uint64_t *module, const void *image)",
  cuModuleGetFunction: "int cuModuleGetFunction(uint64_t *function, uint64_t module, const char *name)",
  cuFuncSetAttribute: "int cuFuncSetAttribute(uint64_t function, int attribute, int value)",
  cuLaunchKernel:
    "int cuLaunchKernel(uint64_t function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, " +
    "uint sharedBytes, uint64_t stream, const uint64_t *parameters, uint64_t extra)"
} as const
type CallName = keyof typeof calls

/** NVIDIA's library, by the name that the system's loader knows. */
const DRIVER = process.platform === "win32" ? "nvcuda.dll" : "libcuda.so.1"

/** The first device of a driver, with the kernels loaded. Throws NoDriver, DriverFailed, DeviceUnfit. */
export const openDevice = (library = DRIVER): Device => {
  const { call, check } = loadDriver(library)
  const number = () => new Int32Array(1)
  const word = () => new BigUint64Array(1)
  const device = number()
  check("cuInit", 0)
  check("cuDeviceGet", device, 0)
  const ordinal = device[0]!
  const attribute = (which: number): number => {
    const value = number()
    check("cuDeviceGetAttribute", value, which, ordinal)
    return value[0]!
  }
  const letters = new Uint8Array(256)
  check("cuDeviceGetName", letters, letters.length, ordinal)
  const name = Buffer.from(letters).toString("utf8").replace(/\0.*$/s, "")
  const capability: Capability = [attribute(ATTRIBUTE.capabilityMajor), attribute(ATTRIBUTE.capabilityMinor)]
  const image = kernelImage(capability)
  if (image === undefined) throw new DeviceUnfit({ name, capability: capability.join(".") })
  const context = word()
  check("cuDevicePrimaryCtxRetain", context, ordinal)
  check("cuCtxSetCurrent", context[0]!)
  const module = word()
  check("cuModuleLoadData", module, image)

  const functions = new Map<string, { readonly handle: bigint; shared: number }>()
  const functionOf = (kernel: string) => {
    const known = functions.get(kernel)
    if (known !== undefined) return known
    const handle = word()
    check("cuModuleGetFunction", handle, module[0]!, kernel)
    const found = { handle: handle[0]!, shared: 0 }
    functions.set(kernel, found)
    return found
  }
  const memory = () => {
    const [available, total] = [word(), word()]
    check("cuMemGetInfo_v2", available, total)
    return { available: Number(available[0]!), total: Number(total[0]!) }
  }
  const fits = ({ bytes }: DeviceMemory, values: { readonly byteLength: number }): number => {
    if (values.byteLength <= bytes) return values.byteLength
    throw new RangeError(`${values.byteLength} bytes do not fit into ${bytes} on the device`)
  }

  return {
    name,
    capability,
    sharedBytes: attribute(ATTRIBUTE.sharedOfBlock),
    memory,
    allocate: (bytes) => {
      const address = word()
      const status = call("cuMemAlloc_v2", [address, bytes])
      if (status === OUT_OF_MEMORY) throw new DeviceMemoryExhausted({ bytes, ...memory() })
      check.status("cuMemAlloc_v2", status)
      return { address: address[0]!, bytes }
    },
    release: ({ address }) => check("cuMemFree_v2", address),
    clear: ({ address, bytes }) => check("cuMemsetD8_v2", address, 0, bytes),
    write: (to, values) => check("cuMemcpyHtoD_v2", to.address, values, fits(to, values)),
    read: (from, values) => check("cuMemcpyDtoH_v2", values, from.address, fits(from, values)),
    launch: ({ grid: [x, y, z], kernel, parameters, sharedBytes, threads }) => {
      const found = functionOf(kernel)
      if (sharedBytes > found.shared) {
        check("cuFuncSetAttribute", found.handle, MAX_DYNAMIC_SHARED, sharedBytes)
        found.shared = sharedBytes
      }
      /* Each parameter in eight bytes, and behind all of them their addresses, which the driver gets: it knows how many bytes of
       * each are meant. In one buffer, so that what holds the addresses keeps the values alive. */
      const words = new BigUint64Array(2 * parameters.length)
      const first = BigInt(koffi.address(words))
      for (const [i, parameter] of parameters.entries()) {
        words[i] = wordOf(parameter)
        words[parameters.length + i] = first + BigInt(8 * i)
      }
      const addresses = words.subarray(parameters.length)
      check("cuLaunchKernel", found.handle, x, y, z, threads, 1, 1, sharedBytes, 0, addresses, 0)
    },
    synchronize: () => check("cuCtxSynchronize"),
    close: () => check("cuDevicePrimaryCtxRelease_v2", ordinal)
  }
}

/** A parameter in 64 bits, its own bytes first, as x86-64 and arm64 order them. */
const wordOf = (parameter: Parameter): bigint => {
  if (parameter === null) return 0n
  if (typeof parameter !== "number") return parameter.address
  if (Number.isInteger(parameter) && Math.abs(parameter) < 2 ** 31) return BigInt.asUintN(64, BigInt(parameter))
  throw new RangeError(`${parameter} is no 32-bit integer`)
}

/** The driver's functions: `call` gives their status, `check` throws where it is an error. */
const loadDriver = (path: string) => {
  const load = () => {
    try {
      return koffi.load(path)
    } catch (cause) {
      throw new NoDriver({ library: path, reason: errorText(cause) })
    }
  }
  const library = load()
  const functions = new Map(Object.entries(calls).map(([name, prototype]) => [name, library.func(prototype)]))
  const nameOf = library.func("int cuGetErrorName(int error, _Out_ const char **name)")
  const call = (name: CallName, args: ReadonlyArray<unknown>): number => {
    const driverFunction = functions.get(name)!
    return driverFunction(...args)
  }
  const status = (name: CallName, error: number): void => {
    if (error === SUCCESS) return
    const said: [string | null] = [null]
    nameOf(error, said)
    throw new DriverFailed({ call: name, error: said[0] ?? `error ${error}` })
  }
  const check = (name: CallName, ...args: ReadonlyArray<unknown>): void => status(name, call(name, args))
  return { call, check: Object.assign(check, { status }) }
}
