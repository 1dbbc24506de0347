/** Congruences, `n \equiv 1 \pmod 4`: what is left of each residue by the modulus, so that 5 is 1. They are no numbers. */

import type { Answer } from "../Answer.ts"
import { signs } from "../split.ts"

const CONGRUENCE = new RegExp(
  String.raw`^([^=<>,;]{1,100}?)\s*\\equiv(?![A-Za-z])\s*([^=<>()]{1,200}?)\s*\(?\s*` +
    String.raw`(?:\\[pb]?mod(?![A-Za-z])|\\text\s*\{\s*\(?\s*mod\s*\}|mod\b)\s*\{?\s*(\d{1,30})\s*\}?\s*\)?$`
)

export const congruence = (text: string): Answer | null => {
  const found = text.includes("\\equiv") ? CONGRUENCE.exec(text) : null
  if (found === null || found[1]!.includes("\\equiv")) return null
  const modulus = BigInt(found[3]!)
  if (modulus === 0n) return null
  const residues = found[2]!
    .split(/,?\s*\\text\s*\{\s*(?:or|and)\s*\}\s*|,?\s+(?:or|and)\s+|,/)
    .flatMap(signs)
    .map((residue) => residue.replaceAll(/[\s{}]+/g, ""))
    .map((residue) => (/^-?\d{1,30}$/.test(residue) ? `${((BigInt(residue) % modulus) + modulus) % modulus}` : residue))
  const left = found[1]!.replaceAll(/[\s{}]+/g, "")
  return { kind: "words", text: `${left} \\equiv ${[...new Set(residues)].toSorted().join(",")} mod ${modulus}` }
}
