/**
 * Short programs that load an export, in the languages that people analyse with. Each has one function: all rows of a
 * table, with the label of their node and the parameters that are asked for as further columns. A parameter that is called like a
 * column of the table (`kl` of `updates`) comes as `param_kl`: what was measured keeps its name.
 */

const pyarrow = `"""All rows of a table as a pyarrow.Table: load("formatShares", "algorithm", "seed")"""
import json, pathlib
import pyarrow as pa
HERE = pathlib.Path(__file__).resolve().parent
NODES = json.loads((HERE / "export.json").read_text(encoding="utf-8"))["nodes"]
KNOWN = sorted({name for node in NODES for name in node["params"]})
def load(table, *params):
    if not set(params) <= set(KNOWN): raise KeyError(f"no parameter {sorted(set(params) - set(KNOWN))}: there are {KNOWN}")
    parts = []
    for node in NODES:
        if table in node["tables"]:
            part = pa.ipc.open_file(pa.memory_map(str(HERE / node["folder"] / f"{table}.arrow"))).read_all()
            own = part.column_names
            for name, value in {"node": node["label"], **{name: node["params"].get(name) for name in params}}.items():
                part = part.append_column(f"param_{name}" if name in own else name, pa.array([value] * len(part)))
            parts.append(part)
    if not parts: raise KeyError(f"no table {table}: there are {sorted({name for node in NODES for name in node['tables']})}")
    return pa.concat_tables(parts, promote_options="permissive")
`

const polars = `"""All rows of a table as a polars.LazyFrame: load("formatShares", "algorithm", "seed").collect()"""
import json, pathlib
import polars as pl
HERE = pathlib.Path(__file__).resolve().parent
NODES = json.loads((HERE / "export.json").read_text(encoding="utf-8"))["nodes"]
KNOWN = sorted({name for node in NODES for name in node["params"]})
def load(table, *params):
    if not set(params) <= set(KNOWN): raise KeyError(f"no parameter {sorted(set(params) - set(KNOWN))}: there are {KNOWN}")
    parts = []
    for node in NODES:
        if table in node["tables"]:
            part = pl.scan_ipc(HERE / node["folder"] / f"{table}.arrow")
            own = part.collect_schema().names()
            parts.append(part.with_columns(pl.lit(node["label"]).alias("node"), *[
                pl.lit(node["params"].get(name)).alias(f"param_{name}" if name in own else name) for name in params]))
    if not parts: raise KeyError(f"no table {table}: there are {sorted({name for node in NODES for name in node['tables']})}")
    return pl.concat(parts, how="vertical_relaxed")
`

const duckdb = `"""Every table as one of DuckDB: connect("seed").sql("select seed, avg(share) from formatShares group by all")"""
import duckdb
from load_pyarrow import NODES, load
def connect(*params):
    connection = duckdb.connect()
    for table in sorted({table for node in NODES for table in node["tables"]}):
        connection.register(table, load(table, *params))
    return connection
`

const r = `# All rows of a table as a data frame: load_table("formatShares", c("algorithm", "seed"))
library(arrow); library(jsonlite)
here <- if (exists("here")) here else "."   # set \`here\` to this folder, or setwd() into it
nodes <- fromJSON(file.path(here, "export.json"), simplifyVector = FALSE)$nodes
load_table <- function(table, params = c()) do.call(rbind, lapply(having(table, params), function(node) {
  rows <- as.data.frame(read_ipc_file(file.path(here, node$folder, paste0(table, ".arrow"))))
  own <- names(rows)
  rows$node <- rep(node$label, nrow(rows))
  for (name in params) {
    value <- if (is.null(node$params[[name]])) NA else node$params[[name]]
    if (is.list(value)) value <- list(value)
    rows[[if (name %in% own) paste0("param_", name) else name]] <- rep(value, nrow(rows))
  }
  rows
}))
having <- function(table, params) {
  given <- unique(unlist(lapply(nodes, function(node) names(node$params))))
  if (!all(params %in% given)) stop("no parameter ", setdiff(params, given), ": there are ", paste(given, collapse = ", "))
  found <- Filter(function(node) !is.null(node$tables[[table]]), nodes)
  known <- unique(unlist(lapply(nodes, function(node) names(node$tables))))
  if (length(found) == 0) stop("no table ", table, ": there are ", paste(known, collapse = ", "))
  found
}
`

/** By the names of their files. */
export const loaders: Readonly<Record<string, string>> = {
  "load_pyarrow.py": pyarrow,
  "load_polars.py": polars,
  "load_duckdb.py": duckdb,
  "load.R": r
}
