/**
 * A strict reading of HTML for tests: every element closed in order, every attribute quoted, every `<` and `&` in text escaped,
 * comments closed.
 */

const VOID = new Set(["meta", "link", "br", "img", "hr", "input"])

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Every element in order. Throws where the text is not well formed. */
export const elementsOf = (page: string): ReadonlyArray<Element> => {
  const elements: Array<Element> = []
  const open: Array<string> = []
  const fail = (problem: string, at: number): never => {
    throw new Error(`${problem} at ${at}: ${page.slice(Math.max(0, at - 80), at + 80)}`)
  }
  const text = (from: number, to: number) => {
    const stray = /&(?!amp;|lt;|gt;|quot;|#\d+;)/.exec(page.slice(from, to))
    if (open.at(-1) !== "style" && stray !== null) fail("a bare &", from + stray.index)
  }
  let at = "<!doctype html>".length
  if (!page.startsWith("<!doctype html>")) fail("no doctype", 0)
  const tag = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y
  while (at < page.length) {
    const next = page.indexOf("<", at)
    text(at, next < 0 ? page.length : next)
    if (next < 0) break
    if (page.startsWith("<!--", next)) {
      const end = page.indexOf("-->", next)
      if (end < 0) fail("a comment without end", next)
      at = end + 3
      continue
    }
    tag.lastIndex = next
    const match = tag.exec(page)
    if (match === null) return fail("a tag that is none", next)
    const [all, closing, name, attributes, selfClosing] = match
    if (closing === "/") {
      if (open.pop() !== name) fail(`</${name}> closes another element`, next)
    } else {
      const pairs = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!] as const)
      elements.push({ name: name!, attributes: Object.fromEntries(pairs) })
      if (selfClosing !== "/" && !VOID.has(name!)) open.push(name!)
    }
    at = next + all.length
  }
  if (open.length > 0) fail(`never closed: ${open.join(", ")}`, page.length)
  return elements
}
