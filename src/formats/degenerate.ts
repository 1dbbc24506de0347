/**
 * Whether a text has run into a loop: it ends in the same words over and over, and that is more than half of it. Small models do
 * this when they fail; counting such text under a format would credit the format with what is noise.
 */
export const isDegenerate = (text: string): boolean => endIsRepeated(text) && loops(text)

/**
 * The same, word by word.
 * @public For the test that both agree.
 */
export const loops = (text: string): boolean => {
  const words = text.split(/\s+/).filter((word) => word !== "")
  for (let period = 1; period <= longestPeriod && period * repeats <= words.length; period++) {
    let same = 0
    while (same + period < words.length && words[words.length - 1 - same] === words[words.length - 1 - same - period]) same++
    // `same` words equal the one a period earlier: the loop is those and the period that they repeat.
    const looped = same + period
    if (looped >= period * repeats && looped >= shortest && looped * 2 > words.length) return true
  }
  return false
}

/**
 * Whether the last two words, or what of them is ASCII, each stand as often as a loop would have them, alone or inside others:
 * most texts are done with here, and their words need not be taken apart.
 */
const endIsRepeated = (text: string): boolean => {
  let before = text.trimEnd()
  for (let word = 0; word < 2; word++) {
    let start = before.length
    while (start > 0 && isVisible(before.charCodeAt(start - 1))) start--
    if (start === before.length) return true
    if (!standsOften(text, before.slice(start))) return false
    before = before.slice(0, start).trimEnd()
  }
  return true
}

const isVisible = (code: number): boolean => code > 32 && code < 127

const standsOften = (text: string, word: string): boolean => {
  let at = text.length
  for (let times = 0; times < repeats; times++) {
    at = at === 0 ? -1 : text.lastIndexOf(word, at - 1)
    if (at < 0) return false
  }
  return true
}

/** Words in the longest unit that counts as repeated: about a sentence or a line of code. */
const longestPeriod = 32
/** How often a unit stands in a row at the end to be a loop rather than an echo. */
const repeats = 4
/** Fewer words than this are never a loop: `no no no no` is no more than short. */
const shortest = 8
