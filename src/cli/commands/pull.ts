/** `pipeline pull <store> [run|study...]`: copies what runs need out of another store. */

import { transferCommand } from "./transfer.ts"

export const command = transferCommand("pull")
