import type { Messages } from '../i18n'

export function clock(at: Date, lang: string): string {
  return new Intl.DateTimeFormat(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

/** Days are the visitor's own days: the server's midnight is somebody else's. */
export function dayOf(at: Date): string {
  return `${at.getFullYear()}-${at.getMonth() + 1}-${at.getDate()}`
}

export function dayLabel(at: Date, now: Date, lang: string, t: Messages): string {
  if (dayOf(at) === dayOf(now)) return t.today
  if (dayOf(at) === dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1))) return t.yesterday
  const sameYear = at.getFullYear() === now.getFullYear()
  return new Intl.DateTimeFormat(lang, { month: 'long', day: 'numeric', weekday: 'short', ...(!sameYear && { year: 'numeric' }) }).format(at)
}
