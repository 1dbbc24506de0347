/**
 * Where TensorFlow.js would compute here, decided from files alone: nothing is loaded.
 *
 *   tfjs-node-gpu, tfjs-node   TensorFlow's C library, when the user has added that package to this project
 *   wasm                       WebAssembly, part of this installation; one thread
 *   cpu                        plain JavaScript, very slow; only on request
 *
 * `ECHO_CHAMBER_TFJS_BACKEND` names one.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

import { readVariable } from "../../machine/environment.ts"
import { VariableInvalid } from "../../machine/VariableInvalid.ts"

const tfjsBackends = ["tfjs-node-gpu", "tfjs-node", "wasm", "cpu"] as const
export type TfjsBackend = (typeof tfjsBackends)[number]

export const require = createRequire(import.meta.url)

/** The folder of a package that this project can load, if it is installed. */
const packageFolder = (name: string): string | undefined => {
  try {
    return dirname(require.resolve(`${name}/package.json`))
  } catch {
    return undefined
  }
}

/** Version of a backend's package: TensorFlow's C library comes with one that no import names. */
export const backendVersion = (backend: TfjsBackend): string => {
  const folder = packageFolder(packageOf(backend))
  if (folder === undefined) return "missing"
  return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string }).version
}

const packageOf = (backend: TfjsBackend): string =>
  backend === "wasm" || backend === "cpu" ? `@tensorflow/tfjs-backend-${backend}` : `@tensorflow/${backend}`

/** Why a backend cannot be loaded, or undefined. */
const lacks = (backend: TfjsBackend, folderOf: typeof packageFolder): string | undefined => {
  const name = packageOf(backend)
  const folder = folderOf(name)
  if (folder === undefined) return `${name} is not installed: pnpm add ${name}`
  if (backend === "wasm" || backend === "cpu") return undefined
  const libraries = join(folder, "lib")
  if (existsSync(libraries) && readdirSync(libraries).some((api) => existsSync(join(libraries, api, "tfjs_binding.node"))))
    return undefined
  return (
    `${name} is installed, but its native library is not in ${libraries}: its install script, which fetches it, ` +
    `did not run or failed. Set "${name}": true under allowBuilds in pnpm-workspace.yaml and run pnpm rebuild ${name}, ` +
    `or set ECHO_CHAMBER_TFJS_BACKEND=wasm`
  )
}

export type BackendAnswer = { readonly backend: TfjsBackend } | { readonly reason: string }

/** The backend to use, or why there is none. A package that is installed but broken is reported, not passed over. */
export const chooseBackend = (
  wanted = readVariable("ECHO_CHAMBER_TFJS_BACKEND") ?? "",
  folderOf = packageFolder
): BackendAnswer => {
  const named = tfjsBackends.find((backend) => backend === wanted)
  if (wanted !== "" && named === undefined)
    return { reason: VariableInvalid.among("ECHO_CHAMBER_TFJS_BACKEND", wanted, tfjsBackends).message }
  const added = (["tfjs-node-gpu", "tfjs-node"] as const).find((backend) => folderOf(packageOf(backend)) !== undefined)
  const backend = named ?? added ?? "wasm"
  const reason = lacks(backend, folderOf)
  return reason === undefined ? { backend } : { reason }
}
