/** Minutes since midnight in a time zone. */
export function minutesIn(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at)
  const of = (type: string) => Number(parts.find(part => part.type === type)?.value ?? 0)
  return of('hour') * 60 + of('minute')
}

const minutesOf = (clock: string) => {
  const [hours, minutes] = clock.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}

/** Whether it is between the two clock times, over midnight when the second is earlier. The same time twice: all day. */
export function isQuiet(quiet: { from: string; to: string } | null, zone: string, at: number): boolean {
  if (!quiet) return false
  const [now, from, to] = [minutesIn(zone, at), minutesOf(quiet.from), minutesOf(quiet.to)]
  return from < to ? now >= from && now < to : now >= from || now < to
}
