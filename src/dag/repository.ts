/** Where this repository is. A module of its own: most who ask need nothing else that reads code. */

import * as path from "node:path"

/** Full path of the folder that holds package.json. */
export const REPOSITORY = path.resolve(import.meta.dirname, "../..")
