/** The order of test files: those that take minutes first, so that none of them runs alone at the end; the others as always. */

import * as path from "node:path"

import { BaseSequencer, type TestSpecification } from "vitest/node"

/** Most minutes first. Jobs on a cluster mostly wait; so the file beside them has the machine for itself. */
const LONG = [
  "cluster/slurm",
  "promises/one-table",
  "public/tutorial",
  "cli/commands/verify-recompute",
  "drills/disk-faults",
  "cluster/simulation",
  "hugging-face/models",
  "engine/native/arm64",
  "public/package"
].map((name) => path.join(import.meta.dirname, `${name}.test.ts`))

export default class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const long = LONG.flatMap((name) => files.filter(({ moduleId }) => moduleId === name))
    const others = files.filter((file) => !long.includes(file))
    // oxlint-disable-next-line unicorn/no-array-sort -- this is no array's
    return [...long, ...(await super.sort(others))]
  }
}
