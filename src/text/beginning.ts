/** Names by their beginnings: of what a word may be short for, the one thing that begins so. */

/** So many of several are listed. */
const MOST = 6

/**
 * The one of these names that begins so (null: none does), or a sentence that lists what does where that is more than one. A name
 * that is the beginning of another is the same thing in fewer digits. `shorten`: as few digits of each are shown as tell them
 * apart.
 */
export const onlyBeginning = (
  name: string,
  names: Iterable<string>,
  shorten = false
): { readonly one: string | null } | { readonly problem: string } => {
  const found = [...new Set(names)].filter((one) => one.startsWith(name)).toSorted()
  // In order, what begins with a name stands right behind it.
  const distinct = found.filter((one, i) => found[i + 1]?.startsWith(one) !== true)
  if (distinct.length < 2) return { one: distinct[0] ?? null }
  const digits = shorten ? digitsThatTell(distinct, name.length + 1) : undefined
  const shown = distinct.slice(0, MOST).map((one) => one.slice(0, digits))
  const others = distinct.length > MOST ? ` and ${distinct.length - MOST} more` : ""
  return { problem: `"${name}" is the beginning of ${shown.join(", ")}${others}: give more of it.` }
}

/** As few first letters as tell all of these names apart, from `least` on. */
const digitsThatTell = (names: ReadonlyArray<string>, least: number): number => {
  let digits = least
  while (new Set(names.map((one) => one.slice(0, digits))).size < names.length) digits++
  return digits
}
