/** When a picture was taken, from EXIF texts; a date that no calendar has is no date. */
export type Taken = {
  /** Epoch ms; without an offset in the file, as this machine's local time. */
  readonly ms: number
  /** `+02:00`, or null where the file does not say. */
  readonly offset: string | null
}

export type TakenTexts = {
  readonly date: string | null
  readonly subSeconds: string | null
  readonly offset: string | null
}

type Parts = [number, number, number, number, number, number]

const DATE = /^(\d{4})[:/-](\d{2})[:/-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?$/
const OFFSET = /^([+-])(\d{2}):?(\d{2})$/

/** Reads `YYYY:MM:DD hh:mm:ss` with its sub-seconds and offset; null if absent or impossible. */
export function readTaken({ date, subSeconds, offset }: TakenTexts): Taken | null {
  const match = DATE.exec(date ?? '')
  if (!match) return null
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as Parts
  const utc = Date.UTC(year, month - 1, day, hour, minute, second)
  if (year < 1826 || new Date(utc).toISOString().slice(0, 19) !== isoOf(match)) return null
  const ms = milliseconds(match[7] ?? subSeconds)
  const shift = readOffset(offset)
  if (shift !== null) return { ms: utc - shift.minutes * 60_000 + ms, offset: shift.text }
  return { ms: new Date(year, month - 1, day, hour, minute, second).getTime() + ms, offset: null }
}

function isoOf(match: RegExpExecArray): string {
  return `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}`
}

// Sub-seconds are the digits after the point: `5` is half a second, `123456` a bit more than 123 ms.
function milliseconds(digits: string | null | undefined): number {
  return digits && /^\d+$/.test(digits) ? Math.floor(Number(`0.${digits}`) * 1000 + 1e-9) : 0
}

function readOffset(text: string | null): { minutes: number; text: string } | null {
  if (text === 'Z') return { minutes: 0, text: '+00:00' }
  const match = OFFSET.exec(text ?? '')
  if (!match) return null
  const minutes = Number(match[2]) * 60 + Number(match[3])
  if (minutes > 14 * 60 || Number(match[3]) > 59) return null
  return { minutes: match[1] === '-' ? -minutes : minutes, text: `${match[1]}${match[2]}:${match[3]}` }
}
