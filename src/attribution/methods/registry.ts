/** Every method that is judged: the trivial ones first, which a real one has to beat. */

import { adamTracin } from "./adam-tracin.ts"
import { bigramCosine } from "./bigram-cosine.ts"
import { classifier } from "./classifier.ts"
import { gradientDot } from "./gradient-dot.ts"
import { infinityGram } from "./infinity-gram.ts"
import { kroneckerInfluence } from "./kronecker-influence.ts"
import type { Method } from "./Method.ts"
import { overlap } from "./overlap.ts"
import { tracin } from "./tracin.ts"
import { trak } from "./trak.ts"
import { length, sameGroup, sameSource } from "./trivial.ts"

export const methods: ReadonlyArray<Method> = [
  sameSource,
  sameGroup,
  bigramCosine,
  length,
  classifier,
  infinityGram,
  overlap,
  gradientDot,
  tracin,
  adamTracin,
  trak,
  kroneckerInfluence
]
