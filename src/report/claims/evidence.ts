/**
 * What a claim finds, looked at once before it is judged.
 *
 * A claim's evidence is code of a study's file, of which we know no types: what it returns may be anything. Numbers that are none
 * are left out with their seed's name; anything else that is wrong leaves the claim unjudged with a sentence that says what, and
 * the rest of the report stands.
 */

import * as path from "node:path"

import { ownFrames } from "../../dag/own-frames.ts"
import type { StudyData } from "../data/study-data.ts"
import type { Claim, Evidence, Observation, Part } from "./Claim.ts"
import { misspeltMember } from "./study-claims.ts"

/** What the claim finds, fit to be judged; or why it cannot be. */
export const evidenceOf = (claim: Claim, data: StudyData): Evidence | { readonly unusable: string } => {
  const refuse = (what: string) => ({
    unusable: `Claim ${claim.id}${claim.file === undefined ? "" : ` of ${claim.file}`} cannot be judged: ${what}`
  })
  try {
    return checked(claim.evidence(data), refuse)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    const place = placeOf(cause, claim.file)
    return refuse(`its own code failed, ${message}${place === null ? "" : ` (${place})`}.`)
  }
}

/** Where a claim's code failed: in its study's file if it can be told, which may lie outside the repository; else in ours. */
const placeOf = (cause: unknown, file: string | undefined): string | null => {
  const stack = cause instanceof Error ? (cause.stack ?? "") : ""
  const line = file === undefined ? undefined : stack.split(file)[1]?.match(/^:(\d+:\d+)/)?.[1]
  const ours = ownFrames(cause).filter((frame) => !frame.startsWith("src/report/claims/evidence.ts"))
  // What calls the claim is no place of its own.
  const place = ours.find((frame) => !/^src\/report\/(claims\/verdict|judge-study)\.ts|^src\/cli\//.test(frame)) ?? null
  return place ?? (line === undefined ? null : `${path.basename(file!)}:${line}`)
}

type Refuse = (what: string) => { readonly unusable: string }
type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === "object" && value !== null
const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""

const checked = (found: unknown, refuse: Refuse): Evidence | { readonly unusable: string } => {
  if (!isObject(found)) return refuse(`its evidence returns ${found === null ? "null" : typeof found}, not { parts }.`)
  if (typeof found["then"] === "function") {
    // Nobody waits for it, and what it may throw is nobody's either.
    Promise.resolve(found).catch(() => {})
    return refuse("its evidence is a promise; it must be a plain function, not an async one.")
  }
  if ("notApplicable" in found)
    return isText(found["notApplicable"])
      ? { notApplicable: found["notApplicable"] }
      : refuse("its evidence says that it does not apply, and not why: `notApplicable` must be a text.")
  const parts = found["parts"]
  if (!Array.isArray(parts)) return refuse("its evidence has no `parts`: they must be a list.")
  for (const [i, part] of parts.entries()) {
    const problem = partProblem(part)
    if (problem !== null)
      return refuse(`part ${i + 1}${isObject(part) && isText(part["measure"]) ? ` (${part["measure"]})` : ""} ${problem}`)
  }
  const numbered = (parts as ReadonlyArray<Part>).map(withNumbers)
  // A number may be none in every seed (NaN); one that is not there at all is a fault of the claim's.
  const absent = ({ value, error }: Observation) => typeof value !== "number" || typeof error !== "number"
  const empty = parts.findIndex(({ observations: of }: Part) => of.length > 0 && of.every(absent))
  if (empty >= 0)
    return refuse(
      `part ${empty + 1} (${numbered[empty]!.measure}) has no number: ${numbered[empty]!.leftOut.slice(-3).join("; ")}.`
    )
  const asked = (parts as ReadonlyArray<Part>).filter(({ role }) => role === undefined)
  if (asked.length > 0 && asked.every(({ test }) => test.kind === "count"))
    return refuse("all its parts are plain counts, which can refute a claim and never show it; one must be another test.")
  return { parts: numbered }
}

const UNITS: ReadonlySet<unknown> = new Set<Part["unit"]>(["percent", "points", "nats", "seeds"])
const ROLES: ReadonlySet<unknown> = new Set<Part["role"]>([undefined, "control", "told"])
const MEMBERS: ReadonlyArray<keyof Part> = ["measure", "unit", "test", "observations", "rows", "leftOut", "tied", "role"]
const TABLES: ReadonlySet<unknown> = new Set(["evaluations", "formatShares", "updates", "coverages"])

const partProblem = (part: unknown): string | null => {
  if (!isObject(part)) return "is no part."
  const { measure, unit, test, observations, leftOut, role, rows, tied } = part
  if (!isText(measure)) return "has no `measure`: it must be a text."
  if (!UNITS.has(unit)) return `has the unit ${shown(unit)}; units are ${[...UNITS].join(", ")}.`
  if (!ROLES.has(role)) return `has the role ${shown(role)}; it may have none, or be a control, or told.`
  if (leftOut !== undefined && !(Array.isArray(leftOut) && leftOut.every((each) => typeof each === "string")))
    return "has a `leftOut` that is no list of texts."
  if (tied !== undefined && !(Number.isInteger(tied) && Number(tied) >= 0)) return "has a `tied` that is no number of seeds."
  if (
    rows !== undefined &&
    !(Array.isArray(rows) && rows.every((each) => isObject(each) && TABLES.has(each["table"]) && isText(each["where"])))
  )
    return `has \`rows\` that are no list of a table (${[...TABLES].join(", ")}) with a condition.`
  return misspeltMember(part, MEMBERS) ?? testProblem(test) ?? observationsProblem(observations)
}

const shown = (value: unknown): string => (typeof value === "string" ? `"${value}"` : String(value))

const testProblem = (test: unknown): string | null => {
  if (!isObject(test)) return "has no `test`."
  const { kind, margin, chance, least } = test
  const number = (value: unknown, name: string, fits: (value: number) => boolean, wanted: string) =>
    typeof value === "number" && Number.isFinite(value) && fits(value)
      ? null
      : `has the ${name} ${shown(value)}; ${kind as string} asks for ${wanted}.`
  switch (kind) {
    case "above":
    case "below":
      return number(margin, "margin", () => true, "a finite one")
    case "within":
      return number(margin, "margin", (value) => value > 0, "one above 0")
    case "most":
      return number(chance, "chance", (value) => value > 0 && value < 1, "one between 0 and 1")
    case "count":
      return number(least, "least", (value) => value > 0 && value <= 1, "a share above 0, 1 at most")
    default:
      return `has a test of kind ${shown(kind)}; kinds are above, below, within, most and count.`
  }
}

const observationsProblem = (observations: unknown): string | null => {
  if (!Array.isArray(observations)) return "has no `observations`: they must be a list."
  const seeds = new Set<unknown>()
  for (const each of observations) {
    if (!isObject(each) || !Number.isInteger(each["seed"])) return "has an observation without a seed, a whole number."
    if (!Array.isArray(each["nodes"]) || !each["nodes"].every((id) => typeof id === "string"))
      return `has no \`nodes\` for seed ${String(each["seed"])}: they must be a list of ids.`
    if (seeds.has(each["seed"]))
      return `has seed ${String(each["seed"])} more than once; the seed is the unit, and counts once, as the mean of its arms.`
    seeds.add(each["seed"])
  }
  return null
}

/** Larger ones are no shares, and their squares leave what a number can hold. */
const MOST = 1e9
const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= MOST

/** Without the seeds whose numbers are none. */
const withNumbers = (part: Part): Part => {
  const wrong = ({ value, error }: Observation): string | null => {
    if (!isNumber(value)) return `has ${shown(value)} for a value`
    if (!isNumber(error) || error < 0) return `has ${shown(error)} for a standard error`
    const counted = part.test.kind === "most" || part.test.kind === "count"
    return counted && value !== 0 && value !== 1 ? `has ${value}, neither 0 nor 1` : null
  }
  const left = part.observations.flatMap((each) => (wrong(each) === null ? [] : [`seed ${each.seed} ${wrong(each)}`]))
  return {
    ...part,
    observations: part.observations.filter((each) => wrong(each) === null),
    leftOut: [...((part.leftOut as Part["leftOut"] | undefined) ?? []), ...left]
  }
}
