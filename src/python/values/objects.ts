/**
 * The values a program can hold.
 *
 *   Python      here
 *   None        null                     bool    boolean
 *   int         number, a safe integer and never -0; bigint outside the safe range only (so equal ints are identical)
 *   float       PyFloat                  str     string
 *   the rest    a subclass of PyObject
 *
 * No JavaScript property of a value is reachable from a program: attributes come from method tables keyed by type.
 */

import type { BudgetAccount } from "./Budget.ts"

export type Int = number | bigint
export type PyValue = null | boolean | number | bigint | string | PyObject

/** Arguments passed by name, in order. */
export type Keywords = ReadonlyMap<string, PyValue>
/** A function of Python written in JavaScript; it may keep `args`. */
export type Native = (account: BudgetAccount, args: Array<PyValue>, keywords: Keywords | null) => PyValue
export type Method = (account: BudgetAccount, self: PyValue, args: Array<PyValue>, keywords: Keywords | null) => PyValue

export abstract class PyObject {
  abstract get type(): PyType
}

const noMethods: ReadonlyMap<string, Method> = new Map()

/**
 * A type object: called to construct, compared in `isinstance`.
 * The library attaches what it offers: constructors.ts the constructors, methods.ts the methods.
 */
export class PyType extends PyObject {
  readonly name: string
  readonly base: PyType | null
  construct: Native | null = null
  /** The methods of its values. What is not in here does not exist for a program. */
  methods: ReadonlyMap<string, Method> = noMethods
  /** What the type itself offers: `dict.fromkeys`, `str.maketrans`. */
  readonly members = new Map<string, PyValue>()
  constructor(name: string, base: PyType | null = objectType) {
    super()
    this.name = name
    this.base = base
  }
  get type(): PyType {
    return typeType
  }
  isSubtypeOf(other: PyType): boolean {
    return this === other || (this.base !== null && this.base.isSubtypeOf(other))
  }
}

export const objectType = new PyType("object", null)
export const typeType = new PyType("type")
const noneType = new PyType("NoneType")
export const intType = new PyType("int")
export const boolType = new PyType("bool", intType)
export const floatType = new PyType("float")
export const strType = new PyType("str")
export const listType = new PyType("list")
export const tupleType = new PyType("tuple")
export const dictType = new PyType("dict")
export const setType = new PyType("set")
export const frozensetType = new PyType("frozenset")
export const rangeType = new PyType("range")
export const sliceType = new PyType("slice")
export const functionType = new PyType("function")
const builtinType = new PyType("builtin_function_or_method")
const moduleType = new PyType("module")
export const generatorType = new PyType("generator")
const viewTypes = { keys: new PyType("dict_keys"), values: new PyType("dict_values"), items: new PyType("dict_items") }
const ellipsisType = new PyType("ellipsis")

export class PyFloat extends PyObject {
  readonly value: number
  constructor(value: number) {
    super()
    this.value = value
  }
  get type(): PyType {
    return floatType
  }
}

export class PyList extends PyObject {
  items: Array<PyValue>
  constructor(items: Array<PyValue>) {
    super()
    this.items = items
  }
  get type(): PyType {
    return listType
  }
}

export class PyTuple extends PyObject {
  readonly items: ReadonlyArray<PyValue>
  constructor(items: ReadonlyArray<PyValue>) {
    super()
    this.items = items
  }
  get type(): PyType {
    return tupleType
  }
}

/** What a dict or set finds a value by: see keys.ts. */
export type Key = null | number | bigint | string | PyObject

/** Insertion-ordered; a key keeps the spelling it came with (1, 1.0 or True). */
export class PyDict extends PyObject {
  readonly entries = new Map<Key, { readonly key: PyValue; value: PyValue }>()
  get type(): PyType {
    return dictType
  }
}

/** `set` and `frozenset`. */
export class PySet extends PyObject {
  readonly frozen: boolean
  readonly members = new Map<Key, PyValue>()
  constructor(frozen = false) {
    super()
    this.frozen = frozen
  }
  get type(): PyType {
    return this.frozen ? frozensetType : setType
  }
  values(): Iterable<PyValue> {
    return this.members.values()
  }
}

/** What `d.keys()`, `d.values()` and `d.items()` give: a live view. */
export class PyDictView extends PyObject {
  readonly dict: PyDict
  readonly of: "keys" | "values" | "items"
  constructor(dict: PyDict, of: "keys" | "values" | "items") {
    super()
    this.dict = dict
    this.of = of
  }
  get type(): PyType {
    return viewTypes[this.of]
  }
}

/** `range(start, stop, step)`; `length` is exact. */
export class PyRange extends PyObject {
  readonly start: Int
  readonly stop: Int
  readonly step: Int
  readonly length: Int
  constructor(start: Int, stop: Int, step: Int, length: Int) {
    super()
    this.start = start
    this.stop = stop
    this.step = step
    this.length = length
  }
  get type(): PyType {
    return rangeType
  }
}

export class PySlice extends PyObject {
  readonly lower: PyValue
  readonly upper: PyValue
  readonly step: PyValue
  constructor(lower: PyValue, upper: PyValue, step: PyValue) {
    super()
    this.lower = lower
    this.upper = upper
    this.step = step
  }
  get type(): PyType {
    return sliceType
  }
}

/** Anything that `next` can be called on. `undefined` from `next` is the end, and stays the end. */
export abstract class PyIterator extends PyObject {
  abstract next(): PyValue | undefined
}

export class PyBuiltin extends PyObject {
  readonly name: string
  readonly call: Native
  constructor(name: string, call: Native) {
    super()
    this.name = name
    this.call = call
  }
  get type(): PyType {
    return builtinType
  }
}

/** `xs.append` taken without calling it. */
export class PyBoundMethod extends PyObject {
  readonly self: PyValue
  readonly name: string
  readonly method: Method
  constructor(self: PyValue, name: string, method: Method) {
    super()
    this.self = self
    this.name = name
    this.method = method
  }
  get type(): PyType {
    return builtinType
  }
}

export class PyModule extends PyObject {
  readonly name: string
  readonly members: ReadonlyMap<string, PyValue>
  constructor(name: string, members: ReadonlyMap<string, PyValue>) {
    super()
    this.name = name
    this.members = members
  }
  get type(): PyType {
    return moduleType
  }
}

/** A value of a module outside the core language (a date, say), which brings its own behaviour. */
export abstract class PyExtension extends PyObject {
  abstract repr(): string
  abstract str(): string
  /** Equal values have equal keys; the key names the type. */
  abstract key(): string
  /** Attributes and methods; undefined where there is none of that name. */
  abstract attribute(name: string): PyValue | undefined
  /** Negative, zero or positive; null where the two have no order. */
  abstract compare(other: PyExtension): number | null
  /** `this operator other`, or `other operator this` when reflected; undefined where it is not defined. */
  abstract operate(account: BudgetAccount, operator: string, other: PyValue, reflected: boolean): PyValue | undefined
}

export class PyEllipsis extends PyObject {
  get type(): PyType {
    return ellipsisType
  }
}
/** The one `...`. */
export const ellipsis = new PyEllipsis()

/** The type of any value. */
export const typeOf = (value: PyValue): PyType => {
  switch (typeof value) {
    case "number":
    case "bigint":
      return intType
    case "string":
      return strType
    case "boolean":
      return boolType
    default:
      return value === null ? noneType : value.type
  }
}

/** The name of its type, as errors give it. */
export const typeName = (value: PyValue): string => typeOf(value).name
