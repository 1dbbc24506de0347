/** Every method that the linear datamodelling score is taken of. So far the trivial ones, which a real one has to beat. */

import { bigramCosine } from "./bigram-cosine.ts"
import { length } from "./length.ts"
import type { Method } from "./Method.ts"
import { sameGroup } from "./same-group.ts"
import { sameSource } from "./same-source.ts"

export const methods: ReadonlyArray<Method> = [sameSource, sameGroup, bigramCosine, length]
