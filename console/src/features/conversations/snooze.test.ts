import { expect, test } from 'vitest'
import { localInput, snoozeTimes } from './snooze'

test('"next Monday" is never today, and mornings are at nine', () => {
  const monday = new Date(2026, 10, 23, 10, 30)
  const times = Object.fromEntries(snoozeTimes(monday).map(({ key, at }) => [key, localInput(at)]))
  expect(times).toEqual({ hour: '2026-11-23T11:30', threeHours: '2026-11-23T13:30', tomorrow: '2026-11-24T09:00', monday: '2026-11-30T09:00' })
  expect(localInput(snoozeTimes(new Date(2026, 10, 29, 8, 0))[3]!.at)).toBe('2026-11-30T09:00')
})
