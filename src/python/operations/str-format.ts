/** `"{} and {name:>8}".format(...)`: fields by position and name, with indices and attributes as getAttribute allows them. */

import type { BudgetAccount } from "../values/Budget.ts"
import { raised, valueError, indexError } from "../values/exceptions.ts"
import type { Keywords, PyValue } from "../values/objects.ts"
import { ascii, repr, str } from "../values/repr.ts"
import { getAttribute } from "./attributes.ts"
import { formatValue } from "./format-value.ts"
import { getItem } from "./subscripts.ts"

/** `template.format(*args, **keywords)`. Throws KeyError, IndexError and ValueError as CPython does. */
export const strFormat = (
  account: BudgetAccount,
  template: string,
  args: ReadonlyArray<PyValue>,
  keywords: Keywords | null
): string => {
  let automatic = 0
  let manual = false

  const lookUp = (name: string): PyValue => {
    const match = /^([^.[]*)((?:\.[^.[]+|\[[^\]]+\])*)$/s.exec(name)
    if (match === null) throw valueError("Empty attribute in format string")
    return follow(account, first(match[1]!), match[2]!)
  }

  const first = (name: string): PyValue => {
    if (name !== "" && !/^\d+$/.test(name)) {
      const value = keywords?.get(name)
      if (value === undefined) throw raised("KeyError", name)
      return value
    }
    if (name === "" && manual) throw valueError("cannot switch from manual field specification to automatic field numbering")
    if (name !== "" && automatic > 0)
      throw valueError("cannot switch from automatic field numbering to manual field specification")
    manual ||= name !== ""
    const index = name === "" ? automatic++ : Number(name)
    const value = args[index]
    if (value === undefined) throw indexError(`Replacement index ${index} out of range for positional args tuple`)
    return value
  }

  const expand = (text: string, depth: number): string => {
    if (depth > 2) throw valueError("Max string recursion exceeded")
    let result = ""
    for (let at = 0; at < text.length;) {
      const c = text[at]!
      if ((c === "{" || c === "}") && text[at + 1] === c) {
        result += c
        at += 2
      } else if (c === "}") throw valueError("Single '}' encountered in format string")
      else if (c === "{") {
        const end = fieldEnd(text, at + 1)
        const part = field(text.slice(at + 1, end), depth)
        account.allocate(part.length)
        result += part
        at = end + 1
      } else {
        result += c
        at++
      }
    }
    return result
  }

  const field = (text: string, depth: number): string => {
    const [, name, conversion, spec] = /^([^!:]*)(?:!([^:]*))?(?::(.*))?$/s.exec(text)!
    const value = lookUp(name!)
    const converted = conversion === undefined ? value : convert(account, value, conversion)
    return formatValue(account, converted, spec === undefined ? "" : expand(spec, depth + 1))
  }

  account.work(template.length)
  account.allocate(template.length + 49)
  return expand(template, 1)
}

const fieldEnd = (text: string, start: number): number => {
  let open = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === "{") open++
    else if (text[at] === "}" && --open === 0) return at
  }
  throw valueError(start >= text.length ? "Single '{' encountered in format string" : "expected '}' before end of string")
}

const follow = (account: BudgetAccount, start: PyValue, path: string): PyValue => {
  let value = start
  for (const [, attribute, index] of path.matchAll(/\.([^.[]+)|\[([^\]]+)\]/gs)) {
    if (attribute !== undefined) value = getAttribute(value, attribute)
    else value = getItem(account, value, /^\d+$/.test(index!) ? Number(index) : index!)
  }
  return value
}

const convert = (account: BudgetAccount, value: PyValue, conversion: string): string => {
  if (conversion === "r") return repr(account, value)
  if (conversion === "s") return str(account, value)
  if (conversion === "a") return ascii(account, value)
  throw valueError(`Unknown conversion specifier ${conversion}`)
}
