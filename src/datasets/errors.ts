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

/** A file that is not whole, or not what it should be. */
export class DatasetFileCorrupt extends Schema.TaggedError<DatasetFileCorrupt>()("DatasetFileCorrupt", {
  file: Schema.String,
  problem: Schema.String,
  /** What to do, where getting the file again is not it; a sentence without its full stop. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    return `${this.file}: ${this.problem}. ${this.remedy ?? "The file is damaged or not what its name says; get it again"}.`
  }
}

/** Something where a file or folder of a dataset should be that cannot be read at all. */
export class DatasetUnreadable extends Schema.TaggedError<DatasetUnreadable>()("DatasetUnreadable", {
  path: Schema.String,
  problem: Schema.String,
  /** What helps, where the system said why it cannot be read; a sentence. */
  remedy: Schema.optionalKey(Schema.String)
}) {
  readonly badInput = true
  override get message() {
    const folder = "name another folder with --data or ECHO_CHAMBER_DATA."
    return (
      `${this.path} ${this.problem}. ` +
      (this.remedy === undefined ? `Mend or remove it, or ${folder}` : `${this.remedy} Or ${folder}`)
    )
  }
}

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

/** The first `most` of a list, and how many more there are. */
const listed = (names: ReadonlyArray<string>, most: number): string =>
  names.slice(0, most).join(", ") + (names.length > most ? ` and ${names.length - most} more` : "")
