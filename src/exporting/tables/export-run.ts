/**
 * The tables of a run as a folder for other programs: each node's Arrow files by its label, unchanged, with an index, a page that
 * says what everything is, and programs that load it. Made whole or not at all.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Effect from "effect/Effect"

import { effectiveParams, type NodeRecord, type RunRecord } from "../../catalog/tables/history.ts"
import { patiently, syncFile, writeWhole } from "../../store/disk/calls.ts"
import { readRegular } from "../../store/disk/inside.ts"
import { makeFolder } from "../../store/disk/make-folder.ts"
import { beginFolder } from "../../store/disk/whole-folder.ts"
import { type Manifest, Store } from "../../store/objects/Store.ts"
import type { Table } from "../../store/schema/Table.ts"
import { folderNames } from "../folder-names.ts"
import { type ExportIndex, INDEX, type IndexedNode, isExport } from "./index-file.ts"
import { loaders } from "./loaders.ts"
import { readme } from "./readme.ts"

/** What to write where. */
export interface TablesRequest {
  readonly run: RunRecord
  readonly folder: string
  /** Tables that the program knows, for what their columns are. */
  readonly known: ReadonlyMap<string, Table.Any>
  /** Whether a table of this name goes with it. */
  readonly wanted: (table: string) => boolean
  /** Hard links instead of copies. */
  readonly link: boolean
  /** Whether an earlier export makes room. */
  readonly replace: boolean
}

export interface TablesExported {
  readonly files: number
  readonly bytes: number
  /** Labels of nodes without a result. */
  readonly without: ReadonlyArray<string>
  /** Names of tables that were not wanted. */
  readonly left: ReadonlySet<string>
}

/** Whether a table holds the bytes of tensors: a model, which `export-model` writes as one. */
export const holdsTensors = (table: Table.Any): boolean => Object.values(table.columns).some(({ type }) => type === "largeBinary")

/** Writes the tables of a run. Fails with `ArtifactCorrupt`; dies of `FolderTaken` and of what the system says. */
export const exportRun = Effect.fnUntraced(function* (request: TablesRequest) {
  const { run, folder, replace } = request
  return yield* Effect.acquireUseRelease(
    Effect.sync(() => beginFolder(folder, { mayReplace: (at) => replace && isExport(at) })),
    (begun) =>
      Effect.gen(function* () {
        const folders = folderNames(run.nodes.values())
        const nodes: Array<IndexedNode> = []
        const left = new Set<string>()
        let [files, bytes] = [0, 0]
        for (const node of run.nodes.values()) {
          const name = folders.get(node.node)!
          const taken = yield* exportNode(request, node, path.join(begun.temporary, name))
          for (const table of taken.left) left.add(table)
          files += taken.files
          bytes += taken.bytes
          nodes.push(indexed(node, folders, taken))
        }
        yield* Effect.sync(() => {
          writeAround(begun.temporary, request, nodes, left)
          begun.finish()
        })
        const without = nodes.filter(({ folder }) => folder === null).map(({ label }) => label)
        return { files, bytes, without, left } satisfies TablesExported
      }),
    (begun) => Effect.sync(() => begun.abandon())
  )
})

/** What was taken of a node. */
interface Taken {
  readonly kind: string | null
  readonly tables: Readonly<Record<string, number>>
  readonly documents: ReadonlyArray<string>
  readonly left: ReadonlyArray<string>
  readonly files: number
  readonly bytes: number
}

const exportNode = Effect.fnUntraced(function* (request: TablesRequest, { artifact }: NodeRecord, folder: string) {
  const nothing: Taken = { kind: null, tables: {}, documents: [], left: [], files: 0, bytes: 0 }
  if (artifact === null) return nothing
  const store = yield* Store
  const manifest: Manifest = yield* store.manifest(artifact)
  const tables = Object.entries(manifest.tables).filter(([name]) => request.wanted(name))
  const documents = Object.entries(manifest.documents)
  yield* Effect.sync(() => makeFolder(folder))
  for (const [name, part] of tables) {
    const file = yield* store.readable(artifact, part)
    yield* put(file, path.join(folder, `${name}.arrow`), request.link)
  }
  for (const [name, part] of documents) {
    const file = yield* store.readable(artifact, part)
    yield* Effect.sync(() => writeWhole(path.join(folder, `${name}.json`), readRegular(file)))
  }
  yield* Effect.sync(() => syncFile(folder))
  return {
    kind: manifest.kind,
    tables: Object.fromEntries(tables.map(([name, { rows }]) => [name, rows])),
    documents: documents.map(([name]) => name),
    left: Object.keys(manifest.tables).filter((name) => !request.wanted(name)),
    files: tables.length + documents.length,
    bytes: [...tables, ...documents].reduce((sum, [, part]) => sum + part.bytes, 0)
  } satisfies Taken
})

/** An object of the store under a name: its bytes once more, shared where the file system can, or the object itself. */
const put = (from: string, to: string, link: boolean) =>
  Effect.promise(async () => {
    if (link) {
      patiently(to, () => fs.linkSync(from, to))
      return
    }
    await fs.promises.copyFile(from, to, fs.constants.COPYFILE_FICLONE)
    // Objects are read-only, since they are what their digest says; a copy is its owner's.
    await fs.promises.chmod(to, 0o644)
    syncFile(to)
  })

const indexed = (node: NodeRecord, folders: ReadonlyMap<string, string>, taken: Taken): IndexedNode => ({
  node: node.node,
  label: node.label,
  folder: taken.kind === null ? null : folders.get(node.node)!,
  stage: node.stage,
  status: node.status,
  cached: node.cached,
  seconds: node.seconds,
  key: node.key,
  artifact: node.artifact,
  kind: taken.kind,
  error: node.error,
  params: Object.fromEntries(effectiveParams(node)),
  inputs: Object.fromEntries(
    Object.entries(node.inputs).map(([name, input]) => [name, node.run.nodes.get(input)?.label ?? input])
  ),
  tables: taken.tables,
  documents: taken.documents
})

/** The index, the page and the programs. */
const writeAround = (
  folder: string,
  { run, known }: TablesRequest,
  nodes: ReadonlyArray<IndexedNode>,
  left: ReadonlySet<string>
): void => {
  const index: ExportIndex = {
    format: "echo-chamber tables 1",
    run: run.run,
    study: run.study,
    startedAt: run.startedAt,
    status: run.status,
    command: `pipeline run ${run.command}`,
    nodes
  }
  writeWhole(path.join(folder, INDEX), `${JSON.stringify(index, null, 1)}\n`)
  writeWhole(path.join(folder, "README.md"), readme(index, known, left))
  for (const [name, text] of Object.entries(loaders)) writeWhole(path.join(folder, name), text)
}
