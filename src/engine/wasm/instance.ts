/** One thread's instance of the compiled engine. All instances share one memory; each has a stack of its own. */

/** Pages of 64 KiB. The maximum is one short of 4 GiB, so that the size in bytes is a 32-bit number too. */
export const memoryPages = { initial: 16, maximum: 65_535 } as const

/** Bytes of each thread's stack. */
export const STACK_BYTES = 262_144

/** Functions of the module by name. C's numbers and addresses are all JavaScript numbers. */
export type Exports = Readonly<Record<string, (...args: ReadonlyArray<number>) => number>>

/** `stack`: the lowest address of a further thread's stack; absent for the first instance, whose stack was linked. */
export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory, stack?: number): Exports => {
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory },
    host: { availableMemory: () => process.availableMemory() }
  })
  if (stack !== undefined) (exports["__stack_pointer"] as WebAssembly.Global).value = stack + STACK_BYTES
  return exports as Exports
}
