/** What is kept of an RL run beside its rollouts: snapshots of the policy, and evaluations on the way. */

import * as Param from "../../dag/Param.ts"

export const ObservationParams = {
  snapshots: Param.integer(0, "log-spaced snapshots of the parameters to keep", { min: 0, max: 10_000 }),
  snapshotEvery: Param.integer(0, "a snapshot after every so many steps; 0: none", { min: 0 }),
  evaluations: Param.integer(0, "log-spaced greedy evaluations on the way, and one before; 0: none", { min: 0, max: 10_000 })
}
