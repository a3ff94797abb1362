/** Times one snoozes to, as people say them: in an hour, tomorrow morning, Monday morning. In the agent's own zone. */
export function snoozeTimes(now: Date, locale: string) {
  const morning = (days: number) => {
    const at = new Date(now)
    at.setDate(at.getDate() + days)
    at.setHours(9, 0, 0, 0)
    return at
  }
  const toMonday = (8 - now.getDay()) % 7 || 7
  const times = [
    { name: 'hour', at: new Date(now.getTime() + 3_600_000) },
    { name: 'tomorrow', at: morning(1) },
    { name: 'monday', at: morning(toMonday) },
  ] as const
  const format = new Intl.DateTimeFormat(locale, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  return times.map(time => ({ ...time, text: format.format(time.at) }))
}
