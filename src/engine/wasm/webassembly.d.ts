/** What this project uses of the WebAssembly JavaScript interface: the language's own types come only with those of a browser. */
declare namespace WebAssembly {
  class Module {
    private readonly module
    constructor(bytes: Uint8Array)
    static customSections(module: Module, name: string): Array<ArrayBuffer>
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: boolean })
    /** Shorter than the memory once that has grown: ask anew. */
    readonly buffer: SharedArrayBuffer
  }
  class Global {
    value: number
  }
  type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>
  class Instance {
    constructor(module: Module, imports: Imports)
    readonly exports: Readonly<Record<string, unknown>>
  }
  const compile: (bytes: Uint8Array) => Promise<Module>
  const validate: (bytes: Uint8Array) => boolean
}
