/**
 * What can be wrong with a dataset, each said so that the reader can act: which file or row, what is the matter, what to do.
 *
 * Rows of a file are counted from 0, as in the artifacts; messages about text files also give the line,
 * which an editor counts from 1.
 */

import * as Schema from "effect/Schema"

import { visible } from "../text/visible.ts"

/** No such source, or no such split of it. */
export class DatasetUnknown extends Schema.TaggedError<DatasetUnknown>()("DatasetUnknown", {
  asked: Schema.String,
  known: Schema.Array(Schema.String),
  near: Schema.Array(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    const hint = this.near.length > 0 ? ` Did you mean ${this.near.map((name) => `"${name}"`).join(" or ")}?` : ""
    return `There is no dataset "${visible(this.asked)}".${hint} Known: ${this.known.join(", ")}.`
  }
}

/** Files that were not found, where they were looked for, and how to get them. */
export class DatasetMissing extends Schema.TaggedError<DatasetMissing>()("DatasetMissing", {
  source: Schema.String,
  split: Schema.String,
  files: Schema.Array(Schema.String),
  folders: Schema.Array(Schema.String),
  obtain: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `Dataset ${this.source}:${this.split} is not on this machine. Looked for\n` +
      this.files.map((file) => `  ${file}\n`).join("") +
      `in\n${this.folders.map((folder) => `  ${folder}\n`).join("")}` +
      `${this.obtain}\nPut it into one of these folders, or name another with --data FOLDER or the variable ECHO_CHAMBER_DATA.`
    )
  }
}

/** Some shards of a set are there and others are not. */
export class DatasetIncomplete extends Schema.TaggedError<DatasetIncomplete>()("DatasetIncomplete", {
  source: Schema.String,
  split: Schema.String,
  folder: Schema.String,
  missing: Schema.Array(Schema.String),
  present: Schema.Int,
  obtain: Schema.String
}) {
  readonly badInput = true
  override get message() {
    const total = this.present + this.missing.length
    return (
      `Dataset ${this.source}:${this.split} is incomplete in ${this.folder}: ` +
      `${this.present} of ${total} files are there, missing ` +
      `${listed(this.missing, 5)}. ${this.obtain} To use what is there on purpose, allow a partial dataset (option partial).`
    )
  }
}

/** A dataset that is for evaluation only was asked for as training data. */
export class DatasetNotForTraining extends Schema.TaggedError<DatasetNotForTraining>()("DatasetNotForTraining", {
  source: Schema.String,
  split: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `Dataset ${this.source}:${this.split} is for evaluation only and was asked for as training data. ` +
      `Training on it would make every score on it worthless; take another source, or load it with purpose "evaluation".`
    )
  }
}

/**
 * What can be the matter with a file: its bytes are not those that were written; it is something else than its name says; the
 * system does not give it; or it is whole and cannot be used as it is (a column named twice, a window that no memory holds).
 */
export type FileState = "damaged" | "of another kind" | "cannot be read" | "refused"

/** A file that is not whole, or not what it should be. */
export class DatasetFileCorrupt extends Schema.TaggedError<DatasetFileCorrupt>()("DatasetFileCorrupt", {
  file: Schema.String,
  problem: Schema.String,
  /** What it is, where it is not damaged. */
  state: Schema.optionalKey(Schema.Literals(["of another kind", "refused"])),
  /** What to do, where getting the file again is not it; a sentence without its full stop. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return `${this.file}: ${this.problem}. ${this.remedy ?? "The file is damaged or not what its name says; get it again"}.`
  }
}

/** Of a file without a column that is read: what helps. */
export const NO_COLUMN = "It is another file than its name says, or of another version: get that one, or name its columns so"

/** A file that is something else than its name says; `what`: a clause that says so. */
export const ofAnotherKind = (file: string, what: string, kind: Kind): DatasetFileCorrupt =>
  new DatasetFileCorrupt({
    file,
    problem: what,
    remedy: kind.remedy,
    ...(kind.damaged === true ? {} : { state: "of another kind" })
  })

interface Kind {
  /** What to do about it, a sentence without its full stop. */
  readonly remedy: string
  /** Whether it is what is left of the file itself. */
  readonly damaged?: true
}

/** Something where a file or folder of a dataset should be that cannot be read at all. */
export class DatasetUnreadable extends Schema.TaggedError<DatasetUnreadable>()("DatasetUnreadable", {
  path: Schema.String,
  problem: Schema.String,
  /** Where something is there that is no file. */
  state: Schema.optionalKey(Schema.Literal("of another kind")),
  /** What helps, where the system said why it cannot be read; a sentence. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    // What the system's remedies say of another place is said here, with its flag.
    const here = this.remedy === undefined ? "Mend or remove it" : this.remedy.replace(ANOTHER_PLACE, "").replace(/\.$/, "")
    const folder = "name another folder with --data or ECHO_CHAMBER_DATA."
    return `${this.path} ${this.problem}. ${here === "" ? `N${folder.slice(1)}` : `${here}, or ${folder}`}`
  }
}

const ANOTHER_PLACE = /(?:, or |^)name (?:another|a) place[^.]*(?=\.$)/i

/** A row that cannot be used; more of them than are tolerated. */
export class DatasetRowInvalid extends Schema.TaggedError<DatasetRowInvalid>()("DatasetRowInvalid", {
  file: Schema.String,
  row: Schema.Int,
  field: Schema.String,
  problem: Schema.String,
  bad: Schema.Int,
  tolerated: Schema.String
}) {
  readonly badInput = true
  override get message() {
    return (
      `${this.file}, row ${this.row}${this.field === "" ? "" : `, field ${this.field}`}: ${this.problem}. ` +
      `Bad rows so far: ${this.bad}; tolerated: ${this.tolerated} ` +
      `(mix.maxBadRows allows more; pipeline data check names them all).`
    )
  }
}

export type DatasetError =
  | DatasetUnknown
  | DatasetMissing
  | DatasetIncomplete
  | DatasetNotForTraining
  | DatasetFileCorrupt
  | DatasetUnreadable
  | DatasetRowInvalid

/** Whether something that was thrown is a dataset's fault and not ours. */
export const isDatasetError = (error: unknown): error is DatasetError =>
  error instanceof DatasetUnknown ||
  error instanceof DatasetMissing ||
  error instanceof DatasetIncomplete ||
  error instanceof DatasetNotForTraining ||
  error instanceof DatasetFileCorrupt ||
  error instanceof DatasetUnreadable ||
  error instanceof DatasetRowInvalid

/** What an error says of a file. */
export const fileState = (error: DatasetError): FileState =>
  error instanceof DatasetFileCorrupt
    ? (error.state ?? "damaged")
    : error instanceof DatasetUnreadable
      ? (error.state ?? "cannot be read")
      : "refused"

/** The first `most` of a list, and how many more there are. */
const listed = (names: ReadonlyArray<string>, most: number): string =>
  names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "")
