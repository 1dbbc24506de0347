/**
 * LaTeX that a number can be wrapped in, taken off: `\$1{,}234` is `1,234`, `\dfrac{3}{4}` is `3/4`, and `17\text{ apples}` is
 * `17 apples`.
 *
 * Only what appears round single numbers is known here. Anything with a meaning of its own (`\sqrt`, `\pi`, `\cdot`, intervals,
 * matrices) gives null: such answers are expressions, and the systems that compare them need a computer algebra system.
 */
export const withoutLatex = (text: string): string | null => {
  let plain = text
  for (const [pattern, replacement] of rewrites) plain = plain.replace(pattern, replacement)
  plain = plain.trim()
  return /[\\{}]/.test(plain) ? null : plain
}

const number = "\\s*(-?[\\d.,]+)\\s*"

const rewrites: ReadonlyArray<readonly [RegExp, string]> = [
  [/[−–]/g, "-"],
  [/\\[$]/g, "$"],
  [/\\[()[\]]/g, " "],
  [/\\%/g, "%"],
  // Thin spaces inside `1\,000`, and the group that keeps a comma from being spaced.
  [/\\[,!;: ]|~/g, ""],
  [/\{,\}/g, ","],
  [/\\(?:left|right|displaystyle)\b/g, ""],
  [/\\(?:text|textbf|mathrm|mathbf|mbox|operatorname)\s*\{([^{}]*)\}/g, " $1"],
  // A whole part before a fraction makes a mixed number: `1\frac{1}{2}`.
  [new RegExp(`(\\d)\\s*\\\\[dtc]?frac\\{${number}\\}\\{${number}\\}`, "g"), "$1 $2/$3"],
  [new RegExp(`\\\\[dtc]?frac\\{${number}\\}\\{${number}\\}`, "g"), "$1/$2"],
  [/\\[dtc]?frac\s*(\d)\s*(\d)(?!\d)/g, "$1/$2"],
  [/\^\s*\{?\\circ\}?/g, " degrees"],
  [/\^\s*\{?([23])\}?/g, "^$1"],
  // Dollars as mathematics: `$17$`. A single one is currency.
  [/^\s*\$\$?([^$]*)\$\$?\s*\.?\s*$/, "$1"],
  // Emphasis, and what a number is called before the sign: `x = 17`.
  [/\*\*/g, ""],
  [/^[A-Za-z][A-Za-z ]*=\s*/, ""]
]
