import { expect, it } from 'vitest'
import { actsOf, totals } from './counts'

it('adds up what an administrator looks for first', () => {
  expect(totals({
    kinds: [
      { name: 'a', title: 'A', counts: { waiting: 2, behind: 3, dead: 1, done: 50 } },
      { name: 'b', title: 'B', counts: { running: 4, dead: 2, discarded: 9 } },
    ],
    listeners: [{ name: 'l', title: 'L', lag: 7, held: 1, parked: 2 }, { name: 'm', title: 'M', lag: 3, held: 0, parked: 1 }],
    schedules: [],
  })).toEqual({ waiting: 5, running: 4, dead: 3, parked: 3, lag: 7 })
  expect(totals({ kinds: [], listeners: [], schedules: [] })).toEqual({ waiting: 0, running: 0, dead: 0, parked: 0, lag: 0 })
})

it('offers what the state of a job allows', () => {
  expect(actsOf('dead', false)).toEqual(['replay', 'discard'])
  expect(actsOf('cancelled', true)).toEqual(['replay'])
  expect(actsOf('running', false)).toEqual(['cancel'])
  expect(actsOf('running', true)).toEqual([])
  expect(actsOf('done', false)).toEqual([])
})
