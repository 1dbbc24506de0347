/** Texts of four scripts, with digits, signs, white space and marks between: what tokenizers of different makers differ on. */

/** First and last letters of alphabets, by script. */
const SCRIPTS: Readonly<Record<string, ReadonlyArray<readonly [number, number]>>> = {
  latin: [
    [0x61, 0x7a],
    [0x61, 0x7a],
    [0x41, 0x5a],
    [0xe0, 0xfe]
  ],
  cyrillic: [
    [0x430, 0x44f],
    [0x430, 0x44f],
    [0x410, 0x42f],
    [0x450, 0x45f]
  ],
  devanagari: [
    [0x904, 0x939],
    [0x93e, 0x94d],
    [0x904, 0x939],
    [0x966, 0x96f]
  ],
  han: [
    [0x4e00, 0x9fa5],
    [0x4e00, 0x5200],
    [0x3041, 0x3096],
    [0x30a1, 0x30fa]
  ]
}

const BETWEEN = [
  " ",
  " ",
  " ",
  " ",
  ", ",
  ". ",
  "\n",
  "\n\n",
  "  ",
  "\t",
  "-",
  "'s ",
  " (",
  ") ",
  ": ",
  "\u3000",
  "、",
  "。",
  "\r\n",
  "  \n "
]
const WORDS = [
  "the",
  "don't",
  "I'LL",
  "answer",
  "48",
  "3.14",
  "1000000",
  "x=2",
  "é",
  "e\u0301",
  "ﬁ",
  "½",
  "👍🏽",
  "👨‍👩‍👧",
  "🇩🇪",
  "\u200d",
  "…",
  "«да»",
  "\ufeff",
  "№"
]

/** `count` texts, a quarter of each script, the same ones every time. */
export const textsOfFourScripts = (count: number): ReadonlyArray<string> => {
  let state = 12345
  // Park and Miller's generator.
  const below = (limit: number) => {
    state = (state * 48271) % 2147483647
    return state % limit
  }
  const scripts = Object.values(SCRIPTS)
  return Array.from({ length: count }, (_, i) => {
    const ranges = scripts[i % scripts.length]!
    const word = () =>
      Array.from({ length: 1 + below(8) }, () => {
        const [first, last] = ranges[below(ranges.length)]!
        return String.fromCodePoint(first + below(last - first + 1))
      }).join("")
    const parts = Array.from(
      { length: 1 + below(12) },
      () => (below(6) === 0 ? WORDS[below(WORDS.length)]! : word()) + BETWEEN[below(BETWEEN.length)]!
    )
    return parts.join("")
  })
}
