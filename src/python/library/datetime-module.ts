/**
 * The part of `datetime` that word problems use: `date`, `datetime` without time zones, `timedelta`, their arithmetic and order.
 *
 * A date is a number of days since 0001-01-01 in the proleptic Gregorian calendar. The time of day and a duration are numbers of
 * microseconds. No clock is read: `today` and `now` do not exist.
 */

import type { BudgetAccount } from "../values/Budget.ts"
import { overflow, typeError, valueError } from "../values/exceptions.ts"
import { float, roundHalfEvenToInteger, asFloat } from "../values/floats.ts"
import { type Keywords, PyBuiltin, PyExtension, PyModule, PyType, type PyValue, typeName } from "../values/objects.ts"
import { intArgument, bindArguments } from "./arguments.ts"

const second = 1_000_000
const day = 86_400 * second

const dateType = new PyType("datetime.date")
const datetimeType = new PyType("datetime.datetime", dateType)
const timedeltaType = new PyType("datetime.timedelta")

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
const daysInMonth = (year: number, month: number): number => (month === 2 && isLeap(year) ? 29 : monthLengths[month - 1]!)

/** Days before 1 January of a year, counted from 0001-01-01. */
const daysBeforeYear = (year: number): number => {
  const y = year - 1
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
}

const daysBefore = (year: number, month: number, dayOfMonth: number): number => {
  let days = daysBeforeYear(year) + dayOfMonth - 1
  for (let m = 1; m < month; m++) days += daysInMonth(year, m)
  return days
}

const lastDay = daysBefore(9999, 12, 31)

const pad = (value: number, width = 2): string => String(value).padStart(width, "0")

class Duration extends PyExtension {
  /** Microseconds, |x| < 2^53: about 104,000 days either way. */
  readonly microseconds: number
  constructor(microseconds: number) {
    super()
    if (!Number.isSafeInteger(microseconds)) throw overflow("the duration is too long for this evaluator's timedelta")
    this.microseconds = microseconds
  }
  get type(): PyType {
    return timedeltaType
  }
  get days(): number {
    return Math.floor(this.microseconds / day)
  }
  get seconds(): number {
    return Math.floor((this.microseconds - this.days * day) / second)
  }
  get rest(): number {
    return this.microseconds - this.days * day - this.seconds * second
  }
  key(): string {
    return `timedelta${this.microseconds}`
  }
  repr(): string {
    const parts = [`days=${this.days}`, `seconds=${this.seconds}`, `microseconds=${this.rest}`].filter((p) => !p.endsWith("=0"))
    return `datetime.timedelta(${parts.length === 0 ? "0" : parts.join(", ")})`
  }
  str(): string {
    const { days, seconds, rest } = this
    const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
    const fraction = rest === 0 ? "" : `.${pad(rest, 6)}`
    return `${days === 0 ? "" : `${days} day${Math.abs(days) === 1 ? "" : "s"}, `}${clock}${fraction}`
  }
  attribute(name: string): PyValue | undefined {
    switch (name) {
      case "days":
        return this.days
      case "seconds":
        return this.seconds
      case "microseconds":
        return this.rest
      case "total_seconds":
        return nullary(name, () => float(this.microseconds / second))
      default:
        return undefined
    }
  }
  compare(other: PyExtension): number | null {
    return other instanceof Duration ? this.microseconds - other.microseconds : null
  }
  operate(_: BudgetAccount, operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (operator === "bool") return this.microseconds !== 0
    if (other === null) return operator === "-" ? new Duration(-this.microseconds) : operator === "+" ? this : undefined
    if (other instanceof Duration) return reflected ? undefined : betweenDurations(operator, this, other)
    const factor = asFloat(other)
    if (factor === null) return undefined
    if (operator === "*") return new Duration(roundHalfEvenToInteger(this.microseconds * factor))
    if (reflected) return undefined
    if (operator === "/") return new Duration(roundHalfEvenToInteger(this.microseconds / nonZero(factor)))
    if (operator === "//" && Number.isInteger(factor)) return new Duration(Math.floor(this.microseconds / nonZero(factor)))
    return undefined
  }
}

const nonZero = (divisor: number): number => {
  if (divisor === 0) throw valueError("division of a timedelta by zero")
  return divisor
}

const betweenDurations = (operator: string, a: Duration, b: Duration): PyValue | undefined => {
  switch (operator) {
    case "+":
      return new Duration(a.microseconds + b.microseconds)
    case "-":
      return new Duration(a.microseconds - b.microseconds)
    case "/":
      return float(a.microseconds / nonZero(b.microseconds))
    case "//":
      return Math.floor(a.microseconds / nonZero(b.microseconds))
    case "%":
      return new Duration(a.microseconds - b.microseconds * Math.floor(a.microseconds / nonZero(b.microseconds)))
    default:
      return undefined
  }
}

/** A `datetime`, or a `date` where `whole` is set: then there is no time of day. */
class Moment extends PyExtension {
  readonly ordinal: number
  /** Microseconds since midnight. */
  readonly time: number
  readonly whole: boolean
  constructor(ordinal: number, time: number, whole: boolean) {
    super()
    if (ordinal < 0 || ordinal > lastDay) throw overflow("date value out of range")
    this.ordinal = ordinal
    this.time = time
    this.whole = whole
  }
  get type(): PyType {
    return this.whole ? dateType : datetimeType
  }
  /** [year, month, day]. */
  get civil(): readonly [number, number, number] {
    let year = Math.floor(this.ordinal / 365.2425) + 1
    while (daysBeforeYear(year + 1) <= this.ordinal) year++
    while (daysBeforeYear(year) > this.ordinal) year--
    let left = this.ordinal - daysBeforeYear(year)
    let month = 1
    while (left >= daysInMonth(year, month)) left -= daysInMonth(year, month++)
    return [year, month, left + 1]
  }
  /** [hour, minute, second, microsecond]. */
  get clock(): readonly [number, number, number, number] {
    const seconds = Math.floor(this.time / second)
    return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60, this.time % second]
  }
  key(): string {
    return `${this.whole ? "date" : "datetime"}${this.ordinal}:${this.time}`
  }
  repr(): string {
    if (this.whole) return `datetime.date(${this.civil.join(", ")})`
    const [hour, minute, seconds, micro] = this.clock
    const tail = micro > 0 ? [seconds, micro] : seconds > 0 ? [seconds] : []
    return `datetime.datetime(${[...this.civil, hour, minute, ...tail].join(", ")})`
  }
  str(): string {
    const [year, month, dayOfMonth] = this.civil
    const date = `${pad(year, 4)}-${pad(month)}-${pad(dayOfMonth)}`
    if (this.whole) return date
    const [hour, minute, seconds, micro] = this.clock
    return `${date} ${pad(hour)}:${pad(minute)}:${pad(seconds)}${micro === 0 ? "" : `.${pad(micro, 6)}`}`
  }
  attribute(name: string): PyValue | undefined {
    const date = ["year", "month", "day"].indexOf(name)
    if (date >= 0) return this.civil[date]!
    const clock = ["hour", "minute", "second", "microsecond"].indexOf(name)
    if (clock >= 0 && !this.whole) return this.clock[clock]!
    if (name === "weekday") return nullary(name, () => this.ordinal % 7)
    if (name === "isoweekday") return nullary(name, () => (this.ordinal % 7) + 1)
    if (name === "toordinal") return nullary(name, () => this.ordinal + 1)
    if (name === "isoformat") return nullary(name, () => this.str().replace(" ", "T"))
    if (name === "date" && !this.whole) return nullary(name, () => new Moment(this.ordinal, 0, true))
    return undefined
  }
  compare(other: PyExtension): number | null {
    if (!(other instanceof Moment) || other.whole !== this.whole) return null
    return this.ordinal - other.ordinal || this.time - other.time
  }
  operate(_: BudgetAccount, operator: string, other: PyValue, reflected: boolean): PyValue | undefined {
    if (operator === "bool") return true
    if (other instanceof Duration && (operator === "+" || (operator === "-" && !reflected)))
      return this.shifted(operator === "+" ? other : new Duration(-other.microseconds))
    if (operator !== "-" || !(other instanceof Moment) || other.whole !== this.whole || reflected) return undefined
    return new Duration((this.ordinal - other.ordinal) * day + this.time - other.time)
  }
  private shifted(by: Duration): Moment {
    if (this.whole) return new Moment(this.ordinal + by.days, 0, true)
    const time = this.time + by.microseconds - by.days * day
    const carry = Math.floor(time / day)
    return new Moment(this.ordinal + by.days + carry, time - carry * day, false)
  }
}

const nullary = (name: string, run: () => PyValue): PyBuiltin =>
  new PyBuiltin(name, (_, args, keywords) => {
    bindArguments(name, args, keywords, [], 0)
    return run()
  })

const inRange = (name: string, value: PyValue | undefined, low: number, high: number): number => {
  const number = Number(intArgument(value ?? 0))
  if (number < low || number > high) throw valueError(`${name} must be in ${low}..${high}`)
  return number
}

const calendarDay = (year: PyValue, month: PyValue, dayOfMonth: PyValue): number => {
  const y = Number(intArgument(year))
  if (y < 1 || y > 9999) throw valueError(`year ${y} is out of range`)
  const m = inRange("month", month, 1, 12)
  const d = Number(intArgument(dayOfMonth))
  if (d < 1 || d > daysInMonth(y, m)) throw valueError("day is out of range for month")
  return daysBefore(y, m, d)
}

dateType.construct = (_, args, keywords) => {
  const [year, month, dayOfMonth] = bindArguments("date", args, keywords, ["year", "month", "day"], 3, 0)
  return new Moment(calendarDay(year!, month!, dayOfMonth!), 0, true)
}

datetimeType.construct = (_, args, keywords) => {
  const names = ["year", "month", "day", "hour", "minute", "second", "microsecond"]
  const [year, month, dayOfMonth, hour, minute, seconds, micro] = bindArguments("datetime", args, keywords, names, 3, 0)
  const ordinal = calendarDay(year!, month!, dayOfMonth!)
  const whole = (inRange("hour", hour, 0, 23) * 60 + inRange("minute", minute, 0, 59)) * 60 + inRange("second", seconds, 0, 59)
  return new Moment(ordinal, whole * second + inRange("microsecond", micro, 0, 999_999), false)
}

const units: ReadonlyArray<readonly [string, number]> = [
  ["days", day],
  ["seconds", second],
  ["microseconds", 1],
  ["milliseconds", 1000],
  ["minutes", 60 * second],
  ["hours", 3600 * second],
  ["weeks", 7 * day]
]

timedeltaType.construct = (_: BudgetAccount, args: Array<PyValue>, keywords: Keywords | null) => {
  const values = bindArguments(
    "timedelta",
    args,
    keywords,
    units.map(([name]) => name),
    0,
    0
  )
  let total = 0
  for (const [i, [name, unit]] of units.entries()) {
    const value = values[i]
    if (value === undefined) continue
    const amount = asFloat(value)
    if (amount === null) throw typeError(`unsupported type for timedelta ${name} component: ${typeName(value)}`)
    total += amount * unit
  }
  return new Duration(roundHalfEvenToInteger(total))
}

/** What `import datetime` binds. */
export const datetimeModule = new PyModule(
  "datetime",
  new Map<string, PyValue>([
    ["date", dateType],
    ["datetime", datetimeType],
    ["timedelta", timedeltaType]
  ])
)
