/** Which signals ask a run to save its state and leave. */

import * as fs from "node:fs"

/**
 * The three by which a terminal, a shell or a service manager ends a program. A run that was started by `nohup` is to outlive its
 * terminal: Node forgets that the signal was to be ignored, so it is known by what `nohup` leaves as standard input, which is
 * `/dev/null` for writing only.
 */
export const interruptingSignals = (): ReadonlyArray<NodeJS.Signals> => {
  if (!isUnderNohup()) return ["SIGINT", "SIGTERM", "SIGHUP"]
  process.on("SIGHUP", () => {})
  return ["SIGINT", "SIGTERM"]
}

/** Whether `nohup` started this process or the one that passed its standard input on. */
export const isUnderNohup = (): boolean => {
  try {
    if (fs.readlinkSync("/proc/self/fd/0") !== "/dev/null") return false
    const [, flags = "0"] = /^flags:\s*([0-7]+)/m.exec(fs.readFileSync("/proc/self/fdinfo/0", "utf8")) ?? []
    return (Number.parseInt(flags, 8) & fs.constants.O_WRONLY) !== 0
  } catch {
    return false
  }
}
