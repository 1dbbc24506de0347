/** Whether others work on this machine while something is to be timed. */

import { cpus } from "node:os"

/** Milliseconds for which this process rests and looks. */
const LOOK = 500

/** Of one core. Less than this is the system's own. */
const NOISE = 0.1

const workSoFar = (): number => cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0)

/** Words that mark a figure: how many cores others take, seen while this process does nothing; "" where none. */
export const busyWords = (): string => {
  const before = workSoFar()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK)
  const cores = (workSoFar() - before) / LOOK
  return cores < NOISE ? "" : `; OTHERS TAKE ${cores.toFixed(1)} CORES, so this is no measure`
}
