/** A syntax tree as it is searched: nodes whose fields are looked at by name, and the names and texts that stand in them. */

import type { Node } from "acorn"

/** A node of the tree whose fields are looked at by name. */
export type Any = Node & { readonly [field: string]: unknown }

export const isNode = (value: unknown): value is Any =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string" && "start" in value

/** The nodes right below one, as they stand. */
export const childrenOf = (node: Any): ReadonlyArray<Any> =>
  Object.values(node).flatMap((value) => (Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []))

/** A string, or a template without anything in it. */
export const writtenOut = (node: Any): string | null => {
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"]
  if (node.type !== "TemplateLiteral" || (node["expressions"] as ReadonlyArray<Any>).length > 0) return null
  const [part] = node["quasis"] as ReadonlyArray<{ readonly value: { readonly cooked?: string | null } }>
  return part?.value.cooked ?? null
}

/** The name of a function that is called: `Worker`, also of `threads.Worker`; of a key, in quotes or not. */
export const nameOf = (callee: unknown): unknown => {
  if (!isNode(callee)) return null
  return callee.type === "MemberExpression" ? nameOf(callee["property"]) : (callee["name"] ?? callee["value"])
}

/** The field that a member expression or a key names; null where the program computes it. */
export const fieldOf = (node: Any): string | null => {
  const field = (node.type === "MemberExpression" ? node["property"] : node["key"]) as Any
  return node["computed"] === true ? writtenOut(field) : String(nameOf(field))
}

/** Whether a name is that of a field or a key, and stands for nothing. */
export const isFieldName = (node: Any, parent: Any | null): boolean =>
  parent !== null &&
  parent["computed"] !== true &&
  ((parent.type === "MemberExpression" && parent["property"] === node) ||
    (parent["key"] === node && parent["shorthand"] !== true))
