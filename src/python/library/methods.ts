/** The method table of every type, attached to the type objects once, on import. */

import {
  boolType,
  dictType,
  floatType,
  frozensetType,
  intType,
  listType,
  rangeType,
  setType,
  strType,
  tupleType
} from "../values/objects.ts"
import { dictMethods } from "./dict-methods.ts"
import { listMethods, tupleMethods } from "./list-methods.ts"
import { floatMethods, intMethods } from "./number-methods.ts"
import { frozensetMethods, setMethods } from "./set-methods.ts"
import { stringMethods } from "./string-methods.ts"

const tables = [
  [intType, intMethods],
  [boolType, intMethods],
  [floatType, floatMethods],
  [strType, stringMethods],
  [listType, listMethods],
  [tupleType, tupleMethods],
  [rangeType, tupleMethods],
  [dictType, dictMethods],
  [setType, setMethods],
  [frozensetType, frozensetMethods]
] as const

for (const [type, methods] of tables) type.methods = methods
