/** `object.name`: only what the method tables and modules list. There is nothing else to find, whatever the name. */

import { raised } from "../values/exceptions.ts"
import { PyException } from "../values/exceptions.ts"
import {
  type Method,
  PyBoundMethod,
  PyBuiltin,
  PyExtension,
  PyFloat,
  PyModule,
  PyTuple,
  PyType,
  type PyValue,
  typeName,
  typeOf
} from "../values/objects.ts"
import { PyFunction } from "../values/PyFunction.ts"

/** The complaint that there is no attribute of this name. */
export const attributeError = (object: PyValue, name: string) => {
  if (object instanceof PyModule) return raised("AttributeError", `module '${object.name}' has no attribute '${name}'`)
  if (object instanceof PyType) return raised("AttributeError", `type object '${object.name}' has no attribute '${name}'`)
  return raised("AttributeError", `'${typeName(object)}' object has no attribute '${name}'`)
}

/** The method of a value, not yet bound; undefined where its type has none of that name. */
export const findMethod = (object: PyValue, name: string): Method | undefined => typeOf(object).methods.get(name)

/** `object.name`. Throws AttributeError. */
export const getAttribute = (object: PyValue, name: string): PyValue => {
  const method = findMethod(object, name)
  if (method !== undefined) return new PyBoundMethod(object, name, method)
  const value = dataAttribute(object, name)
  if (value === undefined) throw attributeError(object, name)
  return value
}

const dataAttribute = (object: PyValue, name: string): PyValue | undefined => {
  if (typeof object === "number" || typeof object === "bigint" || typeof object === "boolean") {
    if (name === "real" || name === "numerator") return typeof object === "boolean" ? Number(object) : object
    if (name === "imag") return 0
    return name === "denominator" ? 1 : undefined
  }
  if (object instanceof PyModule) return object.members.get(name)
  if (object instanceof PyExtension) return object.attribute(name)
  if (object instanceof PyFloat) {
    if (name === "real") return object
    return name === "imag" ? new PyFloat(0) : undefined
  }
  if (object instanceof PyException) return name === "args" ? new PyTuple(object.args) : undefined
  if (object instanceof PyFunction) return name === "__name__" ? object.code.name : undefined
  if (object instanceof PyType) return typeAttribute(object, name)
  return undefined
}

/** `str.upper` is the method with its object as first argument; `dict.fromkeys` and the like are methods of the type itself. */
const typeAttribute = (type: PyType, name: string): PyValue | undefined => {
  if (name === "__name__") return type.name
  const own = type.members.get(name)
  if (own !== undefined) return own
  const method = type.methods.get(name)
  if (method === undefined) return undefined
  return new PyBuiltin(name, (account, args, keywords) => {
    const [self, ...rest] = args
    if (self === undefined) throw raised("TypeError", `unbound method ${type.name}.${name}() needs an argument`)
    if (!typeOf(self).isSubtypeOf(type))
      throw raised("TypeError", `descriptor '${name}' for '${type.name}' objects doesn't apply to a '${typeName(self)}' object`)
    return method(account, self, rest, keywords)
  })
}
