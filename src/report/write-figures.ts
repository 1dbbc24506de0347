/**
 * The figures of a report as files of a folder: each as SVG, as PNG and with the rows behind it as CSV, under a name that stays;
 * and an index. All of it is drawn before anything is written. Figures of the same names are replaced, other files left alone.
 */

import * as fs from "node:fs"
import * as path from "node:path"

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

import { replaceFile } from "../store/disk/calls.ts"
import { makeFolder } from "../store/disk/make-folder.ts"
import { Store } from "../store/objects/Store.ts"
import { errorText } from "../text/error-text.ts"
import { systemProblem } from "../text/system-problem.ts"
import { readStudy } from "./data/study-data.ts"
import type { Figure } from "./draw/Figure.ts"
import { pngOf } from "./draw/png.ts"
import { csvOf, rowsOf } from "./draw/rows.ts"
import { standAlone } from "./draw/stand-alone.ts"
import { figureGroups } from "./figures/figure-groups.ts"
import { judgeStudy } from "./judge-study.ts"
import type { ReportRequest } from "./write-report.ts"

export interface FiguresRequest extends Omit<ReportRequest, "output"> {
  /** Made where it is not there. */
  readonly folder: string
}

export type WrittenFigures =
  | { readonly problem: null; readonly index: string; readonly figures: number }
  /** A sentence: what is in the way, and what to do. */
  | { readonly problem: string }

const INDEX = "index.csv"
const COLUMNS = ["figure", "title", "svg", "png", "csv", "claim", "nodes"]

/** Draws and writes them. Never fails: `problem` says why there are none, or not all. */
export const writeFigures = async ({ root, record, description, ownClaims, folder }: FiguresRequest): Promise<WrittenFigures> => {
  let at = folder
  try {
    const foreign = foreignIndex(folder)
    if (foreign !== null) return { problem: foreign }
    const claims = (ownClaims ?? []).flatMap((own) => own.claims)
    const read = Effect.gen(function* () {
      const data = yield* readStudy(record, description)
      return figureGroups(data, yield* judgeStudy(record, claims, data))
    })
    const exit = await Effect.runPromiseExit(Effect.provide(read, Store.reading(root)))
    if (Exit.isFailure(exit)) return { problem: errorText(Cause.squash(exit.cause)) }
    const files = await filesOf(exit.value.flatMap(({ figures }) => figures))
    makeFolder(folder)
    for (const { name } of files.all) {
      at = path.join(folder, name)
      const there = fs.lstatSync(at, { throwIfNoEntry: false })
      if (there?.isDirectory() === true)
        return { problem: `${at} is a folder, where a figure is to be written. Name another folder, or move that one away.` }
    }
    for (const { name, bytes } of files.all) {
      at = path.join(folder, name)
      replaceFile(at, bytes)
    }
    return { problem: null, index: at, figures: files.figures }
  } catch (cause) {
    return { problem: systemProblem(cause, at) ?? errorText(cause) }
  }
}

/** What is wrong with a file that has the index's name and is none; null where it may be replaced. */
const foreignIndex = (folder: string): string | null => {
  const file = path.join(folder, INDEX)
  const there = fs.statSync(file, { throwIfNoEntry: false })
  if (there === undefined || !there.isFile()) return null
  const [head] = fs.readFileSync(file, "utf8").split("\n")
  return head === COLUMNS.join(",")
    ? null
    : `${file} is no index of figures, and would be lost. Name another folder, or move that file away.`
}

interface Picture {
  readonly name: string
  readonly bytes: string | Uint8Array
}

/** The files of all figures that there is something to draw of, and at last their index. */
const filesOf = async (figures: ReadonlyArray<Figure>) => {
  const all: Array<Picture> = []
  const index: Array<ReadonlyMap<string, string>> = []
  const names = new Set<string>()
  for (const figure of figures) {
    if (figure.panels.length === 0) continue
    const name = nameFor(figure.id, names)
    const svg = await standAlone(figure)
    const files = { svg: `${name}.svg`, png: `${name}.png`, csv: `${name}.csv` }
    all.push(
      { name: files.svg, bytes: svg },
      { name: files.png, bytes: await pngOf(svg) },
      { name: files.csv, bytes: csvOf(rowsOf(figure)) }
    )
    const { title, claim, nodes } = figure
    index.push(
      new Map(Object.entries({ figure: figure.id, title, ...files, claim: claim ?? "", nodes: [...new Set(nodes)].join(" ") }))
    )
  }
  // One without rows has its columns all the same.
  all.push({ name: INDEX, bytes: index.length === 0 ? `${COLUMNS.join(",")}\n` : csvOf(index) })
  return { all, figures: index.length }
}

/** A file system may take two names that differ in capitals for one. */
const nameFor = (id: string, names: Set<string>): string => {
  let name = id
  for (let i = 2; names.has(name.toLowerCase()); i++) name = `${id}-${i}`
  names.add(name.toLowerCase())
  return name
}
