/**
 * What a reader gives for a whole column. Numbers are plain typed arrays (and booleans a `Uint8Array` of 0 and 1); everything of
 * variable length, or that may be null, is one of these views over them.
 */

/** Text or bytes. `at` decodes: keep the result when it is needed twice. */
export interface BytesView<out A> {
  readonly length: number
  readonly at: (index: number) => A
}

/** Lists of numbers: row i is `values[offsets[i] .. offsets[i + 1])`. */
export interface ListView<out A> {
  readonly length: number
  /** `[length + 1]`, from 0. */
  readonly offsets: Int32Array
  readonly values: A
  /** A subarray of `values`, no copy. */
  readonly at: (index: number) => A
}

export interface StringListView {
  readonly length: number
  /** `[length + 1]`, from 0. */
  readonly offsets: Int32Array
  readonly values: BytesView<string>
  readonly at: (index: number) => ReadonlyArray<string>
}

/** Under a null, `values` holds 0, false or an empty value. */
export interface NullableView<out View, out Read> {
  readonly length: number
  readonly nullCount: number
  readonly values: View
  readonly valid: (index: number) => boolean
  readonly at: (index: number) => Read | null
}
