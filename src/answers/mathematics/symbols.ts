/** What commands and signs stand for where an expression is read. */

import type { Constant, FunctionName } from "./Expression.ts"

export const CONSTANTS: Readonly<Record<string, Constant>> = { pi: "pi", infty: "infinity" }
export const GREEK = new Set(
  (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau upsilon phi " +
    "varphi chi psi omega Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega ell"
  ).split(" ")
)
/** Pairs that enclose a value: what opens, what closes, what is made of it. */
export const BRACKETS: Readonly<Record<string, readonly [close: string, of: FunctionName | null]>> = {
  "(": [")", null],
  "[": ["]", null],
  "{": ["}", null],
  lfloor: ["rfloor", "floor"],
  lceil: ["rceil", "ceiling"],
  lvert: ["rvert", "abs"]
}
/** Marks over letters, which are part of a variable's name. */
export const ACCENTS = new Set(["vec", "hat", "bar", "tilde", "overline", "overrightarrow", "dot", "ddot", "dddot"])
export const TIMES = new Set(["cdot", "times", "ast"])
/** Text that is a name: `\mathrm{e}`, `\operatorname{lcm}`. */
export const UPRIGHT = new Set(["text", "operatorname"])
