/**
 * The C side of requests.ts: writes native/requests.h from it.
 *
 *     pnpm build:requests
 */

import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { enumerations, slotCount, structs, type StructName } from "../requests.ts"
import { sourceFolder } from "./source.ts"

/** Where the header lies. */
export const headerPath = join(sourceFolder, "requests.h")

const HEAD = `/*
 * What TypeScript hands over in one call. Written by \`pnpm build:requests\` from src/engine/requests.ts: change that, not this.
 *
 * Every field lies in a slot of 8 bytes of its own, so that a struct is the same bytes with 64-bit and with 32-bit pointers.
 * Arrays belong to the caller and are not kept past the call.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOT _Alignas(8)

/* clang-format off */
`

const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const constant = (name: string): string => snakeCase(name).replaceAll(/\W/g, "_").toUpperCase()

const enumeration = ([name, { choices, prefix }]: [string, { choices: ReadonlyArray<string>; prefix: string }]): string =>
  `typedef enum { ${choices.map((choice, i) => `${prefix}${constant(choice)} = ${i}`).join(", ")} } ${name};\n`

const declaration = (field: string, [described, meaning]: readonly [type: string, meaning?: string]): string => {
  const type = described.replace("?", "")
  const declared = `  SLOT ${type}${type.endsWith("*") ? "" : " "}${snakeCase(field)};`
  return meaning === undefined ? declared : `${declared} /* ${meaning} */`
}

const struct = (name: StructName): string => {
  const fields = Object.entries(structs[name]).map(([field, described]) => declaration(field, described))
  return `typedef struct {\n${fields.join("\n")}\n} ${name};
_Static_assert(sizeof(${name}) == 8 * ${slotCount(name)}, "a slot per field");\n`
}

/** The text of requests.h. */
export const requestsHeader = (): string =>
  [
    HEAD,
    ...Object.entries(enumerations).map(enumeration),
    ...Object.keys(structs).map((name) => struct(name as StructName)),
    "#endif\n"
  ].join("\n")

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(headerPath, requestsHeader())
