/** The table of methods of attribution: each against the truth, beside its controls, the trivial methods and the ceiling. */

import { CEILING, type JudgedLds, type JudgedMethod, type OverTargets } from "../judged-methods.ts"
import { html, type Html, nothing, table } from "../page/html.ts"
import { decimals, MISSING, plainNumber } from "../page/numbers.ts"

/** Nothing where no method was judged. */
export const methodsSection = (methods: ReadonlyArray<JudgedMethod>): Html => {
  if (methods.length === 0) return nothing
  const partitions = [...new Set(methods.flatMap(({ lds }) => lds.map(({ partition }) => partition)))]
  const ceiling = methods.find(({ method }) => method === CEILING)
  const columns = [
    "method",
    ...partitions.flatMap((partition) => [`LDS, ${partition}`, "of the ceiling", "dealt out at random", "random parameters"]),
    "recall, exact",
    "recall, paraphrased",
    "flaws, AUC",
    "tail patch, nats",
    "CPU seconds a query"
  ]
  const rows = methods.map(({ method, lds, exact, paraphrased, flaws, gain, cpuSeconds }) => [
    method,
    ...partitions.flatMap((name) => {
      const of = ({ partition }: JudgedLds) => partition === name
      return scoreWords(lds.find(of), ceiling?.lds.find(of))
    }),
    words(exact),
    words(paraphrased),
    words(flaws),
    words(gain),
    cpuSeconds === null ? MISSING : plainNumber(cpuSeconds)
  ])
  return html`<h3>Methods against the truth</h3>
    <p class="note">
      LDS: does the sum of a method's scores over the documents of a random half of the groups order the halves as models do that
      were trained on them? Rank correlation, mean over held-out documents with its 95 % interval over them. After RL: as policies
      do that went through fine-tuning and RL; format: by the odds that a solution begins in its format. The ceiling is what
      another seed's measurements score. Controls: the same sums dealt out to the groups at random, and a model whose parameters
      were drawn at random. Recall: planted documents of what is asked among the first k, where they say it in the words of the
      question and where they paraphrase it. AUC: chance that a flawed document gets a lower score for a right solution than a
      right one. Tail patch: how much likelier a held-out solution is after one more update on the ten documents that the method
      gives most; chance: on ten drawn at random. CPU seconds: of the whole node, start and reading included, by its targets;
      methods of one node share them.
    </p>
    ${table(
      columns.map((title, i) => ({ title, right: i > 0 })),
      rows
    )}`
}

const scoreWords = (of: JudgedLds | undefined, ceiling: JudgedLds | undefined): ReadonlyArray<string> =>
  of === undefined
    ? [MISSING, MISSING, MISSING, MISSING]
    : [
        words(of.score),
        ceiling === undefined || of.permuted === null ? MISSING : decimals(of.score.value / ceiling.score.value, 2),
        words(of.permuted),
        words(of.random)
      ]

/** `0.77 (0.71, 0.81)`. */
const words = (of: OverTargets | null): string =>
  of === null ? MISSING : `${decimals(of.value, 2)} (${decimals(of.low, 2)}, ${decimals(of.high, 2)})`
