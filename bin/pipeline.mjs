#!/usr/bin/env node
/** Starts the command line on a Node that can run it. */
import { onOwnNode } from "./own-node.mjs"

// The command leaves when this process is gone, however that happened: see src/cli/starter.ts.
await onOwnNode(() => import("../src/cli/main.ts"), { ECHO_CHAMBER_LAUNCHER: String(process.pid) })
