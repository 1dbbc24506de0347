/**
 * Writes the declarations that the package ships, before it is packed: those that a study or a stage of somebody else's reaches
 * from what `echo-chamber` exports, and no others.
 */
import { spawnSync } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const home = fileURLToPath(new URL("../", import.meta.url))
const target = path.join(home, "build/types")
fs.rmSync(target, { recursive: true, force: true })
const compiler = path.join(home, "node_modules/typescript/bin/tsc")
const { status } = spawnSync(process.execPath, [compiler, "-p", "tsconfig.types.json"], { cwd: home, stdio: "inherit" })
if (status !== 0) process.exit(1)

const { exports } = JSON.parse(fs.readFileSync(path.join(home, "package.json"), "utf8"))
const reached = new Set(Object.values(exports).flatMap(({ types }) => (types === undefined ? [] : [path.join(home, types)])))
// A set grows while it is gone through.
for (const file of reached)
  for (const [, specifier] of fs.readFileSync(file, "utf8").matchAll(/(?:\bfrom |\bimport\(|\bimport )"(\.[^"]+)"/g))
    reached.add(path.resolve(path.dirname(file), specifier.replace(/\.ts$/, ".d.ts")))
for (const name of fs.readdirSync(target, { recursive: true })) {
  const file = path.join(target, name)
  if (name.endsWith(".ts") && !reached.has(file)) fs.rmSync(file)
}
