/** What a request asks of the process that computes it, beside its engine; see `Placement`. */

/** That it tells of the rows of its curves as they come. */
export const CURVES = "curves"
