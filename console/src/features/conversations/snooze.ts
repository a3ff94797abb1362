/** Times that people put things away for, from now on, in their own time zone. */
export function snoozeTimes(now: Date): { key: 'hour' | 'threeHours' | 'tomorrow' | 'monday'; at: Date }[] {
  const morning = (days: number) => {
    const at = new Date(now)
    at.setDate(at.getDate() + days)
    at.setHours(9, 0, 0, 0)
    return at
  }
  return [
    { key: 'hour', at: new Date(now.getTime() + 3_600_000) },
    { key: 'threeHours', at: new Date(now.getTime() + 3 * 3_600_000) },
    { key: 'tomorrow', at: morning(1) },
    { key: 'monday', at: morning(((8 - now.getDay()) % 7) || 7) },
  ]
}
/** As <input type="datetime-local"> writes a time. */
export function localInput(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}
