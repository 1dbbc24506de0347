/**
 * The files of a dataset repository on the Hugging Face hub, by its HTTP interface: which there are, how large, with what digest,
 * all at one commit.
 *
 * `HF_ENDPOINT` names a mirror and `HF_TOKEN` an account, as for the hub's own tools.
 */

import * as Schema from "effect/Schema"

import { readVariable } from "../../machine/environment.ts"
import { addressIn, DownloadFailed, type Expected, persistently, request, tokenHeader } from "./download.ts"

export interface HubFile extends Expected {
  /** Path inside the repository. */
  readonly name: string
  readonly url: string
  readonly bytes: number
}

export interface HubOptions {
  readonly endpoint?: string
  /** Branch, tag or commit; default `main`. */
  readonly revision?: string
  /** See `DownloadOptions`. */
  readonly patience?: number
}

export interface HubRepository {
  /** The commit that `revision` stands for now. */
  readonly commit: string
  readonly files: ReadonlyArray<HubFile>
}

const Revision = Schema.Struct({ sha: Schema.String })
const Tree = Schema.Array(
  Schema.Struct({
    type: Schema.String,
    path: Schema.String,
    oid: Schema.String,
    size: Schema.optionalKey(Schema.Number),
    lfs: Schema.optionalKey(Schema.Struct({ oid: Schema.String, size: Schema.Number }))
  })
)

/** The files below the folders that `globs` begin with. Throws DownloadFailed. */
export const hubFiles = async (hub: string, globs: ReadonlyArray<string>, options: HubOptions = {}): Promise<HubRepository> => {
  const endpoint = (
    options.endpoint ??
    addressIn("HF_ENDPOINT", readVariable("HF_ENDPOINT"), "https://hub.example") ??
    "https://huggingface.co"
  ).replace(/\/+$/, "")
  const api = `${endpoint}/api/datasets/${hub}`
  const read = <A>(url: string, schema: Schema.Codec<A, any>) =>
    persistently(() => readPage(url, schema), undefined, options.patience)
  const { sha: commit } = (await read(`${api}/revision/${encodeURIComponent(options.revision ?? "main")}`, Revision)).value
  const files = new Map<string, HubFile>()
  for (const folder of new Set(globs.map(fixedFolder))) {
    let page: string | null =
      `${api}/tree/${commit}${folder === "" ? "" : `/${folder}`}?recursive=${folder === "" ? "false" : "true"}`
    while (page !== null) {
      const { value, next }: { value: typeof Tree.Type; next: string | null } = await read(page, Tree)
      for (const { type, path, oid, size, lfs } of value)
        if (type === "file")
          files.set(path, {
            name: path,
            url: `${endpoint}/datasets/${hub}/resolve/${commit}/${path.split("/").map(encodeURIComponent).join("/")}`,
            bytes: lfs?.size ?? size ?? 0,
            sha256: lfs?.oid.replace(/^sha256:/, "") ?? null,
            gitBlob: lfs === undefined ? oid : null
          })
      page = next
    }
  }
  return { commit, files: [...files.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
}

/** The folder of a glob, without segments that hold a `*`; the top level has none. */
const fixedFolder = (glob: string): string => {
  const folders = glob.split("/").slice(0, -1)
  const open = folders.findIndex((segment) => segment.includes("*"))
  return (open < 0 ? folders : folders.slice(0, open)).join("/")
}

/** A JSON answer and the address of its next page. */
const readPage = async <A>(url: string, schema: Schema.Codec<A, any>): Promise<{ value: A; next: string | null }> => {
  const response = await request(url, tokenHeader())
  const text = await response.text()
  try {
    return {
      value: Schema.decodeUnknownSync(schema)(JSON.parse(text)),
      next: /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1] ?? null
    }
  } catch {
    throw new DownloadFailed({
      url,
      status: response.status,
      wait: 0,
      problem: `did not answer as the hub does, but with ${JSON.stringify(text.slice(0, 80))}`,
      remedy: "If HF_ENDPOINT names a mirror, look whether it is right; a login page of a network does this as well."
    })
  }
}
