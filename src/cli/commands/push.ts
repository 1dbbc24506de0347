/** `pipeline push <store> [run|study...]`: copies what runs need into another store. */

import { transferCommand } from "./transfer.ts"

export const command = transferCommand("push")
