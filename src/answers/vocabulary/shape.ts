/**
 * Whether small letters are put together as in an English word: vowels that may stand side by side, and consonants between them
 * that may begin a syllable, end one, or do both. `apples` are, and `bcde`, `pqrst` and `axyzb` are not.
 */

const set = (text: string): ReadonlySet<string> => new Set(text.split(" "))

/** What a word may begin with, or a syllable. */
const ONSETS = set(
  "b c d f g h j k l m n p q r s t v w z bl br ch chl chr cl cr dr dw fl fr gh gl gn gr kn ph phl phr pl pr rh sc sch scr " +
    "sh shr sk sl sm sn sp sph spl spr sq squ st str sw th thr tr tw wh wr"
)
/** What a syllable may end in; a word also in one of these with an `s`. */
const CODAS = set(
  "b bt c d f g h k l m n p r s t v w x z bb ck ct dd dth dz ff ft fth gg gh ght ghth gn gth ch lb lch ld lf lg lk ll lm " +
    "ln lp lsh lt lth lv mb mm mn mp mph mpt nc nch nct nd ng ngth nk nn nt nth nx nz ns ph pp ps pt pth rb rc rch rd rf rg " +
    "rm rmth rk rl rld rn rp rr rs rsh rst rt rth rv sc sh sk sm sp ss st sth tch th tt tz wd wk wl wn wth xt xth zz hm ks ls " +
    "ms ts ws cks nks"
)
const PARTS = /[aeiouy]+|[^aeiouy]+/g
/** Letters three times, vowels that do not stand together, two letters that are rare at once, and ends that short words lack. */
const NEVER = /(.)\1\1|q(?!u)|aa|ii|uu(?!m)|yy|iy|uy(?![eis]|$)|.yu|^y(?![aeiou])|[jxz][^]*[jqx]|[jx][^]*z|^.{0,4}[^aeo]u$/
/** The last letters of the alphabet, of which a short word has at most two. */
const LAST = /[u-z]/g
/** Vowels in one run; a `y` between two of them is a consonant. */
const MOST_VOWELS = 3

const mayBeginWith = (run: string): boolean => ONSETS.has(run)
const mayEndIn = (run: string): boolean => CODAS.has(run) || (run.endsWith("s") && CODAS.has(run.slice(0, -1)))
/** `extra`, and not `axby`. */
const mayStandBefore = (coda: string, onset: string): boolean =>
  CODAS.has(coda) && ONSETS.has(onset) && !/^[hjqvz]$/.test(coda) && (coda !== "x" || /^[chpqt]/.test(onset))
const mayBeBetween = (run: string): boolean => {
  if (run === "x" || ONSETS.has(run) || CODAS.has(run)) return true
  for (let i = 1; i < run.length; i++) if (mayStandBefore(run.slice(0, i), run.slice(i))) return true
  return false
}

/** Of a word in small letters. */
export const isShapedAsWord = (word: string): boolean => {
  if (word.length > 24 || NEVER.test(word) || new Set(word).size < 3) return false
  if (word.length <= 6 && new Set(word.match(LAST)).size > 2) return false
  if (word.length <= 4 && !/[aeiou]/.test(word)) return false
  const runs = word.match(PARTS) ?? []
  return (
    runs.some((run) => /[aeiouy]/.test(run)) &&
    runs.every((run, i) => {
      if (/[aeiouy]/.test(run)) return run.replaceAll("y", "").length <= MOST_VOWELS
      return i === 0 ? mayBeginWith(run) : i === runs.length - 1 ? mayEndIn(run) : mayBeBetween(run)
    })
  )
}
