/** Where this repository is. A module of its own: most who ask need nothing else that reads code. */
import * as path from "node:path"

export const REPOSITORY = path.resolve(import.meta.dirname, "../..")
