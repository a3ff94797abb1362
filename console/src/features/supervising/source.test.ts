import { expect, it } from 'vitest'
import { agentLines, clockOf, daysOf } from './source'
import type { Agent, Board } from './source'

const agent = (agentId: string, status: Agent['status'], open = 0): Agent => ({ agentId, name: agentId, status, reason: null, since: '2026-11-25T00:00:00Z', open, capacity: 6 })
const board = { agents: [{ agentId: 'b', open: 2, unanswered: 1, longestSince: '2026-11-25T01:00:00Z' }, { agentId: 'c', open: 3, unanswered: 2, longestSince: '2026-11-25T00:30:00Z' }] } as Board

it('puts who is there and keeps customers waiting longest first', () => {
  expect(agentLines([agent('a', 'online', 1), agent('b', 'online', 2), agent('d', 'offline'), agent('c', 'online', 3)], board).map(one => one.agentId)).toEqual(['c', 'b', 'a', 'd'])
  expect(agentLines([agent('a', 'away')], undefined)[0]).toMatchObject({ unanswered: 0, longestSince: null })
})

it('writes seconds as a clock', () => {
  expect([0, 75, 4000].map(seconds => clockOf(seconds))).toEqual(['0:00', '1:15', '1:06:40'])
  expect(clockOf(75, true)).toBe('0:01:15')
})

it('asks for days as dates, and leaves today to the server', () => {
  const now = new Date(2026, 2, 1, 0, 5)
  expect(daysOf('today', now)).toEqual({})
  expect(daysOf('yesterday', now)).toEqual({ from: '2026-02-28', to: '2026-02-28' })
  expect(daysOf('week', now)).toEqual({ from: '2026-02-23', to: '2026-03-01' })
})
