/** Every method that is judged: the trivial ones first, which a real one has to beat. */

import { adamTracin } from "./adam-tracin.ts"
import { bigramCosine } from "./bigram-cosine.ts"
import { gradientDot } from "./gradient-dot.ts"
import { kroneckerInfluence } from "./kronecker-influence.ts"
import { length } from "./length.ts"
import type { Method } from "./Method.ts"
import { sameGroup } from "./same-group.ts"
import { sameSource } from "./same-source.ts"
import { tracin } from "./tracin.ts"
import { trak } from "./trak.ts"

export const methods: ReadonlyArray<Method> = [
  sameSource,
  sameGroup,
  bigramCosine,
  length,
  gradientDot,
  tracin,
  adamTracin,
  trak,
  kroneckerInfluence
]
