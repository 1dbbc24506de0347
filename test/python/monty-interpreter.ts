/** `@pydantic/monty`, a Python interpreter in Rust: a second oracle, where it is installed with a binary for this machine. */

export type MontyClass = new (source: string) => { readonly run: () => unknown }

export const loadMonty = async (): Promise<MontyClass | null> => {
  try {
    const { Monty } = await import("@pydantic/monty")
    return Monty
  } catch {
    return null
  }
}
