/** Prints the code behind every stage of a copy of the system: `node --import COPY/bin/typescript.mjs codes.mjs COPY`. */
import fs from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"

const copy = process.argv[2]
const { codeOf, layoutDigest } = await import(pathToFileURL(path.join(copy, "src/dag/code/digest.ts")).href)
const { sourceDigest } = await import(pathToFileURL(path.join(copy, "src/engine/native/source.ts")).href)
const stages = fs.readdirSync(path.join(copy, "stages"))
const codes = Object.fromEntries(stages.map((file) => [file, codeOf(`stages/${file}`)]))
process.stdout.write(JSON.stringify({ codes, layout: layoutDigest(), engine: sourceDigest() }))
