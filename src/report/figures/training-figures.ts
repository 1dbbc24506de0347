/** What pretraining put into the models: loss, held-out loss by source, and accuracy with each format forced, along the way. */

import { maximumOf } from "../../lists/large.ts"
import { type Curve, seedsOf } from "../data/curves.ts"
import type { BaseData, StudyData } from "../data/study-data.ts"
import { nameOf, studyOf } from "../data/varying-params.ts"
import { type Axis, ceiling, within } from "../draw/axis.ts"
import type { Figure } from "../draw/Figure.ts"
import { curveSeeds } from "../draw/legend.ts"
import { lineChart } from "../draw/line-charts.ts"
import { formatStyle, seriesStyle } from "../draw/palette.ts"

const NATS: Axis = { title: "loss, nats per token", bounds: [0, Infinity] }
const RIGHT: Axis = { title: "right answers", format: ".0%" }
const tokens: Axis = { title: "tokens seen", format: "~s" }
const updates = (steps: number): Axis => ({ title: "updates", whole: true, domain: [0, steps] })

/** Three figures: the training loss, the held-out loss by source, and the accuracy of each format along the way. */
export const trainingFigures = ({ bases }: StudyData): ReadonlyArray<Figure> => {
  const panels = Map.groupBy(bases, (base) => `${studyOf(base) === "" ? "" : `${studyOf(base)}: `}${base.stage}`)
  const names = [...new Set(bases.map(seriesName))]
  const styleOf = (name: string) => seriesStyle(name, names.indexOf(name))
  const heldOut = bases.filter((base) => base.heldOut.size > 0)
  const probes = bases.filter((base) => base.probes.size > 0)
  const seen = (maps: ReadonlyArray<ReadonlyMap<string, unknown>>) => [...new Set(maps.flatMap((map) => [...map.keys()]))]
  return [
    {
      id: "loss",
      title: "Training loss",
      caption: "Mean cross-entropy of each update against tokens seen; long trainings are averaged over neighbouring updates.",
      legend: [
        ...names.map((label) => ({ label, style: styleOf(label), mark: "line" as const })),
        ...curveSeeds(seedCounts(bases, ({ loss }) => [loss]))
      ],
      panels: [...panels].map(([title, group]) => ({
        title,
        spec: lineChart(
          group.map((base) => ({ name: seriesName(base), style: styleOf(seriesName(base)), curve: base.loss })),
          tokens,
          NATS
        )
      })),
      missing: "No supervised training finished.",
      nodes: nodesOf(bases)
    },
    {
      id: "held-out",
      title: "Held-out loss by source",
      caption:
        "Mean cross-entropy on documents kept out of training: how well each part of the mixture has been learnt, and when.",
      legend: [
        ...seen(heldOut.map((base) => base.heldOut)).map((label) => ({
          label,
          style: formatStyle(label),
          mark: "line" as const
        })),
        ...curveSeeds(seedCounts(heldOut, (base) => base.heldOut.values()))
      ],
      panels: heldOut.map((base) => ({
        title: base.name,
        spec: lineChart(
          [...base.heldOut].map(([name, curve]) => ({ name, style: formatStyle(name), curve, points: true })),
          updates(base.steps),
          NATS
        )
      })),
      missing: "No training took losses on held-out documents.",
      nodes: nodesOf(heldOut)
    },
    {
      id: "probes",
      title: "Accuracy with each format forced, during pretraining",
      caption:
        "Greedy accuracy on a few problems when the completion must begin as the format begins; “free” leaves the choice to " +
        "the model.",
      legend: [
        ...seen(probes.map((base) => base.probes)).map((label) => ({ label, style: formatStyle(label), mark: "line" as const })),
        ...curveSeeds(seedCounts(probes, (base) => base.probes.values()))
      ],
      panels: probes.map((base) => ({
        title: base.name,
        spec: lineChart(
          freeOnTop([...base.probes]).map(([name, curve]) => ({ name, style: formatStyle(name), curve, points: true })),
          updates(base.steps),
          {
            ...RIGHT,
            domain: [
              0,
              ceiling(
                maximumOf(
                  [...base.probes.values()].flat().flatMap(({ high, seeds }) => [...seeds.values(), within(RIGHT, high) ?? 0]),
                  0.01
                )
              )
            ]
          }
        )
      })),
      missing: "No training solved problems along the way.",
      nodes: nodesOf(probes)
    }
  ]
}

/** How many seeds each of them has. */
const seedCounts = (bases: ReadonlyArray<BaseData>, curves: (base: BaseData) => Iterable<Curve>): ReadonlyArray<number> =>
  bases.map((base) => seedsOf(curves(base)).length)

const nodesOf = (bases: ReadonlyArray<BaseData>): ReadonlyArray<string> => bases.flatMap(({ nodes }) => nodes)

/** Dashed, and drawn last: where the model's own choice is one of the formats, both lines are seen. */
const freeOnTop = <A>(curves: ReadonlyArray<readonly [name: string, curve: A]>) =>
  curves.toSorted(([a], [b]) => Number(a === "free") - Number(b === "free"))

/** What tells a training from the others of its study and stage. */
const seriesName = (base: BaseData): string => nameOf(base, ["study"]) || base.stage
