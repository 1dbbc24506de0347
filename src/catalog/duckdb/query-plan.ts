/**
 * What a query names and what it filters by, read from DuckDB's own parse tree (`json_serialize_sql`), so that only the views it
 * needs are made and only the files it can match are read.
 *
 * Filters found here are hints: DuckDB applies them again. They are taken only where dropping a table's other rows cannot change
 * the result: constants compared with = or IN, AND-ed in the WHERE clause of the very SELECT that scans the table, which may be
 * joined to others but not sampled. Anything else is left alone.
 */

/** A column that must equal one of the values. */
export interface Filter {
  readonly column: string
  readonly values: ReadonlyArray<string | number | boolean>
}

/** One mention of a table in a FROM clause. */
export interface Scan {
  /** Lower case. */
  readonly table: string
  readonly filters: ReadonlyArray<Filter>
}

export interface QueryPlan {
  readonly scans: ReadonlyArray<Scan>
}

type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
const object = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const array = (value: Json | undefined): ReadonlyArray<Json> => (Array.isArray(value) ? value : [])
const text = (value: Json | undefined): string => (typeof value === "string" ? value : "")

/** Whether the query asks what tables there are, or names them in ways that only DuckDB can follow. */
const looksAround = (node: JsonObject): boolean => {
  switch (node["type"]) {
    case "SHOW_REF":
      return node["query"] === null
    case "BASE_TABLE":
      return ["information_schema", "pg_catalog"].includes(text(node["schema_name"]).toLowerCase())
    case "TABLE_FUNCTION":
      return /^(duckdb_|query$|query_table$)/i.test(text(object(node["function"])["function_name"]))
    default:
      return false
  }
}

/** What the parser found: where it gave up, or how many statements there are (undefined where it does not tell). */
export interface Parsed {
  readonly problemAt: number | undefined
  readonly statements: number | undefined
}

/** What a serialised parse tree says of the text as a whole. */
export const parsed = (serialized: string): Parsed => {
  const tree = object(JSON.parse(serialized) as Json)
  if (tree["error"] === false) return { problemAt: undefined, statements: array(tree["statements"]).length }
  const at = Number(text(tree["position"]))
  return { problemAt: tree["error_type"] === "parser" ? at : undefined, statements: undefined }
}

/**
 * The plan of a parse tree; undefined when all views are needed: DuckDB could not serialise the statement (it does so for SELECT
 * only), or it looks around.
 */
export const queryPlan = (serialized: string): QueryPlan | undefined => {
  const tree = object(JSON.parse(serialized) as Json)
  if (tree["error"] !== false) return undefined
  const scans: Array<Scan> = []
  const local = new Set<string>()
  let anyTable = false
  const visit = (value: Json): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
      return
    }
    if (!isObject(value)) return
    if (looksAround(value)) anyTable = true
    if (value["type"] === "SELECT_NODE") visitSelect(value, scans)
    // Tables that no SELECT claimed, such as the operand of SHOW or DESCRIBE.
    if (value["type"] === "BASE_TABLE" && !claimed.has(value)) scans.push({ table: tableName(value), filters: [] })
    for (const entry of array(object(value["cte_map"])["map"])) local.add(text(object(entry)["key"]).toLowerCase())
    for (const item of Object.values(value)) visit(item)
  }
  const claimed = new Set<JsonObject>()
  const visitSelect = (select: JsonObject, into: Array<Scan>): void => {
    const sources = select["sample"] === null ? joinedTables(object(select["from_table"])) : undefined
    if (sources === undefined) return
    const conditions = conjuncts(select["where_clause"])
    const alone = sources.length === 1
    for (const source of sources) {
      if (source["type"] !== "BASE_TABLE") continue
      claimed.add(source)
      const name = (text(source["alias"]) || text(source["table_name"])).toLowerCase()
      const plain = source["sample"] === null && array(source["column_name_alias"]).length === 0
      const filters = plain ? conditions.flatMap((condition) => constantFilter(condition, name, alone) ?? []) : []
      into.push({ table: tableName(source), filters })
    }
  }
  visit(tree)
  if (anyTable) return undefined
  // A common table expression hides a table of its name, somewhere in the query: then nothing is concluded about that name.
  return { scans: scans.map((scan) => (local.has(scan.table) ? { ...scan, filters: [] } : scan)) }
}

const tableName = (table: JsonObject): string => text(table["table_name"]).toLowerCase()

/**
 * The tables of a FROM clause, through joins for which a WHERE condition on one side may be applied before the join: it rejects
 * nulls, so rows that an outer join would add instead are rejected too. ASOF and positional joins look at neighbouring rows, and
 * are not such.
 */
const joinedTables = (from: JsonObject): ReadonlyArray<JsonObject> | undefined => {
  if (from["type"] !== "JOIN") return [from]
  const kinds = ["INNER", "LEFT", "RIGHT", "FULL"]
  if (!kinds.includes(text(from["join_type"])) || !["REGULAR", "CROSS", "NATURAL"].includes(text(from["ref_type"])))
    return undefined
  const left = joinedTables(object(from["left"]))
  const right = joinedTables(object(from["right"]))
  return left && right && [...left, ...right]
}

const conjuncts = (condition: Json | undefined): ReadonlyArray<JsonObject> => {
  if (!isObject(condition)) return []
  return condition["type"] === "CONJUNCTION_AND" ? array(condition["children"]).flatMap(conjuncts) : [condition]
}

const columnOf = (expression: Json | undefined, table: string, alone: boolean): string | undefined => {
  if (!isObject(expression) || expression["type"] !== "COLUMN_REF") return undefined
  const names = array(expression["column_names"]).map((name) => text(name).toLowerCase())
  if (names.length === 1) return alone ? names[0] : undefined
  return names.length === 2 && names[0] === table ? names[1] : undefined
}

const constantOf = (expression: Json | undefined): string | number | boolean | undefined => {
  if (!isObject(expression)) return undefined
  if (expression["type"] === "OPERATOR_CAST" && object(expression["cast_type"])["id"] === "BOOLEAN") {
    const value = object(object(expression["child"])["value"])["value"]
    return value === "t" || value === "true" ? true : value === "f" || value === "false" ? false : undefined
  }
  if (expression["type"] !== "VALUE_CONSTANT") return undefined
  const constant = object(expression["value"])
  const type = object(constant["type"])
  const { value } = constant
  switch (type["id"]) {
    case "VARCHAR":
      return typeof value === "string" ? value : undefined
    case "INTEGER":
    case "BIGINT":
    case "DOUBLE":
      return typeof value === "number" ? value : undefined
    case "DECIMAL": {
      const scale = object(type["type_info"])["scale"]
      return typeof value === "number" && typeof scale === "number" ? value / 10 ** scale : undefined
    }
    case "BOOLEAN":
      return typeof value === "boolean" ? value : undefined
    default:
      return undefined
  }
}

const constantFilter = (condition: JsonObject, table: string, alone: boolean): Filter | undefined => {
  if (condition["type"] === "COMPARE_EQUAL") {
    const [left, right] = [condition["left"], condition["right"]]
    const column = columnOf(left, table, alone) ?? columnOf(right, table, alone)
    const value = constantOf(right) ?? constantOf(left)
    return column === undefined || value === undefined ? undefined : { column, values: [value] }
  }
  if (condition["type"] === "COMPARE_IN") {
    const [subject, ...options] = array(condition["children"])
    const column = columnOf(subject, table, alone)
    const values = options.map(constantOf)
    if (column === undefined || !values.every((value) => value !== undefined)) return undefined
    return { column, values }
  }
  // A boolean column by itself: `where latest`.
  const column = columnOf(condition, table, alone)
  return column === undefined ? undefined : { column, values: [true] }
}

/**
 * Whether a row whose column has this value might pass the filter. Only comparisons that mean the same here and in SQL decide;
 * for the rest the answer is yes. Numbers that agree to nine digits count as equal, since SQL may compare them as decimals.
 */
export const mayMatch = (value: string | number | boolean | null, filter: Filter): boolean => {
  if (value === null) return false
  return filter.values.some((wanted) => {
    if (typeof wanted !== typeof value) return true
    if (typeof wanted === "number" && typeof value === "number")
      return Math.abs(wanted - value) <= 1e-9 * Math.max(Math.abs(wanted), Math.abs(value))
    return wanted === value
  })
}
