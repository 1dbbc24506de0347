/** Characters of Unicode that say what LaTeX has a command for: letters, digits raised and lowered, fractions, roots, signs. */

const GREEK =
  "α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda ν nu ξ xi " +
  "π pi ρ rho σ sigma ς sigma τ tau υ upsilon φ varphi ϕ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi " +
  "Σ Sigma Υ Upsilon Φ Phi Ψ Psi ℓ ell"
const SIGNS =
  "× times ÷ div · cdot ⋅ cdot ∙ cdot ∞ infty ≤ leq ⩽ leq ≦ leq ≥ geq ⩾ geq ≧ geq ≠ neq ≈ approx ∪ cup ∩ cap ∖ setminus " +
  "∈ in ∅ emptyset ± pm ∓ mp ∘ circ ⟨ langle ⟩ rangle △ triangle ∠ angle √ sqrt ∨ lor ∧ land ⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil"
const pairs = (text: string): ReadonlyArray<readonly [string, string]> => {
  const all = text.split(" ")
  return all.flatMap((sign, i) => (i % 2 === 0 ? [[sign, `\\${all[i + 1]} `] as const] : []))
}

const FRACTIONS = "½ 1/2 ⅓ 1/3 ⅔ 2/3 ¼ 1/4 ¾ 3/4 ⅕ 1/5 ⅖ 2/5 ⅗ 3/5 ⅘ 4/5 ⅙ 1/6 ⅚ 5/6 ⅐ 1/7 ⅛ 1/8 ⅜ 3/8 ⅝ 5/8 ⅞ 7/8 ⅑ 1/9 ⅒ 1/10"
const fractions = FRACTIONS.split(" ").flatMap((sign, i, all) => {
  const [top, bottom] = (all[i + 1] ?? "").split("/")
  return i % 2 === 0 ? [[sign, `\\frac{${top}}{${bottom}}`] as const] : []
})

const NAMED: ReadonlyMap<string, string> = new Map([
  ...pairs(GREEK),
  ...pairs(SIGNS),
  ...fractions,
  ["≡", "\\equiv "],
  ["∛", "\\sqrt[3] "],
  ["∜", "\\sqrt[4] "],
  ["ℝ", "\\mathbb{R}"],
  ["−", "-"],
  ["–", "-"],
  ["∗", "*"],
  ["⁄", "/"],
  ["∕", "/"],
  ["∣", "|"],
  ["﹣", "-"],
  ["º", "°"],
  ["˚", "°"]
])
const ANY_NAMED = new RegExp(`[${[...NAMED.keys()].join("").replace("-", "\\-")}]`, "gu")

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ"
const LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋ₙ"
const plainOf = (run: string, among: string): string => [...run].map((sign) => "0123456789+-n"[among.indexOf(sign)]!).join("")

/** Nothing that is seen: blanks of no width, marks of direction, a soft hyphen. */
const UNSEEN = /[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g
/** Digits and signs of full width, and letters in the fonts of mathematics: others of the same name. */
const OTHERS = /[\uff01-\uff5e\u{1d400}-\u{1d7ff}]/gu

/**
 * With commands for such characters. Greek letters that units are written with stay before letters (`5 μm`), and so do Ω and the
 * signs of what LaTeX writes in two ways.
 */
export const withoutUnicode = (text: string): string => {
  // oxlint-disable-next-line no-control-regex
  if (/^[\u0000-\u007f]*$/.test(text)) return text
  return (
    text
      .replaceAll(UNSEEN, "")
      .replaceAll(OTHERS, (sign) => sign.normalize("NFKC"))
      // `³√8`: what stands small before a root, and behind nothing, is its degree.
      .replaceAll(/(?<=^|[\s=(+,*/-])([²³⁴-⁹])√/g, (_, degree: string) => `\\sqrt[${plainOf(degree, RAISED)}] `)
      .replaceAll(/[⁰¹²³⁴-⁹⁺⁻ⁿ]+/g, (run, at: number, all: string) => {
        const plain = plainOf(run, RAISED)
        return plain.length === 1 && !/\d/.test(all[at + 1] ?? "") ? `^${plain}` : `^{${plain}}`
      })
      .replaceAll(/[₀-₉₊₋ₙ]+/g, (run) => `_{${plainOf(run, LOWERED)}}`)
      .replaceAll(/μ(?![A-Za-z])/g, "\\mu ")
      .replaceAll(ANY_NAMED, (sign) => NAMED.get(sign)!)
  )
}
