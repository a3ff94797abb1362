import { onScopeDispose, shallowRef } from 'vue'

const minute = 60_000

/** A clock for relative times: one timer for the whole page. */
const now = shallowRef(Date.now())
let users = 0
let timer: ReturnType<typeof setInterval> | undefined

export function useNow() {
  if (users++ === 0) {
    now.value = Date.now()
    timer = setInterval(() => (now.value = Date.now()), 15_000)
  }
  onScopeDispose(() => { if (--users === 0) clearInterval(timer) })
  return now
}

const formats = new Map<string, Intl.DateTimeFormat>()
function format(locale: string, kind: 'time' | 'day' | 'year' | 'weekday' | 'full') {
  const key = `${locale} ${kind}`
  let known = formats.get(key)
  if (!known) {
    const options: Record<typeof kind, Intl.DateTimeFormatOptions> = {
      time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
      day: { month: 'short', day: 'numeric' },
      year: { year: 'numeric', month: 'short', day: 'numeric' },
      weekday: { weekday: 'short', month: 'short', day: 'numeric' },
      full: { dateStyle: 'medium', timeStyle: 'short' },
    }
    formats.set(key, known = new Intl.DateTimeFormat(locale, options[kind]))
  }
  return known
}

const dayStart = (at: number) => new Date(at).setHours(0, 0, 0, 0)
const relative = new Map<string, Intl.RelativeTimeFormat>()
function relativeFormat(locale: string) {
  let known = relative.get(locale)
  if (!known) relative.set(locale, known = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'narrow' }))
  return known
}

export const clock = (at: string, locale: string) => format(locale, 'time').format(Date.parse(at))
export const fullTime = (at: string, locale: string) => format(locale, 'full').format(Date.parse(at))
export const isSameDay = (a: string, b: string) => dayStart(Date.parse(a)) === dayStart(Date.parse(b))

/** For list rows: the clock today, "yesterday", then the date. */
export function shortTime(at: string, now: number, locale: string) {
  const then = Date.parse(at)
  const days = Math.round((dayStart(now) - dayStart(then)) / (24 * 60 * minute))
  if (days <= 0) return format(locale, 'time').format(then)
  if (days === 1) return relativeFormat(locale).format(-1, 'day')
  return format(locale, new Date(then).getFullYear() === new Date(now).getFullYear() ? 'day' : 'year').format(then)
}

export function dayLabel(at: string, now: number, locale: string) {
  const then = Date.parse(at)
  const days = Math.round((dayStart(now) - dayStart(then)) / (24 * 60 * minute))
  if (days === 0 || days === 1) return relativeFormat(locale).format(-days, 'day')
  return format(locale, new Date(then).getFullYear() === new Date(now).getFullYear() ? 'weekday' : 'year').format(then)
}

export interface Wait { minutes: number; level: 'fine' | 'soon' | 'late' }
/** How long a customer has been waiting. Amber after 5 minutes, red after 15. */
export function waitOf(since: string, now: number): Wait {
  const minutes = Math.max(0, Math.floor((now - Date.parse(since)) / minute))
  return { minutes, level: minutes >= 15 ? 'late' : minutes >= 5 ? 'soon' : 'fine' }
}

const units = new Map<string, Intl.NumberFormat>()
export function duration(minutes: number, locale: string) {
  const [value, unit] = minutes < 60 ? [minutes, 'minute'] as const : minutes < 48 * 60 ? [Math.floor(minutes / 60), 'hour'] as const : [Math.floor(minutes / 1440), 'day'] as const
  const key = `${locale} ${unit}`
  let known = units.get(key)
  if (!known) units.set(key, known = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: locale.startsWith('zh') ? 'short' : 'narrow' }))
  return known.format(value)
}
