#!/usr/bin/env node
/** `node bin/bench.mjs [name] [flags]`: starts a measurement in bench/ on a Node that can run it; without a name `engine`. */
import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"

import { onOwnNode } from "./own-node.mjs"

const folder = fileURLToPath(new URL("../bench/", import.meta.url))
await onOwnNode(async () => {
  const [first = "engine"] = process.argv.slice(2)
  const isNamed = !first.startsWith("-") && process.argv.length > 2
  const name = isNamed ? first.replace(/\.ts$/, "") : "engine"
  const file = `${folder}${name}.ts`
  if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
    const names = readdirSync(folder).filter((entry) => entry.endsWith(".ts"))
    process.stderr.write(`There is no bench/${name}.ts. There are ${names.map((entry) => entry.slice(0, -3)).join(", ")}.\n`)
    process.exit(2)
  }
  // A measurement reads its own arguments as if it had been started itself.
  process.argv.splice(1, isNamed ? 2 : 1, file)
  await import(file)
})
