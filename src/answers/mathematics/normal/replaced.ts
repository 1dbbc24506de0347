/** A sum of products with other values in place of some of what it is made of, worked out anew. */

import type { Rational } from "../rational.ts"
import { spend } from "../work.ts"
import { calledOn } from "./normal-form.ts"
import {
  addForms,
  type Atom,
  divideForms,
  type Form,
  multiplyForms,
  NOTHING,
  ofAtom,
  ofTerm,
  ONE,
  type Polynomial,
  term
} from "./polynomials.ts"
import { exponential, raised, rootPower } from "./powers.ts"

/** What stands for an atom; null where it stays, with what is inside it replaced. */
type Instead = (atom: Atom) => Form | null

/** `holds`: whether there is anything to replace in what has such a name. */
export const replacedIn = (of: Polynomial, holds: (name: string) => boolean, instead: Instead): Form =>
  new Replacement(holds, instead).polynomial(of)

class Replacement {
  private readonly known = new Map<string, Form>()
  private readonly holds: (name: string) => boolean
  private readonly instead: Instead

  constructor(holds: (name: string) => boolean, instead: Instead) {
    this.holds = holds
    this.instead = instead
  }

  polynomial(of: Polynomial): Form {
    let sum = NOTHING
    for (const { re, im, factors } of of.values()) {
      spend(2)
      let product = ofTerm(term(re, im))
      for (const { atom, power } of factors) product = multiplyForms(product, this.power(atom, power))
      sum = addForms(sum, product)
    }
    return sum
  }

  private form({ top, bottom }: Form): Form {
    const above = this.polynomial(top)
    return bottom === ONE ? above : divideForms(above, this.polynomial(bottom))
  }

  private power(atom: Atom, power: Rational): Form {
    if (!this.holds(atom.name)) return ofAtom(atom, power)
    const key = `${atom.name}^${power.top}/${power.bottom}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const found = this.powerNow(atom, power)
    this.known.set(key, found)
    return found
  }

  private powerNow(atom: Atom, power: Rational): Form {
    const other = this.instead(atom)
    if (other !== null) return raised(other, power)
    switch (atom.kind) {
      case "variable":
      case "pi":
        return ofAtom(atom, power)
      case "power": {
        if (atom.exponent === null) return ofAtom(atom, power)
        const exponent = multiplyForms(this.form(atom.exponent), ofTerm(term(power.top, 0n)))
        const base = typeof atom.base === "object" ? this.form(atom.base) : atom.base
        const all = divideForms(exponent, ofTerm(term(power.bottom, 0n)))
        return exponential(typeof base === "bigint" ? ofTerm(term(base, 0n)) : base, all)
      }
      case "root": {
        const base = this.form(atom.base)
        return power.bottom === 1n ? raised(base, power) : rootPower(base, power, atom.odd)
      }
      case "sum":
        return raised(this.form(atom.of), power)
      case "call":
        return raised(
          calledOn(
            atom.function,
            atom.values.map((value) => this.form(value))
          ),
          power
        )
    }
  }
}
