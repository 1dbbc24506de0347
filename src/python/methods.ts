/** The method table of every type. What is not in it does not exist for a program. */
import { dictMethods } from "./dict-methods.ts"
import { listMethods, tupleMethods } from "./list-methods.ts"
import { floatMethods, intMethods } from "./number-methods.ts"
import {
  boolType,
  dictType,
  floatType,
  frozensetType,
  intType,
  listType,
  type Method,
  type PyType,
  rangeType,
  setType,
  strType,
  tupleType
} from "./objects.ts"
import { frozensetMethods, setMethods } from "./set-methods.ts"
import { stringMethods } from "./string-methods.ts"

const tables: ReadonlyMap<PyType, ReadonlyMap<string, Method>> = new Map([
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
])

const none: ReadonlyMap<string, Method> = new Map()

export const methodsOf = (type: PyType): ReadonlyMap<string, Method> => tables.get(type) ?? none
