import { expect, it } from 'vitest'
import { snoozeTimes } from './snoozeTimes'

const days = (day: string) => snoozeTimes(new Date(`${day}T15:30:00`), 'en').map(({ at }) => [at.getDay(), at.getHours(), at.getDate()])

it('means the next Monday, never today', () => {
  expect(days('2026-11-25')).toEqual([[3, 16, 25], [4, 9, 26], [1, 9, 30]]) // a Wednesday
  expect(days('2026-11-29')).toEqual([[0, 16, 29], [1, 9, 30], [1, 9, 30]]) // Sunday
  expect(days('2026-11-30')[2]).toEqual([1, 9, 7]) // Monday
})
