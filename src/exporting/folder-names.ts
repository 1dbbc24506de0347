/** Names of folders for nodes: what their labels say, in letters that every file system and shell takes. */

/** A label in letters, digits, `.`, `_`, `=` and `-`; never empty, never hidden. */
export const folderName = (label: string): string =>
  label.replaceAll(/[^A-Za-z0-9._=-]+/g, "-").replaceAll(/^[-.]+|[-.]+$/g, "") || "node"

/** A folder for each node, by its id. Where labels come to one name, upper and lower case being one, the id tells them apart. */
export const folderNames = (nodes: Iterable<{ readonly node: string; readonly label: string }>): ReadonlyMap<string, string> => {
  const named = [...nodes].map(({ node, label }) => ({ node, name: folderName(label) }))
  const alike = Map.groupBy(named, ({ name }) => name.toLowerCase())
  return new Map(
    named.map(({ node, name }) => [node, alike.get(name.toLowerCase())!.length === 1 ? name : `${name}.${folderName(node)}`])
  )
}
