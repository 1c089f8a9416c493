/**
 * Dates as metadata values hold them and as queries write them, read as half-open intervals of epoch ms.
 *
 * `2026-05-01` is a whole day, `2026-05-01T10:00` a whole minute. Without an offset the local time zone counts.
 * Subtle: local days are not always 24 hours long, so days, months and years end where the next one begins.
 */

/** [from, to) in epoch ms. */
export type Interval = { readonly from: number; readonly to: number }

const ISO = /^(\d{4})-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?)?$/i
const RELATIVE = /^-(\d{1,6})(h|d|w|mo|y)$/
const MINUTE = 60_000

/** Reads an ISO date (month, day, minute or finer) as a metadata value holds it; null for any other text, bare years too. */
export function readInstant(text: string): Interval | null {
  // Subtle: called for every distinct string of a column, and nearly all of them are no dates.
  if (text.length < 7 || text.charCodeAt(4) !== 45) return null
  const match = ISO.exec(text)
  if (!match) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  if (day === undefined) return localMonth(Number(year), Number(month))
  const date: Day = [Number(year), Number(month), Number(day)]
  if (!isDay(date)) return null
  if (hour === undefined) return { from: local(date), to: local([date[0], date[1], date[2] + 1]) }
  return moment(date, { hour, minute, second, fraction, offset })
}

/**
 * Reads a date literal of a query: all that readInstant reads, a year, `today`, `yesterday`, and moments before `now`
 * such as `-2d` (`h d w mo y`), which are one millisecond long.
 */
export function readDateLiteral(text: string, now: number): Interval | null {
  if (/^\d{4}$/.test(text)) return localYear(Number(text))
  const relative = RELATIVE.exec(text)
  if (relative) return before(now, Number(relative[1]), relative[2] ?? 'd')
  if (text === 'today') return dayOf(now, 0)
  if (text === 'yesterday') return dayOf(now, -1)
  return readInstant(text)
}

/** Whether a date literal counts back from now (`-2d`). */
export function isRelativeDate(text: string): boolean {
  return RELATIVE.test(text)
}

type Day = readonly [year: number, month: number, day: number]
type Clock = {
  readonly hour: string
  readonly minute: string | undefined
  readonly second: string | undefined
  readonly fraction: string | undefined
  readonly offset: string | undefined
}

function moment(date: Day, { hour, minute, second, fraction, offset }: Clock): Interval | null {
  const [hours, minutes, seconds] = [Number(hour), Number(minute), Number(second ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return null
  const ms = Math.floor(Number(`0.${fraction ?? 0}`) * 1000 + 1e-6)
  const length = second === undefined ? MINUTE : Math.max(1, 1000 / 10 ** (fraction ?? '').length)
  const shift = offsetMs(offset)
  if (Number.isNaN(shift)) return null
  const from = shift === null ? local(date, hours, minutes) : utc(date, hours, minutes) - shift
  const start = from + seconds * 1000 + ms
  return { from: start, to: start + length }
}

/** Offset from UTC in ms, null without one, NaN for one that cannot be. */
function offsetMs(offset: string | undefined): number | null {
  if (offset === undefined) return null
  if (offset === 'Z' || offset === 'z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(-2))
  if (hours > 23 || minutes > 59) return Number.NaN
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE
}

function isDay([year, month, day]: Day): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  return new Date(utc([year, month + 1, 0])).getUTCDate()
}

function localYear(year: number): Interval {
  return { from: local([year, 1, 1]), to: local([year + 1, 1, 1]) }
}

function localMonth(year: number, month: number): Interval | null {
  return month < 1 || month > 12 ? null : { from: local([year, month, 1]), to: local([year, month + 1, 1]) }
}

function dayOf(now: number, shift: number): Interval {
  const at = new Date(now)
  const [year, month, day] = [at.getFullYear(), at.getMonth() + 1, at.getDate() + shift]
  return { from: local([year, month, day]), to: local([year, month, day + 1]) }
}

/** The moment a number of units before now, at the same time of day; null where no date lies that far back. */
function before(now: number, count: number, unit: string): Interval | null {
  if (unit === 'h') return instant(now - count * 60 * MINUTE)
  const at = new Date(now)
  if (unit === 'd' || unit === 'w') at.setDate(at.getDate() - count * (unit === 'w' ? 7 : 1))
  else {
    const months = count * (unit === 'y' ? 12 : 1)
    const first = new Date(local([at.getFullYear(), at.getMonth() + 1 - months, 1]))
    const day = Math.min(at.getDate(), daysIn(first.getFullYear(), first.getMonth() + 1))
    at.setFullYear(first.getFullYear(), first.getMonth(), day)
  }
  return instant(at.getTime())
}

function instant(at: number): Interval | null {
  return Number.isNaN(at) ? null : { from: at, to: at + 1 }
}

// Subtle: the Date constructor and Date.UTC take years 0 to 99 for 1900 to 1999; setFullYear does not.
function local([year, month, day]: Day, hours = 0, minutes = 0): number {
  const date = new Date(2000, 0, 1)
  date.setFullYear(year, month - 1, day)
  date.setHours(hours, minutes, 0, 0)
  return date.getTime()
}

function utc([year, month, day]: Day, hours = 0, minutes = 0): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hours, minutes)
  return date.getTime()
}
