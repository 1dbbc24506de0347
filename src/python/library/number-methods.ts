/** Methods of int (and bool) and float. */

import { raised, valueError } from "../values/exceptions.ts"
import { asRatio } from "../values/floats.ts"
import { bitLength, toInt, asInt } from "../values/integers.ts"
import { type Method, PyFloat, PyTuple, type PyValue } from "../values/objects.ts"
import { bindArguments } from "./arguments.ts"

const intMethod = (name: string, run: (n: number | bigint) => PyValue): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => {
    bindArguments(`int.${name}`, args, keywords, [], 0)
    const int = asInt(self)!
    if (typeof int === "bigint") account.work(bitLength(int))
    return run(int)
  }
]

const ones = (n: number | bigint): number => (n < 0 ? -BigInt(n) : BigInt(n)).toString(2).replaceAll("0", "").length

/** By name; for bool too. */
export const intMethods: ReadonlyMap<string, Method> = new Map([
  intMethod("bit_length", bitLength),
  intMethod("bit_count", ones),
  intMethod("conjugate", (n) => n),
  intMethod("as_integer_ratio", (n) => new PyTuple([n, 1]))
])

const floatMethod = (name: string, run: Method): readonly [string, Method] => [
  name,
  (account, self, args, keywords) => {
    bindArguments(`float.${name}`, args, keywords, [], 0)
    return run(account, self, args, keywords)
  }
]

const valueOf = (self: PyValue): number => (self instanceof PyFloat ? self.value : 0)

/** By name. */
export const floatMethods: ReadonlyMap<string, Method> = new Map([
  floatMethod("is_integer", (_, self) => Number.isInteger(valueOf(self))),
  floatMethod("conjugate", (_, self) => self),
  floatMethod("as_integer_ratio", (account, self) => {
    const value = valueOf(self)
    if (Number.isNaN(value)) throw valueError("cannot convert NaN to integer ratio")
    if (!Number.isFinite(value)) throw raised("OverflowError", "cannot convert Infinity to integer ratio")
    const [numerator, denominator] = asRatio(value)
    return new PyTuple([toInt(account, numerator), toInt(account, denominator)])
  })
])
